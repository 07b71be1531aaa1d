"""Blocks of samples with their clock in, line signals out: watching, decoding and hearing of one stream put together. Pure.

What is told of a stream depends on its samples alone, but for the moments that its clock gives them.
"""

from __future__ import annotations

from device.dtmf import DtmfTone
from device.fsk import FskMessage
from device.ring_sound import HeardRinging
from device.sample_clock import SampleClock
from device.signals import MILLISECOND, Instant, LineSignal, Sensing
from device.sound_decoding import Found, SoundDecoding
from device.sound_hearing import (
    BurstHeard,
    DigitHeard,
    LineSounds,
    MessageHeard,
    SoundHearing,
    SoundResult,
)
from device.sound_samples import Sound32
from device.sound_watch import SoundWatch

RING_ERROR = 40 * MILLISECOND  # one cycle at each end
SOUND_ERROR = 60 * MILLISECOND  # how exactly the beginning of a tone or a voice is known
DIGIT_ERROR = 10 * MILLISECOND


class SoundEar:
    """One stream of `rate` samples a second, of one line."""

    def __init__(
        self, line: str, rate: int, dtmf_start: str = "ABD", dtmf_end: str = "C#", *, infer_hook: bool = False
    ) -> None:
        self.rate = rate
        self._watch = SoundWatch(rate)
        self._decoding = SoundDecoding(rate)
        self._hearing = SoundHearing(line, dtmf_start=dtmf_start, dtmf_end=dtmf_end, infer_hook=infer_hook)
        self._end = 0  # position after the last sample

    @property
    def sensing(self) -> Sensing:
        return self._hearing.sensing

    @property
    def awake(self) -> bool:
        """The decoders run."""
        return self._watch.awake

    def attend(self, *, ringing: bool, off_hook: bool) -> None:
        self._hearing.attend(ringing=ringing, off_hook=off_hook)

    def feed(
        self, samples: Sound32, times: SampleClock, now: Instant, *, gap: bool = False
    ) -> list[LineSignal]:
        """The next samples; `times` knows when the last of them sounded. `gap`: some are missing before them."""
        self._end += len(samples)
        found = self._decoding.rest() if gap else []
        was_awake = self._watch.awake
        for stretch in self._watch.feed(samples, wanted=self._hearing.wants_more):
            found += self._decoding.feed(stretch)
        if was_awake and not self._watch.awake:
            found += self._decoding.rest()
        told: list[LineSignal] = []
        for each in found:
            told += self._hearing.handle(_result(each, times, now))
        if found:
            self._watch.heard_something()
        return told + self._hearing.heard_until(_moment(times, self._end, now), self._quiet_since(times, now))

    def _quiet_since(self, times: SampleClock, now: Instant) -> Instant | None:
        """Since when the line is at its floor; None: it was above it within the last block."""
        quiet = self._watch.quiet_since
        return _moment(times, quiet, now) if self._end - quiet > self.rate // 4 else None


def _moment(times: SampleClock, position: int, now: Instant) -> Instant:
    return now.plus(times.at(position) - now.mono)


def _result(found: Found, times: SampleClock, now: Instant) -> SoundResult:
    error = times.error(now.mono)
    start = _moment(times, found.start, now)
    match found:
        case HeardRinging():
            return BurstHeard(start, found.on, RING_ERROR + error)
        case FskMessage():
            end = _moment(times, found.end, now)
            return MessageHeard(start, end, found.data, found.checksum_ok)
        case DtmfTone():
            return DigitHeard(start, _moment(times, found.end, now), found.symbol, DIGIT_ERROR + error)
        case _:
            return LineSounds(start, found.sound, SOUND_ERROR + error)
