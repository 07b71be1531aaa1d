"""Samples of a line in, what all decoders heard in them out, by position in the stream. Pure: no sound card, no clock.

The decoders are made anew after a gap, so that a sleep of hours costs nothing and leaves nothing half heard. They are fed
8 kHz: a card that gives more is taken down once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from device.dtmf import DtmfDecoder, DtmfTone
from device.fsk import FskDecoder, FskMessage
from device.line_sounds import HeardSound, SoundDecoder
from device.resampling import RATE, Resampler
from device.ring_sound import HeardRinging, RingSoundDecoder
from device.sound_samples import Sound32
from device.sound_watch import Stretch

Found = HeardRinging | FskMessage | DtmfTone | HeardSound


@dataclass(slots=True)
class _Decoders:
    """One set, from `first` (position in the stream) on."""

    first: int
    resampler: Resampler
    ring: RingSoundDecoder
    fsk: FskDecoder
    dtmf: DtmfDecoder
    sounds: SoundDecoder


class SoundDecoding:
    """One stream of `rate` samples a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._set: _Decoders | None = None

    def feed(self, stretch: Stretch) -> list[Found]:
        """What is certain by now, in the order of its beginning."""
        found: list[Found] = []
        if stretch.fresh or self._set is None:
            found += self.rest()
            self._set = self._made(stretch.start)
        return found + self._fed(self._set, stretch.samples)

    def rest(self) -> list[Found]:
        """What is left when the sound breaks off."""
        decoders, self._set = self._set, None
        if decoders is None:
            return []
        found: list[Found] = self._fed(decoders, np.zeros(0, dtype=np.float32), last=True)
        ends: list[Found] = [
            *decoders.ring.flush(),
            *decoders.fsk.flush(),
            *decoders.dtmf.flush(),
            *decoders.sounds.flush(),
        ]
        return found + self._placed(decoders, ends)

    def _made(self, first: int) -> _Decoders:
        return _Decoders(
            first,
            Resampler(self._rate),
            RingSoundDecoder(RATE),
            FskDecoder(RATE),
            DtmfDecoder(RATE),
            SoundDecoder(RATE),
        )

    def _fed(self, decoders: _Decoders, samples: Sound32, last: bool = False) -> list[Found]:
        batches = decoders.resampler.flush() if last else decoders.resampler.feed(samples)
        if not batches:
            return []
        block = np.concatenate(batches)
        found: list[Found] = [
            *decoders.ring.feed(block),
            *decoders.fsk.feed(block),
            *decoders.dtmf.feed(block),
            *decoders.sounds.feed(block),
        ]
        return self._placed(decoders, found)

    def _placed(self, decoders: _Decoders, found: list[Found]) -> list[Found]:
        """With positions of the stream."""
        return [self._moved(each, decoders.first) for each in sorted(found, key=lambda each: each.start)]

    def _moved(self, each: Found, first: int) -> Found:
        place = first + each.start * self._rate // RATE
        if isinstance(each, FskMessage | DtmfTone):
            return replace(each, start=place, end=first + each.end * self._rate // RATE)
        return replace(each, start=place)
