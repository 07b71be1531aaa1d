"""The name of a GPIO chip in, the pin factory for it out. Never a simulation that was not asked for by name."""

from __future__ import annotations

from pathlib import Path

from device.pins import PinFactory
from device.simulated_chip import SimulatedFactory

__all__ = ["SIMULATED", "PinFactory", "SimulatedFactory", "open_factory"]

SIMULATED = "simulated"


def open_factory(chip: str, socket_path: Path) -> PinFactory:
    """The factory for `chip`: "auto", a chip's label, its path, or "simulated" (then it listens at `socket_path`).

    A chip that is not there is told by the first request (ChipMissing), not here. Raises OSError when the simulated
    chip cannot listen at `socket_path`.
    """
    if chip == SIMULATED:
        return SimulatedFactory(socket_path)
    from device.gpiod_chip import GpiodFactory  # 4 MB that a trial without a chip does not need

    return GpiodFactory(chip)
