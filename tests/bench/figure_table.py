"""What was measured in, lines of a table out: a figure with its bar and whether it was met. It measures nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from device.signals import MILLISECOND

WIDTHS = (78, 14, 28, 4)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `met` is None where nothing is demanded and the value is told for comparison only."""

    what: str
    bar: str
    value: str
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations (ns) of many repetitions of one thing."""

    values: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.values)

    def quantile(self, share: float) -> float:
        """Milliseconds that `share` of the repetitions stayed under (nearest rank)."""
        if not self.values:
            return float("nan")
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / MILLISECOND

    @property
    def p50(self) -> float:
        return self.quantile(0.50)

    @property
    def p95(self) -> float:
        return self.quantile(0.95)

    def told(self) -> str:
        return f"{self.p50:.2f} / {self.p95:.2f} ms (n={self.count})"


def at_most(what: str, value: float, bar: float, unit: str, *, digits: int = 1) -> Figure:
    """A row whose value must not pass its bar. A value that is not a number never meets it."""
    return Figure(what, f"<= {bar:g} {unit}", f"{value:.{digits}f} {unit}", value <= bar)


def print_heading(title: str) -> None:
    print(f"\n{title}")
    print(_row(("", "bar", "value", "met")))
    sys.stdout.flush()


def print_figures(figures: Sequence[Figure]) -> None:
    for figure in figures:
        met = "" if figure.met is None else "yes" if figure.met else "NO"
        print(_row((figure.what, figure.bar, figure.value, met)))
    sys.stdout.flush()


def print_note(text: str) -> None:
    """A line below a table: how something was measured, or why it could not be."""
    print(f"    {text}")
    sys.stdout.flush()


def _row(cells: Sequence[str]) -> str:
    return "  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()
