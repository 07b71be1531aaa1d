"""When the point was open and when each line was heard in; 监测覆盖率, the share of service time that was monitored, out.

Pure. A gap has a reason and its times. What was not heard is not counted as quiet: a month under 95 % has no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from device.signals import SECOND
from firmware_app.calls.rate import Share, percent
from firmware_app.wording import Text

SIGN_OF_LIFE = 60 * SECOND  # records.ledger leaves one at least so often while the monitor runs
STALE = 150 * SECOND  # after so long without one the monitor is taken for dead since the last

WHY: Mapping[str, Text] = {
    "not_yet": Text("尚未开始监测", "monitoring had not begun"),
    "not_running": Text("监测程序没有运行", "the monitor was not running"),
    "line_lost": Text("接口失联，听不到这条线", "the interface was away"),
    "no_loop": Text("电话线没有电（断线）", "the exchange's voltage was away"),
}

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the monitor. started, silent_since (of the run before: its last sign of life), stopped: ns of UTC."""

    started: int
    silent_since: int | None = None
    stopped: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """[start, end), ns of UTC, in which `line` (None: every line) was not heard. why: a key of WHY."""

    start: int
    end: int
    why: str
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """heard of service: ns, of all lines together and of each. gaps: within service time, in order; one that all lines
    share stands once, with line None."""

    heard: int
    service: int
    by_line: Mapping[str, Share]
    gaps: tuple[Gap, ...]

    @property
    def share(self) -> Share | None:
        """None where there was no service time at all."""
        return (self.heard, self.service) if self.service else None

    @property
    def percent(self) -> str:
        return percent((self.heard, self.service))


def silences(runs: Sequence[Run], last_sign: int | None, now: int) -> list[Gap]:
    """When no monitor ran, up to `now`. last_sign: of the present run, ns of UTC; runs in the order they began."""
    if not runs:
        return [Gap(0, now, "not_yet")]
    found = [Gap(0, runs[0].started, "not_yet")] if runs[0].silent_since is None else []
    for before, run in zip((None, *runs), runs, strict=False):
        since = run.silent_since if before is None or before.stopped is None else before.stopped
        if since is not None:
            found.append(Gap(since, run.started, "not_running"))
    last = runs[-1]
    if last.stopped is not None:
        found.append(Gap(last.stopped, now, "not_running"))
    else:
        sign = max(last.started, last_sign or 0)
        if now - sign > STALE:
            found.append(Gap(sign, now, "not_running"))
    return [gap for gap in found if gap.start < gap.end]


def coverage(service: Sequence[Interval], lines: Sequence[str], gaps: Iterable[Gap]) -> Coverage:
    """How much of `service` (disjoint, in order) each of `lines` was heard; gaps may overlap."""
    cut = [
        Gap(max(gap.start, start), min(gap.end, end), gap.why, gap.line)
        for gap in gaps
        for start, end in service
        if gap.start < end and gap.end > start
    ]
    whole = sum(end - start for start, end in service)
    by_line = {
        line: (whole - _length(gap for gap in cut if gap.line in (None, line)), whole) for line in lines
    }
    ordered = sorted(cut, key=lambda gap: (gap.start, gap.end, gap.line or ""))
    heard = sum(of_line for of_line, _ in by_line.values())
    return Coverage(heard, whole * len(lines), by_line, tuple(dict.fromkeys(ordered)))


def _length(gaps: Iterable[Gap]) -> int:
    """ns that these gaps cover together."""
    total, reached = 0, None
    for gap in sorted(gaps, key=lambda gap: gap.start):
        start = gap.start if reached is None else max(gap.start, reached)
        if gap.end > start:
            total += gap.end - start
            reached = gap.end
    return total
