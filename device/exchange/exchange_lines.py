"""The description of a line in, the outlet that plays it out: a modem's port or a pair of simulated pins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from device.exchange.caller_id_sender import Dialect
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.line_pins import LinePins
from device.exchange.line_pulses import PulseShape
from device.exchange.modem_personalities import PERSONALITIES
from device.exchange.modem_port import ModemPort
from device.exchange.outlets import ModemOutlet, PinOutlet
from device.exchange.pins_client import PinsClient
from device.exchange.virtual_line import Outlet
from device.exchange.virtual_modem import Printed, VirtualModem


@dataclass(frozen=True, slots=True)
class ModemLine:
    """A line that a modem hears. `personality`: a name in PERSONALITIES; `pieces`: its bytes come one by one."""

    name: str
    port: Path
    personality: str = "CX930xx"
    dialect: Dialect | None = None
    single: bool = False  # unformatted caller ID as SDMF instead of MDMF
    pieces: bool = False


@dataclass(frozen=True, slots=True)
class PinLine:
    """A line that a ring detector and a hook sensor hear, on the monitor's simulated pins."""

    name: str
    ring_pin: int
    hook_pin: int | None
    ring_active: str = "low"
    hook_active: str = "low"
    shape: PulseShape = PulseShape.FULL_WAVE


def modem_outlet(line: ModemLine, loop: ExchangeLoop, printed: Callable[[Printed, int], None]) -> Outlet:
    """A virtual modem on its port. KeyError for a personality that is not in the table."""
    modem = VirtualModem(PERSONALITIES[line.personality], dialect=line.dialect, single=line.single)
    return ModemOutlet(ModemPort(line.port, modem, loop, told=printed, pieces=line.pieces))


def pin_outlet(line: PinLine, loop: ExchangeLoop, client: PinsClient) -> Outlet:
    """The line's pins among those of the monitor's simulated chip."""
    pins = LinePins(
        client,
        loop,
        line.ring_pin,
        line.hook_pin,
        ring_low=line.ring_active == "low",
        hook_low=line.hook_active == "low",
        shape=line.shape,
    )
    return PinOutlet(pins, client)
