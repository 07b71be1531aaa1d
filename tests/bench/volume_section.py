"""A ledger of 100,000 calls beside an empty one: recording must take as long, and the panel's first page must stay quick.

The ledger is built through the program's own `Ledger` (about three years of a busy service point, most calls answered, most cases closed)
and kept under .bench until the program's records change.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from device import clock
from device.signals import SECOND, CallerId, Instant
from firmware_app.call_entries import call_entry
from firmware_app.calls.call import Call, Direction, Disposition
from firmware_app.records.entries import CallbackAttempted, CallSeen, Entry
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.recorder import Recorder
from tests.bench.appliance import (
    BENCH,
    ROOT,
    GpioPins,
    Process,
    configuration,
    fresh_folder,
    loopback_port,
    pins,
    start_monitor,
    subscribed,
)
from tests.bench.emulated_modem import wait_until
from tests.bench.figure_table import Figure, Spread, at_most
from tests.bench.panel_visitor import Visitor, answers

CALLS = 100_000
NUMBERS = 20_000
EVERY = 18 * 60 * SECOND  # one call each 18 minutes: 80 a day
LEFT_OPEN = 30  # cases that nobody has closed
MEASURED = 400  # calls recorded in each of the two ledgers, three commits each
PAGES = 100
SLOWER = 1.10
PAGE_BAR = 50.0  # ms
LINE_NUMBER = "03562217000"
SEED = 20261123


def run() -> list[Figure]:
    full = full_ledger()
    return [*recording(full), *first_page(full)]


# ---- building it


def full_ledger() -> Path:
    """A folder with the ledger of 100,000 calls, as the present program makes it."""
    made_by = hashlib.sha256()
    for path in [*sorted((ROOT / "firmware_app" / "records").glob("*.py")), Path(__file__)]:
        made_by.update(path.read_bytes())
    folder = BENCH / f"ledger-{CALLS}-{made_by.hexdigest()[:12]}"
    if not (folder / "complete").exists():
        for old in BENCH.glob(f"ledger-{CALLS}-*"):
            shutil.rmtree(old)
        _build(folder)
        (folder / "complete").touch()
    return folder


def _build(folder: Path) -> None:
    luck = random.Random(SEED)
    ledger = Ledger(folder / "ledger.db", "bench-boot")
    try:
        due: list[Pending] = []
        for begin in range(0, CALLS, 200):
            batch = [entry for number in range(begin, begin + 200) for entry in _history(number, luck)]
            recorded = ledger.append([*due, *batch])
            due = list(_aftermath(recorded, last=begin + 200 >= CALLS - 10 * LEFT_OPEN))
            ledger.tidy()
    finally:
        ledger.close()


def _history(number: int, luck: random.Random) -> Iterator[Pending]:
    """One call of the past: opened, caller ID, closed."""
    ago = (CALLS - number) * EVERY
    start = clock.now().plus(-ago)
    start = Instant(number * EVERY, start.wall)
    out = luck.random()
    disposition = (
        Disposition.ANSWERED if out < 0.88 else Disposition.NO_ANSWER if out < 0.98 else Disposition.ABANDONED
    )
    caller_id = (
        CallerId(f"154{luck.randrange(NUMBERS):08}", date_time="11231940") if luck.random() < 0.95 else None
    )
    for stage, at, call in stages(f"bench-boot:L1:{number}", start, disposition, caller_id):
        yield Pending(call_entry(call, stage, "bench-boot", LINE_NUMBER, True, 1), at)


def stages(
    key: str, start: Instant, disposition: Disposition, caller_id: CallerId | None
) -> Iterator[tuple[str, Instant, Call]]:
    """The states of one call that a monitor records, each with its moment."""
    opened = Call(key, "L1", Direction.INBOUND, start, ring_bursts=1)
    yield "opened", start, opened
    heard = Call(
        key, "L1", Direction.INBOUND, start, 1, start.plus(SECOND), caller_id=caller_id, caller_id_at=start.plus(2 * SECOND)
    )  # fmt: skip
    yield "changed", start.plus(2 * SECOND), heard
    answered = start.plus(7 * SECOND) if disposition is Disposition.ANSWERED else None
    ended = start.plus(60 * SECOND) if answered else start.plus(11 * SECOND)
    closed = Call(
        key, "L1", Direction.INBOUND, start, 2, start.plus(6 * SECOND), answered, ended,
        talk=53 * SECOND if answered else None, uncertainty=0, disposition=disposition,
        caller_id=caller_id, caller_id_at=heard.caller_id_at,
    )  # fmt: skip
    yield "closed", ended, closed


def _aftermath(recorded: Iterable[Recorded | Refused], *, last: bool) -> Iterator[Pending]:
    """What the staff do next morning: look at the missed calls, and reach the callers. The newest cases wait."""
    for each in recorded:
        entry = getattr(each, "entry", None)
        if not isinstance(each, Recorded) or getattr(entry, "disposition", None) != "no_answer" or last:
            continue
        if getattr(entry, "stage", "") == "closed" and each.row is not None:
            then: list[Entry] = [CallSeen(each.row)]
            if getattr(entry, "opens_case", False):
                then.append(CallbackAttempted(each.seq, "reached", "self_reported", closes=True))
            yield from (Pending(one, each.at, "admin") for one in then)


# ---- recording


@dataclass(slots=True)
class Diary:
    """A ledger in use, and how long each commit took (ns)."""

    recorder: Recorder
    took: list[int] = field(default_factory=list)

    def record(self, entry: Entry, at: Instant) -> None:
        done = threading.Event()
        ended = 0

        def then(_: Recorded | Refused) -> None:
            nonlocal ended
            ended = clock.now().mono
            done.set()

        began = clock.now().mono
        self.recorder.put(entry, at, "monitor", then)
        if not done.wait(10):
            raise TimeoutError("an entry was not recorded within 10 s")
        self.took.append(ended - began)


def recording(full: Path) -> list[Figure]:
    """The same calls into both ledgers, in turn."""
    folders = [fresh_folder("volume-empty"), fresh_folder("volume-full")]
    _copy(full, folders[1])
    diaries = [Diary(Recorder(folder / "ledger.db", "bench-boot-2", lambda _: None)) for folder in folders]
    try:
        for number in range(MEASURED):
            caller_id = CallerId(f"154{NUMBERS + number:08}", date_time="11231940")
            disposition = (Disposition.ANSWERED, Disposition.NO_ANSWER)[number % 2]
            call = list(stages(f"bench-boot-2:L1:{number}", clock.now(), disposition, caller_id))
            for diary in diaries if number % 2 else reversed(diaries):
                for stage, at, known in call:
                    diary.record(call_entry(known, stage, "bench-boot-2", LINE_NUMBER, True, 1), at)
    finally:
        for diary in diaries:
            diary.recorder.close()
    empty, filled = (Spread(tuple(diary.took)) for diary in diaries)
    return [
        Figure("one commit, empty ledger, p50 / p95", "", empty.told()),
        Figure(f"one commit, {CALLS:,} calls in the ledger, p50 / p95", "", filled.told()),
        at_most("  p50 against empty", filled.p50 / empty.p50, SLOWER, "times", digits=2),
        at_most("  p95 against empty", filled.p95 / empty.p95, SLOWER, "times", digits=2),
    ]


def _copy(full: Path, folder: Path) -> None:
    """A copy of a ledger that nobody has open."""
    for path in full.glob("ledger.db*"):
        shutil.copy(path, folder / path.name)


# ---- the panel


def first_page(full: Path) -> list[Figure]:
    """Signed in, over HTTP, one visitor: the whole page, as the browser gets it."""
    folder = fresh_folder("volume-panel")
    data = folder / "data"
    data.mkdir()
    _copy(full, data)
    port = loopback_port()
    config = configuration(folder, [GpioPins(17, 27)], panel_port=port)
    with (
        start_monitor(folder, config),
        pins(folder) as chip,
        subscribed(folder) as hearing,
        Process(folder, ["-m", "web_panel", "--config", str(config)], "panel"),
    ):
        chip.send("ready")  # somebody plays the line: it is at rest
        if not wait_until(lambda: answers(port), 15):
            raise TimeoutError("the panel does not answer")
        visitor = Visitor(port)
        visitor.sign_in(hearing)
        first = visitor.first_page()
        pages = Spread(tuple(visitor.first_page() for _ in range(PAGES)))
    return [
        Figure("panel's first page, the very first request", "", f"{first / 1e6:.1f} ms"),
        Figure(f"panel's first page, {CALLS:,} calls, p50 / p95", "", pages.told()),
        at_most("  p95", pages.p95, PAGE_BAR, "ms"),
    ]
