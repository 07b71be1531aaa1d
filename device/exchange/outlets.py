"""The places where a virtual line can be heard, in the one shape that a line wants: ports, pins, and several of them at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Generic

from device.exchange.line_pins import LinePins
from device.exchange.modem_port import B, ModemPort
from device.exchange.pins_client import PinsClient
from device.exchange.planned import FalseKind, FaultKind
from device.exchange.virtual_line import Outlet
from device.exchange.virtual_modem import VirtualModem
from device.exchange.wire_changes import Wire, WireChange

logger = logging.getLogger(__name__)


class PortOutlet(Generic[B]):
    """A line heard by what is behind a port."""

    def __init__(self, port: ModemPort[B]) -> None:
        self.port = port

    @property
    def heard(self) -> bool:
        return self.port.host_present

    @property
    def holds_line(self) -> bool:
        return False

    def open(self) -> None:
        self.port.plug_in()

    def wire(self, change: WireChange) -> None:
        self.port.wire(change)

    def fault(self, kind: FaultKind, until: int | None) -> bool:
        match kind:
            case FaultKind.UNPLUG if until is None:
                self._plug_in_again()
            case FaultKind.UNPLUG:
                self.port.unplug()
            case FaultKind.HANG:
                self.port.hang(until is not None)
            case FaultKind.GARBLE:
                self.port.garble(until or 0)
            case _:
                return False
        return True

    def _plug_in_again(self) -> None:
        try:
            self.port.plug_in()
        except (
            OSError
        ) as error:  # somebody took the path meanwhile: the modem stays away, the other lines go on
            logger.error("cannot plug the modem in again: %s", error)

    def false(self, kind: FalseKind, start: int, lasts: int | None, seed: int) -> bool:
        """A modem tells nothing of such things."""
        return False

    def close(self) -> None:
        self.port.unplug()


class ModemOutlet(PortOutlet[VirtualModem]):
    """A line heard by a virtual modem."""

    @property
    def heard(self) -> bool:
        return self.port.modem.caller_id_mode > 0 and self.port.host_present

    @property
    def holds_line(self) -> bool:
        return self.port.modem.seized


class PinOutlet:
    """A line heard by a ring detector and a hook sensor on simulated pins."""

    def __init__(self, pins: LinePins, client: PinsClient) -> None:
        self._pins = pins
        self._client = client

    @property
    def heard(self) -> bool:
        return self._client.connected

    @property
    def holds_line(self) -> bool:
        return self._pins.busy

    def open(self) -> None:
        self._pins.rest()

    def wire(self, change: WireChange) -> None:
        self._pins.wire(change)

    def fault(self, kind: FaultKind, until: int | None) -> bool:
        return False

    def false(self, kind: FalseKind, start: int, lasts: int | None, seed: int) -> bool:
        if kind is FalseKind.FLASH and not self._pins.off_hook:
            return False
        self._pins.false(kind, start, lasts, seed)
        return True

    def close(self) -> None:
        self._pins.close()


class SeveralOutlets:
    """A line heard by several ears at once. What a modem among them does on the line, all the others hear.

    The loop is closed while anybody holds it, the telephone or a modem; to a modem, anybody but itself.
    """

    def __init__(self, ears: Sequence[Outlet]) -> None:
        self.ears = tuple(ears)
        self._holders: set[Outlet | None] = set()  # None: the telephone
        for ear in self.ears:
            if isinstance(ear, ModemOutlet):
                ear.port.acted = partial(self._acted, ear)

    @property
    def heard(self) -> bool:
        return all(outlet.heard for outlet in self.ears)

    @property
    def holds_line(self) -> bool:
        return any(outlet.holds_line for outlet in self.ears)

    def open(self) -> None:
        for outlet in self.ears:
            outlet.open()

    def wire(self, change: WireChange) -> None:
        self._acted(None, change)

    def _acted(self, who: Outlet | None, change: WireChange) -> None:
        """A change that the exchange or the telephone made (None), or a modem."""
        if change.kind in (Wire.OFF_HOOK, Wire.ON_HOOK):
            self._hook(who, change)
            return
        for outlet in self.ears:
            if outlet is not who:
                outlet.wire(change)
        if change.kind is Wire.LOOP_RESTORED:  # a modem that holds the line draws current again
            for outlet in self.ears:
                if self._holders - {outlet}:
                    outlet.wire(WireChange(change.at, Wire.OFF_HOOK))

    def _hook(self, who: Outlet | None, change: WireChange) -> None:
        """Each ear is told when the loop closes that it sees, and when it opens; not of a second who lifts, beside the first."""
        before = frozenset(self._holders)
        if change.kind is Wire.OFF_HOOK:
            self._holders.add(who)
        else:
            self._holders.discard(who)
        for outlet in self.ears:
            if bool(before - {outlet}) is not bool(self._holders - {outlet}):
                outlet.wire(change)

    def fault(self, kind: FaultKind, until: int | None) -> bool:
        """The first ear that knows such a fault has it."""
        return any(outlet.fault(kind, until) for outlet in self.ears)

    def false(self, kind: FalseKind, start: int, lasts: int | None, seed: int) -> bool:
        shown = [outlet.false(kind, start, lasts, seed) for outlet in self.ears]
        return any(shown)

    def close(self) -> None:
        for outlet in self.ears:
            outlet.close()


def modem_of(outlet: Outlet) -> ModemOutlet | None:
    """The modem of a line, where it has one."""
    ears = outlet.ears if isinstance(outlet, SeveralOutlets) else (outlet,)
    return next((ear for ear in ears if isinstance(ear, ModemOutlet)), None)
