"""One request to dial in, the commands that carry it out and how it came out out. Pure: it sends nothing, time is an argument.

    checking ──on-hook──► calling (ATDT…;) ──OK──► holding ──lifted, 15 s──► letting go (ATH) ──► looking ──► over
       └── in use: over      └── refused, silent, cancelled ───────────────────┘

The modem dials, the clerk lifts the handset, the modem lets go. Whether somebody lifted is known, while the modem holds the line,
by a step down of its voltage (two telephones in parallel), by <DLE>P or <DLE>H, by a box; and afterwards by the voltage, which
has the last word: a handset that was lifted while the digits went out shows there.

Rule 1: whatever the modem says, or does not, it is over within HELD_FOR and the patience of a few commands, with one end.
Rule 2: from ATDT on the line is let go of by ATH, however it came out; when ATH is not answered the modem has failed, and closing
        its port drops DTR, which hangs up too (V.250 6.2.9, &D2). It is said twice: the first answer may be the late one of
        ATDT, from a modem that took what came meanwhile for keys, and a modem that goes on holding the line blocks it.
Rule 3: OffHook is told once the modem did not refuse at once, stamped when ATDT was sent; the digits when they are out, each
        stamped by the usual speed and with the error of not having been watched.
Rule 4: a RING in the midst means that somebody calls: let go at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from statistics import median

from device.interface import DialEnd
from device.line_voltage import Level, level_of
from device.modem_ear import ModemEar
from device.modem_events import Code, HookReport, ModemEvent, Result, ResultHeard, Ring
from device.modem_models import ALIVE, Command, Dialling
from device.modem_question import Question
from device.modem_setup import Answer
from device.signals import MILLISECOND, SECOND, DigitDialled, Instant, LineSignal, Means

HELD_FOR = 15 * SECOND  # from ATDT
WAITS_FOR = 5 * SECOND  # for other questions and for whatever the modem is just saying, before ATDT
REFUSED_WITHIN = 300 * MILLISECOND  # LINE IN USE and ERROR come at once
HOLD_POLL = 250 * MILLISECOND
LOOK_POLL = 130 * MILLISECOND
EXTENSION_DROP = 1.5  # volts: what -TTE takes for a telephone lifted beside the modem (LINE.md 1.5)
BASE_OF = 3  # readings that make the voltage of the modem alone
LOOKS = 5  # readings at most, of which two agree
HANG_UPS = 2
TONE, COMMA = 190 * MILLISECOND, 2 * SECOND  # S11 95 ms and as much silence, S8 (V.250 6.3.11)
BREAK = Command("", 700 * MILLISECOND)  # any character ends a dialling under way (V.250 5.6.1)
NUMBER = re.compile(r"(?=.*[0-9*#])[0-9*#,]{1,32}", re.ASCII)
# What the modem says when it let go by itself. Of a number that is busy it can also be heard that nobody lifted here.
REFUSALS: Mapping[Result | None, DialEnd] = {
    Result.ERROR: DialEnd.UNABLE,
    Result.LINE_IN_USE: DialEnd.LINE_IN_USE,
    Result.NO_LINE: DialEnd.NO_DIAL_TONE,
    Result.NO_DIALTONE: DialEnd.NO_DIAL_TONE,
    Result.BUSY: DialEnd.NOBODY_LIFTED,
    Result.NO_ANSWER: DialEnd.NOBODY_LIFTED,
    Result.NO_CARRIER: DialEnd.NOBODY_LIFTED,
}


class Stage(Enum):
    CHECKING = "checking"
    CALLING = "calling"
    HOLDING = "holding"
    LETTING_GO = "letting go"
    LOOKING = "looking"
    OVER = "over"


class ModemDialling:
    """One dialling. Ask what `command` says as soon as no other question is open, and give each answer to `answered`."""

    def __init__(
        self, line: str, number: str, ear: ModemEar, how: Dialling, measure: Command | None, now: Instant
    ) -> None:
        self._line = line
        self._number = number
        self._ear = ear
        self._how = how
        self._measure = measure
        self._stage = Stage.CALLING if measure is None else Stage.CHECKING
        self._asked = now
        self._due = now.mono  # of the next command
        self._began: Instant | None = None  # ATDT was sent
        self._seized = False  # and OffHook told
        self._underway = False  # ATDT was not answered
        self._verdict = DialEnd.NOBODY_LIFTED
        self._cancelled = False
        self._lifted = False  # beside the modem
        self._tells_more = measure is not None  # what told the lift will tell the putting down
        self._base: list[float] = []
        self._low = 0  # readings that show a telephone beside the modem
        self._levels: list[Level] = []
        self._looks = 0
        self._silent = 0
        self._heard = 0  # hang-ups that were answered
        self._unheard = 0  # and that were not
        self._hung_up: Instant | None = None  # ATH was sent first
        self._released: tuple[Instant, int] | None = None
        self.end: DialEnd | None = None

    @property
    def failed(self) -> bool:
        """The modem does not answer: its port is to be closed, which hangs up."""
        return self.end is DialEnd.LOST

    @property
    def holds(self) -> bool:
        """The modem may hold the line."""
        return self._began is not None and self._released is None

    # --- what to ask -------------------------------------------------------------------------------------------------

    def next_deadline(self) -> int | None:
        """When `expire` has something to do, ns; None when it has nothing."""
        if self._began is None:
            return self._asked.mono + WAITS_FOR
        if self._stage not in (Stage.CALLING, Stage.HOLDING):
            return None
        return self._began.mono + (HELD_FOR if self._seized else REFUSED_WITHIN)

    def asks_at(self) -> int | None:
        """When `command` has something to send, if no question is open; None when it waits for something else."""
        if self._stage in (Stage.HOLDING, Stage.LOOKING) and self._measure is None:
            return None
        return None if self._stage is Stage.OVER else self._due

    def interrupts(self) -> bool:
        """The dialling under way is to be broken off: do not wait for its answer."""
        return self._underway and self._stage is Stage.LETTING_GO

    def command(self, now: Instant) -> Command:
        """What to send now that it is due and no question is open."""
        match self._stage:
            case Stage.CALLING if self._began is None:
                self._began, self._underway = now, True
                how = self._how
                return Command(f"{how.prefix}{self._number}{how.suffix}", HELD_FOR)
            case Stage.LETTING_GO if self._underway:
                self._underway = False
                return BREAK
            case Stage.LETTING_GO:
                self._hung_up = self._hung_up or now
                return Command(self._how.hang_up)
            case _:
                return self._measure or ALIVE

    # --- what is heard -----------------------------------------------------------------------------------------------

    def answered(self, question: Question, answer: Answer, now: Instant) -> list[LineSignal]:
        """A command of this dialling was answered, or was not in time."""
        match self._stage:
            case Stage.CHECKING:
                self._checked(question, answer, now)
            case Stage.CALLING:
                return self._called(answer, now)
            case Stage.HOLDING:
                self._held(question, answer, now)
            case Stage.LETTING_GO if question.command.text == self._how.hang_up:
                return self._let_go(question, answer, now)
            case Stage.LOOKING:
                return self._looked(question, answer, now)
            case _:
                pass
        return []

    def heard(self, event: ModemEvent, now: Instant) -> None:
        """Something that the modem said by itself."""
        busy = self._stage in (Stage.CALLING, Stage.HOLDING) and self._began is not None
        match event:
            case Ring() | Code("R") if self._began is None:
                self._over(DialEnd.LINE_IN_USE)
            case Ring() | Code("R") if busy:
                self._leave(DialEnd.LINE_IN_USE, now)
            case Code("P") if busy:
                self._lift(now)
            case HookReport(True) if busy:
                self._tells_more = True
                self._lift(now)
            case Code("H") if self._stage is Stage.HOLDING:  # before: USR says so of itself (LINE.md 1.3)
                self._tells_more = True
                self._lift(now)
            case ResultHeard(result) if self._stage is Stage.HOLDING and result in REFUSALS:
                self._leave(DialEnd.NOBODY_LIFTED, now)
            case _:
                pass

    def expire(self, now: Instant) -> list[LineSignal]:
        """Time has passed: OffHook once it was not refused, the end of the 15 s."""
        if self._began is None:
            if now.since(self._asked) >= WAITS_FOR:
                self._over(DialEnd.LINE_IN_USE)
            return []
        if self._stage not in (Stage.CALLING, Stage.HOLDING):
            return []
        passed = now.since(self._began)
        signals = self._seize() if passed >= REFUSED_WITHIN else []
        if passed >= HELD_FOR:
            self._leave(DialEnd.NOBODY_LIFTED, now)
        return signals

    def cancel(self, now: Instant) -> None:
        """Let go of the line at once."""
        self._cancelled = True
        if self._began is None:
            self._over(DialEnd.CANCELLED)
        elif self._stage in (Stage.CALLING, Stage.HOLDING):
            self._leave(DialEnd.CANCELLED, now)

    # --- the stages --------------------------------------------------------------------------------------------------

    def _checked(self, question: Question, answer: Answer, now: Instant) -> None:
        """Two readings that say so keep it from dialling; one that says on-hook lets it."""
        self._due = now.mono + LOOK_POLL
        if answer.result is None:
            self._over(DialEnd.LOST)
            return
        level = Level.ON_HOOK if question.volts is None else level_of(question.volts, self._ear.voltage.idle)
        self._levels.append(level)
        if level is Level.ON_HOOK:
            self._levels, self._stage, self._due = [], Stage.CALLING, now.mono
        elif len(self._levels) > 1:
            self._over(DialEnd.NO_DIAL_TONE if level is Level.NO_LINE else DialEnd.LINE_IN_USE)

    def _called(self, answer: Answer, now: Instant) -> list[LineSignal]:
        result = answer.result
        self._underway = result is None
        if result is not Result.OK:
            self._leave(REFUSALS.get(result, DialEnd.NOBODY_LIFTED), now)
            return []
        signals = self._seize() + self._digits(now)
        self._stage, self._due = Stage.HOLDING, now.mono
        if self._lifted:
            self._leave(DialEnd.HANDED_OVER, now)
        return signals

    def _held(self, question: Question, answer: Answer, now: Instant) -> None:
        """A telephone lifted beside the modem pulls the voltage down: two readings in a row. Two without an answer: it hangs."""
        self._due = question.asked.mono + HOLD_POLL
        self._silent = self._silent + 1 if answer.result is None else 0
        if self._silent > 1:
            self._leave(DialEnd.NOBODY_LIFTED, now)
        if question.volts is None:
            return
        volts = abs(question.volts)
        if len(self._base) == BASE_OF and volts <= median(self._base) - EXTENSION_DROP:
            self._low += 1
            if self._low > 1:
                self._lift(now)
            return
        self._low = 0
        self._base = [*self._base, volts][:BASE_OF]

    def _let_go(self, question: Question, answer: Answer, now: Instant) -> list[LineSignal]:
        self._due = now.mono
        if answer.result is None:
            self._unheard += 1
            if self._unheard >= HANG_UPS:
                self._over(DialEnd.LOST)
            return []
        self._heard += 1
        if self._heard < HANG_UPS:
            return []
        since = self._hung_up or question.asked
        self._released = (since, now.since(since))
        self._stage, self._due = Stage.LOOKING, now.mono + LOOK_POLL
        return [] if self._measure is not None and self._seized else self._settle(None)

    def _looked(self, question: Question, answer: Answer, now: Instant) -> list[LineSignal]:
        """After letting go: does a telephone hold the line?"""
        self._due = now.mono + LOOK_POLL
        level = None if question.volts is None else level_of(question.volts, self._ear.voltage.idle)
        agree = level is not None and self._levels[-1:] == [level]
        self._levels += [] if level is None else [level]
        self._looks += 1
        if answer.result is not None and not agree and self._looks < LOOKS:
            return []
        return self._settle(level)

    def _settle(self, level: Level | None) -> list[LineSignal]:
        """It is over; `level`: what the voltage said last."""
        end = self._verdict
        held = end is DialEnd.HANDED_OVER and self._tells_more if level is None else level is Level.OFF_HOOK
        if level is not None and end in (DialEnd.HANDED_OVER, DialEnd.NOBODY_LIFTED):
            end = DialEnd.HANDED_OVER if held else DialEnd.NOBODY_LIFTED
        self._over(end)
        at, error = self._released or (Instant(0, 0), 0)
        return self._ear.released(at, error, held=held) if self._seized else []

    def _lift(self, now: Instant) -> None:
        self._lifted = True
        if self._stage is Stage.HOLDING:
            self._leave(DialEnd.HANDED_OVER, now)

    def _leave(self, verdict: DialEnd, now: Instant) -> None:
        self._verdict, self._stage, self._due = verdict, Stage.LETTING_GO, now.mono

    def _over(self, end: DialEnd) -> None:
        self.end = DialEnd.CANCELLED if self._cancelled and end is not DialEnd.LOST else end
        self._stage = Stage.OVER

    # --- what the line's own signals are -----------------------------------------------------------------------------

    def _seize(self) -> list[LineSignal]:
        if self._seized or self._began is None:
            return []
        self._seized = True
        return self._ear.seized(self._began, REFUSED_WITHIN)

    def _digits(self, now: Instant) -> list[LineSignal]:
        """The last was out when the modem said OK; the others before it, at the usual speed."""
        began = self._began or now
        told: list[LineSignal] = []
        before = now
        for sign in reversed(self._number):
            before = max(began, before.plus(-(COMMA if sign == "," else TONE)))
            if sign != ",":
                told.append(DigitDialled(self._line, before, sign, now.since(before), Means.MODEM))
        return told[::-1]
