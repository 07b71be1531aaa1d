"""The monitor's loop: everything that happens arrives in one queue, one thread decides, others listen, write and show.

Order in the loop: what IS goes to the annunciator at once; what happened goes to the recorder; what WAS is shown only
when the recorder tells of its commit (docs/ARCHITECTURE.md, invariant 2). The loop does no disk, no network, no blocking send.

Threads: this loop (main) · one per ear of a line · recorder · monitor-socket · the scheduler's two · gpiozero's patterns.
"""

from __future__ import annotations

import json
import logging
import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from device import clock, signals
from device.interface import Button, Press
from device.priority import go_first
from device.signals import MILLISECOND, SECOND, Instant
from firmware_app.annunciator import Annunciator, LampProblem, LampTest
from firmware_app.calls.call import Call, CallEvent, Trouble, TroubleBegan, TroubleEnded
from firmware_app.calls.line_machine import LineMachine
from firmware_app.desk_entries import from_desk
from firmware_app.desk_watch import DeskWatch
from firmware_app.line_ears import EarSignal, LineEars, close_all
from firmware_app.line_records import LineRecords
from firmware_app.line_view import iso, line_json
from firmware_app.monitor_requests import NO_SUCH_LINE, Asked, Checker, DialOver, MonitorRequests
from firmware_app.monitor_socket import Answer, Json, MonitorSocket, failure
from firmware_app.records import entries, privacy
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.recorder import (
    Committed,
    LedgerDoubtful,
    Recorder,
    RecorderNews,
    RecorderRecovered,
    RecorderTrouble,
)
from firmware_app.records.site_documents import Document
from firmware_app.reminding import SILENT, Escalation
from firmware_app.wording import Text

log = logging.getLogger(__name__)

STATE_DELAY = 20 * MILLISECOND  # peers are told the present so late at the most: recording goes first


@dataclass(frozen=True, slots=True)
class Pressed:
    press: Press
    at: Instant


@dataclass(frozen=True, slots=True)
class Told:
    """An entry a person recorded, on its way through the loop so that lamps and machines know of it."""

    entry: entries.Entry


@dataclass(frozen=True, slots=True)
class Stop:
    reason: str


Work = EarSignal | RecorderNews | Pressed | Asked | DialOver | Told | LampTest | LampProblem
Item = Work | Stop


class Monitor:
    """Runs until `stop`. Built by `assemble`, which gives it the concrete parts."""

    def __init__(
        self,
        *,
        boot: str,
        items: queue.SimpleQueue[Item],
        site: Json,
        lines: Sequence[LineEars],
        annunciator: Annunciator,
        button: Button | None,
        timezone: ZoneInfo,
        escalation: Escalation = SILENT,
        speak: Callable[[int], None] | None = None,
    ) -> None:
        now = clock.now()
        self.queue = items
        self._boot = boot
        self._site = site
        self._lines = {line.name: line for line in lines}
        self._numbers = {line.name: line.number for line in lines}
        self._opened = now
        self._annunciator = annunciator
        self._button = button
        self.records = LineRecords(self._numbers, timezone, lambda entry, at: self._put(entry, at, "monitor"))
        self._recorder: Recorder | None = None
        self._socket: MonitorSocket | None = None
        self._requests = MonitorRequests(self._lines, annunciator.silence, self._announce, items.put)
        self._standing: dict[str, Any] = {"unseen": 0, "due": 0, "unsettled": 0}
        self._documents: dict[str, Document] = {}
        self._blips = escalation.buzzer_every_minutes is not None
        self._speak = speak
        self._desk = DeskWatch(boot, escalation, timezone, put=self._put, remind=self._remind)
        self._fresh_lines = set(self._lines)  # not yet heard of since this start
        self._recorder_ok = True
        self._told: Json = {}
        self._state_due: int | None = None  # when peers must be told the present (ns)

    # ---- what assemble connects

    def connect(self, recorder: Recorder, socket: MonitorSocket) -> None:
        self._recorder, self._socket = recorder, socket
        self.records.faults_on_record(recorder.standing.faults)  # as the last run left them
        self._desk.resume(recorder.standing.present)
        self._requests.uplink_there = lambda: socket.listens("uplink")
        self._publish(clock.now())  # whoever connects first is told of every line

    def connect_checker(self, checker: Checker) -> None:
        """`checker(line, trigger, answer)` runs a line check in a thread of its own."""
        self._requests.checker = checker

    def documents_are(self, documents: Mapping[str, Document]) -> None:
        """The site documents that hold from now on."""
        self._documents = dict(documents)
        self.records.documents_are(documents)
        self._desk.documents_are(documents)

    def resume(self, calls: Sequence[Call]) -> None:
        """Take up the calls that were open when the last run ended, before any line is opened."""
        now = clock.now()
        for call in calls:
            line = self._lines.get(call.line)
            machine = line.machine if line else LineMachine(call.line, self._boot)  # no longer wired: closed
            self._carry_out(machine.resume(call, now))

    def stop(self, reason: str) -> None:
        self.queue.put(Stop(reason))

    # ---- Desk: called in the socket's thread

    def record(self, kind: str, body: Json, actor: str, answer: Answer) -> None:
        entry = from_desk(kind, body)
        if isinstance(entry, entries.StillTalking) and entry.line not in self._lines:
            entry = NO_SUCH_LINE
        if isinstance(entry, Text):
            answer(failure("invalid", entry))
            return

        def then(outcome: Recorded | Refused) -> None:
            if isinstance(outcome, Refused):
                answer(failure(outcome.code, outcome.message))
                return
            self.queue.put(Told(outcome.entry))
            answer({"ok": True, "seq": outcome.seq})

        self._put(entry, clock.now(), actor, then)

    def request(
        self, what: str, line: str | None, within: float, answer: Answer, number: str | None = None
    ) -> None:
        self.queue.put(Asked(what, line, clock.now().mono + signals.seconds(within), answer, number))

    # ---- the loop

    def run(self) -> str:
        """Listen until stopped; gives the reason."""
        go_first()
        now = clock.now()
        if self._button is not None:
            self._button.start(lambda press, at: self.queue.put(Pressed(press, at)))
        for listening in self._lines.values():
            listening.start(self.queue.put)
        for kind, line in self.records.faults_of_lines_no_longer_wired():
            self._annunciator.fault(kind, line, False)
            self.records.fault_ended(kind, line, now)
        self._publish(now)
        while True:
            try:
                item = self.queue.get(timeout=self._patience())
            except queue.Empty:
                item = None
            if isinstance(item, Stop):
                return item.reason
            if item is not None:
                self._take(item)
            self._expire(clock.now())

    def _patience(self) -> float | None:
        """Seconds until the next deadline, None when nothing is awaited."""
        deadlines = [line.machine.next_deadline() for line in self._lines.values()]
        deadlines += [self._annunciator.next_deadline(), self._desk.next_deadline(), self._state_due]
        due = [deadline for deadline in deadlines if deadline is not None]
        return max(0.0, (min(due) - clock.now().mono) / SECOND) if due else None

    def _expire(self, now: Instant) -> None:
        for line in self._lines.values():
            self._follow(line, line.expire(now), now)
        self._desk.expire(now)
        self._annunciator.expire(now)
        self._tell_present(now)

    def _tell_present(self, now: Instant) -> None:
        """Recording goes first: two words of one moment are committed together, and nothing competes with the recorder."""
        if self._state_due is None:
            self._state_due = now.mono + STATE_DELAY
        busy = not self.queue.empty() or (self._recorder is not None and self._recorder.waiting > 0)
        if not busy or now.mono >= self._state_due:
            self._state_due = None
            self._publish(now)

    def _take(self, item: Work) -> None:
        match item:
            case Committed():
                self._committed(item)
            case RecorderTrouble() | RecorderRecovered() | LedgerDoubtful():
                self._recorder_health(item)
            case Pressed(press=press, at=at):
                present = self._annunciator.pressed(press, at)
                if present is not None:
                    self._desk.pressed(present, at)
            case Asked() | DialOver():
                self._requests.take(item, clock.now().mono)
            case Told(entry=entry):
                self._told_by_desk(entry)
            case LampTest() | LampProblem():
                self._lamps(item)
            case _:
                self._heard(item)

    def _recorder_health(self, news: RecorderTrouble | RecorderRecovered | LedgerDoubtful) -> None:
        """A disk that fails is on the lamp at once (docs/ARCHITECTURE.md, invariant 9); only a doubtful ledger ends the program."""
        self._recorder_ok = isinstance(news, RecorderRecovered)
        self._annunciator.fault("records", None, not self._recorder_ok)
        match news:
            case RecorderTrouble(kind=kind, detail=detail):
                log.error("records: %s %s", kind, detail)
            case RecorderRecovered():
                log.info("records: recovered")
            case LedgerDoubtful(detail=detail):
                log.critical("records: the ledger's integrity is in doubt: %s", detail)
                self.stop("ledger")

    def _lamps(self, item: LampTest | LampProblem) -> None:
        if isinstance(item, LampTest):
            self._annunciator.lamp_test(item.on)
        else:
            self.records.fault("lamp", None, clock.now(), self._annunciator.lamp_problem(item))

    def _heard(self, heard: EarSignal) -> None:
        line = self._lines.get(heard.signal.line)
        if line is None:
            return
        if isinstance(heard.signal, signals.LineRestored) and line.name in self._fresh_lines:
            # faults left open by the run before end when the line is heard again; what still holds begins anew
            self._fresh_lines.discard(line.name)
            for kind in self.records.open_faults_of(line.name):
                self._annunciator.fault(kind, line.name, False)
                self.records.fault_ended(kind, line.name, heard.signal.at)
        self._follow(line, line.handle(heard), heard.signal.at)

    def _follow(self, line: LineEars, events: Sequence[CallEvent], now: Instant) -> None:
        self._carry_out(events)
        self._desk.line(line, events, now)

    def _remind(self, unseen: int) -> None:
        if self._blips:
            self._annunciator.remind()
        if self._speak is not None:
            self._speak(unseen)

    def _carry_out(self, events: Sequence[CallEvent]) -> None:
        for event in events:
            self._annunciator.call_event(event)
            if isinstance(event, TroubleBegan | TroubleEnded) and event.trouble is not Trouble.STILL_TALKING:
                self._annunciator.fault(event.trouble.value, event.line, isinstance(event, TroubleBegan))
            self.records.event(event)

    def _put(
        self,
        entry: entries.Entry,
        at: Instant,
        actor: str,
        then: Callable[[Recorded | Refused], None] | None = None,
    ) -> None:
        if self._recorder is not None:
            self._recorder.put(entry, at, actor, then)

    # ---- what comes back

    def _committed(self, news: Committed) -> None:
        standing = news.standing
        self._standing = {"unseen": standing.unseen, "due": standing.due, "unsettled": standing.unsettled}
        self._annunciator.standing(standing)
        self._desk.committed([recorded.entry for recorded in news.recorded], standing, clock.now())
        for recorded in news.recorded:
            entry = recorded.entry
            if isinstance(entry, entries.CallRecorded) and entry.stage == "closed":
                self._announce_missed(recorded.row, entry)
        if news.recorded:
            self._announce(
                {
                    "event": "recorded",
                    "seq": news.recorded[-1].seq,
                    "mono": news.at,  # ns: when it was durable, for whoever measures
                    "kinds": [type(recorded.entry).__name__ for recorded in news.recorded],
                    "rows": [recorded.row for recorded in news.recorded],
                    "lines": [getattr(recorded.entry, "line", None) for recorded in news.recorded],
                }
            )

    def _announce_missed(self, call: int | None, entry: entries.CallRecorded) -> None:
        if entry.disposition not in ("no_answer", "unknown"):
            return
        number = entry.number.content if isinstance(entry.number, entries.Personal) else None
        masked = privacy.mask_number(number, self._numbers.get(entry.line, "")) if number else None
        self._announce(
            {
                "event": "missed",
                "call": call,
                "line": entry.line,
                "masked": masked,
                "absence": entry.absence,
                "started_at": iso(entry.started_wall),
                "disposition": entry.disposition,
            }
        )

    def _announce(self, event: Json) -> None:
        if self._socket is not None:
            self._socket.announce(event)

    def _told_by_desk(self, entry: entries.Entry) -> None:
        self._desk.told(entry, clock.now())
        match entry:
            case entries.StillTalking(line=line) if line in self._lines:
                self._carry_out(self._lines[line].machine.still_talking(clock.now()))
            case entries.SiteDocumentChanged(name=name, content=content, version=version, digest=digest):
                changed = Document(name, version, digest, json.loads(content))
                self.documents_are({**self._documents, name: changed})
            case _:
                return

    def _publish(self, now: Instant) -> None:
        """Tell peers the present, when it differs from what they were told (the time of day alone does not count)."""
        if self._socket is None:
            return
        told = {
            "site": self._site,
            "lines": [
                {**line_json(line.machine, line.number, self._opened, now), "ears": line.view()}
                for line in self._lines.values()
            ],
            "lamps": self._annunciator.lamps(),
            "standing": self._standing,
            "present": self._desk.present,
            # what waits is told only in trouble: in good times it changes with every entry and says nothing
            "recorder": {
                "ok": self._recorder_ok,
                "waiting": self._recorder.waiting if self._recorder and not self._recorder_ok else 0,
            },
        }
        if told != self._told:
            self._told = told
            self._socket.publish({"at": iso(now.wall), **told})

    # ---- the end

    def close(self) -> None:
        """Close lines, lamps and socket (the recorder is closed by its owner, last)."""
        close_all(self._lines.values())
        if self._button is not None:
            self._button.close()
        self._annunciator.close()
        if self._socket is not None:
            self._socket.close()
