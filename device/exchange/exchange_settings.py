"""The program's settings in, what the exchange needs of them out. `firmware_app.settings.Settings` has the shape asked for here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device.exchange.exchange_lines import ModemLine, PinLine

SIMULATED = "simulated"
CHINA = timezone(timedelta(hours=8))


class _Line(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def wiring(self) -> object: ...


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


def lines_of(settings: ExchangeSettings) -> tuple[list[ModemLine | PinLine], list[str]]:
    """The lines that are simulated (a port that is no device, pins of the simulated chip), and the names of the real ones."""
    modem = settings.exchange.modem if settings.exchange is not None else "CX930xx"
    played: list[ModemLine | PinLine] = []
    real: list[str] = []
    for line in settings.lines:
        match line.wiring:
            case object(port=str() | Path() as port) if not str(port).startswith("/dev/"):
                played.append(ModemLine(line.name, Path(port), modem))
            case object(
                chip="simulated",
                ring_pin=int() as ring,
                hook_pin=hook,
                ring_active=ring_on,
                hook_active=hook_on,
            ):
                played.append(PinLine(line.name, ring, hook, ring_on, hook_on))
            case _:
                real.append(line.name)
    return played, real


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
