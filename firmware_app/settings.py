"""config/ringkeeper.toml to frozen dataclasses, and messages that say what is wrong in it, where and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ModemWiring:
    port: str  # absolute path


@dataclass(frozen=True, slots=True)
class GpioWiring:
    chip: str  # "auto", a label, a path, or "simulated"
    ring_pin: int
    hook_pin: int | None
    ring_active: str = "low"  # low | high: the level while the opto-coupler conducts
    hook_active: str = "low"  # low | high: the level while off-hook


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    number: str
    wiring: ModemWiring | GpioWiring


@dataclass(frozen=True, slots=True)
class Indicators:
    """GPIO numbers (BCM); None where there is no such lamp. `chip` as in GpioWiring."""

    chip: str = "auto"
    ring: int | None = None
    ring_red: int | None = None
    missed: int | None = None
    fault: int | None = None
    buzzer: int | None = None
    button: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    host: str = "127.0.0.1"
    port: int = 8080


@dataclass(frozen=True, slots=True)
class Exchange:
    """The virtual telephone exchange of a trial (`ringkeeper run` starts it when this table is there)."""

    seed: int | None = None
    calls_per_minute: float = 4.0
    modem: str = "CX930xx"  # CX930xx | USR5637


@dataclass(frozen=True, slots=True)
class Settings:
    path: Path
    language: str  # zh_CN | en
    timezone: str
    data_dir: Path
    run_dir: Path
    site: Site
    lines: tuple[Line, ...]
    indicators: Indicators
    panel: Panel
    exchange: Exchange | None
    line_check_at: str = "08:00"
