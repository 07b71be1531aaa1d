"""What a modem said and answered in, what to ask it next and when out: the watch over a line whose modem is set up. Pure: it
sends nothing and knows no clock.

    idle (the voltage each 1 s) ──RING──► ringing (0.25 s) ──► talking (0.5 s) ──► idle; without a voltage: AT every 10 s

Rule 1: a modem that answers nothing three times fails; while it goes on saying RING it is listened to, and fails afterwards.
        While it rings it is asked in haste, and twice is enough: it must fail before the line machine takes the silence for
        the end of the call, 6.4 s after the last RING of a modem that says it late, and 1.25 s more.
Rule 2: a modem that was reset behind our back (it echoes again, answers in numbers, has lost +VCID) fails: it is set up anew.
"""

from __future__ import annotations

from device.modem_ear import ModemEar
from device.modem_hearing import RINGING_FOR
from device.modem_models import (
    ALIVE,
    CALLER_ID_ON,
    DOUBT_POLL,
    HEARTBEAT,
    IDLE_POLL,
    RINGING_POLL,
    SETTINGS_LOOK,
    TALKING_POLL,
    Command,
)
from device.modem_question import Question
from device.modem_setup import Answer, SetUp, caller_id_is_on
from device.signals import MILLISECOND, Instant

UNANSWERED_AT_MOST, IN_HASTE = 3, 2
# How long before now a modem may be said to be lost: the line machine waits 1.25 s for the slowest ear.
TOLD_LATE = 1200 * MILLISECOND


class ModemWatch:
    """Over one modem that was set up, until its port is closed."""

    def __init__(self, setup: SetUp, ear: ModemEar, now: Instant) -> None:
        self._setup = setup
        self._ear = ear
        self._by = setup.model.voltage
        self._settings_due = now.mono + SETTINGS_LOOK
        self._unanswered = 0
        self._hangs = False
        self._silent_since: Instant | None = None  # the first question that was not answered
        self.due = 0
        self.failure: str | None = None

    @property
    def measure(self) -> Command | None:
        """The question for the line's voltage; None when this modem cannot tell it."""
        return None if self._by is None else self._by.command

    def command(self, now: int) -> Command:
        """What to ask when it is due."""
        ear = self._ear
        idle = not ear.hearing.ringing(now) and not ear.voltage.in_doubt
        if idle and self._setup.tells_its_settings and self._settings_due <= now:
            self._settings_due = now + SETTINGS_LOOK
            return CALLER_ID_ON
        return self.measure or ALIVE

    def rest(self, now: int) -> None:
        """Nothing was asked: the next is due as usual."""
        self.due = now + self._interval(now)

    def rung(self, now: int) -> None:
        """It rings: ask soon; a modem that has nothing to teach about the hook is left alone meanwhile."""
        soon, later = now + RINGING_POLL, now + RINGING_FOR
        self.due = max(self.due, later) if self._by is None else min(self.due, soon)

    def answered(self, question: Question, answer: Answer, now: Instant) -> None:
        """A question is over, whoever asked it, with its result or with none in time."""
        self._count(question, answer, now)
        after = self._interval(now.mono) if answer.result else question.patience
        self.due = question.asked.mono + after
        lost = question.command is CALLER_ID_ON and caller_id_is_on(answer) is False
        if lost and self._setup.tells_its_settings:
            self.failure = "the modem lost its settings"
        if self._setup.echo_means_reset and answer.echoed:
            self.failure = "the modem was reset"

    def lost_since(self, now: Instant) -> Instant:
        """When a modem that failed was lost: a silent one some moments ago, as far as that may still be told; else now."""
        silent = self._silent_since
        if silent is None or not self._hangs:
            return now
        return max(self._ear.hearing.not_before_ring(silent), now.plus(-TOLD_LATE))

    def _interval(self, now: int) -> int:
        """From one watch to the next."""
        if self._by is None:
            return HEARTBEAT
        if self._ear.voltage.in_doubt:
            return DOUBT_POLL
        if self._ear.voltage.off_hook:
            return TALKING_POLL
        return RINGING_POLL if self._ear.hearing.ringing(now) else IDLE_POLL

    def _count(self, question: Question, answer: Answer, now: Instant) -> None:
        """Some questions without an answer: the modem hangs, unless it has said RING since the first, and may again."""
        if answer.result is not None or question.volts is not None:  # its OK may have been cut in two by RING
            self._unanswered, self._silent_since = 0, None
            return
        self._unanswered += 1
        self._silent_since = silent = self._silent_since or question.asked
        enough = self._unanswered >= (IN_HASTE if question.hurry else UNANSWERED_AT_MOST)
        if enough and not self._ear.hearing.rings_on(silent.mono, now.mono):
            self._hangs = True
            self.failure = "the modem does not answer"
