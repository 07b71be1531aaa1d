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
BEATS = np.concatenate(([10.0, 10.5], np.arange(11, 31)))  # bits from one character to the next
EXACTLY = 0.002  # by how much the bit rate may be measured wrong
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
        bit = self._steps[1]
        before = np.full(bit, -np.inf)  # until[n]: a pause that ends at n, its last bit as one window
        self._until = np.concatenate((before, mark + self._summed[: mark.size])) - PAUSE
        self._characters, self._rest = self._score(mark, space)
        self.most = self._room()
        self._best: list[Reals] = []
        self._came: list[Places] = []
        if self.most:
            start = np.full(self._characters.size, -np.inf)
            start[: 2 * SLACK + 1] = self._characters[: 2 * SLACK + 1]
            self._best.append(start)
            self._came.append(np.zeros(start.size, dtype=np.int64))

    def _room(self) -> int:
        """How many characters there can be until the carrier ends, which is where neither tone is half as loud as it was."""
        tones = self._tones
        loud = np.maximum(np.abs(tones.mark) / tones.mark_level, np.abs(tones.space) / tones.space_level)
        there = np.flatnonzero(loud[self._first :] > 0.5)
        end = int(there[-1]) + self._steps[1] if there.size else 0
        return min(LONGEST, end // self._steps[CHARACTER], self._characters.size)

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
        likely[paused:] = self._until[paused:size] + top[: max(0, size - paused)]
        before[paused:] = came[: max(0, size - paused)]
        for step in (long - 1, long, long + 1):
            at_once = np.full(size, -np.inf)
            at_once[step:] = best[: max(0, size - step)]
            better = at_once > likely
            likely[better], before[better] = at_once[better], (places - step)[better]
        self._best.append(likely + self._characters)
        self._came.append(before)

    def even(self, count: int) -> Places | None:
        """As `places`, with the same pause between all characters, whole and half bits of it: what exchanges send.

        The likeliest begin and beat of `BEATS`, then the beat more exactly; None if there is no room.
        """
        index = np.arange(max(0, min(count, self.most)))
        if index.size < count or not count:
            return None
        starts = np.repeat(np.arange(2 * SLACK + 1), BEATS.size)
        beats = np.tile(BEATS * self._bit, 2 * SLACK + 1)
        best = index
        for _ in range(2):
            at = np.round(starts[:, None] + beats[:, None] * index).astype(np.int64)
            worth = self._worth(at)
            top = int(np.argmax(worth))
            if not np.isfinite(worth[top]):
                return None
            best = at[top]
            starts, beats = np.full(9, starts[top]), beats[top] * (1 + np.linspace(-EXACTLY, EXACTLY, 9))
        return np.append(best, best[-1] + self._steps[CHARACTER]) + self._first

    def _worth(self, begins: Places) -> Reals:
        """How likely each row of begins is, with what comes behind it; impossible where it does not fit in."""
        fits = begins[:, -1] < self._characters.size
        at = np.minimum(begins, self._characters.size - 1)
        worth = np.sum(self._characters[at], axis=1) + self._rest[at[:, -1]]
        if begins.shape[1] > 1:
            worth = worth + np.sum(self._pause(at[:, :-1] + self._steps[CHARACTER], at[:, 1:]), axis=1)
        return np.where(fits, worth, -np.inf)

    def lead(self, places: Places) -> float:
        """By how much these places are likelier than any in which one character begins about a bit earlier or later."""
        begins = places[:-1] - self._first
        bit, size = self._steps[1], self._characters.size
        moves = np.concatenate((np.arange(-bit - 4, -bit + 9), np.arange(bit - 8, bit + 5)))
        least = np.inf
        for index in range(1, begins.size):
            moved = begins[index] + moves
            moved = moved[(moved >= 0) & (moved < size)]
            here = self._piece(begins, index, begins[index : index + 1])
            there = self._piece(begins, index, moved)
            least = min(least, float(here[0] - np.max(there, initial=-np.inf)))
        return least

    def _piece(self, begins: Places, index: int, at: Places) -> Reals:
        """How likely character `index` is at each of `at` with the pauses on both sides of it."""
        long = self._steps[CHARACTER]
        worth = self._characters[at] + self._pause(begins[index - 1] + long, at)
        if index + 1 < begins.size:
            worth = worth + self._pause(at + long, begins[index + 1])
        return worth

    def _pause(self, begin: Places | np.int64, end: Places | np.int64) -> Reals:
        """How likely mark is from `begin` to `end`: nothing to say below half a bit, an overlap is impossible."""
        long = np.asarray(end - begin)
        worth: Reals = np.where(long >= self._steps[1] - 3, self._until[end] - self._summed[begin], -PAUSE)
        return np.where(np.abs(long) <= 3, 0.0, np.where(long < -3, -np.inf, worth))
