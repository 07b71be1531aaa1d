"""What the lines, the button and people do in; who is believed to be at the desk, on record, and reminders at the desk, out.

Rules are in `presence` and `desk_reminder`; it never blocks and reads no clock: called from the loop's thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from device.signals import Instant
from firmware_app.alerts import Standing
from firmware_app.calls.call import Call, CallEvent, Direction, Trouble, TroubleBegan
from firmware_app.calls.callback_rules import Rules
from firmware_app.calls.civil_time import civil
from firmware_app.calls.known_line import LineState
from firmware_app.calls.machine_answers import is_by_machine, machine_delay
from firmware_app.calls.opening_hours import OpeningHours, Versioned
from firmware_app.calls.presence import Believed, DeskPresence, Source
from firmware_app.desk_reminder import MINUTE, DeskReminder
from firmware_app.line_ears import OFF_HOOK, LineEars
from firmware_app.records import entries
from firmware_app.reminding import Escalation

# What somebody at the desk records. A new password, other hours or a carrier's bill may come from anywhere.
ACTIONS = (
    entries.CallSeen,
    entries.CallSettled,
    entries.CallbackAttempted,
    entries.CallbackPostponed,
    entries.CaseClosed,
    entries.CaseReopened,
    entries.NumberNoted,
    entries.NumberMarked,
    entries.DialAsked,
    entries.NumberRevealed,
    entries.StillTalking,
)

Put = Callable[[entries.Entry, Instant, str], None]
Remind = Callable[[int], None]
"""Told how many missed calls nobody has looked at, when the desk is to be reminded of them."""


class DeskWatch:
    """`boot`: of this run; `put` hands an entry to the recorder; `remind` blips and speaks."""

    def __init__(
        self, boot: str, escalation: Escalation, timezone: ZoneInfo, *, put: Put, remind: Remind
    ) -> None:
        every = escalation.buzzer_every_minutes
        self._boot = boot
        self._zone = timezone
        self._put = put
        self._remind = remind
        self._off = every is None and escalation.voice is None
        self._presence = DeskPresence(True)
        self._reminder = DeskReminder(None if every is None else every * MINUTE, escalation.quiet)
        self._hours: OpeningHours | None = None
        self._lines: Mapping[str, object] = {}
        self._rules = Rules()
        self._states: dict[str, LineState] = {}
        self._unseen = 0

    @property
    def present(self) -> bool:
        return self._presence.present

    def resume(self, present: bool) -> None:
        """As the ledger has it, before anything is heard."""
        self._presence.present = present

    def documents_are(self, documents: Mapping[str, Versioned]) -> None:
        """The site documents that hold from now on: service hours, and after how long a machine answers a line."""
        hours = OpeningHours.from_documents(documents, self._zone)
        self._hours = hours if isinstance(hours, OpeningHours) else None
        self._lines = documents["lines"].content if "lines" in documents else {}
        given = documents.get("callback_rules")
        rules = None if given is None else Rules.from_document(given.content, given.version)
        self._rules = rules if isinstance(rules, Rules) else Rules()

    # ---- what happens

    def line(self, line: LineEars, events: Iterable[CallEvent], now: Instant) -> None:
        """`line` was heard or a deadline of it passed."""
        machine = line.machine
        before, after = self._states.get(line.name, LineState.STARTING), machine.state
        if any(_left_off_hook(event) for event in events):
            self._presence.on_hook(line.name, machine.since or now)  # nobody is there
        if before is after:
            return
        self._states[line.name] = after
        if after in OFF_HOOK and before not in OFF_HOOK:
            # OFF_HOOK without a call is a line that was found so: nobody saw when it was lifted
            lifted = before in (LineState.IDLE, LineState.RINGING) and after is not LineState.OFF_HOOK
            if not self._by_machine(line.name, machine.call):
                self._believe(self._presence.off_hook(line.name, machine.since or now, lifted=lifted), now)
        elif before in OFF_HOOK and after not in OFF_HOOK:
            self._presence.on_hook(line.name, now)

    def _by_machine(self, line: str, call: Call | None) -> bool:
        """Whether the call that is taken now is taken by the machine of that line: then nobody has come."""
        known = self._lines.get(line)
        if call is None or call.direction is Direction.OUTBOUND or not isinstance(known, Mapping):
            return False
        return is_by_machine(call.answer_delay, machine_delay(known), self._rules)

    def pressed(self, present: bool, at: Instant) -> None:
        """The button at the desk."""
        self._believe([self._presence.said(present, Source.BUTTON, at)], at, "desk")

    def told(self, entry: entries.Entry, now: Instant) -> None:
        """Somebody who has signed in recorded `entry`."""
        if isinstance(entry, entries.Presence):
            self._presence.said(entry.present, Source.PANEL, now)  # it is on record already
            self._stand(now)
        elif isinstance(entry, ACTIONS):
            self._believe(self._presence.acted(now), now)

    def committed(self, recorded: Iterable[entries.Entry], standing: Standing, now: Instant) -> None:
        """What was just put on record, and how things stand."""
        for entry in recorded:
            if isinstance(entry, entries.CallRecorded) and self._is_missed(entry):
                edge = entry.started_mono if entry.last_edge_mono is None else entry.last_edge_mono
                started = Instant(entry.started_mono, entry.started_wall)
                self._believe(self._presence.missed(started, started.plus(edge - started.mono)), now)
        self._unseen = standing.unseen
        self._stand(now)

    def _is_missed(self, entry: entries.CallRecorded) -> bool:
        over = entry.stage == "closed" and entry.boot == self._boot
        return over and entry.disposition == "no_answer" and entry.in_hours is True

    def _believe(self, words: Iterable[Believed], now: Instant, actor: str = "monitor") -> None:
        for word in words:
            self._put(entries.Presence(word.present, word.source.value, word.since_wall), now, actor)
        self._stand(now)

    def _stand(self, now: Instant) -> None:
        if not self._off:
            self._reminder.now_is(now, waiting=self._unseen > 0, present=self._presence.present)

    # ---- reminding

    def next_deadline(self) -> int | None:
        """Monotonic ns at which to call `expire`."""
        return self._reminder.next_deadline()

    def expire(self, now: Instant) -> None:
        """Remind, when it is time."""
        deadline = self._reminder.next_deadline()
        if deadline is None or now.mono < deadline:
            return
        minute = civil(now.wall, self._zone) // MINUTE % (24 * 60)
        in_hours = self._hours is not None and self._hours.in_hours(now.wall)
        busy = any(state is LineState.RINGING or state in OFF_HOOK for state in self._states.values())
        if self._reminder.expire(now, minute=minute, in_hours=in_hours, busy=busy):
            self._remind(self._unseen)


def _left_off_hook(event: CallEvent) -> bool:
    return isinstance(event, TroubleBegan) and event.trouble is Trouble.LEFT_OFF_HOOK
