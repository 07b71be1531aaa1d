"""Samples in, DTMF digits out: which, from where to where, how loud. Pure: no sound card, no clock, no thread; never raises.

At 8 kHz inside, in two steps:

    1  every 2.5 ms a Hann window of 20 ms: the strongest low and the strongest high tone, and the share that they have of
       all that is heard. The same pair for 16 ms or longer, set off by a dip of 10 dB or another pair, is a candidate.
    2  a candidate is measured as a whole: both frequencies, both levels, what is left when the two tones are taken away.

Accepted (Q.24, MT8870 data sheet, docs/LINE.md 3.4): ±(1.5 % + 2 Hz), none from ±3.5 %; 20 ms and longer with 20 ms between;
the two levels up to 10 dB apart; 0 to -50 dBm0; noise 4 dB below; a dial tone 22 dB above. The shorter a candidate is, the
cleaner it must be: speech has moments of two pure tones, but not for long. Hum and everything under 280 Hz do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from device.resampling import BATCH, RATE, Resampler, Samples
from device.tone_pairs import WINDOW, Measured, frame_window, measure, misfit

LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
KEYPAD = "123A456B789C*0#D"  # rows of LOW, columns of HIGH (Q.23)

HOP = 20  # samples between frames: 2.5 ms
FRAMES = BATCH // HOP  # in a batch
HISTORY = 9_600  # samples kept: 1.2 s
FRAME_HISTORY = HISTORY // HOP

HEARD_BAND = slice(12, 69)  # of the spectrum of a frame, 50 Hz apart: 600 to 3,400 Hz
LEAST_SHARE = 0.25  # of the pair in that band, to be looked at
LEAST_POWER = 10 ** ((-60.0 - 3.14) / 10)  # of each tone, as the square of its amplitude: -60 dBm0
MOST_TWIST = 10 ** (14 / 10)
DIP = 0.1  # of the loudest frame: 10 dB down the tone is over
MISSES = 3  # frames: a gap of 20 ms has five such, a click none
LONG = RATE // 2 // HOP  # frames after which a candidate is measured before it ends
SHORTEST = 0.016 * RATE  # samples
NEAR = 0.25 * RATE  # samples between digits of one row
LIKE_LEVEL, LIKE_TWIST = 3.0, 4.0  # dB
WEAKER = 8.0  # dB
ENOUGH_ALIKE = 3  # doubtful digits of one row
AROUND = 64  # samples before and after, where the tones must not be: with the window within a gap of 20 ms


@dataclass(frozen=True, slots=True)
class DtmfTone:
    """One digit. `start`, `end`: samples since the start of the stream. `level`: of both tones, dBm0. `twist`: high over low, dB."""

    start: int
    end: int
    symbol: str
    level: float
    twist: float


@dataclass(slots=True)
class Run:
    """Frames of one pair, so far. Frames are counted from the start of the stream."""

    pair: int
    first: int
    last: int
    loudest: float
    misses: int = 0
    measured: Measured | None = None  # before its end, when it is long
    begun: float | None = None  # sample, when it was measured before its end


class Found(NamedTuple):
    """A digit, its place in samples of 8 kHz, and whether it is one wherever it stands."""

    tone: DtmfTone
    start: float
    end: float
    sure: bool


class Neighbours:
    """Digits come in rows from one sender. What is doubtful alone is right beside a sure digit of the same level and twist,
    or as one of three such; and a much weaker one right behind a digit is a voice. A doubtful digit waits for the next.
    """

    def __init__(self) -> None:
        self._before: Found | None = None  # the last one told
        self._doubtful: list[Found] = []

    def told(self, this: Found) -> list[DtmfTone]:
        """What can be told now that this was heard."""
        before = self._before
        if (
            before is not None
            and this.start - before.end < NEAR
            and this.tone.level < before.tone.level - WEAKER
        ):
            return []
        row = self._doubtful if self._doubtful and _alike(self._doubtful[-1], this) else []
        row = [*row, this]
        if this.sure or len(row) >= ENOUGH_ALIKE or (before is not None and _alike(before, this)):
            self._before, self._doubtful = this, []
            return [each.tone for each in row]
        self._doubtful = row
        return []


def _alike(one: Found, other: Found) -> bool:
    return (
        other.start - one.end < NEAR
        and abs(one.tone.level - other.tone.level) < LIKE_LEVEL
        and abs(one.tone.twist - other.tone.twist) < LIKE_TWIST
    )


_TURNS = 2j * np.pi * np.arange(WINDOW) / RATE
_HANN = frame_window()
_SCALE = 2 / _HANN.sum()  # a sine of amplitude 1 on its frequency has power 1
_BANK = np.exp(-np.array(LOW + HIGH)[:, None] * _TURNS).T * _HANN[:, None] * _SCALE
_REAL_BANK = np.concatenate((_BANK.real, _BANK.imag), axis=1)
_BAND_SCALE = _SCALE**2 / 1.5  # a Hann window spreads a tone over three bins: 1/4, 1, 1/4


class DtmfDecoder:
    """One stream of `rate` samples a second (8,000 to 48,000, else ValueError)."""

    def __init__(self, rate: int) -> None:
        self._resampler = Resampler(rate)
        self._samples: Samples = np.zeros(HISTORY)
        self._end = 0  # samples so far
        self._powers: NDArray[np.float64] = np.zeros((FRAME_HISTORY, 8))
        # The number of the next frame: frame k is centred on sample 20 k, the first reaches 20 samples into the stream.
        self._frames = (HOP - WINDOW // 2) // HOP
        self._run: Run | None = None
        self._among = Neighbours()

    def feed(self, samples: ArrayLike) -> list[DtmfTone]:
        """Digits that ended, told 30 to 100 ms after their end."""
        return self._heard(self._resampler.feed(samples))

    def flush(self) -> list[DtmfTone]:
        """The digit that the end of the stream cut, if it was long enough."""
        return self._heard(self._resampler.flush(tail=2 * WINDOW))

    def _heard(self, batches: Iterable[Samples]) -> list[DtmfTone]:
        return [tone for batch in batches for found in self._batch(batch) for tone in self._among.told(found)]

    # -- frames

    def _batch(self, batch: Samples) -> list[Found]:
        self._samples = np.concatenate((self._samples[BATCH:], batch))
        self._end += BATCH
        span = self._samples[HISTORY - BATCH - WINDOW + HOP :]
        windows = np.lib.stride_tricks.sliding_window_view(span, WINDOW)[::HOP]
        parts = windows @ _REAL_BANK
        powers = parts[:, :8] ** 2 + parts[:, 8:] ** 2
        spectrum = np.abs(np.fft.rfft(windows * _HANN, axis=1)) ** 2 * _BAND_SCALE
        heard = spectrum[:, HEARD_BAND].sum(axis=1)
        self._powers = np.concatenate((self._powers[FRAMES:], powers))
        return self._walk(powers, heard)

    def _walk(self, powers: NDArray[np.float64], heard: NDArray[np.float64]) -> list[Found]:
        low, high = powers[:, :4].argmax(axis=1), powers[:, 4:].argmax(axis=1)
        rows = np.arange(FRAMES)
        p_low, p_high = powers[rows, low], powers[rows, high + 4]
        both = p_low + p_high
        tonal = (
            (both > LEAST_SHARE * heard)
            & (np.minimum(p_low, p_high) > LEAST_POWER)
            & (p_low < MOST_TWIST * p_high)
            & (p_high < MOST_TWIST * p_low)
        )
        first = self._frames
        self._frames += FRAMES
        if self._run is None and not tonal.any():
            return []
        pairs = np.where(tonal, low * 4 + high, -1).tolist()
        found = (self._frame(first + row, pairs[row], power) for row, power in enumerate(both.tolist()))
        return [tone for tone in found if tone is not None]

    def _frame(self, frame: int, pair: int, power: float) -> Found | None:
        run = self._run
        if run is None:
            self._run = Run(pair, frame, frame, power) if pair >= 0 else None
            return None
        if pair == run.pair and power > DIP * run.loudest:
            run.last, run.misses, run.loudest = frame, 0, max(power, run.loudest)
            if run.begun is None and frame - run.first >= LONG:
                self._measure_early(run)
            return None
        run.misses += 1
        if run.misses < MISSES:
            return None
        tone = self._closed(run)
        self._run = Run(pair, frame, frame, power) if pair >= 0 and pair != run.pair else None
        return tone

    # -- candidates

    def _measure_early(self, run: Run) -> None:
        run.begun, end = self._edges(run)
        run.measured = self._measured(run, run.begun, end, going_on=True)

    def _closed(self, run: Run) -> Found | None:
        start, end = self._edges(run)
        if run.begun is None:
            measured = self._measured(run, start, end)
        else:
            start, measured = run.begun, run.measured
        if measured is None:
            return None
        place = self._resampler.source_position
        tone = DtmfTone(place(start), place(end), KEYPAD[run.pair], measured.level, measured.twist)
        return Found(tone, start, end, measured.sure)

    def _edges(self, run: Run) -> tuple[float, float]:
        """Where the tones began and ended: there a frame has half of their amplitude."""
        base = self._frames - FRAME_HISTORY
        pair = self._powers[:, run.pair // 4] + self._powers[:, 4 + run.pair % 4]
        track = np.sqrt(pair[max(0, run.first - 4 - base) : run.last + 5 - base])
        offset = max(run.first - 4, base)
        half = float(np.median(track[track >= 0.5 * track.max()])) / 2
        top = int(track.argmax())
        before = np.flatnonzero(track[:top] < half)
        after = np.flatnonzero(track[top:] < half)
        start = float(offset) if not len(before) else offset + _crossing(track, int(before[-1]), half)
        if not len(after):
            return start * HOP, float((offset + len(track) - 1) * HOP)
        last = top + int(after[0]) - 1
        return start * HOP, (offset + _crossing(track, last, half)) * HOP

    def _measured(self, run: Run, start: float, end: float, going_on: bool = False) -> Measured | None:
        if end - start < SHORTEST:
            return None
        row, column = run.pair // 4, run.pair % 4
        base = self._end - HISTORY
        first, last = max(0, round(start) - base), min(HISTORY, round(end) - base)
        frames = self._frames - FRAME_HISTORY
        after = 0 if going_on else AROUND
        shown = np.arange(
            max(0, ceil((start - AROUND) / HOP) - frames),
            min(FRAME_HISTORY, int((end + after) // HOP) + 1 - frames),
        )
        tracks = np.sqrt(self._powers[shown][:, [row, 4 + column]])
        off = misfit(tracks, (shown + frames) * HOP, start, np.inf if going_on else end)
        return measure(self._samples[:last], first, (LOW[row], HIGH[column]), off)


def _crossing(track: NDArray[np.float64], index: int, level: float) -> float:
    """Between `index` and the next: where the line through both has `level`."""
    a, b = float(track[index]), float(track[index + 1])
    return index + (level - a) / (b - a) if a != b else float(index)
