"""How sure each bit of each character is in, the likeliest whole message and how far the next is behind it out.

Pure. A caller-ID message is more than its bits: type, lengths that must fit, digits where a date and a number stand, and a sum
that must be 0 (GR-30; LINE.md 2.1). All messages that hold to this compete (over layouts by search, over contents by
dynamic programming over the sum), and the likeliest counts only by its lead over the next one that says something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush

import numpy as np

from device.fsk_filters import Reals

SDMF, MDMF = (0x04, 0x06), (0x80, 0x82)
DATE, NUMBER, DIALABLE, WHY_NOT, NAME, NAME_WHY_NOT = 0x01, 0x02, 0x03, 0x04, 0x07, 0x08
SEEN = {
    DATE,
    NUMBER,
    DIALABLE,
    WHY_NOT,
    0x05,
    0x06,
    NAME,
    NAME_WHY_NOT,
    0x0B,
    0x10,
    0x11,
    0x13,
}  # parameter types (LINE.md 2.1)
UNSEEN = 8.0  # what an unknown parameter type costs, as a logarithm of its rareness
ODD = 6.0  # what a character costs where it is not expected
REACH = 24.0  # how much less likely than the best a layout may be and still compete
WIDE = 32.0  # what is less likely by so much is not even looked at: REACH, and what the best may cost itself
MOST_LAYOUTS = 8
MOST_STEPS = 400
MOST_KINDS = 8  # of parameter types, and of lengths, looked at in one place
SHORTEST = 3
DATE_LENGTH = 8
_RARENESS = np.where(np.isin(np.arange(256), list(SEEN)), 0.0, UNSEEN)
BITS = (np.arange(256)[:, None] >> np.arange(8)[None, :]) & 1


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest message. `data` begins with its type and ends with its sum, which holds.

    `cost`: how much less likely it is than the same characters read bit by bit; `lead`: by how much it is ahead of the
    likeliest message that differs in what it says (natural logarithms).
    """

    data: bytes
    cost: float
    lead: float


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where what stands: `fields` are what is expected of each character (a key of `_expected`), or its value itself."""

    cost: float
    fields: tuple[int | str, ...]


def hard(sure: Reals) -> bytes:
    """The characters bit by bit: the likelier value of each bit, whatever they say."""
    return bytes(int(word) for word in (sure > 0) @ (1 << np.arange(8)))


def likely_lengths(sure: Reals, reach: float = REACH) -> list[int]:
    """Values of the length byte (character 1) that are not out of reach, the likeliest first."""
    costs = _costs(sure[1:2])[0]
    order = np.argsort(costs, kind="stable")
    return [int(value) for value in order[:4] if costs[value] <= reach]


def read(sure: Reals) -> Reading | None:
    """The likeliest message among all that the characters can hold; None when none fits.

    `sure[k, i]`: how much likelier bit i of character k is 1 than 0. Characters behind the message are passed over.
    """
    if sure.shape[0] < SHORTEST:
        return None
    costs = _costs(sure)
    plain = _plain(sure, costs)
    if plain is not None:
        return plain
    layouts, beyond = _layouts(costs)
    filled = [_filled(costs, layout) for layout in layouts]
    found = sorted((each for each in filled if each is not None), key=lambda each: each[0])
    if not found:
        return None
    worth, best = found[0]
    others = [each - worth for each, reading in found[1:] if reading.data != best.data]
    return Reading(best.data, best.cost, max(0.0, min([best.lead, REACH, beyond - worth, *others])))


def _plain(sure: Reals, costs: Reals) -> Reading | None:
    """What the bits say one by one, when that holds and no other message is within reach: any other differs in two bits."""
    count = 1 + int(np.argmin(costs[1])) + 2
    data = hard(sure[:count])
    if len(data) < count or data[0] not in (*SDMF, *MDMF) or sum(data) % 256:
        return None
    weakest = np.sort(np.abs(sure[:count]), axis=None)[:2]
    return Reading(data, 0.0, REACH) if float(np.sum(weakest)) > 2 * REACH and _holds(data) else None


def _holds(data: bytes) -> bool:
    """Do the lengths of the parameters fit?"""
    if data[0] in SDMF:
        return True
    place = 2
    while place + 2 < len(data):
        place += 2 + data[place + 1]
    return place == len(data) - 1


def _costs(sure: Reals) -> Reals:
    """[k, value]: how much less likely this value is than the likeliest of character k."""
    clipped = np.clip(sure, -1e6, 1e6)
    costs: Reals = np.maximum(-clipped, 0) @ BITS.T + np.maximum(clipped, 0) @ (1 - BITS).T
    return costs


# ---- layouts ---------------------------------------------------------------------------------------------------------


def _layouts(costs: Reals) -> tuple[list[_Layout], float]:
    """The likeliest ways to cut the characters into a message, the best first; and what all others cost at least."""
    found: list[_Layout] = []
    lengths, beyond = _cheapest(costs[1])
    beyond += float(min(costs[0][kind] for kind in (*SDMF, *MDMF)))
    for kind in (*SDMF, *MDMF):
        for length in lengths:
            start = _Layout(float(costs[0][kind] + costs[1][length]), (kind, length))
            if start.cost > WIDE or length < 1 or length + SHORTEST > costs.shape[0]:
                continue
            if kind in SDMF:
                found.append(_single(start, length))
                continue
            more, least = _multiple(costs, start, length)
            found += more
            beyond = min(beyond, least)
    found.sort(key=lambda each: each.cost)
    left_out = [each.cost for each in found[MOST_LAYOUTS:]]
    return found[:MOST_LAYOUTS], min([beyond, WIDE, *left_out])


def _cheapest(costs: Reals) -> tuple[list[int], float]:
    """The few values that cost least, and what all others cost at least."""
    order = np.argsort(costs, kind="stable")
    beyond = float(costs[order[MOST_KINDS]]) if order.size > MOST_KINDS else np.inf
    return [int(value) for value in order[:MOST_KINDS]], beyond


def _single(start: _Layout, length: int) -> _Layout:
    date = ("any",) * length if length < DATE_LENGTH else _date() + ("number",) * (length - DATE_LENGTH)
    return _Layout(start.cost, (*start.fields, *date, "sum"))


def _date() -> tuple[str, ...]:
    return tuple(f"date{place}" for place in range(DATE_LENGTH))


def _multiple(costs: Reals, start: _Layout, length: int) -> tuple[list[_Layout], float]:
    """Cuttings of a body into parameters that reach its end exactly, the likeliest first; what all others cost at least."""
    found: list[_Layout] = []
    end, beyond = 2 + length, np.inf
    open_ones = [(start.cost, 0, start.fields)]
    for step in range(MOST_STEPS):
        if not open_ones:
            break
        cost, _, fields = heappop(open_ones)
        room = end - len(fields) - 2
        if room == -2:
            found.append(_Layout(cost, (*fields, "sum")))
        elif room >= 0:
            more, least = _parameters(costs, _Layout(cost, fields), room)
            beyond = min(beyond, least)
            for index, each in enumerate(more):
                heappush(open_ones, (each.cost, step * MOST_KINDS**2 + index, each.fields))
    return found, min([beyond, *(cost for cost, _, _ in open_ones[:1])])


def _parameters(costs: Reals, layout: _Layout, room: int) -> tuple[list[_Layout], float]:
    """What may stand next, and what all else costs at least."""
    place = len(layout.fields)
    kinds, dear_kind = _cheapest(costs[place] + _RARENESS)
    lengths, dear_length = _cheapest(costs[place + 1][: room + 1])
    made: list[_Layout] = []
    for kind in kinds:
        for long in lengths:
            cost = layout.cost + float(costs[place][kind] + _RARENESS[kind] + costs[place + 1][long])
            if cost <= WIDE:
                made.append(_Layout(cost, (*layout.fields, kind, long, *_content(kind, long))))
    least_kind = float(costs[place][kinds[0]] + _RARENESS[kinds[0]])
    least_length = float(costs[place + 1][lengths[0]])
    return made, layout.cost + min(dear_kind + least_length, least_kind + dear_length)


def _content(kind: int, length: int) -> tuple[str, ...]:
    if kind == DATE and length == DATE_LENGTH:
        return _date()
    what = {
        NUMBER: "number",
        DIALABLE: "number",
        0x10: "number",
        WHY_NOT: "letter",
        NAME_WHY_NOT: "letter",
        NAME: "name",
    }
    return (what.get(kind, "any"),) * length


@cache
def _expected(what: str) -> Reals:
    """What each value costs where a `what` is expected."""
    worth = np.full(256, 2 * ODD)
    worth[0x20:0x7F] = ODD
    if what == "any" or what == "sum":
        worth[:] = 0.0
    elif what == "name":
        worth[0x80:] = 2.0
        worth[0x20:0x7F] = 0.0
    elif what == "letter":
        worth[[ord("O"), ord("P")]] = 0.0
    else:
        last = {"date0": "1", "date2": "3", "date4": "2", "date6": "5"}.get(what, "9")
        worth[ord("0") : ord(last) + 1] = 0.0
    return worth


# ---- contents --------------------------------------------------------------------------------------------------------


def _filled(costs: Reals, layout: _Layout) -> tuple[float, Reading] | None:
    """The likeliest contents of this layout whose sum is 0, and the lead over the next that says something else.

    `ahead[k][s]`: the least cost of characters 0..k-1 whose sum is s; `behind[k][s]`: of characters k.. whose sum is s.
    """
    choices = [_choices(costs[place], what) for place, what in enumerate(layout.fields)]
    dearer = sum(float(each[0]) for _, each in choices) + WIDE
    ahead = [_start()]
    for values, each in choices:
        ahead.append(_grown(ahead[-1], values, each))
    behind = [_start()]
    for values, each in reversed(choices):
        behind.append(_grown(behind[-1], values, each))
    behind.reverse()
    best = float(ahead[-1][0])  # with what each content costs where it is not expected
    if not np.isfinite(best):
        return None
    data, lead = bytearray(), dearer - best
    for place, (values, each) in enumerate(choices):
        whole = (
            np.array(
                [
                    np.min(ahead[place] + behind[place + 1][(-int(value) - np.arange(256)) % 256])
                    for value in values
                ]
            )
            + each
        )
        chosen = int(np.argmin(whole))
        data.append(int(values[chosen]))
        others = np.delete(whole, chosen)
        if others.size:
            lead = min(lead, float(others.min()) - best)
    flipped = float(sum(costs[place][value] for place, value in enumerate(data)))
    return best + layout.cost, Reading(bytes(data), flipped, lead)


def _start() -> Reals:
    start = np.full(256, np.inf)
    start[0] = 0.0
    return start


def _choices(costs: Reals, what: int | str) -> tuple[np.ndarray, Reals]:
    """The values of one character that compete, the best first, and what each costs; all others do WIDE more than the best."""
    if isinstance(what, int):
        return np.array([what]), np.zeros(1)  # the layout has paid for it
    total = costs + _expected(what)
    values = np.argsort(total, kind="stable")
    values = values[total[values] <= total[values[0]] + WIDE]
    return values, total[values]


def _grown(sums: Reals, values: np.ndarray, each: Reals) -> Reals:
    before = (np.arange(256)[None, :] - values[:, None]) % 256
    grown: Reals = np.min(sums[before] + each[:, None], axis=0)
    return grown
