"""`python -m tests.bench.decoders [SWEEP…]`: how well sound is understood, beside minimodem, multimon-ng and spandsp.

Sweeps are modules of this package with TITLE and run(options). Exit code 1 when a bar was missed. What each figure means
stands at the top of its sweep. The references are Debian's packages; one that is missing is named and passed over.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from device import clock
from device.signals import SECOND
from tests.bench import machine
from tests.bench.reference_decoders import install_missing
from tests.bench.sweeping import Options

SWEEPS = ("fsk_sweep", "fsk_safety", "dtmf_sweep", "sounds_sweep")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.decoders", description=__doc__)
    parser.add_argument("sweeps", nargs="*", metavar="SWEEP", help=f"one or more of {' '.join(SWEEPS)}")
    parser.add_argument("-n", type=int, default=400, help="cases a row for our decoders (400)")
    parser.add_argument("--others", type=int, default=60, help="cases a row for each reference (60)")
    parser.add_argument(
        "--wrong", type=int, default=10_000, help="noisy messages in the search of wrong numbers"
    )
    parser.add_argument("--rows", default="", help="only rows whose name holds this")
    parser.add_argument("--quick", action="store_true", help="few cases: a look, not a figure")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.sweeps if name not in SWEEPS]
    if unknown:
        parser.error(f"no such sweep: {' '.join(unknown)}; there are: {' '.join(SWEEPS)}")
    options = Options(asked.n, asked.others, asked.wrong, asked.quick, asked.rows)
    if asked.quick:
        options = Options(24, 8, 200, True, asked.rows)
    for line in machine.describe(Path.cwd()):
        print(line)
    install_missing()
    missed = sum(_sweep(name, options) for name in asked.sweeps or SWEEPS)
    print(f"\nload at the end {machine.load()}; {missed or 'no'} bars missed")
    return 1 if missed else 0


def _sweep(name: str, options: Options) -> int:
    module = importlib.import_module(f"tests.bench.{name}")
    print(f"\n{module.TITLE}", flush=True)
    began, business = clock.now().mono, machine.Business()
    missed: int = module.run(options)
    took = (clock.now().mono - began) / SECOND
    print(
        f"    took {took:.0f} s; all cores were busy {business.so_far():.0f} %, load {machine.load()}",
        flush=True,
    )
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
