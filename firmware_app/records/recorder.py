"""Entries from any thread in, durable records out, and news of them: the recorder's thread, the only one that writes.

Rule 1: `put` never blocks and never raises. Whatever waits is committed together (group commit), in the order it came.
Rule 2: nothing is told before its commit. `Committed` is told first, then each entry's `then`.
Rule 3: a disk that fails or is full loses nothing that waits: it is told (`RecorderTrouble`, within 2 s, also when the
        disk merely hangs), and tried again until it works (`RecorderRecovered`) or the program ends.
Rule 4: only doubt about the ledger's integrity is final (`LedgerDoubtful`): it is damaged although the disk reads it,
        again and again, or it is no longer where it was opened. SQLite calls a read that fails (EIO) damage too.
Rule 5: what waits is bounded (see backlog): a person is refused as `busy` long before a line loses anything; what is
        lost is counted, and the number recorded as an anomaly. Nothing that was acknowledged is ever among it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw

from device import clock
from device.priority import go_first
from device.signals import MILLISECOND, SECOND, Instant
from firmware_app.alerts import Standing
from firmware_app.calls.call import Call
from firmware_app.calls.card_file import FiledCard
from firmware_app.calls.heard_time import SIGN_OF_LIFE
from firmware_app.records import entries
from firmware_app.records.backlog import Backlog, Then, Waiting
from firmware_app.records.ledger import DEFAULT_TIMEZONE, Ledger, unusable
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.reserve import Reserve
from firmware_app.records.site_documents import Document, SiteDocuments
from firmware_app.records.starter_cards import settle_cards
from firmware_app.wording import Text

log = logging.getLogger(__name__)

BATCH = 500  # entries of one transaction, so that one never takes long
HUNG = 1200 * MILLISECOND  # a commit that takes longer is told as trouble
GLANCE = 0.5  # seconds between looks at a commit under way: HUNG + GLANCE < 2 s
LOOKS = (
    4  # looks in vain after which the watcher sleeps until the disk is used again: an idle line costs nothing
)
FIRST_RETRY, LAST_RETRY = 0.1, 1.0  # seconds
PATIENCE = 2.0  # seconds between looks whether an old trouble is over
LAST_MOMENT = 0.8  # seconds that close() waits for what is in hand

DAMAGED = (apsw.CorruptError, apsw.NotADBError)
CERTAIN = 3  # times in a row that a file which the disk reads is found damaged: then the disk is not to blame

CLOSED = Refused("closed", Text("记录程序已停止", "the recorder has stopped"))
BUSY = Refused("busy", Text("记录排队已满，请稍后再试", "too much waits to be recorded, try again later"))


@dataclass(frozen=True, slots=True)
class Committed:
    """These entries are on disk, and this is how things stand with them. At the start: none, and how things stood.

    at: the moment the commit was durable, monotonic ns.
    """

    recorded: tuple[Recorded, ...]
    standing: Standing
    at: int = 0


@dataclass(frozen=True, slots=True)
class RecorderTrouble:
    """Recording does not work; entries wait. kind: disk_full, disk_error, locked, stalled."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class RecorderRecovered:
    """Recording works again, and all that waited is on disk."""


@dataclass(frozen=True, slots=True)
class LedgerDoubtful:
    """The file is damaged or not a ledger: recording has ended, the program should too."""

    detail: str


RecorderNews = Committed | RecorderTrouble | RecorderRecovered | LedgerDoubtful


class Recorder:
    """Opens the ledger at `path` (errors as Ledger), then records in its own thread until `close`.

    tell: called from that thread with all news; must not block. seeds: contents of the site documents to begin with,
    by name, for those the ledger does not have; cards: for a ledger that never had any. timezone: of the point's clock.
    sign_every: ns without an entry after which a sign of life is left. `silent_since` (see Ledger), `open_calls`, `documents`: as found at the start;
    `standing`: as of the last commit.
    """

    def __init__(
        self,
        path: Path,
        boot: str,
        tell: Callable[[RecorderNews], None],
        *,
        seeds: Mapping[str, object] | None = None,
        cards: Sequence[FiledCard] = (),
        vfs: str | None = None,
        timezone: ZoneInfo = DEFAULT_TIMEZONE,
        sign_every: int = SIGN_OF_LIFE,
    ) -> None:
        self._tell_loop = tell
        self._sign_every = sign_every
        self._written = clock.now().mono  # when something was written last
        self._ledger = Ledger(path, boot, vfs, timezone=timezone)
        try:
            self._site = SiteDocuments(path.parent / "site.json")
            self.documents: dict[str, Document] = self._site.settle(self._ledger, seeds)
            settle_cards(self._ledger, cards)
            self.open_calls: list[Call] = self._ledger.open_calls()
            self.standing: Standing = self._ledger.standing()
            self.silent_since = self._ledger.silent_since
        except apsw.Error as error:
            self._ledger.close()
            raise unusable(path, error) from error
        self._reserve = Reserve(path.parent / "reserve")
        self._queue = Backlog()
        self._more = threading.Condition()
        self._closing = threading.Event()
        self.in_hand = 0
        self._ended = False
        self._suspicions = 0  # how often in a row the file was found damaged and the disk was not to blame
        self._busy_since: int | None = None
        self._in_use = threading.Event()  # wakes the watcher
        self._trouble: str | None = None
        self._trouble_lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._watcher = threading.Thread(target=self._watch, name="recorder-watch", daemon=True)
        self._thread.start()
        self._watcher.start()

    # ---- any thread

    @property
    def waiting(self) -> int:
        """Entries that are not on disk yet."""
        return len(self._queue) + self.in_hand

    def put(
        self, entry: entries.Entry, at: Instant, actor: str = "monitor", then: Then | None = None
    ) -> None:
        """Hand over `entry`; `then` is called from the recorder's thread with what became of it (or at once: refused)."""
        refusal = None
        with self._more:
            if self._closing.is_set() or self._ended:
                refusal = CLOSED
                self._queue.lost += then is None
            elif not self._queue.add(Waiting(Pending(entry, at, actor), then)):
                refusal = BUSY
            else:
                self._more.notify()
        if refusal is not None and then is not None:
            then(refusal)

    def close(self) -> int:
        """Commit what waits (at most 1 s), end the thread, let go of the ledger; how many entries could not be recorded.

        May be called often; from the recorder's own thread it only begins the end.
        """
        with self._more:
            self._closing.set()
            self._in_use.set()
            self._more.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(LAST_MOMENT)
            self._watcher.join(0.1)
        return self.waiting + self._queue.lost

    # ---- the recorder's thread

    def _run(self) -> None:
        go_first()
        try:
            if not self._reserve.make():
                self._began("disk_full", "no room for the reserve")
            self._tell(Committed((), self.standing))
            while (batch := self._next()) is not None:
                if batch and not self._record(batch):
                    break
                if not self._queue and not self._rest():
                    break
        except Exception as error:  # a dead recorder must not go unnoticed: the program ends and starts anew
            log.exception("the recorder stopped")
            self._tell(LedgerDoubtful(f"{type(error).__name__}: {error}"))
        finally:
            self._end()

    def _next(self) -> list[Waiting] | None:
        """What waits, at most BATCH; an empty list when it is time to look after an old trouble; None at the end."""
        with self._more:
            if not self._queue and not self._closing.is_set():
                self._more.wait(PATIENCE if self._trouble or self._site.stale else self._sign_due())
            if not self._queue:
                return None if self._closing.is_set() else []
            batch = self._queue.take(BATCH)
            self.in_hand = len(batch)
            return batch

    def _sign_due(self) -> float:
        """Seconds until a sign of life is due: nothing was written meanwhile, and the next start should know until when
        somebody listened (Started.silent_since)."""
        return max(0, self._written + self._sign_every - clock.now().mono) / SECOND

    def _record(self, batch: Sequence[Waiting]) -> bool:
        """Commit `batch`, however long the disk refuses; False when recording is over."""
        delay, pendings = FIRST_RETRY, [waiting.pending for waiting in batch]
        while True:
            last_chance = self._closing.is_set()
            try:
                with self._disk_in_use():
                    outcomes = self._ledger.append(pendings)
                    durable = clock.now().mono
                    in_place = self._ledger.in_place()
            except apsw.Error as error:
                if self._damaged(error):
                    return self._give_up(batch)
                if not self._failed(error):
                    if last_chance:
                        return self._give_up(batch)
                    self._closing.wait(delay)
                    delay = min(2 * delay, LAST_RETRY)
            else:
                if not in_place:
                    self._doubt("the file or its log was deleted or replaced")
                    return self._give_up(batch)
                self._suspicions = 0
                self.in_hand = 0
                self._written = durable
                self._answer(batch, outcomes, durable)
                return True

    def _answer(self, batch: Sequence[Waiting], outcomes: Sequence[Recorded | Refused], durable: int) -> None:
        """Tell of a commit. Nothing here may fail in a way that has the batch recorded twice."""
        recorded = tuple(outcome for outcome in outcomes if isinstance(outcome, Recorded))
        if any(isinstance(each.entry, entries.SiteDocumentChanged) for each in recorded):
            self._site.stale = True
        if recorded:
            try:
                self.standing = self._ledger.standing()
            except apsw.Error as error:  # they are on disk; how things stand is told with the next commit
                self._failed(error)
            self._tell(Committed(recorded, self.standing, durable))
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if waiting.then is not None:
                self._call(waiting.then, outcome)
            elif isinstance(outcome, Refused):
                log.warning("%s refused: %s", type(waiting.pending.entry).__name__, outcome.message.en)

    def _rest(self) -> bool:
        """When nothing waits: report losses, tidy up, see whether a trouble is over. False when recording is over."""
        with self._more:
            lost, self._queue.lost = self._queue.lost, 0
        if lost:
            self.put(entries.LineAnomaly("", "entries_lost", str(lost)), clock.now())
        try:
            with self._disk_in_use():
                if self._site.stale:
                    self._site.write(self._ledger.documents())
                if self._sign_due() <= 0:
                    self._ledger.leave_sign(clock.now().wall)
                    self._written = clock.now().mono
                self._ledger.tidy()
        except apsw.Error as error:
            if self._damaged(error):
                return False
            self._failed(error)
            return True
        self._suspicions = 0
        if self._trouble != "disk_full" or self._reserve.make():
            self._over()  # else: what waited is on disk, but there is no room for the next
        return True

    @contextlib.contextmanager
    def _disk_in_use(self) -> Iterator[None]:
        self._busy_since = clock.now().mono
        self._in_use.set()
        try:
            yield
        finally:
            self._busy_since = None

    def _damaged(self, error: apsw.Error) -> bool:
        """Whether the file is damaged beyond doubt; then it is told. A read error of the card looks the same to SQLite
        (unixRead: EIO is SQLITE_IOERR_CORRUPTFS, given as SQLITE_CORRUPT), and errno is not told for it."""
        if not isinstance(error, DAMAGED):
            return False
        with self._disk_in_use():
            unreadable = self._ledger.unreadable()
        self._suspicions = 0 if unreadable else self._suspicions + 1
        if self._suspicions < CERTAIN:
            log.warning("the ledger looks damaged (%s); the disk: %s", error, unreadable or "reads it")
            return False
        self._doubt(str(error))
        return True

    def _doubt(self, detail: str) -> None:
        log.critical("the ledger is in doubt: %s", detail)
        self._tell(LedgerDoubtful(detail))

    def _failed(self, error: apsw.Error) -> bool:
        """Tell of `error`; True when room was made and it is worth trying again at once."""
        if isinstance(error, apsw.FullError):
            kind = "disk_full"
        elif isinstance(error, apsw.BusyError | apsw.LockedError):
            kind = "locked"
        else:
            kind = "disk_error"
        self._began(kind, str(error))
        return kind == "disk_full" and self._reserve.free()

    def _give_up(self, batch: Sequence[Waiting]) -> bool:
        log.error("%d entries could not be recorded", len(batch) + len(self._queue))
        for waiting in batch:
            if waiting.then is not None:
                self._call(waiting.then, CLOSED)
        return False

    def _end(self) -> None:
        with self._more:
            self._ended = True
            left = self._queue.take(len(self._queue))
            self._queue.lost += len(left) + self.in_hand
            self.in_hand = 0
        self._closing.set()
        self._in_use.set()
        for waiting in left:
            if waiting.then is not None:
                self._call(waiting.then, CLOSED)
        self._ledger.close()

    # ---- telling

    def _watch(self) -> None:
        """A second pair of eyes: a disk that neither works nor fails leaves the recorder's thread waiting in the kernel."""
        in_vain = 0
        while not self._closing.wait(GLANCE):
            since = self._busy_since
            in_vain = in_vain + 1 if since is None else 0
            if in_vain >= LOOKS:
                self._sleep_until_used()
                in_vain = 0
            elif since is not None and clock.now().mono - since > HUNG:
                self._began("stalled", "the disk does not answer")
                with (
                    self._more
                ):  # should the commit have ended meanwhile, the recorder looks whether all is well
                    self._more.notify()

    def _sleep_until_used(self) -> None:
        self._in_use.clear()
        if self._busy_since is None and not self._closing.is_set():
            self._in_use.wait()

    def _began(self, kind: str, detail: str) -> None:
        with self._trouble_lock:
            if kind == self._trouble or (kind == "stalled" and self._trouble is not None):
                return
            self._trouble = kind
            self._tell(RecorderTrouble(kind, detail))

    def _over(self) -> None:
        with self._trouble_lock:
            if self._trouble is not None:
                self._trouble = None
                self._tell(RecorderRecovered())

    def _tell(self, news: RecorderNews) -> None:
        self._tell_loop(news)

    def _call(self, then: Then, outcome: Recorded | Refused) -> None:
        try:
            then(outcome)
        except Exception:  # a listener's fault must not end recording
            log.exception("a listener failed")
