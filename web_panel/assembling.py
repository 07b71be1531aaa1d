"""Settings in, the panel's application and its live part out. The only place of the panel that names what is behind its parts."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask

from device import clock
from firmware_app.monitor_link import MonitorLink
from firmware_app.settings import Settings
from web_panel.app import create_app
from web_panel.desk_memory import DeskMemory
from web_panel.ledger_door import LedgerDoor
from web_panel.live import Live
from web_panel.parts import Parts


def assemble(settings: Settings, secret: bytes, signed_out: Path | None) -> tuple[Flask, Live]:
    """The application, and the part that must be started and closed. `signed_out`: the file of sign-ins that were ended."""
    monitor = settings.run_dir / "monitor.sock"
    ledger = settings.data_dir / "ledger.db"
    live = Live(monitor, ledger)
    boot = clock.boot_id()
    parts = Parts(
        settings=settings,
        zone=ZoneInfo(settings.timezone),
        ledger=LedgerDoor(ledger),
        link=MonitorLink(monitor, ledger),
        live=live,
        clock=clock.now,
        boot=boot,
        memory=DeskMemory(signed_out, boot),
    )
    return create_app(parts, secret), live
