"""Where each character stands in, how sure each of its bits is out: the phase that runs on from bit to bit is put to use.

Pure. Caller-ID FSK is phase-continuous (GR-30; Bell 202): five bits at once, their common phase unknown, tell the middle one
better than it tells itself by about 2 dB (Osborne and Luntz, IEEE Trans. COM-22, 1974: noncoherent CPFSK). Where a line or
a sender breaks the phase, each bit is judged alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device.fsk_filters import BIT, GRID, Complexes, Reals, Tones, correlation, moving_power
from device.fsk_framing import CHARACTER, Places

CLICK = 4.0  # times what is left beside the tones otherwise
SPAN = 5  # bits judged together; the middle one is told
AROUND = SPAN // 2
BEFORE = 120  # bits before the message that help to measure the tones
STEADY = 0.6  # of 1: how well the phase must run on across changes of tone to be trusted
COMBINATIONS = np.array([[word >> place & 1 for place in range(SPAN)] for word in range(1 << SPAN)])


@dataclass(frozen=True, slots=True)
class Bits:
    """`sure[k, i]`: how much likelier than not bit i of character k is 1 (a logarithm); i 0 is the start bit, 9 the stop bit.

    `even`: the same with each bit judged alone. `clear`: Eb/N0 of the message as measured, a ratio.
    """

    sure: Reals
    even: Reals
    clear: float


def judged(signal: Complexes, tones: Tones, places: Places) -> Bits:
    """The bits of the characters that begin at `places` (its last entry is where the last character ends)."""
    bit = GRID / tones.baud
    signal, tones, places = _near(signal, tones, places)
    steps = np.round(np.arange(-AROUND, CHARACTER + AROUND) * bit).astype(np.int64)
    at = places[:-1, None] + steps[None, :]
    inside = (at >= 0) & (at < tones.mark.size)
    at = np.clip(at, 0, tones.mark.size - 1)
    tones, turn = _refined(signal, tones, places, at)
    noise = np.maximum(_local_noise(tones, at), _clicks(signal, tones, at))
    alone = _alone(tones, at, noise)[:, AROUND:-AROUND]
    clear = min(tones.mark_level, tones.space_level) ** 2 / tones.noise
    if turn is None:
        return Bits(alone, alone, clear)
    mark = np.where(inside, tones.mark[at], 0)
    space = np.where(inside, tones.space[at] * np.exp(-1j * turn), 0)
    return Bits(_together(tones, mark, space, at, noise), alone, clear)


def _near(signal: Complexes, tones: Tones, places: Places) -> tuple[Complexes, Tones, Places]:
    """The part of a piece that matters here: some bits before the message, the message, a little behind it."""
    bit = GRID / tones.baud
    first = max(0, int(places[0] - (BEFORE + 1) * bit))
    last = int(places[-1] + 4 * bit)
    near = replace(tones, mark=tones.mark[first:last], space=tones.space[first:last])
    return signal[first : last + BIT - 1], near, places - first


def _refined(signal: Complexes, tones: Tones, places: Places, at: Places) -> tuple[Tones, float | None]:
    """The tones measured anew on whole bits, and by how much space's phase is ahead of mark's; None: phases do not run on."""
    bit = GRID / tones.baud
    early = places[0] - np.round(np.arange(BEFORE, 0, -1) * bit).astype(np.int64)
    early = early[(early >= 0) & (early < tones.mark.size)]
    loud = np.maximum(
        np.abs(tones.mark[early]) / tones.mark_level, np.abs(tones.space[early]) / tones.space_level
    )
    early = early[loud > 0.5]  # not what was before the transmission
    pairs = np.stack(
        (np.concatenate((early[:-1], at[:, :-1].ravel())), np.concatenate((early[1:], at[:, 1:].ravel())))
    )
    pairs = pairs[:, (pairs[1] > pairs[0]) & (pairs[1] - pairs[0] < 2 * BIT)]
    sure = tones.surer()
    first, second = sure[pairs[0]] > 0, sure[pairs[1]] > 0
    mark_hz = _exactly(tones.mark, tones.mark_hz, pairs[:, first & second])
    space_hz = _exactly(tones.space, tones.space_hz, pairs[:, ~first & ~second])
    mark, space = correlation(signal, mark_hz), correlation(signal, space_hz)
    loud_mark, loud_space = np.abs(mark[pairs[0][first]]), np.abs(space[pairs[0][~first]])
    levels = _level(loud_mark, tones.mark_level), _level(loud_space, tones.space_level)
    spread = np.concatenate((loud_mark - levels[0], loud_space - levels[1]))
    noise = max(2 * float(np.mean(spread**2)), 0.004 * min(levels) ** 2) if spread.size else tones.noise
    found = replace(
        tones,
        mark=mark,
        space=space,
        mark_hz=mark_hz,
        space_hz=space_hz,
        mark_level=levels[0],
        space_level=levels[1],
        noise=noise,
    )
    return found, _turn(found, pairs, first, second)


def _exactly(tone: Complexes, hertz: float, pairs: Places) -> float:
    """The tone's frequency from how its phase runs on over neighbouring bits of it."""
    if pairs.shape[1] < 8:
        return hertz
    long = pairs[1] - pairs[0]
    turned = tone[pairs[1]] * tone[pairs[0]].conj() * np.exp(-2j * np.pi * hertz * long / GRID)
    off = float(np.angle(np.sum(turned))) * GRID / (2 * np.pi * float(np.mean(long)))
    return hertz + off


def _level(loud: Reals, otherwise: float) -> float:
    return float(np.median(loud)) if loud.size >= 8 else otherwise


def _turn(tones: Tones, pairs: Places, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float | None:
    long = pairs[1] - pairs[0]
    falls, rises = first & ~second, ~first & second
    down = (
        tones.space[pairs[1]]
        * tones.mark[pairs[0]].conj()
        * np.exp(-2j * np.pi * tones.mark_hz * long / GRID)
    )
    up = (
        tones.mark[pairs[1]]
        * tones.space[pairs[0]].conj()
        * np.exp(-2j * np.pi * tones.space_hz * long / GRID)
    )
    vectors = np.concatenate((down[falls], up[rises].conj()))
    if vectors.size < 16:
        return None
    vectors = vectors / (np.abs(vectors) + 1e-30)
    mean = complex(np.mean(vectors))
    return float(np.angle(mean)) if abs(mean) > STEADY else None


def _local_noise(tones: Tones, at: Places) -> Reals:
    """The noise around each bit, never less than half of that over all: a click or a syllable makes its own bits unsure."""
    mark, space = np.abs(tones.mark[at]), np.abs(tones.space[at])
    sure = tones.surer()[at] > 0
    off = np.where(sure, mark - tones.mark_level, space - tones.space_level).ravel() ** 2 * 2
    size = min(9, off.size)
    around = np.convolve(off, np.ones(size) / size, mode="same").reshape(at.shape)
    return 0.5 * tones.noise + 0.5 * np.maximum(around, tones.noise)


def _clicks(signal: Complexes, tones: Tones, at: Places) -> Reals:
    """The noise where there is far more of what is neither tone than usual: a click may sound like either of them."""
    best = np.maximum(np.abs(tones.mark[at]), np.abs(tones.space[at]))
    left = np.maximum(moving_power(signal, BIT)[at] - best**2, 0.0)
    usual = float(np.median(left))
    wide = np.pad(left, ((0, 0), (1, 1)), mode="edge")
    around = (wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]) / 3
    return np.where(around > CLICK * usual, around / 1.5, 0.0)


def _alone(tones: Tones, at: Places, noise: Reals) -> Reals:
    return _one(tones.mark[at], tones.mark_level, noise) - _one(tones.space[at], tones.space_level, noise)


def _one(tone: Complexes, level: float, noise: Reals) -> Reals:
    x = 2 * level * np.abs(tone) / noise
    return x - 0.5 * np.log1p(2 * np.pi * x) - level * level / noise


def _together(tones: Tones, mark: Complexes, space: Complexes, at: Places, noise: Reals) -> Reals:
    """SPAN bits at once: for each of their combinations the likelihood of what was heard, the phase at the begin unknown."""
    mark_turn = np.exp(-2j * np.pi * tones.mark_hz / GRID)
    space_turn = np.exp(-2j * np.pi * tones.space_hz / GRID)
    long = np.diff(at, axis=1)
    turns = np.stack((space_turn**long, mark_turn**long))
    heard = np.stack((space * tones.space_level, mark * tones.mark_level)) / noise
    power = np.array([tones.space_level**2, tones.mark_level**2])
    result = np.empty((at.shape[0], CHARACTER))
    for index in range(CHARACTER):
        window = slice(index, index + SPAN)
        total = np.zeros((at.shape[0], 1 << SPAN), dtype=np.complex128)
        phase = np.ones((at.shape[0], 1 << SPAN), dtype=np.complex128)
        energy = np.zeros((at.shape[0], 1 << SPAN))
        for place in range(SPAN):
            chosen = COMBINATIONS[:, place]
            total += heard[:, :, window.start + place][chosen].T * phase
            energy += power[chosen][None, :] / noise[:, window.start + place, None]
            if place + 1 < SPAN:
                phase *= turns[:, :, window.start + place][chosen].T
        x = 2 * np.abs(total)
        likely = x - 0.5 * np.log1p(2 * np.pi * x) - energy + _known(index)
        ones = COMBINATIONS[:, AROUND] == 1
        result[:, index] = likely[:, ones].max(axis=1) - likely[:, ~ones].max(axis=1)
    return result


def _known(index: int) -> Reals:
    """What framing says of the neighbours of bit `index` in a character: a start bit is 0, a stop bit and the one before are 1."""
    worth = np.zeros(1 << SPAN)
    for place in range(SPAN):
        bit = index + place - AROUND
        if place != AROUND and bit in (-1, 0, 9):
            worth[COMBINATIONS[:, place] != (0 if bit == 0 else 1)] = -1e9
    return worth
