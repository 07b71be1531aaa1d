"""What to send a modem and when, and what its bytes mean: the conversation with one opened modem, bytes and moments in,
line signals and bytes to send out. Pure: no port, no thread, no clock.

The thin driver (modem) calls `begin`, then `heard` for what was read and `expire` when `next_deadline` has come; after each call
it sends what `to_send` gives and looks at `failure`: a reason to close the port, open it again and begin anew.

    modem_setup: who are you? ──► modem_watch: is all well, is it off-hook? ◄──► modem_check, modem_dialling, when asked to

Rule 1: one command at a time; the next is sent when the last is answered or its patience is over.
Rule 2: nothing is sent while a caller-ID block is, or may be, under way (ModemHearing.quiet_from), but to let go of the line.
Rule 3: what is not the answer to a question is heard by `modem_ear`, whenever it comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from device.at_protocol import ModemReader
from device.interface import CheckResult, DialEnd
from device.line_voltage import Reading
from device.modem_check import Check
from device.modem_dialling import NUMBER, ModemDialling
from device.modem_ear import ModemEar
from device.modem_events import ModemEvent, Result
from device.modem_hearing import FIELD_GAP
from device.modem_models import VOLTAGE, Command, Model
from device.modem_question import Purpose, Question
from device.modem_setup import Answer, SetUp
from device.modem_watch import ModemWatch
from device.signals import SECOND, Instant, LineRestored, LineSignal

LONGEST_PAUSE = (
    2 * SECOND
)  # within a line: a modem that was reset in the midst of a number never says the rest of it


class ModemDialogue:
    """The conversation with one modem, from the opening of its port to its closing."""

    def __init__(self, line: str, init: tuple[str, ...] = ()) -> None:
        self._line = line
        self._reader = ModemReader()
        self._ear = ModemEar(line)
        self._setup = SetUp(init)
        self._watch: ModemWatch | None = None  # once it is set up
        self._question: Question | None = None
        self._checks: deque[Check] = deque()
        self._dialling: ModemDialling | None = None
        self._dialled: Callable[[DialEnd], None] = lambda end: None
        self._out = bytearray()
        self._now = 0
        self._last_byte = 0
        self.failure: str | None = None

    @property
    def restored(self) -> bool:
        """The modem is set up."""
        return self._watch is not None

    @property
    def model(self) -> Model:
        """Who the modem is, as far as it is known: whole once `restored`. (`ringkeeper probe` tells it.)"""
        return self._setup.model

    @property
    def holds_line(self) -> bool:
        """The modem itself may hold the line: it is to be let go of before the port is closed."""
        return self._dialling is not None and self._dialling.holds

    @property
    def dropped(self) -> int:
        """Unread lines that were too many to be told."""
        return self._ear.hearing.dropped

    def lost_since(self, now: Instant) -> Instant:
        """When a modem that failed was lost: some moments ago, where that is known and may still be told; else now."""
        return now if self._watch is None else self._watch.lost_since(now)

    def to_send(self) -> bytes:
        """The bytes to send now; each is given once."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def begin(self, now: Instant) -> None:
        """The port is open."""
        self._next_step(now)

    def heard(self, data: bytes, now: Instant) -> list[LineSignal]:
        """Bytes that were read at `now`."""
        events = self._reader.break_off() if now.mono - self._last_byte > LONGEST_PAUSE else []
        self._last_byte = now.mono
        signals: list[LineSignal] = []
        for event in [*events, *self._reader.receive(data)]:
            signals += self._event(event, now)
        return signals + self.expire(now)

    def next_deadline(self) -> int | None:
        """When `expire` has something to do (ns of the monotonic clock); None when there is nothing to wait for."""
        moments = [self._question.deadline] if self._question else []
        if self._dialling is not None:
            moments += [each for each in (self._dialling.next_deadline(),) if each is not None]
        if not moments or self._question is None:
            moments += [each for each in (self._asks_at(),) if each is not None]
        return min(moments, default=None)

    def expire(self, now: Instant) -> list[LineSignal]:
        """Do what is due: give up a question, ask the next one."""
        self._now = now.mono
        if self.failure is not None:
            return []
        signals = self._dialling.expire(now) if self._dialling else []
        if self._dialling is not None and self._dialling.interrupts():
            self._question = None
        question = self._question
        if question is not None and now.mono >= question.deadline:
            signals += self._answered(question, None, now)
        self._dialling_over(now)
        if self._question is None and self.failure is None:
            self._ask_next(now)
        return signals

    def check(self, deliver: Callable[[CheckResult], None], deadline: int, now: Instant) -> None:
        """Ask the modem whether all is well; `deliver` gets the result once, unless `deadline` (mono ns) passes before."""
        measure = self._watch.measure if self._watch else None
        self._checks.append(Check(deadline, deliver, measure or VOLTAGE))
        self.expire(now)

    def dial(self, number: str, told: Callable[[DialEnd], None], now: Instant) -> list[LineSignal]:
        """Dial (see device.interface.Dialler); `told` gets the end once, perhaps at once."""
        refused = self._refused(number, now)
        if refused is not None or self._watch is None:
            told(refused or DialEnd.LOST)
            return []
        how = self._setup.model.dialling
        assert how is not None
        self._dialled = told
        self._dialling = ModemDialling(self._line, number, self._ear, how, self._watch.measure, now)
        return self.expire(now)

    def cancel_dial(self, now: Instant) -> list[LineSignal]:
        """Let go of the line, if a dialling is under way."""
        if self._dialling is None:
            return []
        self._dialling.cancel(now)
        return self.expire(now)

    def abandon(self, end: DialEnd) -> None:
        """The port is lost or is closed: a dialling under way is over, and so it is told."""
        if self._dialling is not None:
            self._dialling = None
            self._dialled(end)

    # --- asking ------------------------------------------------------------------------------------------------------

    def _when_free(self, moment: int) -> int:
        """The first moment, not before this one, when a command disturbs nothing."""
        if self._reader.in_midst:
            moment = max(moment, self._last_byte + FIELD_GAP)
        return self._ear.hearing.quiet_from(moment)

    def _asks_at(self) -> int | None:
        """When the next command is to be sent, with no question open."""
        dialling = self._dialling
        if dialling is not None:
            moment = dialling.asks_at()
            free = moment is None or dialling.holds
            return moment if free else self._when_free(max(moment or 0, self._now))
        if self._watch is None:
            return None
        return self._when_free(self._now if self._checks else max(self._watch.due, self._now))

    def _ask(self, command: Command, purpose: Purpose, now: Instant) -> None:
        hurry = purpose is Purpose.WATCH and self._ear.hearing.ringing(now.mono)
        self._question = Question(command, purpose, now, hurry)
        self._out += command.text.encode("ascii") + b"\r"

    def _next_step(self, now: Instant) -> None:
        command = self._setup.command
        if command is not None:
            self._ask(command, Purpose.SET_UP, now)

    def _ask_next(self, now: Instant) -> None:
        """A dialling goes first, then a check that waits; then the watch over the line. When it disturbs nothing."""
        while self._checks and self._checks[0].deadline <= now.mono:
            self._checks.popleft()  # too late: whoever asked has gone
        due = self._asks_at()
        if due is None or due > now.mono or self._watch is None:
            return
        if self._dialling is not None:
            self._ask(self._dialling.command(now), Purpose.DIAL, now)
        elif self._checks:
            self._ask(self._checks[0].command, Purpose.CHECK, now)
        else:
            self._ask(self._watch.command(now.mono), Purpose.WATCH, now)

    # --- hearing -----------------------------------------------------------------------------------------------------

    def _event(self, event: ModemEvent, now: Instant) -> list[LineSignal]:
        question = self._question
        taken = question.take(event) if question else False
        if question is not None and isinstance(taken, Result):
            return self._answered(question, taken, now)
        if taken:
            return []
        signals = self._ear.hear(event, now)
        if self._dialling is not None:
            self._dialling.heard(event, now)
        if self._watch is not None and self._ear.hearing.ringing(now.mono):
            self._watch.rung(now.mono)
        return signals

    def _answered(self, question: Question, result: Result | None, now: Instant) -> list[LineSignal]:
        """The question is over, with its result or with none in time."""
        self._question = None
        answer = question.answer(result)
        if self._watch is None:
            return self._step_taken(answer, now)
        if question.purpose is Purpose.DIAL:
            return self._dialling.answered(question, answer, now) if self._dialling else []
        volts = question.volts
        signals = [] if volts is None else self._ear.measured(Reading(volts, question.asked, now))
        self._watch.answered(question, answer, now)
        self.failure = self._watch.failure
        if question.purpose is Purpose.CHECK:
            self._checked(question, answer)
        return signals

    def _step_taken(self, answer: Answer, now: Instant) -> list[LineSignal]:
        setup = self._setup
        setup.answered(answer)
        self.failure = setup.failure
        if not setup.done:
            self._next_step(now)
            return []
        self._ear.knows(setup.model)
        self._watch = ModemWatch(setup, self._ear, now)
        signals: list[LineSignal] = [LineRestored(self._line, now, setup.sensing, setup.interface)]
        if setup.volts is not None:
            signals += self._ear.measured(Reading(setup.volts, now, now))
        self._watch.rest(now.mono)
        return signals

    def _checked(self, question: Question, answer: Answer) -> None:
        """One answer more of the check; with the last, without any, or when all is to be set up anew, it is over."""
        check = self._checks[0]
        if check.take(question, answer) or self.failure is not None:
            self._checks.popleft()
            idle = self._ear.voltage.idle
            check.deliver(check.result(failure=self.failure, idle=idle, interface=self._setup.interface))

    # --- dialling ----------------------------------------------------------------------------------------------------

    def _refused(self, number: str, now: Instant) -> DialEnd | None:
        """Why this number cannot be dialled now: what the line says, what the modem can, what the number is."""
        if self.failure is not None or not self.restored:
            return DialEnd.LOST
        if not NUMBER.fullmatch(number) or not self._setup.model.can_dial:
            return DialEnd.UNABLE
        hearing = self._ear.hearing
        comes = hearing.ringing(now.mono) or hearing.quiet_from(now.mono) > now.mono
        busy = self._dialling is not None or self._ear.lifted or self._ear.voltage.off_hook
        return DialEnd.LINE_IN_USE if comes or busy else None

    def _dialling_over(self, now: Instant) -> None:
        dialling = self._dialling
        if dialling is None or dialling.end is None or self._watch is None:
            return
        self._dialling = None
        if dialling.failed:
            self.failure = "the modem does not answer"
        self._watch.rest(now.mono)
        self._dialled(dialling.end)
