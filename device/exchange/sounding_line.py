"""Changes on the wire in, what a sound tap on the line hears out, as samples for any stretch of time. Pure: no pipe, no clock.

Needs numpy, as everything of sound does. `render` must be asked for stretches in order; a change may come late, then it is
heard from its own moment on in what was not rendered yet.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from device.exchange.caller_id_sender import mdmf
from device.exchange.fsk_sound import fsk_samples
from device.exchange.tone_sound import dtmf_samples, ring_samples, tone_samples, voice_samples
from device.exchange.wire_changes import Wire, WireChange
from device.signals import SECOND, Sound

Samples = NDArray[np.float32]

NOISE = 10 ** (-65 / 20)  # of full scale: a quiet line through a cheap sound card
# Whole cycles of each tone (s), so that it can be repeated without a click; a voice is repeated after a while.
CYCLES = {
    Sound.DIAL_TONE: 1.0,
    Sound.RINGBACK: 5.0,
    Sound.BUSY: 1.4,
    Sound.CONGESTION: 1.4,
    Sound.VACANT_NUMBER: 1.4,
    Sound.CALL_WAITING: 4.4,
    Sound.HOWLER: 1.0,
    Sound.FAX_CALLING: 3.5,
    Sound.ANSWER_TONE: 1.0,
}
VOICE_CYCLE = 12.0
DIGIT = 0.1  # seconds of tone, and of silence, of a digit that a person presses


@cache
def _cycle(sound: Sound, rate: int) -> Samples:
    if sound is Sound.VOICE:
        return voice_samples(rate, VOICE_CYCLE, 1)
    if sound in CYCLES:
        return tone_samples(sound, rate, CYCLES[sound])
    return np.zeros(1, dtype=np.float32)


class SoundingLine:
    """One line. `rate`: samples a second; `seed`: of its noise."""

    def __init__(self, rate: int = 8000, seed: int = 0) -> None:
        self._rate = rate
        self._noise = np.random.default_rng(seed)
        self._once: list[tuple[int, Samples]] = []  # what sounds once, with its moment (ns)
        self._courses: list[tuple[int, Sound]] = [(0, Sound.SILENCE)]  # what sounds from when on
        self._bursts: list[tuple[int, int | None]] = []

    def wire(self, change: WireChange) -> None:
        """Something happened on the line."""
        at = change.at
        match change.kind:
            case Wire.BURST_STARTED:
                self._bursts.append((at, None))
            case Wire.BURST_ENDED if self._bursts:
                self._bursts[-1] = (self._bursts[-1][0], at)
            case Wire.CALLER_ID_BEGUN if change.caller_id is not None:
                self._once.append((at, self._message(change)))
            case Wire.TONES:
                self._once.append((at, dtmf_samples(change.tones, self._rate)))
            case Wire.DIGIT if not change.pulses:
                self._once.append((at, dtmf_samples(change.digit, self._rate, on=DIGIT, off=0.0)))
            case Wire.SOUND:
                self._courses.append((at, change.sound))
            case Wire.ON_HOOK | Wire.LOOP_LOST:
                self._courses.append((at, Sound.SILENCE))
            case _:
                pass

    def render(self, start: int, count: int) -> Samples:
        """`count` samples from the moment `start` (ns) on."""
        end = start + count * SECOND // self._rate
        heard = (NOISE * self._noise.standard_normal(count)).astype(np.float32)
        for at, samples in self._once:
            self._add(heard, start, at, samples)
        for index, (at, sound) in enumerate(self._courses):
            until = self._courses[index + 1][0] if index + 1 < len(self._courses) else end
            self._repeat(heard, start, at, until, _cycle(sound, self._rate))
        for at, ended in self._bursts:
            self._repeat(heard, start, at, end if ended is None else ended, self._ringing())
        self._forget(end)
        return np.clip(heard, -1.0, 1.0)

    def _message(self, change: WireChange) -> Samples:
        assert change.caller_id is not None
        return fsk_samples(mdmf(change.caller_id, damaged=change.damaged), self._rate)

    def _ringing(self) -> Samples:
        return ring_samples(self._rate, 1.0, on=1.0, off=0.0)

    def _position(self, start: int, at: int) -> int:
        """The sample of the stretch at which the moment `at` lies; negative when it lies before."""
        return round((at - start) * self._rate / SECOND)

    def _add(self, heard: Samples, start: int, at: int, samples: Samples) -> None:
        first = self._position(start, at)
        low, high = max(first, 0), min(first + len(samples), len(heard))
        if low < high:
            heard[low:high] += samples[low - first : high - first]

    def _repeat(self, heard: Samples, start: int, at: int, until: int, cycle: Samples) -> None:
        first = self._position(start, at)
        low, high = max(first, 0), min(self._position(start, until), len(heard))
        if low < high:
            heard[low:high] += cycle[np.arange(low - first, high - first) % len(cycle)]

    def _forget(self, end: int) -> None:
        """What is over is not needed any more."""
        self._once = [
            (at, samples) for at, samples in self._once if at + len(samples) * SECOND // self._rate > end
        ]
        self._bursts = [(at, ended) for at, ended in self._bursts if ended is None or ended > end]
        while len(self._courses) > 1 and self._courses[1][0] <= end:
            del self._courses[0]
