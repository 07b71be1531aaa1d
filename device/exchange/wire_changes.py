"""What happens on an analogue line, as the telephone exchange and the telephone make it: a stamped list of changes.

Pure: no I/O, no clock, no thread. `line_course` makes these; the virtual modem, the line pins and the trace say them, each in
its own way, so that one call looks the same to every ear.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from device.signals import CallerId, Sound


class Wire(Enum):
    BURST_STARTED = "burst_started"  # the 25 Hz ringing voltage is on
    BURST_ENDED = "burst_ended"
    CALLER_ID_BEGUN = "caller_id_begun"  # the first bit of an FSK message
    CALLER_ID_SENT = "caller_id_sent"  # the last bit of an FSK message is through
    OFF_HOOK = "off_hook"  # somebody lifted: the loop is closed
    ON_HOOK = "on_hook"
    FLASH = "flash"  # the loop opened for `duration` and closed again
    DIGIT = "digit"  # one digit dialled out, as tone or as pulses
    TONES = "tones"  # the exchange sends digits by DTMF: the caller's number, before the first burst
    SOUND = "sound"  # from now on the line sounds like `sound`
    REVERSED = "reversed"  # the exchange turned the polarity of the loop
    LOOP_LOST = "loop_lost"  # the 48 V are gone: cut, or the ONU restarts
    LOOP_RESTORED = "loop_restored"


@dataclass(frozen=True, slots=True)
class WireChange:
    """One change, at `at` (ns of CLOCK_MONOTONIC). The other fields belong to some kinds only."""

    at: int
    kind: Wire
    caller_id: CallerId | None = None
    damaged: bool = False  # the caller-ID message is broken on the way: its checksum does not hold
    digit: str = ""
    pulses: bool = False  # the digit is dialled by pulses (the loop opens `digit` times), not by a tone
    tones: str = ""
    sound: Sound = Sound.SILENCE
    duration: int = 0  # ns, of a flash; of a burst as far as it is known when it begins
