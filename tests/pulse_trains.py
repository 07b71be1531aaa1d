"""What a ring detector and a hook sensor show of a line, as (level, stamp in ns) pairs: active is 0, as wired by default."""

from __future__ import annotations

import random
from itertools import pairwise

from device.signals import MILLISECOND

Edge = tuple[int, int]


def ms(value: float) -> int:
    return round(value * MILLISECOND)


def pulses(count: int, period: float, width: float, begin: float = 0) -> list[Edge]:
    """`count` pulses of `width` ms, one each `period` ms."""
    starts = [begin + index * period for index in range(count)]
    return [edge for start in starts for edge in ((0, ms(start)), (1, ms(start + width)))]


def ringing(
    shape: str, hertz: float, length: float, begin: float = 0, active: float | None = None
) -> list[Edge]:
    """A burst of `length` ms in one of the three shapes; `active`: the share of a pulse's period that it lasts."""
    if shape == "merged":
        return [(0, ms(begin)), (1, ms(begin + length))]
    period = 500 / hertz if shape == "both" else 1000 / hertz
    share = active if active is not None else (0.9 if shape == "both" else 0.45)
    return pulses(max(1, int(length / period)), period, period * share, begin)


def jittered(edges: list[Edge], most: float, seed: int) -> list[Edge]:
    """Each edge off by up to `most` ms, or by less where it would meet its neighbour."""
    chance = random.Random(seed)
    closest = min((later[1] - earlier[1] for earlier, later in pairwise(edges)), default=0)
    reach = min(ms(most), closest // 2)
    return [(level, stamp + chance.randint(-reach, reach)) for level, stamp in edges]


def dialled(
    digits: str, begin: float = 0, broken: float = 60, closed: float = 40, pause: float = 700
) -> list[Edge]:
    """The hook pin while `digits` are dialled by pulses: broken 60, closed 40 ms (10 a second)."""
    edges: list[Edge] = []
    for digit in digits:
        for _ in range(int(digit) or 10):
            edges += [(1, ms(begin)), (0, ms(begin + broken))]
            begin += broken + closed
        begin += pause
    return edges


def clicks_of(edges: list[Edge], width: float = 2) -> list[Edge]:
    """What the ring detector, coupled by a capacitor, makes of transitions of the loop: a narrow pulse at each."""
    return [click for _, stamp in edges for click in ((0, stamp), (1, stamp + ms(width)))]
