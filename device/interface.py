"""What a driver offers to the program: a line that is listened to, a lamp that can be lit, a button that is pressed.

Pure: protocols and the values that pass through them. Drivers are in modem, gpio_line and indicators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from device.signals import Instant, LineSignal

Emit = Callable[[LineSignal], None]
"""Where a driver puts what it hears. Never blocks, never raises, may be called from any thread."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the automatic part of a line check saw. None means: this interface cannot tell."""

    answers: bool  # the interface answered
    set_up: bool | None = None  # and is still set up as we set it
    loop_present: bool | None = None
    on_hook: bool | None = None
    voltage: float | None = None  # volts tip-ring, where the interface measures it
    detail: str = ""  # one short line for the technician


class LineInterface(Protocol):
    """One ear on one telephone line.

    `start` returns at once; opening, setting up, losing and re-opening go on in the driver's own thread, for ever, and
    are told by LineRestored and LineLost. `close` may be called at any time and often, and returns within 1 s.
    """

    @property
    def line(self) -> str: ...

    def start(self, emit: Emit) -> None: ...

    def check(self, timeout: float) -> CheckResult:
        """Ask the interface now whether all is well; blocks at most `timeout` seconds; called by a job, not the loop."""
        ...

    def close(self) -> None: ...


class DialEnd(Enum):
    """How a request to dial came out."""

    HANDED_OVER = (
        "handed_over"  # the handset's lift was sensed, the modem let go: the call is the telephone's now
    )
    NOBODY_LIFTED = "nobody_lifted"  # 15 s passed; the modem let go
    LINE_IN_USE = "line_in_use"  # a call was up or ringing: nothing was dialled
    NO_DIAL_TONE = "no_dial_tone"
    CANCELLED = "cancelled"
    LOST = "lost"  # the modem went away or does not answer
    UNABLE = "unable"  # this interface cannot dial, or not this number


@runtime_checkable
class Dialler(Protocol):
    """An interface that can also dial (click-to-call): the modem dials, the clerk lifts, the modem lets go."""

    def dial(self, number: str, told: Callable[[DialEnd], None]) -> None:
        """Dial `number` (0-9 * # , only). Returns at once; `told` is called exactly once, from any thread."""
        ...

    def cancel_dial(self) -> None:
        """Let go of the line at once, if a dialling is under way; `told` then gets CANCELLED."""
        ...


@runtime_checkable
class Attentive(Protocol):
    """An interface that works harder while the line is busy: a sound tap decodes only around ringing and off-hook."""

    def attend(self, *, ringing: bool, off_hook: bool) -> None:
        """What all ears of the line together say now. Never blocks, any thread."""
        ...


class Pattern(Enum):
    """How an indicator shows something. Times are in `indicators`; names are what the ledger and pages say."""

    OFF = "off"
    SLOW = "slow"
    FAST = "fast"
    SOLID = "solid"
    CHIRP = "chirp"  # buzzer: short chirps
    RING = "ring"  # buzzer: long tone, the 15 s are over
    BLIP = "blip"  # one short flash or beep: "understood"


class Indicator(Protocol):
    """A lamp or a buzzer. `show` returns at once and is idempotent; `close` leaves the output off."""

    @property
    def name(self) -> str: ...

    @property
    def pattern(self) -> Pattern: ...

    def show(self, pattern: Pattern) -> None: ...

    def close(self) -> None: ...


class Press(Enum):
    SHORT = "short"
    LONG = "long"  # held 2 s; told while still held, so that the lamp can confirm it


class Button(Protocol):
    def start(self, pressed: Callable[[Press, Instant], None]) -> None: ...

    def close(self) -> None: ...
