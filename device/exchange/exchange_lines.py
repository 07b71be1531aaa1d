"""The description of a line in, the outlet that plays it out: a modem's port, simulated pins, a pipe of sound, or several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from device.exchange.caller_id_sender import Dialect
from device.exchange.chip_pins import ChipPins
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.line_pins import LinePins
from device.exchange.line_pulses import PulseShape
from device.exchange.modem_personalities import PERSONALITIES
from device.exchange.modem_port import ModemPort
from device.exchange.outlets import ModemOutlet, PinOutlet, PortOutlet, SeveralOutlets
from device.exchange.pins_client import PinsClient
from device.exchange.serial_boxes import VirtualBoard, VirtualFskChip
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
    reversal_pin: int | None = None
    shape: PulseShape = PulseShape.FULL_WAVE


@dataclass(frozen=True, slots=True)
class SoundLine:
    """A line that a sound tap hears, through a named pipe."""

    name: str
    pipe: Path
    rate: int = 8000


@dataclass(frozen=True, slots=True)
class FskChipLine:
    """A line that an FSK receiver chip hears (HT9032), on a port."""

    name: str
    port: Path


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line that a caller-ID board hears, which prints `CID:15400000001` on its port."""

    name: str
    port: Path


@dataclass(frozen=True, slots=True)
class DtmfChipLine:
    """A line that a DTMF receiver chip hears (MT8870), on the monitor's simulated pins."""

    name: str
    q_pins: tuple[int, int, int, int]
    std_pin: int


EarLine = ModemLine | PinLine | SoundLine | FskChipLine | BoardLine | DtmfChipLine


@dataclass(frozen=True, slots=True)
class EarsLine:
    """A line that several ears hear."""

    name: str
    ears: tuple[EarLine, ...]


ExchangeLine = EarLine | EarsLine


def pins_of(line: ExchangeLine) -> bool:
    """Whether any of it is on simulated pins."""
    if isinstance(line, EarsLine):
        return any(pins_of(ear) for ear in line.ears)
    return isinstance(line, PinLine | DtmfChipLine)


def without_sound(lines: Sequence[ExchangeLine]) -> tuple[list[ExchangeLine], list[str]]:
    """The lines as they can be played where numpy is not installed, and the names of those that go without their sound."""
    played: list[ExchangeLine] = []
    silent: list[str] = []
    for line in lines:
        ears = line.ears if isinstance(line, EarsLine) else (line,)
        left = tuple(ear for ear in ears if not isinstance(ear, SoundLine))
        if len(left) == len(ears):
            played.append(line)
            continue
        silent.append(line.name)
        if left:
            played.append(EarsLine(line.name, left))
    return played, silent


def outlet_of(
    line: ExchangeLine,
    loop: ExchangeLoop,
    client: PinsClient | None,
    printed: Callable[[Printed, int], None],
) -> Outlet:
    """What the line is heard by. KeyError for a modem's personality that is not in the table."""
    match line:
        case EarsLine(ears=ears):
            return SeveralOutlets([outlet_of(ear, loop, client, printed) for ear in ears])
        case ModemLine():
            return modem_outlet(line, loop, printed)
        case SoundLine(pipe=pipe, rate=rate):
            from device.exchange.sound_pipe import SoundPipe  # sound needs numpy, the rest does not

            return SoundPipe(pipe, loop, rate)
        case FskChipLine(port=port):
            return PortOutlet(ModemPort(port, VirtualFskChip(), loop, told=printed))
        case BoardLine(port=port):
            return PortOutlet(ModemPort(port, VirtualBoard(), loop, told=printed))
        case _:
            return _on_pins(line, loop, client)


def _on_pins(line: PinLine | DtmfChipLine, loop: ExchangeLoop, client: PinsClient | None) -> Outlet:
    assert client is not None, "a line on pins needs the pins' socket"
    if isinstance(line, PinLine):
        return pin_outlet(line, loop, client)
    return ChipPins(client, loop, line.q_pins, line.std_pin)


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
        reversal_pin=line.reversal_pin,
        ring_low=line.ring_active == "low",
        hook_low=line.hook_active == "low",
        shape=line.shape,
    )
    return PinOutlet(pins, client)
