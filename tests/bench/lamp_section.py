"""How soon the ring lamp follows the line: on when a burst is certain, off when somebody answers; on a good disk and on a worn card.

A simulated line on simulated pins, through their socket: edges of 25 Hz ringing in, each driven when it is due; `pin 5 1` back.
The burst is certain at the edge on which the program's own rule (device/ring_cadence) first says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from device import clock
from device.ring_cadence import BurstStarted, RingCadence
from device.signals import MILLISECOND, SECOND
from tests.bench.appliance import (
    MONITOR,
    RING_LAMP,
    GpioPins,
    Hearing,
    configuration,
    fresh_folder,
    line_states,
    message,
    pins,
    start_monitor,
    subscribed,
)
from tests.bench.figure_table import Figure, Spread, at_most
from tests.bench.latency_section import wait_for_idle

SLOW = ("-m", "tests.bench.slow_disk")
HALF_WAVE = 20 * MILLISECOND  # 25 Hz ringing through an opto-coupler that conducts in one half wave
BURST_EDGES = 14  # 280 ms: enough to be certain, then the call is answered
LINES = tuple(
    GpioPins(ring, hook) for ring, hook in ((17, 27), (22, 23), (24, 25), (4, 12), (16, 20), (21, 7))
)
CALLS = 80  # over the lines in turn
ON_BAR, OFF_BAR = 20.0, 250.0  # ms


@dataclass(slots=True)
class Measured:
    on: list[int] = field(default_factory=list)
    off: list[int] = field(default_factory=list)


def run() -> list[Figure]:
    figures: list[Figure] = []
    for disk, program in (("ordinary disk", MONITOR), ("disk with syncs of 80 ms, 1 % 500 ms", SLOW)):
        measured = _measure("lamps-slow" if program is SLOW else "lamps", program)
        on, off = Spread(tuple(measured.on)), Spread(tuple(measured.off))
        figures.append(Figure(f"burst certain → ring lamp on, {disk}, p50 / p95", "", on.told()))
        figures.append(at_most("  p95", on.p95, ON_BAR, "ms"))
        figures.append(Figure(f"off-hook edge → ring lamp off, {disk}, p50 / p95", "", off.told()))
        figures.append(at_most("  p95", off.p95, OFF_BAR, "ms"))
    return figures


def _measure(name: str, program: Sequence[str]) -> Measured:
    folder = fresh_folder(name)
    measured = Measured()
    config = configuration(folder, LINES)
    with (
        start_monitor(folder, config, program),
        subscribed(folder) as monitor,
        pins(folder) as chip,
    ):
        for line in LINES:
            drive(chip, line.ring, 1)
            drive(chip, line.hook, 1)
        wait_for_idle(monitor, 0)
        for number in range(CALLS):
            _answered_call(number % len(LINES), chip, monitor, measured)
    return measured


def _answered_call(place: int, chip: Hearing, monitor: Hearing, measured: Measured) -> None:
    line, name = LINES[place], f"L{place + 1}"
    _wait_for_state(monitor, name, "idle")
    mark = chip.mark
    certain = ring(chip, line.ring)
    lit = chip.first(_says(RING_LAMP, 1), mark, 3.0)
    if lit is None:
        raise TimeoutError("the ring lamp stayed dark")
    measured.on.append(lit[0] - certain)
    threading.Event().wait(0.15)  # a person needs longer; the line is quiet again
    mark, told = chip.mark, monitor.mark
    lifted = drive(chip, line.hook, 0)
    if monitor.first(_ring_lamp_is_off, told, 5.0) is None:
        raise TimeoutError("the ring lamp stayed lit")
    dark = chip.first(_says(RING_LAMP, 0), mark, 1.0)
    if dark is None:
        raise TimeoutError("the ring lamp was dark before the handset was lifted")
    measured.off.append(dark[0] - lifted)
    drive(chip, line.hook, 1)


def _ring_lamp_is_off(line: bytes) -> bool:
    """For good, not between two flashes: the monitor says so."""
    told = message(line)
    return told.get("event") == "state" and told["state"]["lamps"].get("ring") == "off"


def ring(chip: Hearing, pin: int) -> int:
    """Ring for 280 ms; the moment (ns) at which the burst became certain."""
    cadence, certain = RingCadence(), 0
    due = clock.now().mono
    for number in range(BURST_EDGES):
        _wait_until(due)
        level = number % 2  # 0 first: the opto-coupler conducts
        driven = drive(chip, pin, level, due)
        told = cadence.edge(level, due)
        if any(isinstance(event, BurstStarted) for event in told):
            certain = driven
        due += HALF_WAVE
    if not certain:
        raise ValueError("these edges are no ringing")
    return certain


def drive(chip: Hearing, pin: int, level: int, due: int | None = None) -> int:
    """Drive a pin as of `due`, or of now; the moment (ns) it was sent."""
    now = clock.now().mono
    chip.send(f"drive {pin} {level} {now if due is None else due}")
    return now


def _wait_until(due: int) -> None:
    idle = threading.Event()
    while (left := due - clock.now().mono) > 0:
        idle.wait(left / SECOND)


def _says(pin: int, level: int) -> Callable[[bytes], bool]:
    wanted = f"pin {pin} {level}".encode()
    return lambda line: line == wanted


def _wait_for_state(monitor: Hearing, name: str, state: str) -> None:
    """Until the newest word on line `name` is `state`."""
    newest = ""
    for _, line in reversed(monitor.since(0)):
        newest = line_states(line).get(name, "")
        if newest:
            break
    if (
        newest != state
        and monitor.first(lambda line: line_states(line).get(name) == state, monitor.mark, 10.0) is None
    ):
        raise TimeoutError(f"{name} did not become {state}")
