"""Rows of impaired sound and decoders in, how many of n each decoder got right out: on all cores allowed, same files for all.

A sweep is a module of this package with `TITLE` and `run(options) -> int` (bars missed); `decoders.py` names them all.
It makes `Row`s and `Decoder`s and gives them to `count`; `print_table` shows the counts with 95 % intervals (Wilson 1927).
"""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
import time  # processor time only, which no clock of the program gives
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

WORKERS = 2
CHUNK = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for: cases a row for ours, for each reference, for the search of wrong numbers."""

    ours: int = 400
    others: int = 60
    wrong: int = 10_000
    quick: bool = False
    rows: str = ""  # only the rows whose name holds this


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of sound, and what is to be read from it."""

    samples: NDArray[np.float32]
    rate: int
    wanted: str


@dataclass(frozen=True, slots=True)
class Row:
    """One impairment: `make` gives the case of a seed, always the same."""

    name: str
    make: Callable[[int], Case]


@dataclass(frozen=True, slots=True)
class Decoder:
    """`read` gives every result it takes for good; `ours` gets `Options.ours` cases, the others `Options.others`."""

    name: str
    read: Callable[[NDArray[np.float32], int], list[str]]
    ours: bool = False


@dataclass(slots=True)
class Count:
    """Of `n` cases: read right (and nothing else), read wrong; processor seconds, seconds of sound; seeds not right."""

    n: int = 0
    right: int = 0
    wrong: int = 0
    spent: float = 0.0
    sound: float = 0.0
    missed: list[int] = field(default_factory=list)

    def add(self, other: Count) -> None:
        self.n += other.n
        self.right += other.right
        self.wrong += other.wrong
        self.spent += other.spent
        self.sound += other.sound
        self.missed += other.missed


_shared: tuple[Sequence[Row], Sequence[Decoder]] = ((), ())  # what the workers inherit when they fork


def count(rows: Sequence[Row], decoders: Sequence[Decoder], options: Options) -> list[list[Count]]:
    """For each row, for each decoder: its count. All decoders hear the same cases, the first ones where they get fewer."""
    global _shared
    _shared = (rows, decoders)
    rows_asked = [index for index, row in enumerate(rows) if options.rows in row.name]
    tasks = [
        (row, decoder, first, min(first + CHUNK, limit))
        for row in rows_asked
        for decoder, each in enumerate(decoders)
        for limit in [options.ours if each.ours else options.others]
        for first in range(0, limit, CHUNK)
    ]
    table = [[Count() for _ in decoders] for _ in rows]
    workers = min(WORKERS, os.cpu_count() or 1)
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        for row, decoder, found in pool.imap_unordered(_cases, tasks):
            table[row][decoder].add(found)
    return table


def _cases(task: tuple[int, int, int, int]) -> tuple[int, int, Count]:
    row, decoder, first, last = task
    rows, decoders = _shared
    total = Count()
    for seed in range(first, last):
        case = rows[row].make(seed)
        began = time.process_time()
        read = decoders[decoder].read(case.samples, case.rate)
        spent = time.process_time() - began
        right = read == [case.wanted]
        wrong = any(each != case.wanted for each in read)
        total.add(Count(1, right, wrong, spent, len(case.samples) / case.rate, [] if right else [seed]))
    return row, decoder, total


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, in percent."""
    if n == 0:
        return 0.0, 100.0
    z, share = 1.96, right / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, 100 * (middle - half) / (1 + z * z / n)), 100 * (middle + half) / (1 + z * z / n)


def print_table(rows: Sequence[Row], decoders: Sequence[Decoder], table: list[list[Count]]) -> None:
    """One line a row: percent right [interval], wrong results after an exclamation mark."""
    print(f"  {'':26}" + "".join(f"{each.name:>24}" for each in decoders))
    for row, counts in zip(rows, table, strict=True):
        if any(each.n for each in counts):
            print(f"  {row.name:26}" + "".join(f"{told(each):>24}" for each in counts))
    sums = [sum_of([counts[index] for counts in table]) for index in range(len(decoders))]
    print(f"  {'all rows':26}" + "".join(f"{told(each):>24}" for each in sums))
    print(
        f"  {'cases a row':26}" + "".join(f"{max(c[i].n for c in table):>24}" for i in range(len(decoders)))
    )
    sys.stdout.flush()


def sum_of(counts: Sequence[Count]) -> Count:
    """Several counts as one."""
    total = Count()
    for each in counts:
        total.add(each)
    return total


def told(found: Count) -> str:
    """98.5 [96.8-99.3] !2."""
    if not found.n:
        return "-"
    low, high = wilson(found.right, found.n)
    wrong = f" !{found.wrong}" if found.wrong else ""
    return f"{100 * found.right / found.n:.1f} [{low:.1f}-{high:.1f}]{wrong}"
