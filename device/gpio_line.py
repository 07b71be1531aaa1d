"""A line's ring, hook and polarity pins as one ear: which pins, and what they mean (loop_hearing). The thread is pin_ear's."""

from __future__ import annotations

from device import clock
from device.loop_hearing import LoopHearing
from device.pin_ear import PinEar
from device.pins import HOOK, REVERSAL, RING, PinFactory, PinUse, level_of


class GpioLine(PinEar):
    """One line on GPIO pins (BCM numbers). `*_active` is the level ("low" | "high") while the opto-coupler conducts, or
    the line is off-hook. `reversal_pin` follows the polarity of the loop, either way round.
    """

    def __init__(
        self,
        line: str,
        factory: PinFactory,
        *,
        ring_pin: int,
        hook_pin: int | None = None,
        reversal_pin: int | None = None,
        ring_active: str = "low",
        hook_active: str = "low",
    ) -> None:
        wired = (
            (RING, ring_pin, level_of(ring_active)),
            (HOOK, hook_pin, level_of(hook_active)),
            (REVERSAL, reversal_pin, 0),
        )
        uses = {name: PinUse(name, pin, active) for name, pin, active in wired if pin is not None}
        super().__init__(
            line,
            factory,
            tuple(uses.values()),
            lambda levels: LoopHearing(line, uses, levels, clock.at_monotonic),
        )
