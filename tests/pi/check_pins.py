"""The real pins, on a real kernel: run as root on any Pi (or machine) whose kernel has gpio-sim; pytest does not collect it.

    sudo PYTHONPATH=. .venv/bin/python tests/pi/check_pins.py

It makes a simulated chip of its own (label ringkeeper-bench) through configfs, so nothing on the header is touched, plays the
line from outside, and says for each promise of the pins whether it holds. Exit code 0: all hold.
"""

from __future__ import annotations

import queue
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from gpiozero import LED, Button

from device import clock
from device.gpio_line import GpioLine
from device.gpiod_chip import GpiodFactory
from device.gpiod_lines import chip_labels, find_chip
from device.indicators import Beeper, DeskButton, Lamp
from device.interface import Pattern, Press
from device.pins import ChipMissing, Edge, PinBusy
from device.signals import SECOND, LineLost, LineRestored, LineSignal, OffHook, OnHook, RingEnded, RingStarted

LABEL = "ringkeeper-bench"
CONFIG = Path("/sys/kernel/config/gpio-sim/ringkeeper-bench")
RING, HOOK, LAMP, BUZZER, BUTTON = 17, 27, 5, 19, 26
IDLE_SECONDS = 20

say = sys.stdout.write
pause = threading.Event().wait
failures: list[str] = []


def holds(what: str, yes: bool, detail: object = "") -> None:
    say(f"{'ok  ' if yes else 'FAIL'} {what}{f': {detail}' if detail != '' else ''}\n")
    sys.stdout.flush()
    if not yes:
        failures.append(what)


class Bench:
    """The outside end of a gpio-sim chip: plug it, unplug it, pull its inputs, read its outputs."""

    def make(self) -> None:
        subprocess.run(["modprobe", "gpio-sim"], check=True)
        if not Path("/sys/kernel/config/gpio-sim").exists():
            subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)
        bank = CONFIG / "bank0"
        bank.mkdir(parents=True, exist_ok=True)  # each mkdir here is a command to the kernel
        if (CONFIG / "live").read_text().strip() != "1":
            (bank / "num_lines").write_text("32")
            (bank / "label").write_text(LABEL)

    def plug(self, there: bool) -> None:
        (CONFIG / "live").write_text("1" if there else "0")
        if there:
            for pin in (RING, HOOK, BUTTON):
                self.pull(pin, 1)

    def _pin(self, pin: int) -> Path:
        chip = (CONFIG / "bank0/chip_name").read_text().strip()
        device = (CONFIG / "dev_name").read_text().strip()
        return Path(f"/sys/devices/platform/{device}/{chip}/sim_gpio{pin}")

    def pull(self, pin: int, level: int) -> None:
        (self._pin(pin) / "pull").write_text("pull-up" if level else "pull-down")

    def value(self, pin: int) -> int:
        return int((self._pin(pin) / "value").read_text())

    def train(self, pin: int, hertz: float, seconds: float) -> int:
        """A square wave; a late edge delays what follows. Returns the number of edges."""
        half, level = int(SECOND / hertz / 2), 1
        pull = self._pin(pin) / "pull"
        moment = clock.now().mono
        edges = 2 * round(hertz * seconds)
        for _ in range(edges):
            moment = max(moment + half, clock.now().mono)
            pause(max(0, moment - clock.now().mono) / SECOND)
            level = 1 - level
            pull.write_text("pull-up" if level else "pull-down")
        return edges


def reached(what: Callable[[], object], seconds: float = 6) -> bool:
    """Whether `what` becomes true in time."""
    until = clock.now().mono + int(seconds * SECOND)
    while not what():
        if clock.now().mono >= until:
            return False
        pause(0.01)
    return True


def check_chips(bench: Bench) -> None:
    holds("the chip is found by its label", find_chip(LABEL).startswith("/dev/gpiochip"), find_chip(LABEL))
    labels = chip_labels()[0]
    if any(label.startswith("pinctrl-") for label in labels):
        holds("auto finds the header's chip", find_chip("auto") in labels.values(), labels)
    try:
        GpiodFactory("no-such-chip").watch(RING, "up", print, print)
        holds("a chip that is not there is ChipMissing", False)
    except ChipMissing as error:
        holds("a chip that is not there is ChipMissing", True, error)


def check_gpiozero(bench: Bench) -> None:
    factory = GpiodFactory(LABEL)
    led = LED(LAMP, pin_factory=factory)
    seen = [bench.value(LAMP)]
    led.on()
    seen.append(bench.value(LAMP))
    led.off()
    seen.append(bench.value(LAMP))
    holds("gpiozero LED", seen == [0, 1, 0], seen)
    button = Button(BUTTON, pin_factory=factory, bounce_time=0.01)
    pressed, released = threading.Event(), threading.Event()
    button.when_pressed, button.when_released = pressed.set, released.set
    bench.pull(BUTTON, 0)
    holds("gpiozero Button, with the kernel's debounce: pressed", pressed.wait(3))
    bench.pull(BUTTON, 1)
    holds("gpiozero Button: released", released.wait(3))
    try:
        GpiodFactory(LABEL).watch(BUTTON, "up", print, print)
        holds("a pin that another has is PinBusy", False)
    except PinBusy as error:
        holds("a pin that another has is PinBusy", True, error)
    led.on()
    factory.close()
    factory.close()
    holds("closing the factory leaves the output off", bench.value(LAMP) == 0, bench.value(LAMP))


def check_watch(bench: Bench) -> None:
    factory = GpiodFactory(LABEL)
    edges: list[Edge] = []
    watch = factory.watch(RING, "up", edges.append, print)
    before = clock.now().mono
    written = bench.train(RING, 25, 2)
    reached(lambda: len(edges) >= written, 2)
    after = clock.now().mono
    gaps = [later.mono - earlier.mono for earlier, later in pairwise(edges)]
    holds("a 25 Hz train loses no edge", len(edges) == written, f"{len(edges)} of {written}")
    holds("sequence numbers have no gap", [edge.seqno for edge in edges] == list(range(1, len(edges) + 1)))
    holds("levels alternate", [edge.level for edge in edges] == [index % 2 for index in range(len(edges))])
    holds("stamps are CLOCK_MONOTONIC", before <= edges[0].mono <= edges[-1].mono <= after)
    mean = sum(gaps) / len(gaps) / 1e6
    holds(
        "edges are 20 ms apart",
        19 < mean < 22,
        f"mean {mean:.2f}, {min(gaps) / 1e6:.2f}-{max(gaps) / 1e6:.2f} ms",
    )
    holds("the level can be read", watch.level() == 1)
    watch.close()
    told = len(edges)
    bench.pull(RING, 0)
    bench.pull(RING, 1)
    pause(0.2)
    holds("a closed watch tells nothing", len(edges) == told)
    factory.close()


def check_overflow(bench: Bench) -> None:
    """More edges than the kernel keeps, while nobody reads: the oldest are dropped, and the numbers say so."""
    factory = GpiodFactory(LABEL)
    edges: list[Edge] = []
    factory.watch(RING, "up", edges.append, print)
    with factory.lock:  # the reader waits for it, as it would on a machine that stands still
        bench.train(RING, 200, 4)
    reached(lambda: len(edges) > 1000, 5)
    gaps = [later.seqno - earlier.seqno - 1 for earlier, later in pairwise(edges)]
    lost = sum(gaps) + edges[0].seqno - 1
    holds("lost edges show in the sequence numbers", lost > 0, f"{len(edges)} told, {lost} lost")
    factory.close()


class Line:
    """A GpioLine on the bench, and what it told."""

    def __init__(self, factory: GpiodFactory) -> None:
        self.told: list[LineSignal] = []
        self.driver = GpioLine("L2", factory, ring_pin=RING, hook_pin=HOOK)
        self.driver.start(self.told.append)

    def says(self, *kinds: type, seconds: float = 6) -> bool:
        """Whether the line's next words are these."""
        yes = reached(lambda: len(self.told) >= len(kinds), seconds)
        yes = yes and [type(signal) for signal in self.told[: len(kinds)]] == list(kinds)
        if not yes:
            say(f"     told: {self.told}\n")
        del self.told[: len(kinds)]
        return yes


def check_line(bench: Bench) -> None:
    factory = GpiodFactory(LABEL)
    lamp, buzzer = Lamp("ring", factory, LAMP), Beeper("buzzer", factory, BUZZER)
    presses: queue.SimpleQueue[Press] = queue.SimpleQueue()
    button = DeskButton(factory, BUTTON)
    button.start(lambda press, at: presses.put(press))
    line = Line(factory)
    holds("the line opens, on-hook", line.says(LineRestored, OnHook))
    for _ in range(2):
        bench.train(RING, 25, 1)
        holds("a burst of ringing", line.says(RingStarted, RingEnded))
    bench.pull(HOOK, 0)
    holds("off-hook", line.says(OffHook))
    bench.pull(HOOK, 1)
    holds("on-hook", line.says(OnHook))
    check_button(bench, presses)
    check_idle(line)
    lamp.show(Pattern.SOLID)
    holds("the lamp is lit", reached(lambda: bench.value(LAMP) == 1))
    check_unplug(bench, line, lamp)
    buzzer.show(Pattern.SOLID)
    holds("the buzzer sounds", reached(lambda: bench.value(BUZZER) == 1))
    begin = clock.now().mono
    for part in (line.driver, lamp, buzzer, button, factory):
        part.close()
    took = (clock.now().mono - begin) / SECOND
    holds("all closes within a second", took < 1, f"{took * 1000:.1f} ms")
    holds("closing leaves lamp and buzzer off", (bench.value(LAMP), bench.value(BUZZER)) == (0, 0))


def check_button(bench: Bench, presses: queue.SimpleQueue[Press]) -> None:
    bench.pull(BUTTON, 0)
    pause(0.2)
    bench.pull(BUTTON, 1)
    holds("a short press", presses.get(timeout=3) is Press.SHORT)
    bench.pull(BUTTON, 0)
    holds("a long press, while it is held", presses.get(timeout=5) is Press.LONG)
    bench.pull(BUTTON, 1)


def check_idle(line: Line) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    pause(IDLE_SECONDS)
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wakes = after.ru_nvcsw - before.ru_nvcsw
    detail = f"{used / IDLE_SECONDS:.3%} of a core, {wakes / IDLE_SECONDS:.1f} wake-ups a second"
    holds("idle: line, two outputs and button", used / IDLE_SECONDS < 0.02, detail)
    holds("and nothing was heard", not line.told, line.told)


def check_unplug(bench: Bench, line: Line, lamp: Lamp) -> None:
    bench.plug(False)
    begin = clock.now().mono
    holds("the chip is gone: LineLost", line.says(LineLost))
    say(f"     after {(clock.now().mono - begin) / SECOND:.2f} s; {line.driver.check(1).detail}\n")
    holds("the lamp says so", reached(lambda: lamp.problem is not None, 10), lamp.problem)
    bench.plug(True)
    begin = clock.now().mono
    holds("the chip is back: LineRestored", line.says(LineRestored, OnHook))
    say(f"     after {(clock.now().mono - begin) / SECOND:.2f} s\n")
    holds("the lamp is lit again", reached(lambda: bench.value(LAMP) == 1 and lamp.problem is None, 10))
    bench.train(RING, 25, 1)
    holds("and ringing is heard again", line.says(RingStarted, RingEnded))


def main() -> int:
    bench = Bench()
    bench.make()
    bench.plug(True)
    for check in (check_chips, check_gpiozero, check_watch, check_overflow, check_line):
        check(bench)
    bench.plug(False)
    say(f"{len(failures)} promises broken\n" if failures else "every promise holds\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
