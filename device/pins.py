"""What a pin factory offers beside gpiozero's own: edges with the time they happened. Words only; no pin is touched here.

gpiozero's `when_changed` holds its callback weakly, replaces a device's own handler and has no sequence numbers, so the
pins of a telephone line are read through `watch`. The same factory is handed to gpiozero's devices as `pin_factory=`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Pull = Literal["up", "down", "floating"]

RING, HOOK, REVERSAL = "ring", "hook", "reversal"  # jobs of a line's pins


def level_of(active: str) -> int:
    """0 for "low", 1 for "high", as the configuration spells it."""
    return 0 if active == "low" else 1


@dataclass(frozen=True, slots=True)
class PinUse:
    """A pin of a line: its job, its number (BCM), and its level while what it senses is there (the pull is the other)."""

    name: str
    number: int
    active: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A pin changed. `mono` is when it happened (ns of CLOCK_MONOTONIC: the kernel's stamp), not when it was told."""

    pin: int
    level: int  # after the edge: 0 | 1
    mono: int
    seqno: int  # counts from 1 for each watch; a gap means that edges were lost


EdgeTold = Callable[[Edge], None]
"""Called in the factory's own thread: must return at once (put it into a queue) and not raise. Held strongly."""

WatchLost = Callable[[str], None]
"""Called at most once, with a short reason, when the pin can no longer be heard; the watch is then over."""


class PinUnavailable(OSError):
    """A pin cannot be had, now; it may be had later. The text is one short line for the technician."""


class ChipMissing(PinUnavailable):
    """The GPIO chip that was asked for is not there."""


class PinBusy(PinUnavailable):
    """Another program, or another part of this one, has the pin."""


class PinAwaited(PinUnavailable):
    """The pin is not there yet, and was waited for: whoever wants it may ask again at once."""


class Watch(Protocol):
    """One pin that is listened to."""

    def level(self) -> int:
        """The pin's level at this moment: 0 | 1. Raises PinUnavailable when it cannot be read."""
        ...

    def close(self) -> None:
        """Listen no more and give the pin back. Idempotent; no edge is told after it returned."""
        ...


class PinFactory(Protocol):
    """Pins of one chip, for gpiozero's devices (`pin_factory=`) and for lines (`watch`).

    Making one opens nothing: each request finds the chip anew, so a chip that comes back, even under another number, is
    found. One factory serves all that use the chip; whoever made it closes it.
    """

    def watch(self, pin: int, pull: Pull, told: EdgeTold, lost: WatchLost) -> Watch:
        """Make `pin` (BCM number) an input and tell each of its edges, without debounce. Raises PinUnavailable."""
        ...

    def drain(self) -> None:
        """Tell, in the caller's thread, the edges that happened and were not told yet. Never blocks."""
        ...

    def close(self) -> None:
        """Drive outputs to the state they were opened with (off), release all. Idempotent, at most 1 s."""
        ...
