"""A call: one use of a line and its instants, and the events by which the line machine tells of it.

Pure. `Call` is a value: the machine makes a new one at each change; the recorder writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from device.signals import CallerId, Instant, Means


class Direction(Enum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Disposition(Enum):
    """How an inbound call came out (DOMAIN 2.2: ANS_OK and ANS_LATE, MISSED, AB_SHORT, AMBIG, TEST, BLOCKED, NON_VOICE)."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"
    TEST = "test"
    BLOCKED = "blocked"
    NON_VOICE = "non_voice"


class Doubt(Enum):
    """Why a call is `unknown`."""

    NO_HOOK = "no_hook"  # this line does not sense the hook
    HOOK_AWAY = "hook_away"  # the ear that senses it was away while it rang
    HOOK_SENSOR = "hook_sensor"  # what it said contradicted the rings
    FOUND_OFF_HOOK = "found_off_hook"  # while it rang; when that began was not seen
    LINE_LOST = "line_lost"
    NO_LOOP = "no_loop"
    RESTART = "restart"  # the program was away
    CALL_WAITING = "call_waiting"  # it came during a talk; a flash may have taken it


class FarEnd(Enum):
    """What became of an outbound call at the other end, as far as it was heard; never guessed."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # it rang there, and nobody spoke
    VACANT = "vacant"  # no such number
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Call:
    """One call. An open call has no `ended`; an outbound one has no disposition, its `far_end` says what was heard.

    key: unique for ever, made of boot, line and the first stamp. ringing: ns from the first burst to the answer, or to
    the last edge when nobody answered. uncertainty: ns, of the answer delay, from the sensing of that line; answer_error: of
    the answer alone. `*_by`: by which means that fact was sensed; None where the ear does not say.
    """

    key: str
    line: str
    direction: Direction
    started: Instant
    ring_bursts: int = 0
    last_edge: Instant | None = None  # end of the last burst heard so far
    answered: Instant | None = None
    ended: Instant | None = None
    talk: int | None = None  # ns; None where the end of the talk was not seen
    uncertainty: int | None = None
    disposition: Disposition | None = None
    caller_id: CallerId | None = None
    caller_id_at: Instant | None = None
    digits: str = ""  # dialled out, as far as heard
    dialled: Instant | None = None  # the last of these digits
    started_by: Means | None = None
    answered_by: Means | None = None
    answer_error: int | None = None  # ns, either way
    ended_by: Means | None = None
    caller_id_by: Means | None = None  # of the number, where there is one
    digits_by: Means | None = None  # of the first digit
    far_end: FarEnd | None = None  # of an outbound call; UNKNOWN at its end, when nothing told
    far_answered: Instant | None = None
    far_answered_by: Means | None = None  # a reversal is exact, a voice after the ringback tone is not
    far_answer_error: int | None = None  # ns, either way
    doubt: Doubt | None = None  # of an `unknown` call

    @property
    def answer_delay(self) -> int | None:
        """ns from the start of the first burst to off-hook, None when not answered."""
        return None if self.answered is None else self.answered.since(self.started)

    @property
    def ringing(self) -> int | None:
        """ns the line rang: until the answer, else until the last edge; None for an outbound call."""
        if self.direction is Direction.OUTBOUND:
            return None
        if self.answered is not None:
            return self.answer_delay
        return None if self.last_edge is None else self.last_edge.since(self.started)


@dataclass(frozen=True, slots=True)
class CallOpened:
    """The first signal of a call. It goes on disk at once."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallChanged:
    """Another burst, caller ID, the answer, a digit: the call as it is now. Goes on disk as well."""

    call: Call
    at: Instant


@dataclass(frozen=True, slots=True)
class CallClosed:
    """The call is over: `call.ended` is when it ended, `at` when that became certain."""

    call: Call
    at: Instant


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something the machine did not expect; recorded, never raised. `kind` is a short word, `detail` one line."""

    line: str
    at: Instant
    kind: str
    detail: str = ""


class Trouble(Enum):
    """What can be wrong with a line, as faults and questions name it."""

    LINE_LOST = "line_lost"  # the interface is away
    EAR_LOST = "ear_lost"  # one of several ears is away; the others go on
    NO_LOOP = "no_loop"  # the exchange's voltage is away
    LEFT_OFF_HOOK = "left_off_hook"
    HOOK_SENSOR = "hook_sensor"  # it rang while the sensor said off-hook: stuck, or wired the wrong way round
    STILL_TALKING = "still_talking"  # a question, not a fault: off-hook for 20 minutes


@dataclass(frozen=True, slots=True)
class TroubleBegan:
    line: str
    at: Instant
    trouble: Trouble
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TroubleEnded:
    line: str
    at: Instant
    trouble: Trouble


CallEvent = CallOpened | CallChanged | CallClosed | Anomaly | TroubleBegan | TroubleEnded
