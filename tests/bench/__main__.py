"""`python -m tests.bench [SECTION…]`: takes the figures of the program and prints them beside their bars, with the machine.

Sections: latency eight_lines lamps idle start volume noise sound figures exports panel. Exit code 1 when a bar was missed. Nothing here is a test: a busy machine gives
other figures, and the load is printed with them. Beside a peer: `python -m tests.bench.peers`.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence

from device import clock
from device.signals import SECOND
from tests.bench import machine
from tests.bench.appliance import BENCH
from tests.bench.figure_table import Figure, print_figures, print_heading, print_note

SECTIONS = {
    "latency": "From the line to the record",
    "eight_lines": "Eight lines, one of them in trouble",
    "lamps": "From the line to the lamp",
    "idle": "Two lines idle",
    "start": "Start",
    "volume": "A full ledger",
    "noise": "Whatever a line may say",
    "sound": "A line heard by a sound card",
    "figures": "Figures out of a million calls",
    "exports": "Papers out of a million calls",
    "panel": "Pages on a million calls, and a ring on open pages",
}
MODULES = {"lamps": "lamp_section"}


def main(arguments: Sequence[str]) -> int:
    unknown = [name for name in arguments if name not in SECTIONS]
    if unknown:
        print(f"no such section: {' '.join(unknown)}; there are: {' '.join(SECTIONS)}", file=sys.stderr)
        return 2
    BENCH.mkdir(exist_ok=True)
    for line in machine.describe(BENCH):
        print(line)
    missed = sum(_section(name) for name in arguments or SECTIONS)
    print(f"\nload at the end {machine.load()}; {missed or 'no'} bars missed")
    return 1 if missed else 0


def _section(name: str) -> int:
    """Take and print one section; how many bars it missed."""
    print_heading(SECTIONS[name])
    began, business = clock.now().mono, machine.Business()
    try:
        found: list[Figure] = importlib.import_module(
            f"tests.bench.{MODULES.get(name, name + '_section')}"
        ).run()
    except Exception:  # noqa: BLE001  (the other sections are still worth taking)
        traceback.print_exc()
        print_figures([Figure("this section could not be taken", "", "", False)])
        return 1
    print_figures(found)
    took = (clock.now().mono - began) / SECOND
    print_note(f"took {took:.0f} s; all cores were busy {business.so_far():.0f} %, load {machine.load()}")
    return sum(figure.met is False for figure in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
