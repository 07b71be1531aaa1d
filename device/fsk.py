"""Samples of a line in, caller-ID messages sent as FSK out (Bell 202, V.23), each with how sure it is. It never guesses.

Pure. A cheap look at the spectrum finds where there may be a carrier; only that piece is decoded, when it has ended, so the
result is the same whatever the blocks. Tones, bit rate and level are measured (`fsk_filters`), characters placed (`fsk_framing`),
bits judged five at a time (`fsk_bits`), and the likeliest whole message found (`fsk_structure`). A message counts as good
only when its sum holds and nothing else is nearly as likely: of noisy messages a sum alone lets wrong ones through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from device import fsk_structure
from device.fsk_bits import Bits, judged
from device.fsk_filters import GRID, Complexes, Tones, analytic, evened, measured, purity
from device.fsk_framing import Frames, Places, beginnings
from device.fsk_structure import REACH, Reading, hard, likely_lengths

HOP = 50  # looks a second; each is at two of them, faded in and out
UNIT = 4  # looks taken together
TONE_BAND = (1000.0, 2500.0)  # Hz
OTHER_BANDS = ((300.0, 900.0), (2600.0, 3400.0))
OPENS, CLOSES = 2.5, 2.0  # the tones' band against the others: 1.5 for white noise, 3.9 for FSK at SNR 0 dB
QUIETEST = 1e-6 * 0.03  # power of the tones' band that is worth a look: -75 dB of full scale
OPENS_AFTER, CLOSES_AFTER = 3, 4  # looks
LEAD_IN, LEAD_OUT = 6, 2  # looks kept before and after
LONGEST, OVERLAP = (
    10 * HOP,
    4 * HOP,
)  # looks: a piece that does not end is decoded so far; the longest message takes 3 s
LOWEST = (350.0, 800.0)  # Hz: below the tones' skirts; where speech is in the way, more of it
LEAD = 14.0  # natural logarithm: the next message must be this much less likely; none wrong in the runs of docs/FIGURES.md
COST = 8.0  # so much may be mended (a logarithm); what is mended must lead by that much more
HEAD = 12  # characters placed to read the second: no message is shorter
SHORT = 12  # characters: an SDMF message with a single digit has as many
STRONG = 12.0  # Eb/N0, as a ratio, with which a message is read when phases do as they should
FRAMED = 0.85  # of all start and stop bits that are right in a message told as damaged
FEWEST = (
    6  # characters of a message told as damaged; fewer than HEAD are found in speech too, and must be plain
)
PURE = 0.9  # of 1, of a piece that is plainly FSK: so it is at SNR 8 dB, of speech one piece in a hundred
CLEAR = 15.0  # how sure half of the bits must be (a logarithm): below it no message is beyond doubt
FRAME_COST = 16.0  # how unlikely start and stop bits may be, all together


@dataclass(frozen=True, slots=True)
class FskMessage:
    """One message. `start`, `end`: samples since the stream began, of the whole transmission (seizure and mark with it).

    `data`: type, length, body and checksum; of a damaged message as they were heard. `checksum_ok`: the sum holds and the
    message is beyond doubt; without it nothing in `data` may be shown as a number. `confidence`: 0 to 1.
    """

    start: int
    end: int
    data: bytes
    checksum_ok: bool
    confidence: float


class FskDecoder:
    """Finds messages in a stream of float samples (-1..1) of `rate` per second (8000 to 48,000), in blocks of any length."""

    def __init__(self, rate: int) -> None:
        self._rate = max(int(rate), 8000)
        self._hop = self._rate // HOP
        self._window = np.hanning(2 * self._hop + 1)[:-1]
        hertz = np.arange(self._hop + 1) * (self._rate / (2 * self._hop))
        self._tones = (hertz >= TONE_BAND[0]) & (hertz <= TONE_BAND[1])
        self._quietest = QUIETEST / max(int(np.count_nonzero(self._tones)), 1)
        self._others = np.any([(hertz >= low) & (hertz <= high) for low, high in OTHER_BANDS], axis=0)
        self._heard = np.zeros(0, dtype=np.float32)  # samples from `_from` on
        self._from = 0
        self._looked = 0  # looks taken so far; look i begins at sample i * hop
        self._open: int | None = None  # the look with which a carrier may have begun
        self._run = 0  # looks in a row that speak for a change
        self._told = 0  # sample where the last message told ended

    def feed(self, samples: ArrayLike) -> list[FskMessage]:
        """Messages whose transmission was found to have ended within these samples. Anything that is no number is silence."""
        block = np.asarray(samples, dtype=np.float32).ravel()
        block = np.clip(np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0), -4, 4)
        self._heard = np.concatenate((self._heard, block)) if block.size else self._heard
        found: list[FskMessage] = []
        while self._heard.size - (self._looked * self._hop - self._from) >= (UNIT + 1) * self._hop:
            for carrier in self._look():
                found += self._step(carrier)
            self._forget()
        return found

    def flush(self) -> list[FskMessage]:
        """The end of the stream: what is still open is decoded as far as it goes."""
        end = self._from + self._heard.size
        rest = (UNIT + CLOSES_AFTER + LEAD_OUT + 4) * self._hop
        found = self.feed(np.zeros(rest, dtype=np.float32))
        return [replace(each, end=min(each.end, end)) for each in found]

    def _look(self) -> list[bool]:
        """Whether each of the next UNIT looks sees a carrier: more in the band of the tones than beside it."""
        begin = self._looked * self._hop - self._from
        rows = [self._heard[begin + i * self._hop :][: 2 * self._hop] for i in range(UNIT)]
        power = np.abs(np.fft.rfft(np.array(rows) * self._window, axis=1)) ** 2 / self._window.size**2
        tones = power[:, self._tones].mean(axis=1)
        others = np.median(
            power[:, self._others], axis=1
        )  # a hum and its harmonics, a dial tone, are single lines
        needed = OPENS if self._open is None else CLOSES
        return list((tones > needed * others) & (tones > self._quietest))

    def _step(self, carrier: bool) -> list[FskMessage]:
        """One look taken: a carrier opens, goes on or has ended."""
        self._looked += 1
        if self._open is None:
            self._run = self._run + 1 if carrier else 0
            if self._run >= OPENS_AFTER:
                self._open, self._run = max(0, self._looked - OPENS_AFTER - LEAD_IN), 0
            return []
        self._run = 0 if carrier else self._run + 1
        if self._run >= CLOSES_AFTER:
            found = self._decode(self._open, self._looked - CLOSES_AFTER + LEAD_OUT + 1)
            self._open, self._run = None, 0
            return found
        if self._looked - self._open >= LONGEST:
            found = self._decode(self._open, self._looked)
            self._open = self._looked - OVERLAP
            return found
        return []

    def _decode(self, first: int, last: int) -> list[FskMessage]:
        """The messages between two looks, each once."""
        begin = max(first * self._hop, self._told) - self._from
        sound = self._heard[max(0, begin) : last * self._hop - self._from].astype(np.float64)
        offset = self._from + max(0, begin)
        found = [
            replace(each, start=offset + each.start, end=offset + each.end)
            for each in messages(sound, self._rate)
        ]
        if found:
            self._told = found[-1].end
        return found

    def _forget(self) -> None:
        first = self._looked - LEAD_IN - OPENS_AFTER if self._open is None else self._open
        keep = max(first * self._hop, self._from)
        self._heard = self._heard[keep - self._from :]
        self._from = keep


# ---- one piece of sound ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What became of one way to read one beginning; places are on the grid."""

    first: int
    last: int
    data: bytes
    sure: bool
    lead: float
    framed: float


def messages(sound: NDArray[np.float64], rate: int) -> list[FskMessage]:
    """All messages in a piece of sound, one after the other; a damaged one only when there is no good one."""
    damaged: list[_Attempt] = []
    pure = 0.0
    for way, signal in enumerate(_ways(sound, rate)):
        last = way == len(LOWEST)
        tones = None if last and pure < PURE else measured(signal)
        if tones is None:
            break
        good, attempt = _one_after_the_other(signal, tones)
        if good:
            return [_told(each, tones, rate) for each in good]
        if attempt is not None and not last:
            damaged.append(replace(attempt, first=_transmission(tones, attempt.first)))
        pure = pure or purity(signal, tones)
    believed = [each for each in damaged if len(each.data) >= HEAD or (each.framed == 1 and pure >= PURE)]
    best = max(believed, key=lambda each: each.framed, default=None)
    return [] if best is None else [_told(best, None, rate)]


def _ways(sound: NDArray[np.float64], rate: int) -> Iterator[Complexes]:
    """A piece as it is, without more of what is low, and as if its level had stayed, which a card's automatic gain moves."""
    for lowest in LOWEST:
        yield analytic(sound, rate, lowest)
    yield evened(analytic(sound, rate, LOWEST[0]))


def _one_after_the_other(signal: Complexes, tones: Tones) -> tuple[list[_Attempt], _Attempt | None]:
    """The messages that are beyond doubt, and what comes behind them and is not, if anything does."""
    good: list[_Attempt] = []
    attempt = _attempt(signal, tones, 0)
    while attempt is not None and attempt.sure:
        good.append(attempt)
        attempt = _attempt(signal, tones, attempt.last)
    return good, attempt


def _told(attempt: _Attempt, tones: Tones | None, rate: int) -> FskMessage:
    """An attempt as it is told; its transmission is looked for where `tones` are given."""
    first = attempt.first if tones is None else _transmission(tones, attempt.first)
    scale = rate / GRID
    confidence = 1 - float(np.exp(-attempt.lead / 4)) if attempt.sure else attempt.framed / 2
    start, end = round(first * scale), round(attempt.last * scale)
    return FskMessage(start, end, attempt.data, attempt.sure, round(confidence, 4))


def _attempt(signal: Complexes, tones: Tones, after: int) -> _Attempt | None:
    """The first beginning that can be read beyond doubt, else the most plausible one that cannot."""
    damaged: list[_Attempt] = []
    for beginning in beginnings(tones, after):
        frames = Frames(tones, beginning.place)
        for attempt in _readings(signal, tones, frames):
            if attempt.sure:
                return attempt
            damaged.append(attempt)
    plausible = [each for each in damaged if each.framed >= FRAMED and len(each.data) >= FEWEST]
    return max(plausible, key=lambda each: each.framed, default=None)


def _readings(signal: Complexes, tones: Tones, frames: Frames) -> list[_Attempt]:
    """One beginning with each likely length and placement of its characters: on an even beat first, then any."""
    made: list[_Attempt] = []
    for place in (frames.even, frames.places):
        head = place(min(HEAD, frames.most))
        if head is None or head.size < 4:
            continue
        for length in likely_lengths(judged(signal, tones, head[:4]).sure[:, 1:9]):
            places = place(min(length + 3, frames.most))
            if places is None or (place == frames.places and frames.lead(places) < LEAD):
                continue  # a character that may as well begin a bit later reads as another
            bits = judged(signal, tones, places)
            made.append(_judged(bits, places, length))
            if not made[-1].sure and (
                made[-1].framed < 1 or bits.clear > STRONG
            ):  # five at once were worse, perhaps
                made.append(_judged(replace(bits, sure=bits.even), places, length))
            if made[-1].sure:
                return made
    return made


def _judged(bits: Bits, places: Places, length: int) -> _Attempt:
    sure = bits.sure[:, 1:9]
    starts, stops = bits.sure[:, 0], bits.sure[:, 9]
    framed = float(np.mean(np.concatenate((starts < 0, stops > 0))))
    frame_cost = float(np.sum(np.maximum(starts, 0)) + np.sum(np.maximum(-stops, 0)))
    readable = (
        sure.shape[0] == length + 3 and frame_cost <= FRAME_COST and float(np.median(np.abs(sure))) >= CLEAR
    )
    reading = fsk_structure.read(sure) if readable else None
    good = reading is not None and _beyond_doubt(reading, frame_cost)
    data = reading.data if reading is not None and good else hard(sure)
    lead = reading.lead if reading is not None else 0.0
    return _Attempt(int(places[0]), int(places[-1]), data, good, lead, framed)


def _beyond_doubt(reading: Reading, frame_cost: float) -> bool:
    """A short message has less structure that could contradict it: no other may be within reach at all.

    A start or stop bit that is surely wrong was a click: it says that bits beside it may be surely wrong as well.
    """
    if len(reading.data) < SHORT:
        return reading.cost == 0 and reading.lead >= REACH
    return reading.cost <= COST and reading.lead >= LEAD + reading.cost + frame_cost


def _transmission(tones: Tones, first: int) -> int:
    """Where the carrier before a message begins: back as long as a tone is likelier than noise."""
    either = np.maximum(
        tones.likelihood(tones.mark, tones.mark_level), tones.likelihood(tones.space, tones.space_level)
    )
    back = np.cumsum(either[:first][::-1])
    return first - 1 - int(np.argmax(back)) if back.size else first
