"""Blocks of sound in, the stretches that are worth decoding out: nothing while the line is quiet. Pure; it hears no meaning.

A quiet line costs a subtraction and a sum for each sample. The level is taken every 20 ms (a whole period of 50 Hz hum) of
the difference of neighbouring samples (at 8 kHz), which takes hum down by 27 dB and leaves speech and tones. What is 3 dB
above the line's own floor wakes the decoders, and they are given the seconds before it too, out of a buffer.
The floor begins with the first sound and follows the quiet line; what is quieter than it always takes it down. What does not become quiet in half a minute, and of which nothing came, is a new floor.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.sound_samples import Sound32

KEPT = 6.0  # seconds in the buffer: caller ID by DTMF is over 1 s before the first ring
FEW = 1.5  # seconds before the block given when the sound itself woke us: it began within the block
LEAST = 10 ** ((-62.0 - 3.14) / 10) / 2  # of the floor: -62 dBm0, below what any decoder takes
ABOVE = 2.0  # 3 dB: with 160 samples a level of white noise is that far off once in 10^18
FOLLOWS = 0.05  # of the way in each block: the floor has followed a step in 20 blocks
NEW_FLOOR = 30.0  # seconds of unbroken sound without any result
QUIET = 8.0  # seconds of quiet until the decoders sleep: more than the silence within a ringing
SLICE = 0.5  # seconds of the past given at once


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples from `start` on (position in the stream). `fresh`: there is a gap before them, decoders begin anew."""

    start: int
    samples: Sound32
    fresh: bool


class SoundWatch:
    """One stream of `rate` samples a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._lag = max(1, round(rate / 8_000))
        self._step = rate // 50
        self._kept: deque[Sound32] = deque()
        self._kept_samples = 0
        self._end = 0  # position after the last sample
        self._rest: Sound32 = np.zeros(self._lag, dtype=np.float32)  # not levelled yet
        self._floor: float | None = None  # before the first sound
        self._lowest = 0.0  # middle level since we woke
        self._noisy_since = 0  # position
        self._loud = 0  # position after the last 20 ms above the floor
        self._awake = False

    @property
    def awake(self) -> bool:
        return self._awake

    @property
    def quiet_since(self) -> int:
        """Position from which on the line has been at its floor."""
        return self._loud

    def feed(self, block: Sound32, *, wanted: bool) -> list[Stretch]:
        """`wanted`: the line is busy, or something is still to be heard of it: not the time to sleep."""
        start, self._end = self._end, self._end + len(block)
        self._keep(block)
        loud = self._levelled(block)
        if self._awake:
            self._may_sleep(wanted)
            return [Stretch(start, block, fresh=False)]
        if not wanted and not loud:
            return []
        self._awake, self._noisy_since = True, start
        before = self._end - start + round((KEPT if wanted else FEW) * self._rate)
        return self._past(before)

    def heard_something(self) -> None:
        """A decoder understood something: the sound is no new floor."""
        self._noisy_since = self._end

    def _keep(self, block: Sound32) -> None:
        self._kept.append(block)
        self._kept_samples += len(block)
        while self._kept_samples - len(self._kept[0]) - len(block) > KEPT * self._rate:
            self._kept_samples -= len(self._kept.popleft())

    def _levelled(self, block: Sound32) -> bool:
        """Whether 20 ms of it are above the floor. The quiet ones make the floor."""
        heard = np.concatenate((self._rest, block))
        steps = (len(heard) - self._lag) // self._step
        whole = steps * self._step
        self._rest = heard[whole:]
        if not steps:
            return False
        sharp = heard[self._lag : whole + self._lag] - heard[:whole]
        levels = _powers(sharp.reshape(steps, self._step))
        middle = float(np.partition(levels, steps // 2)[steps // 2])
        limit = self._followed(middle)
        above = np.flatnonzero(levels > limit)
        if len(above):
            self._loud = self._end - (len(heard) - self._lag) + int(above[-1] + 1) * self._step
        return len(above) > 0

    def _followed(self, middle: float) -> float:
        """The limit, after the floor has followed the middle level of a block: upwards only while the line is quiet."""
        floor = middle if self._floor is None else self._floor
        limit = ABOVE * max(floor, LEAST)
        if not self._awake or middle < floor:
            floor += FOLLOWS * (min(middle, limit) - floor)
        self._floor = floor
        self._lowest = min(self._lowest, middle) if self._awake else middle
        return limit

    def _may_sleep(self, wanted: bool) -> None:
        if wanted:
            self._noisy_since = self._end
        elif self._end - self._loud > QUIET * self._rate:
            self._awake = False
        elif self._end - self._noisy_since > NEW_FLOOR * self._rate:
            self._floor = max(self._floor or 0.0, self._lowest)
            self._awake = False

    def _past(self, count: int) -> list[Stretch]:
        """The last `count` samples, in slices: nobody shall wait for all of it to be decoded."""
        past = np.concatenate(self._kept)[-count:]
        first, size = self._end - len(past), round(SLICE * self._rate)
        return [Stretch(first + at, past[at : at + size], fresh=at == 0) for at in range(0, len(past), size)]


def _powers(parts: NDArray[np.float32]) -> NDArray[np.float32]:
    powers: NDArray[np.float32] = np.einsum("ij,ij->i", parts, parts) / np.float32(parts.shape[1])
    return powers
