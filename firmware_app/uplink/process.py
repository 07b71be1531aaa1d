"""The life of the process `ringkeeper uplink`: it reads the ledger, hears the monitor, and has channels send what `reminders` decides.

Threads: this loop (main) decides · `channel …`, one each, sends one message at a time, so that a server that hangs holds up
nobody else · `uplink-records` has what was sent recorded, and waits for a monitor that is away · `subscription` hears it.
"""

from __future__ import annotations

import logging
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import apsw

from device import clock
from device.signals import SECOND, Instant
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.monitor_link import Json, MonitorLink, Subscription
from firmware_app.records.database import LedgerError, LedgerNotMade
from firmware_app.records.desk_rules import Desk
from firmware_app.records.reading import Reader
from firmware_app.records.reminder_rows import help_told, help_wanted, last_sent, waiting_clocks
from firmware_app.reminding import Reminder
from firmware_app.settings import Settings
from firmware_app.uplink import channels, messages
from firmware_app.uplink.help_calls import OF_USE, HelpCalls, HelpWanted
from firmware_app.uplink.messages import HELP, TEST, WAITING, Fate, Message, Outcome
from firmware_app.uplink.posting import PATIENT, Patience
from firmware_app.uplink.reminders import Reminders

log = logging.getLogger(__name__)

ACTOR = "uplink"
ROLE = "uplink"  # what the monitor knows us as
AGAIN = 3.0  # seconds between attempts to have something recorded while the monitor is away
MOST_KEPT = 200  # messages that wait to be recorded
LONGEST_DETAIL = 300  # characters, as desk_entries has it
ABSENT = 5 * SECOND  # ns after which a ledger that is not there yet is looked for again
UNREADABLE = 30 * SECOND  # ns after which a ledger that could not be read is tried again


@dataclass(frozen=True, slots=True)
class _Look:
    """Something was recorded."""


@dataclass(frozen=True, slots=True)
class _Test:
    """Somebody asked for a test message on every channel."""


@dataclass(frozen=True, slots=True)
class _Ended:
    channel: Reminder
    occasion: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


_Item = _Look | _Test | _Ended | _Stop


class _Channel:
    """A thread that sends by one channel what it is given, in turn."""

    def __init__(self, reminder: Reminder, patience: Patience, ended: Callable[[_Ended], None]) -> None:
        self.reminder = reminder
        self.tests = 0  # under way
        self._patience = patience
        self._ended = ended
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"channel {reminder.name}", daemon=True)
        self._thread.start()

    def put(self, message: Message | None) -> None:
        """Send it; None: end after what is under way, which nobody waits for."""
        self._queue.put(message)

    def _run(self) -> None:
        while (message := self._queue.get()) is not None:
            try:
                outcome = channels.send(self.reminder, message, clock.now(), self._patience)
            except Exception as error:  # noqa: BLE001 a channel must go on, and a traceback may hold a secret
                log.error(
                    "channel %s: %s", self.reminder.name, type(error).__name__
                )  # its text may hold a secret
                outcome = messages.failed("发送程序出错", "the sender failed")
            self._ended(_Ended(self.reminder, message.occasion, outcome))


class _Records:
    """Has entries recorded one by one, in order; those that wait for the monitor are kept, the oldest dropped at last."""

    def __init__(self, link: MonitorLink) -> None:
        self._link = link
        self._waiting: deque[Json] = deque(maxlen=MOST_KEPT)
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="uplink-records", daemon=True)
        self._thread.start()

    def put(self, body: Json) -> None:
        with self._changed:
            self._waiting.append(body)
            self._changed.notify_all()

    def wake(self) -> None:
        """The monitor is there again."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(1.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or bool(self._waiting))
                if not self._waiting:
                    return
                body = self._waiting[0]
            answer = self._link.record("MessageSent", body, ACTOR)
            with self._changed:
                if answer.error in ("unreachable", "busy"):
                    if self._closing:
                        return
                    self._changed.wait(AGAIN)
                elif (
                    self._waiting and self._waiting[0] is body
                ):  # `unconfirmed` may be on record: twice would be wrong
                    self._waiting.popleft()


class Uplink:
    """Runs until `stop`. patience: with a server."""

    def __init__(self, settings: Settings, patience: Patience = PATIENT) -> None:
        ledger, monitor = settings.data_dir / "ledger.db", settings.run_dir / "monitor.sock"
        self._settings = settings
        self._ledger = ledger
        self._zone = ZoneInfo(settings.timezone)
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._reader = Reader(ledger)
        self._rules = Reminders(settings.reminders, self._zone)
        self._help = HelpCalls(settings.reminders)
        self._records = _Records(MonitorLink(monitor, ledger))
        self._channels = {each.name: _Channel(each, patience, self._queue.put) for each in settings.reminders}
        self._restored = False
        self._blind = False  # the ledger cannot be read, or has no hours: said once
        self._doubted = False  # there were no hours at the last look
        self._subscription = Subscription(
            monitor, ledger, self._heard, lambda: self._queue.put(_Look()), told=self._told, role=ROLE
        )

    def stop(self) -> None:
        self._queue.put(_Stop())

    def run(self) -> int:
        """Send what is due until stopped; gives the exit code."""
        self._subscription.start()
        while True:
            wait = self._look(clock.now())
            try:
                item = self._queue.get(timeout=None if wait is None else wait / SECOND)
            except queue.Empty:
                continue
            if isinstance(item, _Stop):
                break
            self._take(item)
        self._close()
        return 0

    def _close(self) -> None:
        self._subscription.close()
        for channel in self._channels.values():
            channel.put(None)
        self._records.close()
        self._reader.close()

    # ---- what is heard, in the subscription's thread

    def _heard(self, state: Json | None) -> None:
        if state is not None:
            self._records.wake()
            self._queue.put(_Look())

    def _told(self, event: Json) -> None:
        if event.get("event") == "test_reminder":
            self._queue.put(_Test())

    # ---- the loop

    def _take(self, item: _Look | _Test | _Ended) -> None:
        match item:
            case _Look():
                return  # the loop looks anyway
            case _Test():
                for channel in self._channels.values():
                    self._try(channel)
            case _Ended():
                self._ended(item)

    def _try(self, channel: _Channel) -> None:
        """A test message; one at a time, however often somebody presses."""
        if channel.tests:
            return
        channel.tests += 1
        channel.put(trial_message(self._settings, channel.reminder))

    def _ended(self, item: _Ended) -> None:
        channel, outcome = item.channel, item.outcome
        sent = outcome.fate is Fate.SENT
        if item.occasion == TEST:
            self._channels[channel.name].tests -= 1
            self._record(channel, TEST, outcome)
        elif item.occasion == HELP:
            if self._help.ended(channel.name, outcome.fate, clock.now()):
                self._record(channel, HELP, outcome)
        elif self._rules.ended(channel.name, outcome.fate, clock.now()):
            self._record(channel, WAITING, outcome)
            if not sent:
                log.warning("channel %s: has failed for long: %s", channel.name, outcome.why.en)
        log.info("channel %s: %s %s", channel.name, item.occasion, outcome.fate.value)

    def _record(self, channel: Reminder, occasion: str, outcome: Outcome) -> None:
        self._records.put(
            {
                "channel": channel.name,
                "kind": channel.kind,
                "occasion": occasion,
                "outcome": "sent" if outcome.fate is Fate.SENT else "failed",
                "detail": outcome.why.in_language(self._settings.language)[:LONGEST_DETAIL],
            }
        )

    def _look(self, now: Instant) -> int | None:
        """Have sent what is due; ns after which to look again, None: when something is heard."""
        try:
            clocks, hours, wanted = self._seen(now)
        except (LedgerError, apsw.Error) as error:
            if isinstance(error, LedgerNotMade):
                return ABSENT  # the monitor makes it at its first start, which may be now
            self._say_blind(f"the ledger cannot be read: {type(error).__name__}")
            return UNREADABLE
        soon = self._tell_of_help(now, wanted)
        return _sooner(soon, self._remind(now, clocks, hours))

    def _tell_of_help(self, now: Instant, wanted: list[HelpWanted]) -> int | None:
        for name, each in self._help.due(now, wanted):
            self._help.begun(name, each.id)
            site = self._settings.site
            self._channels[name].put(
                messages.call_for_help(site.id, site.name, each.line, self._settings.language)
            )
        return self._help.look_again(now, wanted)

    def _remind(self, now: Instant, clocks: list[int], hours: OpeningHours | None) -> int | None:
        if hours is None:
            if not self._doubted:  # the first entries of a new ledger, its documents, may be on their way
                self._doubted = True
                return ABSENT
            self._say_blind("there are no service hours: working minutes cannot be counted")
            return UNREADABLE
        self._blind = self._doubted = False
        for name in self._rules.due(now, clocks, hours):
            self._rules.begun(name)
            site, waited = self._settings.site, hours.worked(clocks[0], now.wall)
            self._channels[name].put(
                messages.reminder(site.id, site.name, len(clocks), waited, self._settings.language)
            )
        return self._rules.look_again(now, clocks, hours)

    def _seen(self, now: Instant) -> tuple[list[int], OpeningHours | None, list[HelpWanted]]:
        with self._reader.snapshot() as db:
            wanted = [HelpWanted(*each) for each in help_wanted(db, now.wall - OF_USE)]
            if not self._restored:
                for name, wall in last_sent(db).items():
                    self._rules.restore(name, wall, now)
                self._help.restore(help_told(db), wanted)
                self._restored = True
            clocks = waiting_clocks(db, now.wall)
            return clocks, Desk(db, self._zone).hours(), wanted

    def _say_blind(self, why: str) -> None:
        if not self._blind:
            self._blind = True
            log.warning("no reminders: %s", why)


def _sooner(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def trial_message(settings: Settings, reminder: Reminder) -> Message:
    return messages.trial(settings.site.id, settings.site.name, reminder.name, settings.language)


def run(settings: Settings) -> int:
    """The process, until SIGTERM or SIGINT."""
    uplink = Uplink(settings)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: uplink.stop())
    return uplink.run()
