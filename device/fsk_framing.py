"""How strongly each moment is mark or space in, where a message may begin and where each of its characters stands out.

Pure. Characters are 8N1 with any silence of mark between them (0 to 20 bits are seen, not always whole ones), so each start
bit is found anew: `Frames` is the likeliest placement of all characters together (Viterbi), not one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.fsk_filters import GRID, Reals, Tones

Places = NDArray[np.int64]

CHARACTER = 10  # bits
PREAMBLE = 24  # bits looked at before a message: mark, alternating, or first this and then that
TYPES = (0x80, 0x04, 0x82, 0x06)  # MDMF, SDMF, and message waiting in both
LONGEST = 258  # characters of a message: type, length, 255, checksum
FEWEST_TO_JUDGE = 8  # characters that show a beat
EVEN_BEAT = 2.0  # how much less likely (a logarithm), for each character, an even beat may be
LIKELY_TYPE = 0.55  # of 1: eleven bits and the preamble all as they should be
LIKELY_PREAMBLE = 0.45
MOST_BEGINNINGS = 4
PAUSE = 3.0  # how much less likely (a logarithm) a pause is than none
SLACK = 6  # samples by which a beginning may be off


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the start bit of a message's type may be (a place on the grid); `score`: 1 when all before and in it fits."""

    place: int
    score: float


def beginnings(tones: Tones, after: int = 0) -> list[Beginning]:
    """The likeliest few that are not before the place `after`, best first."""
    bit = GRID / tones.baud
    sure = tones.surer()
    soft = np.clip(sure / (float(np.median(np.abs(sure))) + 1e-12), -1, 1)
    count = soft.size - round(CHARACTER * bit)
    if count <= after:
        return []
    steps = [round(index * bit) for index in range(CHARACTER)]
    framed = np.concatenate((np.zeros(steps[1]), soft))[:count] - soft[:count] + soft[steps[9] :][:count]
    bits = [soft[steps[index + 1] :][:count] for index in range(8)]
    best = np.full(count, -1.0)
    for kind in TYPES:
        best = np.maximum(best, framed + sum(bits[i] if kind >> i & 1 else -bits[i] for i in range(8)))
    places = np.flatnonzero(best >= LIKELY_TYPE * 11)
    places = places[places >= max(after, 1)]
    before = _before(soft, bit, places)
    scores = np.full(count, -1.0)
    scores[places] = np.where(before < LIKELY_PREAMBLE, -1.0, (best[places] / 11 + before) / 2)
    return _peaks(scores, round(0.7 * bit))


def _before(soft: Reals, bit: float, places: Places) -> Reals:
    """How much the PREAMBLE bits before each place look like mark, seizure, or seizure and then mark: 1 at best."""
    steps = np.round(np.arange(1, PREAMBLE + 2) * bit).astype(np.int64)
    at = places[:, None] - steps[None, :]
    bits = np.where(at >= 0, soft[np.maximum(at, 0)], 0.0)
    marks = np.cumsum(bits[:, :-1], axis=1)
    alternating = np.cumsum(-bits[:, :-1] * bits[:, 1:], axis=1)
    best = alternating[:, -1]
    for last in range(4, PREAMBLE + 1, 4):
        best = np.maximum(best, marks[:, last - 1] + alternating[:, -1] - alternating[:, last - 1])
    worth: Reals = best / PREAMBLE
    return worth


def _peaks(scores: Reals, apart: int) -> list[Beginning]:
    found: list[Beginning] = []
    while len(found) < MOST_BEGINNINGS and scores.size:
        place = int(np.argmax(scores))
        if scores[place] <= 0:
            break
        found.append(Beginning(place, float(scores[place])))
        scores[max(0, place - apart) : place + apart + 1] = -1.0
    return found


class Frames:
    """Characters from one beginning on: the likeliest places of the first K, for every K.

    With G the likelihood of mark summed up, S_k(n) = the best of k characters whose last begins at n:
    S_k+1(n) = character(n) + the best of S_k(n - 10 bits) and G(n) + max over m <= n - 11 bits of (S_k(m) - G(m + 10 bits)).
    """

    def __init__(self, tones: Tones, beginning: int) -> None:
        self._tones = tones
        self._bit = GRID / tones.baud
        self._steps = [round(index * self._bit) for index in range(CHARACTER + 1)]
        self._first = max(0, beginning - SLACK)
        mark = tones.likelihood(tones.mark, tones.mark_level)[self._first :]
        space = tones.likelihood(tones.space, tones.space_level)[self._first :]
        # a window of mark counts where it ends, so that the last one before a start bit still holds nothing but mark
        self._summed = np.concatenate((np.zeros(self._steps[1] + 1), np.cumsum(mark))) / self._bit
        self._characters, self._rest = self._score(mark, space)
        self.most = min(LONGEST, max(0, self._characters.size // self._steps[CHARACTER]))
        self._best: list[Reals] = []
        self._came: list[Places] = []
        if self.most:
            start = np.full(self._characters.size, -np.inf)
            start[: 2 * SLACK + 1] = self._characters[: 2 * SLACK + 1]
            self._best.append(start)
            self._came.append(np.zeros(start.size, dtype=np.int64))

    def _score(self, mark: Reals, space: Reals) -> tuple[Reals, Reals]:
        """The likelihood of a character at each place, and of what comes behind it: whatever bits, until the carrier ends."""
        count = max(0, mark.size - self._steps[CHARACTER])
        either = np.maximum(mark, space)
        total = space[:count] + mark[self._steps[9] :][:count]
        for index in range(1, 9):
            total = total + either[self._steps[index] :][:count]
        most = np.cumsum(either) / self._bit
        highest = np.maximum.accumulate(most[::-1])[::-1]
        return total, (highest - most)[self._steps[CHARACTER] :][:count]

    def places(self, count: int) -> Places | None:
        """Where the first `count` characters begin on the grid, and after them where the last ends; None if there is no room."""
        while len(self._best) < count <= self.most:
            self._advance()
        if not 0 < count <= len(self._best):
            return None
        last = self._best[count - 1] + self._rest
        place = int(np.argmax(last))
        if not np.isfinite(last[place]):
            return None
        found = [place + self._steps[CHARACTER], place]
        for came in reversed(self._came[1:count]):
            place = int(came[place])
            found.append(place)
        return np.array(found[::-1], dtype=np.int64) + self._first

    def _advance(self) -> None:
        """One more character: at once behind the last (a sample to and fro), or after a pause of mark of a bit or more."""
        long = self._steps[CHARACTER]
        best = self._best[-1]
        size = best.size
        places = np.arange(size)
        worth = best - self._summed[long : long + size]
        top = np.maximum.accumulate(worth)
        came = np.maximum.accumulate(np.where(worth == top, places, 0))
        paused = long + self._steps[1] - 3
        likely = np.full(size, -np.inf)
        before = np.zeros(size, dtype=np.int64)
        likely[paused:] = (self._summed[:size] - PAUSE)[paused:] + top[: max(0, size - paused)]
        before[paused:] = came[: max(0, size - paused)]
        for step in (long - 1, long, long + 1):
            at_once = np.full(size, -np.inf)
            at_once[step:] = best[: max(0, size - step)]
            better = at_once > likely
            likely[better], before[better] = at_once[better], (places - step)[better]
        self._best.append(likely + self._characters)
        self._came.append(before)

    def straightened(self, places: Places) -> Places:
        """The places on an even beat, if that is about as likely: noise moves single characters, exchanges do not."""
        begins = places[:-1] - self._first
        if begins.size < FEWEST_TO_JUDGE:
            return places
        index = np.arange(begins.size)
        slope, offset = float(np.median((begins[4:] - begins[:-4]) / 4)), 0.0
        for _ in range(2):
            offset = float(np.median(begins - slope * index))
            near = np.abs(begins - offset - slope * index) < 3
            if np.count_nonzero(near) < 0.6 * begins.size or slope < self._steps[CHARACTER] - 1:
                return places
            slope, offset = (float(each) for each in np.polyfit(index[near], begins[near], 1))
        even = np.round(offset + slope * index).astype(np.int64)
        if even[0] < 0 or even[-1] >= self._characters.size:
            return places
        if self._worth(even) < self._worth(begins) - EVEN_BEAT * (begins.size + 8):
            return places
        return np.append(even, even[-1] + self._steps[CHARACTER]) + self._first

    def _worth(self, begins: Places) -> float:
        ends = begins[:-1] + self._steps[CHARACTER]
        pauses = np.where(begins[1:] - ends > 3, self._summed[begins[1:]] - self._summed[ends] - PAUSE, 0.0)
        return float(np.sum(self._characters[begins]) + np.sum(pauses))
