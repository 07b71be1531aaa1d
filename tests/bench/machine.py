"""The machine the figures were taken on, how busy it was, and what a process uses of it: read from /proc, nothing else."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from device import clock
from device.signals import SECOND

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def describe(folder: Path) -> list[str]:
    """Cores, processor, kernel, Python, SQLite, disk of `folder`, load: a line each."""
    import apsw

    return [
        f"cores {os.cpu_count()} · {_processor()} · Linux {platform.release()} {platform.machine()}",
        f"Python {platform.python_version()} · SQLite {apsw.sqlite_lib_version()} · disk {_disk(folder)} · program {_version()}",
        f"load {load()}",
    ]


def load() -> str:
    """The load averages of 1, 5 and 15 minutes and the processes that can run now."""
    one, five, fifteen, running, _ = Path("/proc/loadavg").read_text(encoding="ascii").split()
    return f"{one} {five} {fifteen}, running {running}"


class Business:
    """How busy all cores were, by all programs, between the making of this and `so_far`: percent (proc(5), stat)."""

    def __init__(self) -> None:
        self._began = _busy_and_all()

    def so_far(self) -> float:
        busy, every = (now - then for now, then in zip(_busy_and_all(), self._began, strict=True))
        return 100 * busy / every if every else 0.0


def _busy_and_all() -> tuple[int, int]:
    ticks = [
        int(word) for word in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    ]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # without idle and waiting for the disk


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model", "Hardware"):
            return value.strip()
    return "processor unknown"


def _disk(folder: Path) -> str:
    """The file system that holds `folder` (the longest mount point that is a beginning of its path)."""
    found = ("", "unknown")
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, point, kind, *_ = line.split()
        if folder.resolve().is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, kind)
    return found[1]


def _version() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


@dataclass(frozen=True, slots=True)
class Use:
    """Memory of a process in MB (proportional and resident set) as of now."""

    pss: float
    rss: float


def memory(pid: int) -> Use:
    """From smaps_rollup (proc(5)); shared pages count in part for each process that maps them."""
    sizes = {"Pss": 0, "Rss": 0}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        key, _, rest = line.partition(":")
        if key in sizes:
            sizes[key] = int(rest.split()[0])
    return Use(sizes["Pss"] / 1024, sizes["Rss"] / 1024)


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return found


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")


def processor_time(pid: int) -> float:
    """Seconds of processor time that all threads of `pid` have used (schedstat: ns; one tick of stat would be 10 ms)."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        spent += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return spent / SECOND


class ProcessorShare:
    """The share of one core, in percent, that a process uses between the making of this and `so_far`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._began = clock.now().mono
        self._spent = processor_time(pid)

    def so_far(self) -> float:
        return 100 * (processor_time(self._pid) - self._spent) * SECOND / (clock.now().mono - self._began)
