"""What the exchange is to do, as values: a call, a dialling, a lifted handset, a fault, a false trigger. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from device.signals import MILLISECOND, SECOND, CallerId

NOBODY = CallerId()  # the exchange says nothing of the caller
CADENCE = (1 * SECOND, 4 * SECOND)  # China: 1 s on, 4 s off (GB/T 3380)


class Sent(Enum):
    """When the exchange sends caller ID."""

    BETWEEN = "between"  # between the first burst and the second: FSK, the common one
    BEFORE = "before"  # before the first burst
    TONES = "tones"  # before the first burst, by DTMF: no modem hears that
    LATE = "late"  # between the second and the third
    BROKEN = "broken"  # between, but noise breaks it: the checksum does not hold
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """Somebody calls. `bursts`: how often it rings before the caller gives up, a fraction ends it within a burst.

    answer_after: ns from the start of the first burst until somebody lifts, None when nobody does; talk: ns until on-hook.
    """

    caller_id: CallerId = NOBODY
    bursts: float = 3.0
    answer_after: int | None = None
    talk: int = 20 * SECOND
    sent: Sent = Sent.BETWEEN
    cadence: tuple[int, ...] = CADENCE  # on, off, on, off … one cycle
    fax: bool = False  # it is a fax machine that calls


class FarEnd(Enum):
    """What becomes of a call that goes out."""

    ANSWERS = "answers"
    REVERSES = "reverses"  # answers, and the exchange reverses the polarity then
    NOBODY = "nobody"
    BUSY = "busy"
    VACANT = "vacant"  # no such number
    FAX = "fax"


@dataclass(frozen=True, slots=True)
class PlannedDialling:
    """Somebody lifts and dials out, by tones or (pulses) by the loop. `talk`: ns from the last digit to on-hook."""

    digits: str
    talk: int = 20 * SECOND
    pulses: bool = False
    far: FarEnd = FarEnd.ANSWERS


@dataclass(frozen=True, slots=True)
class PlannedLift:
    """The handset is off the hook for a time and nobody dials."""

    lasts: int = 10 * SECOND


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody lifts now, while it rings."""

    talk: int = 20 * SECOND


@dataclass(frozen=True, slots=True)
class HangUp:
    """Now: the handset goes down, or, while it still rings, the caller gives up."""


class FaultKind(Enum):
    UNPLUG = "unplug"  # the modem's USB plug
    HANG = "hang"  # the modem reads nothing and answers nothing
    GARBLE = "garble"  # the modem writes rubbish
    CUT = "cut"  # the line itself: no voltage
    ONU_RESTART = "onu_restart"  # no voltage for a minute or three, with spikes when it comes back


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    lasts: int


class FalseKind(Enum):
    """What looks like ringing or lifting to a careless ear (LINE.md 3.3). Simulated pins only."""

    REVERSAL = "reversal"
    LIGHTNING = "lightning"
    INDUCTION = "induction"
    LINE_TEST = "line_test"
    LOOSE_WIRE = "loose_wire"
    HANG_UP = "hang_up"
    FLASH = "flash"


@dataclass(frozen=True, slots=True)
class FalseTrigger:
    kind: FalseKind
    lasts: int | None = None  # ns; None: as long as such a thing usually lasts


@dataclass(frozen=True, slots=True)
class Press:
    """The button is pressed for a time."""

    lasts: int = 150 * MILLISECOND


CourseOfLine = PlannedCall | PlannedDialling | PlannedLift
Action = CourseOfLine | Answer | HangUp | Fault | FalseTrigger | Press
