"""One line: the drivers of its ears in; what they hear, with the ear's name, out to the loop's queue; its line machine behind.

With one ear the machine is a LineMachine, with several a HeardLine that merges what they hear. Which of them are away, and
why, is known here. It decides nothing about calls. Called from the loop's thread, but for what the drivers put in the queue.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from device.interface import Attentive, Dialler, Emit, LineInterface
from device.signals import Instant, LineLost, LineRestored, LineSignal
from firmware_app.calls.call import CallEvent
from firmware_app.calls.heard_line import HeardLine
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_machine import LineMachine

log = logging.getLogger(__name__)

OFF_HOOK = (LineState.TALKING, LineState.OUTBOUND, LineState.OFF_HOOK)
STARTING, LISTENING, LOST = "starting", "listening", "lost"


@dataclass(frozen=True, slots=True)
class EarSignal:
    """A signal on its way through the loop's queue, and the ear that heard it."""

    signal: LineSignal
    ear: str


@dataclass(slots=True)
class _Ear:
    """One driver and how it is. `reason`: why it is lost, for the technician."""

    interface: LineInterface
    state: str = STARTING
    reason: str = ""


class LineEars:
    """The ears of line `name` by name (wiring.ear_names), one or several."""

    def __init__(self, name: str, number: str, boot: str, ears: Mapping[str, LineInterface]) -> None:
        self.name = name
        self.number = number
        self.machine: LineMachine | HeardLine = (
            LineMachine(name, boot) if len(ears) == 1 else HeardLine(name, boot, tuple(ears))
        )
        self._ears = {ear: _Ear(interface) for ear, interface in ears.items()}
        self._attentive = [each for each in ears.values() if isinstance(each, Attentive)]
        self._attended: tuple[bool, bool] | None = None  # what they were told last: ringing, off-hook

    @property
    def interfaces(self) -> dict[str, LineInterface]:
        return {name: ear.interface for name, ear in self._ears.items()}

    def start(self, put: Callable[[EarSignal], None]) -> None:
        for name, ear in self._ears.items():
            ear.interface.start(_named(put, name))

    def close(self) -> None:
        close_all([self])

    def handle(self, heard: EarSignal) -> list[CallEvent]:
        """Take what one ear heard; returns what it changed."""
        if isinstance(heard.signal, LineLost | LineRestored):
            self._first_word(heard.ear, heard.signal)
        if isinstance(self.machine, HeardLine):
            events = self.machine.handle(heard.signal, heard.ear)
        else:
            events = self.machine.handle(heard.signal)
        self._attend()
        return events

    def expire(self, now: Instant) -> list[CallEvent]:
        """Do what is due at `now`; cheap when nothing is."""
        deadline = self.machine.next_deadline()
        if deadline is None or deadline > now.mono:
            return []
        events = self.machine.expire(now)
        self._attend()
        return events

    def _first_word(self, name: str, signal: LineLost | LineRestored) -> None:
        ear = self._ears[name]
        told = self.name if len(self._ears) == 1 else f"{self.name} {name}"
        if isinstance(signal, LineLost):
            ear.state, ear.reason = LOST, signal.reason
            log.warning("%s: lost (%s)", told, signal.reason)
        else:
            ear.state, ear.reason = LISTENING, ""
            self._attended = None  # it may have forgotten what it was told
            log.info("%s: listening (%s)", told, signal.interface or name)

    def _attend(self) -> None:
        """Tell the ears that work harder on a busy line whether it is busy, when that changed."""
        if not self._attentive:
            return
        state = self.machine.state
        now = state is LineState.RINGING, state in OFF_HOOK
        if now != self._attended:
            self._attended = now
            for ear in self._attentive:
                ear.attend(ringing=now[0], off_hook=now[1])

    def dialler(self) -> Dialler | None:
        """The ear that dials: of several the first that listens."""
        able = [
            (ear.state == LOST, ear.interface)
            for ear in self._ears.values()
            if isinstance(ear.interface, Dialler)
        ]
        return min(able, key=lambda each: each[0])[1] if able else None

    def view(self) -> list[dict[str, Any]]:
        """The ears as STATE tells them (docs/ARCHITECTURE.md)."""
        return [{"name": name, "state": ear.state, "reason": ear.reason} for name, ear in self._ears.items()]


def _named(put: Callable[[EarSignal], None], ear: str) -> Emit:
    return lambda signal: put(EarSignal(signal, ear))


def close_all(lines: Iterable[LineEars]) -> None:
    """Close every ear of `lines`, all at once: each may take a second, and who waits for us waits little longer."""
    closing = [
        threading.Thread(target=interface.close, name=f"closing {line.name} {ear}", daemon=True)
        for line in lines
        for ear, interface in line.interfaces.items()
    ]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
