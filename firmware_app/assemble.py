"""The only place that names concrete drivers: settings in, a monitor with its parts out; and the life of the monitor process."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from device import clock
from device.gpio_line import GpioLine
from device.indicators import Beeper, DeskButton, Lamp
from device.interface import Indicator, LineInterface
from device.modem import Modem
from device.pin_factory import FactoryOpener, opener
from firmware_app import passwords
from firmware_app.annunciator import Annunciator
from firmware_app.calls.service_hours import ServiceHours
from firmware_app.monitor import LampTest, Monitor
from firmware_app.monitor_socket import Json, MonitorSocket, failure
from firmware_app.records import entries
from firmware_app.records.ledger import LedgerInUse
from firmware_app.records.recorder import Recorder
from firmware_app.settings import GpioWiring, Settings
from firmware_app.upkeep.line_check import LineCheck
from firmware_app.wording import Text

log = logging.getLogger(__name__)

VERSION = "0.1.0"
FIRST_ACCOUNT = "admin"
CHECK_UNDER_WAY = Text("正在检查，请稍候", "a check is under way")
SETTLE = 20.0  # seconds after the start before the check of a day on which none was run: lines need time to open


class Chips:
    """Opens each GPIO chip once, however many lines and lamps use it."""

    def __init__(self, pins_socket: Path) -> None:
        self._pins_socket = pins_socket
        self._openers: dict[str, FactoryOpener] = {}

    def opener(self, chip: str) -> FactoryOpener:
        if chip not in self._openers:
            self._openers[chip] = opener(chip, self._pins_socket)
        return self._openers[chip]

    def close(self) -> None:
        for chip in self._openers.values():
            chip.close()


def build_line(settings: Settings, index: int, chips: Chips) -> LineInterface:
    """The driver of line `index` as its wiring says."""
    line = settings.lines[index]
    if isinstance(line.wiring, GpioWiring):
        wiring = line.wiring
        return GpioLine(
            line.name,
            chips.opener(wiring.chip),
            ring_pin=wiring.ring_pin,
            hook_pin=wiring.hook_pin,
            ring_active=wiring.ring_active,
            hook_active=wiring.hook_active,
        )
    return Modem(line.name, line.wiring.port)


def build_indicators(settings: Settings, chips: Chips) -> dict[str, Indicator]:
    """The lamps and the buzzer that are wired, by name."""
    wired = settings.indicators
    chip = chips.opener(wired.chip)
    found: dict[str, Indicator] = {
        name: Lamp(name, chip, pin)
        for name in ("ring", "ring_red", "missed", "fault")
        if (pin := getattr(wired, name)) is not None
    }
    if wired.buzzer is not None:
        found["buzzer"] = Beeper("buzzer", chip, wired.buzzer)
    return found


def build_button(settings: Settings, chips: Chips) -> DeskButton | None:
    wired = settings.indicators
    return None if wired.button is None else DeskButton(chips.opener(wired.chip), wired.button)
