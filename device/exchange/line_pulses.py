"""A change on the wire in, the edges that a ring detector and a hook sensor make of it out. Pure.

Shapes and times: LINE.md 3.1 (ring pulse trains), 3.3 (false triggers). "Active" means: the opto-coupler conducts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from device.exchange.planned import FalseKind
from device.signals import MILLISECOND, SECOND

MICROSECOND = MILLISECOND // 1000
RING_PERIOD = 40 * MILLISECOND  # 25 Hz
CONDUCTING = 18 * MILLISECOND  # of a 20 ms half wave, 90 V, threshold 20 V (LINE.md 3.1)
BOUNCE = (0, 2, 5, 7, 9)  # ms: a contact closes, opens, closes … and stays
PULSE_OPEN, PULSE_PERIOD = 60 * MILLISECOND, 100 * MILLISECOND  # 10 pulses a second, 60/40
SPIKE = 8 * MILLISECOND  # what the ring opto sees of a loop that opens
FLASH_LASTS = 300 * MILLISECOND


class PulseShape(Enum):
    """How a ring detector shows a burst."""

    FULL_WAVE = "full_wave"  # bidirectional opto: 50 pulses in 1 s
    HALF_WAVE = "half_wave"  # one LED: 25 pulses in 1 s
    MERGED = "merged"  # a capacitor or a low threshold: one level for the whole burst


class Role(Enum):
    RING = "ring"
    HOOK = "hook"
    REVERSAL = "reversal"  # follows the polarity of the loop


@dataclass(frozen=True, slots=True)
class PinEdge:
    """One pin of the line changes, at `at` (ns)."""

    at: int
    role: Role
    active: bool


def ring_pulses(shape: PulseShape, start: int, lasts: int) -> Iterator[PinEdge]:
    """The edges of a burst of `lasts` ns; the pin goes to rest at its end at the latest (BURST_ENDED says so as well)."""
    end = start + lasts
    if shape is PulseShape.MERGED:
        yield PinEdge(start, Role.RING, True)
        return
    for at in range(start, end, RING_PERIOD // 2 if shape is PulseShape.FULL_WAVE else RING_PERIOD):
        yield PinEdge(at, Role.RING, True)
        yield PinEdge(min(at + CONDUCTING, end), Role.RING, False)


def hook_edges(start: int, off_hook: bool) -> list[PinEdge]:
    """A handset lifted or put down, with the bounce of its contact; putting it down also strikes the ring opto once."""
    edges = [
        PinEdge(start + late * MILLISECOND, Role.HOOK, off_hook if place % 2 == 0 else not off_hook)
        for place, late in enumerate(BOUNCE)
    ]
    return edges if off_hook else merged(edges, _spike(start + 3 * MILLISECOND, SPIKE))


def flash_edges(start: int, lasts: int) -> list[PinEdge]:
    """The loop opens for `lasts` and closes again."""
    return [PinEdge(start, Role.HOOK, False), PinEdge(start + lasts, Role.HOOK, True)]


def dial_pulses(start: int, digit: str) -> list[PinEdge]:
    """One digit dialled by the loop: as many openings as it says, ten for 0; each strikes the ring opto."""
    edges: list[PinEdge] = []
    for pulse in range(int(digit) or 10):
        at = start + pulse * PULSE_PERIOD
        edges += merged(flash_edges(at, PULSE_OPEN), _spike(at, SPIKE))
    return edges


def false_edges(kind: FalseKind, start: int, lasts: int | None = None, seed: int = 0) -> list[PinEdge]:
    """What must give no call: the edges of one false trigger, all pins back as they were at its end."""
    match kind:
        case FalseKind.REVERSAL:
            return _spike(start, 1 * MILLISECOND)  # CPC5621: one pulse of about 1 ms
        case FalseKind.HANG_UP:
            return _spike(start, SPIKE)
        case FalseKind.LIGHTNING:
            return _spikes(
                (start, 10 * MICROSECOND),
                (start + MILLISECOND, MILLISECOND),
                (start + 5 * MILLISECOND, MICROSECOND),
            )
        case FalseKind.INDUCTION:
            return _induction(start, 5 * SECOND if lasts is None else lasts)
        case FalseKind.LINE_TEST:
            return _spikes(*((start + step * SECOND, (40 + 40 * step) * MILLISECOND) for step in range(3)))
        case FalseKind.LOOSE_WIRE:
            return _loose_wire(start, 3 * SECOND if lasts is None else lasts, random.Random(seed))
        case FalseKind.FLASH:
            return flash_edges(start, FLASH_LASTS if lasts is None else lasts)
        case _:
            assert_never(kind)


def merged(*trains: list[PinEdge]) -> list[PinEdge]:
    """Several trains of edges as one, in order of time."""
    return sorted((edge for train in trains for edge in train), key=lambda edge: edge.at)


def _spike(start: int, lasts: int) -> list[PinEdge]:
    return [PinEdge(start, Role.RING, True), PinEdge(start + lasts, Role.RING, False)]


def _spikes(*spikes: tuple[int, int]) -> list[PinEdge]:
    return [edge for start, lasts in spikes for edge in _spike(start, lasts)]


def _induction(start: int, lasts: int) -> list[PinEdge]:
    """50 Hz mains on the wire: both half waves conduct, a pulse each 10 ms, never in the cadence of ringing."""
    half = 10 * MILLISECOND
    return [edge for at in range(start, start + lasts, half) for edge in _spike(at, 6 * MILLISECOND)]


def _loose_wire(start: int, lasts: int, chance: random.Random) -> list[PinEdge]:
    """Contacts that come and go without any rhythm: too short to be a hook, too uneven to be ringing."""
    edges: list[PinEdge] = []
    at = start
    while at < start + lasts:
        contact = chance.randint(1, 30) * MILLISECOND
        role = chance.choice((Role.RING, Role.HOOK))
        edges += [PinEdge(at, role, True), PinEdge(at + contact, role, False)]
        at += contact + chance.choice((chance.randint(3, 11), chance.randint(80, 400))) * MILLISECOND
    return edges
