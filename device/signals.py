"""What a telephone line said, as values: the closed union `LineSignal`, and the moment and caller ID it carries.

Pure: no I/O, no clock, no thread. A driver makes these, the line machine reads them, a trace writes them down.

Rule 1: a signal is a fact of the wire at the moment `at` (when it happened, not when it was noticed).
Rule 2: the union is closed: a new kind is added here, in `trace`, in the line machine and in GLOSSARY, or a test fails.
Rule 3: `error` says how far `at` may be wrong, either way; it goes with the call into the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

MILLISECOND = 1_000_000  # nanoseconds, the unit of every duration and stamp in the program
SECOND = 1_000 * MILLISECOND


def seconds(value: float) -> int:
    """Whole nanoseconds nearest to `value` seconds (durations are integers, so that 15.000 s is exactly 15 s)."""
    return round(value * SECOND)


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A moment: `mono` (ns of CLOCK_MONOTONIC of this boot, the truth) and `wall` (ns of UTC since 1970, the belief)."""

    mono: int
    wall: int = field(compare=False)

    def plus(self, duration: int) -> Instant:
        """The moment `duration` nanoseconds later (earlier when negative)."""
        return Instant(self.mono + duration, self.wall + duration)

    def since(self, earlier: Instant) -> int:
        """Nanoseconds from `earlier` to this moment, by the monotonic clock."""
        return self.mono - earlier.mono


class Absence(Enum):
    """Why an exchange sent no number (SDMF/MDMF parameter 04, or the modem's P / O)."""

    PRIVATE = "private"
    OUT_OF_AREA = "out_of_area"


class Means(Enum):
    """By what a fact of the wire was sensed. It goes with the fact into the ledger, and ranks the ears of one line."""

    RING_PIN = "ring_pin"
    HOOK_PIN = "hook_pin"
    REVERSAL_PIN = "reversal_pin"
    MODEM = "modem"  # its words: RING, DRON, caller ID, the digits it dials
    LINE_VOLTAGE = "line_voltage"  # readings of AT-TRV and its like
    TELEPHONE_JACK = "telephone_jack"  # the telephone plugged into the modem itself
    SERIAL_BOX = "serial_box"  # a box that senses the loop and says so
    SOUND = "sound"  # a sound card on a line tap
    FSK_CHIP = "fsk_chip"
    DTMF_CHIP = "dtmf_chip"
    CALLER_ID_BOARD = "caller_id_board"  # prints the number as text


class Sound(Enum):
    """What a line sounds like. The tones are 450 Hz in China but for the last three (docs/LINE.md)."""

    SILENCE = "silence"
    VOICE = "voice"  # speech, music, noise: no tone that we know
    DIAL_TONE = "dial_tone"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    VACANT_NUMBER = "vacant_number"
    CALL_WAITING = "call_waiting"
    HOWLER = "howler"  # 950 Hz: the handset was left off the hook
    FAX_CALLING = "fax_calling"  # CNG, 1100 Hz
    ANSWER_TONE = "answer_tone"  # CED, 2100 Hz: a fax or data modem answers


@dataclass(frozen=True, slots=True)
class CallerId:
    """What the exchange said of the caller. Any field may be missing; `number` is as sent (digits, `*`, `#`, `+`)."""

    number: str | None = None
    name: str | None = None
    absence: Absence | None = None
    date_time: str | None = None  # MMDDhhmm, the exchange's local time, as sent

    def merged(self, later: CallerId) -> CallerId:
        """This, with what only `later` knows: the first word on each fact wins, a number wins over an absence."""
        number = self.number or later.number
        return CallerId(
            number=number,
            name=self.name or later.name,
            absence=None if number else (self.absence or later.absence),
            date_time=self.date_time or later.date_time,
        )


@dataclass(frozen=True, slots=True)
class Sensing:
    """What the ears of a line can tell. A driver declares it with `LineRestored`; it may change on each re-opening."""

    ring_edges: bool = False  # start and end of each burst are sensed (else only that there was one)
    hook: bool = False  # off-hook and on-hook are sensed; without it a call that stops ringing is `unknown`
    digits: bool = False  # dialled digits or tones are heard
    loop: bool = False  # presence of the line itself (voltage or current) is sensed
    caller_id: bool = False
    sound: bool = False  # tones and voices are heard: whether the far end answered, whether it is a fax
    reversal: bool = False  # polarity reversal is sensed
    # No later than so many ns (whole milliseconds) after it happened, within the signal's own error, does this ear tell it.
    # The default is the slowest: AT-TRV tells on-hook half a poll (0.25 s) and 0.94 s of agreeing readings after it was.
    lag: int = 1_250 * MILLISECOND


@dataclass(frozen=True, slots=True)
class RingStarted:
    """A ring burst began (stamp: its first edge). Sent once the burst is certain, up to 150 ms after `at`."""

    line: str
    at: Instant
    error: int = 0
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class RingEnded:
    """A ring burst ended (stamp: its last edge)."""

    line: str
    at: Instant
    error: int = 0
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class RingWord:
    """A modem said RING: one burst began about `at`; its end is not sensed, the nominal burst stands for it."""

    line: str
    at: Instant
    error: int = 0
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class CallerIdHeard:
    """Caller ID, whole or the part known so far; more of the same block may follow and is merged."""

    line: str
    at: Instant
    caller_id: CallerId
    checked: bool = False  # by a checksum that we saw ourselves
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class OffHook:
    """The line was seized. `found`: it was so when the driver opened the line; the moment it began was not seen."""

    line: str
    at: Instant
    error: int = 0
    found: bool = False
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class OnHook:
    """The line was released (stamp: when the loop opened). `found` as in OffHook."""

    line: str
    at: Instant
    error: int = 0
    found: bool = False
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class Flash:
    """A hook flash: the loop opened shortly and closed again, the call goes on."""

    line: str
    at: Instant
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class DigitDialled:
    """One digit went out on the line: 0-9 * # A-D. `at`: about when; `error` says how exactly."""

    line: str
    at: Instant
    digit: str
    error: int = 0
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class PolarityReversed:
    """The polarity of the loop changed and stayed so: where the exchange does it, the far end answered, or hung up."""

    line: str
    at: Instant
    error: int = 0
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """From `at` on the line sounds like `sound`, until the next of these. Told once it is certain."""

    line: str
    at: Instant
    sound: Sound
    error: int = 0
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class LoopLost:
    """The exchange's voltage is gone: cut, unplugged, or the ONU restarts."""

    line: str
    at: Instant


@dataclass(frozen=True, slots=True)
class LoopRestored:
    """The exchange's voltage is back."""

    line: str
    at: Instant


@dataclass(frozen=True, slots=True)
class LineLost:
    """The interface is away or does not answer: nothing can be heard. `reason` is for the technician, one short line."""

    line: str
    at: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class LineRestored:
    """The interface is open and set up (also the first time), and senses what `sensing` says."""

    line: str
    at: Instant
    sensing: Sensing
    interface: str = ""  # what answered, e.g. a modem's product code


@dataclass(frozen=True, slots=True)
class SensingChanged:
    """Of the several ears of a line some went away or came back, and others go on. Made by the merging of ears, and by an ear that cannot tell for a while (a tap in doubt of the hook).

    `sensing`: what is left, together; `lost`: the ears that are away, each with its reason, for the technician.
    """

    line: str
    at: Instant
    sensing: Sensing
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Something was heard that no rule understands; `raw` holds it (at most 256 bytes). Recorded, never an error."""

    line: str
    at: Instant
    raw: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """A caller-ID message arrived and is broken (`reason`, e.g. checksum). No number is taken from it."""

    line: str
    at: Instant
    reason: str
    raw: bytes


LineSignal = (
    RingStarted
    | RingEnded
    | RingWord
    | CallerIdHeard
    | OffHook
    | OnHook
    | Flash
    | DigitDialled
    | PolarityReversed
    | SoundHeard
    | LoopLost
    | LoopRestored
    | LineLost
    | LineRestored
    | SensingChanged
    | Unrecognised
    | Damaged
)
