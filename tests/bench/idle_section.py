"""What the appliance uses while nothing happens: memory and processor time of its processes, two lines idle for a minute.

One modem line, polled by AT-TRV on a pseudo-terminal whose modem lives in the bench's process; one line on simulated pins. Memory is
the proportional set size (PSS): a page that several processes map counts in part for each, so other Pythons on the machine lower it.
"""

from __future__ import annotations

import threading
from pathlib import Path

from device.exchange.exchange_loop import ExchangeLoop
from tests.bench.appliance import (
    GpioPins,
    Process,
    configuration,
    fresh_folder,
    loopback_port,
    pins,
    subscribed,
)
from tests.bench.emulated_modem import EmulatedModem, wait_until
from tests.bench.figure_table import Figure, at_most
from tests.bench.lamp_section import drive
from tests.bench.latency_section import wait_for_idle
from tests.bench.machine import ProcessorShare, Use, children, command_line, memory
from tests.bench.panel_visitor import Visitor, answers

MONITOR_PSS, ALL_PSS = 36.0, 95.0  # MB
PROCESSOR = 0.1  # percent of one core
SETTLED = 30.0  # seconds from the start: the check of the first start is over
MINUTE = 60.0
LINE = GpioPins(17, 27)


def run() -> list[Figure]:
    folder = fresh_folder("idle")
    loop = ExchangeLoop()
    loop.start()
    try:
        modem = EmulatedModem(folder / "tty0", loop)
        port = loopback_port()
        config = configuration(folder, [modem.path, LINE], panel_port=port)
        with Process(folder, ["-m", "firmware_app", "run", "--config", str(config)], "run") as whole:
            return _measured(folder, whole, port)
    finally:
        loop.close()


def _measured(folder: Path, whole: Process, port: int) -> list[Figure]:
    with pins(folder) as chip, subscribed(folder) as hearing:
        drive(chip, LINE.ring, 1)
        drive(chip, LINE.hook, 1)
        wait_for_idle(hearing, 0)
        if not wait_until(lambda: answers(port), 15):
            raise TimeoutError("the panel does not answer")
        visitor = Visitor(port)
        visitor.sign_in(hearing)
        visitor.first_page()
        threading.Event().wait(SETTLED)
    # nobody is connected any more but `run`, which draws the lamps
    processes = {_part(pid): pid for pid in children(whole.pid)} | {"run": whole.pid}
    shares = {part: ProcessorShare(pid) for part, pid in processes.items()}
    threading.Event().wait(MINUTE)
    spent = {part: share.so_far() for part, share in shares.items()}
    used = {part: memory(pid) for part, pid in processes.items()}
    return _figures(used, spent)


def _part(pid: int) -> str:
    words = command_line(pid).split()
    return (
        "panel" if "web_panel" in words else next(word for word in words if word in ("monitor", "exchange"))
    )


def _figures(used: dict[str, Use], spent: dict[str, float]) -> list[Figure]:
    figures = [
        at_most("monitor, two lines idle: memory (PSS)", used["monitor"].pss, MONITOR_PSS, "MB"),
        at_most(
            "monitor, two lines idle: processor, 60 s", spent["monitor"], PROCESSOR, "% of a core", digits=3
        ),
        at_most("monitor + panel + run: memory (PSS)", sum(use.pss for use in used.values()), ALL_PSS, "MB"),
    ]
    for part, use in sorted(used.items()):
        value = f"{use.pss:.1f} / {use.rss:.1f} MB, {spent[part]:.3f} %"
        figures.append(Figure(f"  {part}: PSS / RSS, processor", "", value))
    return figures
