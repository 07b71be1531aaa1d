"""The program's settings in, what the exchange needs of them out. `firmware_app.settings.Settings` has the shape asked for here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device.exchange.exchange_lines import (
    BoardLine,
    DtmfChipLine,
    EarLine,
    EarsLine,
    ExchangeLine,
    FskChipLine,
    ModemLine,
    PinLine,
    SoundLine,
)

SIMULATED = "simulated"
CHINA = timezone(timedelta(hours=8))


class _Line(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def wirings(self) -> Sequence[object]: ...


class _Indicators(Protocol):
    @property
    def chip(self) -> str: ...
    @property
    def button(self) -> int | None: ...


class _Trial(Protocol):
    @property
    def seed(self) -> int | None: ...
    @property
    def calls_per_minute(self) -> float: ...
    @property
    def modem(self) -> str: ...


class ExchangeSettings(Protocol):
    """What the exchange reads of the program's settings (firmware_app.settings.Settings has this shape)."""

    @property
    def run_dir(self) -> Path: ...
    @property
    def timezone(self) -> str: ...
    @property
    def lines(self) -> Sequence[_Line]: ...
    @property
    def indicators(self) -> _Indicators: ...
    @property
    def exchange(self) -> _Trial | None: ...


def lines_of(settings: ExchangeSettings) -> tuple[list[ExchangeLine], list[str]]:
    """The lines that are simulated (no ear of theirs is a device), and the names of the real ones."""
    modem = settings.exchange.modem if settings.exchange is not None else "CX930xx"
    played: list[ExchangeLine] = []
    real: list[str] = []
    for line in settings.lines:
        ears = [_ear(line.name, wiring, modem) for wiring in line.wirings]
        simulated = tuple(ear for ear in ears if ear is not None)
        if len(simulated) < len(ears):
            real.append(line.name)
        else:
            played.append(simulated[0] if len(ears) == 1 else EarsLine(line.name, simulated))
    return played, real


def _ear(name: str, wiring: object, modem: str) -> EarLine | None:
    """What plays to this ear; None for a real one. The shapes are those of the program's wiring."""
    match wiring:
        case object(port=str() | Path() as port) if str(port).startswith("/dev/"):
            return None
        case object(port=str() | Path() as port, pattern=str()):
            return BoardLine(name, Path(port))
        case object(port=str() | Path() as port, init=_):
            return ModemLine(name, Path(port), modem)
        case object(port=str() | Path() as port):
            return FskChipLine(name, Path(port))
        case object(device=str() as device, rate=int() as rate) if _is_pipe(device):
            return SoundLine(name, Path(device), rate)
        case object(chip="simulated"):
            return _simulated_pins(name, wiring)
        case _:
            return None


def _simulated_pins(name: str, wiring: object) -> EarLine | None:
    match wiring:
        case object(
            ring_pin=int() as ring,
            hook_pin=hook,
            ring_active=ring_on,
            hook_active=hook_on,
            reversal_pin=reversal,
        ):
            return PinLine(name, ring, hook, ring_on, hook_on, reversal)
        case object(q_pins=tuple() as q_pins, std_pin=int() as std):
            return DtmfChipLine(name, q_pins, std)
        case _:
            return None


def _is_pipe(device: str) -> bool:
    """A path that is neither a device nor a recording: the exchange makes a named pipe of it."""
    return "/" in device and not device.startswith("/dev/") and not device.lower().endswith(".wav")


def button_of(settings: ExchangeSettings | None) -> int | None:
    """The button's pin, where it is a simulated one."""
    if settings is None or settings.indicators.chip != SIMULATED:
        return None
    return settings.indicators.button


def zone_of(settings: ExchangeSettings | None) -> tzinfo:
    """The exchange's local time, which goes into the caller ID: that of the configuration, else China's."""
    if settings is None:
        return CHINA
    try:
        return ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return CHINA
