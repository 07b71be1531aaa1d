"""From the start of the monitor process to the first line that is heard, and to all of them: one modem line, one GPIO line."""

from __future__ import annotations

from device.exchange.exchange_loop import ExchangeLoop
from device.signals import SECOND
from tests.bench.appliance import (
    GpioPins,
    all_idle,
    configuration,
    fresh_folder,
    line_states,
    pins,
    start_monitor,
    subscribed,
)
from tests.bench.emulated_modem import EmulatedModem
from tests.bench.figure_table import Figure, at_most

STARTS = 6  # the first makes the ledger, the others find it
BAR = 1.5  # seconds


def run() -> list[Figure]:
    folder = fresh_folder("start")
    loop = ExchangeLoop()
    loop.start()
    first: list[float] = []
    every: list[float] = []
    try:
        modem = EmulatedModem(folder / "tty0", loop)
        config = configuration(folder, [modem.path, GpioPins(17, 27)])
        for _ in range(STARTS):
            with (
                start_monitor(folder, config) as monitor,
                pins(folder) as chip,
                subscribed(folder) as hearing,
            ):
                chip.send("ready")  # somebody plays the line: it is at rest
                one = hearing.first(lambda line: "idle" in line_states(line).values(), 0, 15)
                both = hearing.first(all_idle, 0, 15)
                if one is None or both is None:
                    raise TimeoutError("no line was heard within 15 s")
                first.append((one[0] - monitor.began) / SECOND)
                every.append((both[0] - monitor.began) / SECOND)
    finally:
        loop.close()
    return [
        at_most(f"start → first line heard, longest of {STARTS}", max(first), BAR, "s", digits=2),
        at_most(f"start → all lines heard, longest of {STARTS}", max(every), BAR, "s", digits=2),
        Figure("  median: first line, all lines", "", f"{_median(first):.2f} s, {_median(every):.2f} s"),
    ]


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
