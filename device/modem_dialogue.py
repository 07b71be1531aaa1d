"""What to send a modem and when, and what its bytes mean: the conversation with one opened modem, bytes and moments in,
line signals and bytes to send out. Pure: no port, no thread, no clock.

The thin driver (modem) calls `begin`, then `heard` for what was read and `expire` when `next_deadline` has come; after each call
it sends what `to_send` gives and looks at `failure`: a reason to close the port, open it again and begin anew.

    setting up ──► idle ──RING──► ringing (AT-TRV every 0.25 s) ──► talking (0.5 s) ──► idle (1 s; without AT-TRV: AT every 10 s)

Rule 1: one command at a time; the next is sent when the last is answered or its patience is over.
Rule 2: nothing is sent while a caller-ID block is, or may be, under way (ModemHearing.quiet_from); answers are told from what
        the modem says by itself by their kind, not by their place: RING and caller ID may stand between a question and its OK.
Rule 3: a modem that answers nothing three times fails; while it goes on saying RING it is listened to, and fails afterwards.
        While it rings it is asked in haste: it must fail before the line machine takes the silence for the end of the call.
Rule 4: a modem that was reset behind our back (it echoes again, answers in numbers, has lost +VCID) fails: it is set up anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from device.at_protocol import ModemReader
from device.interface import CheckResult
from device.line_voltage import Level, LineVoltage, Reading, level_of
from device.modem_events import Digits, Echo, ModemEvent, Reply, Result, ResultHeard, Unread, Voltage
from device.modem_hearing import FIELD_GAP, RINGING_FOR, ModemHearing
from device.modem_models import (
    ALIVE,
    CALLER_ID_ON,
    DOUBT_POLL,
    HEARTBEAT,
    IDLE_POLL,
    RINGING_PATIENCE,
    RINGING_POLL,
    SETTINGS_LOOK,
    TALKING_POLL,
    VOLTAGE,
    Command,
    Model,
)
from device.modem_setup import Answer, SetUp, caller_id_is_on
from device.signals import MILLISECOND, Instant, LineRestored, LineSignal

UNANSWERED_AT_MOST = 3
# How long before now a modem may be said to be lost: the line machine waits 1.25 s for the slowest ear.
TOLD_LATE = 1200 * MILLISECOND
NUMERIC = {"0": Result.OK, "4": Result.ERROR}  # V.250 table 1, with V0
FINAL = frozenset({Result.OK, Result.ERROR})
MOST_TEXT = 24  # lines of an answer that are kept: a page of ATI7


class Purpose(Enum):
    SET_UP = "set up"
    WATCH = "watch"
    CHECK = "check"


@dataclass(slots=True)
class Question:
    """A command that was sent, and what of its answer came so far."""

    command: Command
    purpose: Purpose
    asked: Instant
    hurry: bool = False  # it rings
    text: list[str] = field(default_factory=list)
    volts: float | None = None
    echoed: bool = False

    @property
    def deadline(self) -> int:
        return self.asked.mono + self.patience

    @property
    def patience(self) -> int:
        return min(self.command.patience, RINGING_PATIENCE) if self.hurry else self.command.patience

    def answer(self, result: Result | None) -> Answer:
        return Answer(result, tuple(self.text), self.volts, self.echoed)

    def take(self, event: ModemEvent) -> Result | bool:
        """A result when the answer is complete; else whether the event belongs to the answer."""
        match event:
            case ResultHeard(result) if result in FINAL:
                return result
            case Voltage(volts):
                self.volts = volts
            case Echo(text) if text.strip().upper() == self.command.text:
                self.echoed = True
            case Reply(name, value):
                self._keep(f"{name}: {value}")
            case Digits(digits) if self.command.wants_text:
                self._keep(digits)
            case Digits(digits) if digits in NUMERIC:
                self.echoed = True  # in numbers: as much a sign of a reset as an echo
                return NUMERIC[digits]
            case Unread(raw) if (
                self.command.wants_text and raw.isascii() and raw.decode("ascii").isprintable()
            ):
                self._keep(raw.decode("ascii"))
            case _:
                return False
        return True

    def _keep(self, line: str) -> None:
        if len(self.text) < MOST_TEXT:
            self.text.append(line)


@dataclass(slots=True)
class Check:
    """A line check under way: what is still to be asked, and what was answered."""

    deadline: int
    deliver: Callable[[CheckResult], None]
    left: deque[Command] = field(default_factory=lambda: deque((ALIVE, CALLER_ID_ON, VOLTAGE)))
    answers: list[Answer] = field(default_factory=list)


class ModemDialogue:
    """The conversation with one modem, from the opening of its port to its closing."""

    def __init__(self, line: str, init: tuple[str, ...] = ()) -> None:
        self._line = line
        self._reader = ModemReader()
        self._hearing = ModemHearing(line)
        self._voltage = LineVoltage(line)
        self._setup = SetUp(init)
        self._question: Question | None = None
        self._checks: deque[Check] = deque()
        self._out = bytearray()
        self._now = 0
        self._last_byte = 0
        self._watch_due = 0
        self._settings_due = 0
        self._unanswered = 0
        self._silent_since: Instant | None = None  # the first question that was not answered
        self.restored = False
        self.failure: str | None = None

    @property
    def dropped(self) -> int:
        """Unread lines that were too many to be told."""
        return self._hearing.dropped

    @property
    def model(self) -> Model:
        """Who the modem is, as far as it is known: whole once `restored`."""
        return self._setup.model

    def lost_since(self, now: Instant) -> Instant:
        """When a modem that failed was lost: a silent one some moments ago, as far as that may still be told; else now."""
        silent = self._silent_since
        if silent is None or self._unanswered < UNANSWERED_AT_MOST:
            return now
        return max(self._hearing.not_before_ring(silent), now.plus(-TOLD_LATE))

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
        self._last_byte = now.mono
        signals: list[LineSignal] = []
        for event in self._reader.receive(data):
            signals += self._event(event, now)
        return signals + self.expire(now)

    def next_deadline(self) -> int | None:
        """When `expire` has something to do (ns of the monotonic clock); None when there is nothing to wait for."""
        if self._question is not None:
            return self._question.deadline
        if not self.restored:
            return None
        return self._when_free(self._now if self._checks else max(self._watch_due, self._now))

    def expire(self, now: Instant) -> list[LineSignal]:
        """Do what is due: give up a question, ask the next one."""
        self._now = now.mono
        if self.failure is not None:
            return []
        signals: list[LineSignal] = []
        question = self._question
        if question is not None and now.mono >= question.deadline:
            signals += self._answered(question, None, now)
        if self._question is None and self.failure is None:
            self._ask_next(now)
        return signals

    def check(self, deliver: Callable[[CheckResult], None], deadline: int, now: Instant) -> None:
        """Ask the modem whether all is well; `deliver` gets the result once, unless `deadline` (mono ns) passes before."""
        self._checks.append(Check(deadline, deliver))
        self.expire(now)

    # --- asking ------------------------------------------------------------------------------------------------------

    def _when_free(self, moment: int) -> int:
        """The first moment, not before this one, when a command disturbs nothing."""
        if self._reader.in_midst:
            moment = max(moment, self._last_byte + FIELD_GAP)
        return self._hearing.quiet_from(moment)

    def _ask(self, command: Command, purpose: Purpose, now: Instant) -> None:
        hurry = purpose is Purpose.WATCH and self._hearing.ringing(now.mono)
        self._question = Question(command, purpose, now, hurry)
        self._out += command.text.encode("ascii") + b"\r"

    def _next_step(self, now: Instant) -> None:
        command = self._setup.command
        if command is not None:
            self._ask(command, Purpose.SET_UP, now)

    def _ask_next(self, now: Instant) -> None:
        """A check that waits goes first; then the watch over the line, when it is due and disturbs nothing."""
        while self._checks and self._checks[0].deadline <= now.mono:
            self._checks.popleft()  # too late: whoever asked has gone
        if not self.restored or self._when_free(now.mono) > now.mono:
            return
        if self._checks:
            self._ask(self._checks[0].left[0], Purpose.CHECK, now)
        elif self._watch_due <= now.mono:
            self._ask(self._watch_command(now), Purpose.WATCH, now)

    def _watch_command(self, now: Instant) -> Command:
        idle = not self._hearing.ringing(now.mono) and not self._voltage.in_doubt
        if idle and self._setup.tells_its_settings and self._settings_due <= now.mono:
            self._settings_due = now.mono + SETTINGS_LOOK
            return CALLER_ID_ON
        return VOLTAGE if self._setup.sensing.hook else ALIVE

    def _interval(self, now: int) -> int:
        """From one watch to the next."""
        if not self._setup.sensing.hook:
            return HEARTBEAT
        if self._voltage.in_doubt:
            return DOUBT_POLL
        if self._voltage.off_hook:
            return TALKING_POLL
        return RINGING_POLL if self._hearing.ringing(now) else IDLE_POLL

    # --- hearing -----------------------------------------------------------------------------------------------------

    def _event(self, event: ModemEvent, now: Instant) -> list[LineSignal]:
        question = self._question
        taken = question.take(event) if question else False
        if question is not None and isinstance(taken, Result):
            return self._answered(question, taken, now)
        if taken:
            return []
        signals = self._hearing.hear(event, now)
        if self._hearing.ringing(now.mono):
            soon, later = now.mono + RINGING_POLL, now.mono + RINGING_FOR
            measures = self._setup.sensing.hook  # else there is nothing to learn from a modem that is busy
            self._watch_due = min(self._watch_due, soon) if measures else max(self._watch_due, later)
        return signals

    def _answered(self, question: Question, result: Result | None, now: Instant) -> list[LineSignal]:
        """The question is over, with its result or with none in time."""
        self._question = None
        answer = question.answer(result)
        if question.purpose is Purpose.SET_UP:
            return self._step_taken(answer, now)
        self._count(question, answer, now)
        signals = self._measured(question, now)
        after = self._interval(now.mono) if answer.result else question.patience
        self._watch_due = question.asked.mono + after
        if question.command is CALLER_ID_ON:
            self._look_at_settings(answer)
        if self._setup.echo_means_reset and answer.echoed:
            self.failure = "the modem was reset"
        if question.purpose is Purpose.CHECK:
            self._checked(answer)
        return signals

    def _step_taken(self, answer: Answer, now: Instant) -> list[LineSignal]:
        self._setup.answered(answer)
        self.failure = self._setup.failure
        if not self._setup.done:
            self._next_step(now)
            return []
        self.restored = True
        self._settings_due = now.mono + SETTINGS_LOOK
        sensing = self._setup.sensing
        signals: list[LineSignal] = [LineRestored(self._line, now, sensing, self._setup.interface)]
        if self._setup.volts is not None:
            signals += self._voltage.read(
                Reading(self._setup.volts, now, now), ringing=self._hearing.ringing(now.mono)
            )
        self._watch_due = now.mono + self._interval(now.mono)
        return signals

    def _count(self, question: Question, answer: Answer, now: Instant) -> None:
        """Three questions without an answer: the modem hangs, unless it has said RING since the first, and may again."""
        if answer.result is not None:
            self._unanswered, self._silent_since = 0, None
            return
        self._unanswered += 1
        self._silent_since = silent = self._silent_since or question.asked
        if self._unanswered >= UNANSWERED_AT_MOST and not self._hearing.rings_on(silent.mono, now.mono):
            self.failure = "the modem does not answer"

    def _measured(self, question: Question, now: Instant) -> list[LineSignal]:
        if question.volts is None or question.command is not VOLTAGE:
            return []
        return self._voltage.read(
            Reading(question.volts, question.asked, now), ringing=self._hearing.ringing(now.mono)
        )

    def _look_at_settings(self, answer: Answer) -> None:
        if self._setup.tells_its_settings and caller_id_is_on(answer) is False:
            self.failure = "the modem lost its settings"

    def _checked(self, answer: Answer) -> None:
        """One answer more of the check; with the last, without any, or when all is to be set up anew, it is over."""
        check = self._checks[0]
        check.left.popleft()
        check.answers.append(answer)
        if not check.left or answer.result is None or self.failure is not None:
            self._checks.popleft()
            check.deliver(self._check_result(check.answers))

    def _check_result(self, answers: list[Answer]) -> CheckResult:
        if answers[-1].result is None:
            return CheckResult(answers=False, detail="the modem does not answer")
        if self.failure is not None:
            return CheckResult(answers=True, set_up=False, detail=self.failure)
        volts = answers[-1].volts
        level = None if volts is None else level_of(volts, self._voltage.idle)
        return CheckResult(
            answers=True,
            set_up=caller_id_is_on(answers[1]),
            loop_present=None if level is None else level is not Level.NO_LINE,
            on_hook=None if level is None else level is Level.ON_HOOK,
            voltage=volts,
            detail=self._setup.interface,
        )
