"""The only reader of clocks: monotonic and wall time, and the id of this boot."""

from __future__ import annotations

import time
from pathlib import Path

from device.signals import Instant


def now() -> Instant:
    """This moment, by both clocks."""
    return Instant(time.monotonic_ns(), time.time_ns())


def at_monotonic(mono: int) -> Instant:
    """The moment that CLOCK_MONOTONIC showed `mono` (ns), e.g. the kernel's stamp of an edge, with the wall time of then."""
    current = now()
    return current.plus(mono - current.mono)


def boot_id() -> str:
    """The kernel's id of this boot: monotonic stamps compare only within one (proc(5), random/boot_id)."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
