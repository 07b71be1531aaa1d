"""What every page of one panel needs, handed in once by `create_app`; nothing here opens or reads anything by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask import current_app

from device.signals import Instant
from firmware_app.monitor_link import MonitorLink
from firmware_app.settings import Settings
from web_panel.attempts import Attempts
from web_panel.desk_memory import DeskMemory
from web_panel.dialling import Diallings
from web_panel.export_jobs import Exports
from web_panel.figures_door import FiguresDoor
from web_panel.ledger_door import LedgerDoor
from web_panel.live import Live
from web_panel.sign_in_notes import SignInNotes


@dataclass(frozen=True, slots=True)
class Parts:
    """clock: the present by both clocks; boot: the id of this boot, for which its monotonic stamps hold."""

    settings: Settings
    zone: ZoneInfo
    ledger: LedgerDoor
    link: MonitorLink
    live: Live
    clock: Callable[[], Instant]
    boot: str
    attempts: Attempts = field(default_factory=Attempts)
    pins: Attempts = field(default_factory=Attempts)
    memory: DeskMemory = field(default_factory=DeskMemory)
    notes: SignInNotes = field(init=False)
    diallings: Diallings = field(init=False)
    figures: FiguresDoor = field(init=False)
    exports: Exports = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", SignInNotes(self.link))
        object.__setattr__(self, "diallings", Diallings(self.link, self.live.touch))
        lines = [line.name for line in self.settings.lines]
        object.__setattr__(self, "figures", FiguresDoor(self.ledger, self.zone, lines))
        object.__setattr__(self, "exports", Exports(self.settings.run_dir / "exports"))


def parts() -> Parts:
    """The parts of the panel that serves this request."""
    found: Parts = current_app.extensions["ringkeeper"]
    return found
