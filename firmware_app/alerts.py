"""What is worth showing, and how: how long callers wait, and the standing of the ledger, in; patterns of the lamps out.

Pure: no I/O, no clock. What is (who rings) and what was (the standing, as committed) never mix: the ring lamp and the
buzzer of a ringing call follow the first, the missed lamp the second, the fault lamp whichever speaks first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from device.interface import Pattern
from device.signals import seconds

STAGES = (
    seconds(5),
    seconds(10),
    seconds(15),
)  # DB 1405/T 086-2025, 5.1.1: answer within 15 s; earlier steps are ours
RING = (Pattern.SLOW, Pattern.FAST, Pattern.FAST, Pattern.SOLID)  # by stage
RING_RED = (Pattern.OFF, Pattern.OFF, Pattern.OFF, Pattern.SOLID)
BUZZER = (Pattern.OFF, Pattern.OFF, Pattern.CHIRP, Pattern.RING)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is owed and wrong, as committed: unseen and unsettled calls, call-backs due, open faults, presence."""

    unseen: int
    due: int
    unsettled: int
    faults: tuple[tuple[str, str | None], ...]
    present: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that rings: for how long (ns since its first burst), and whether somebody silenced the buzzer for it."""

    waited: int
    silenced: bool = False


def stage(waited: int) -> int:
    """0 to 3: how many of the steps 5, 10, 15 s a caller has waited through; `waited` in ns."""
    return sum(waited >= step for step in STAGES)


def next_stage(waited: int) -> int | None:
    """ns of waiting at which the next stage begins; None in the last one."""
    return next((step for step in STAGES if waited < step), None)


def ring_patterns(calls: Iterable[Waiting]) -> dict[str, Pattern]:
    """Ring lamp, its red companion and the buzzer: the most urgent call wins, the buzzer minds only those not silenced."""
    waiting = tuple(calls)
    shown = max((stage(call.waited) for call in waiting), default=None)
    heard = max((stage(call.waited) for call in waiting if not call.silenced), default=None)
    return {
        "ring": Pattern.OFF if shown is None else RING[shown],
        "ring_red": Pattern.OFF if shown is None else RING_RED[shown],
        "buzzer": Pattern.OFF if heard is None else BUZZER[heard],
    }


def missed_pattern(standing: Standing | None) -> Pattern:
    """Blinking: something nobody has seen, or settled, yet. Steady: seen, and a call-back is due. Off: nothing is due."""
    if standing is None:
        return Pattern.OFF
    if standing.unseen or standing.unsettled:
        return Pattern.SLOW
    return Pattern.SOLID if standing.due else Pattern.OFF


def fault_pattern(now: Iterable[object], standing: Standing | None) -> Pattern:
    """On while a fault is known, or one stands open in the ledger."""
    return Pattern.SOLID if any(True for _ in now) or (standing and standing.faults) else Pattern.OFF


def is_news(before: Standing | None, after: Standing) -> bool:
    """Whether a call was missed, or must be settled, that was not there before: worth one short beep. Not at a start."""
    return before is not None and after.unseen + after.unsettled > before.unseen + before.unsettled
