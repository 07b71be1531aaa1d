"""Small helpers that many tests share."""

from __future__ import annotations

from device.signals import Instant, seconds

EPOCH_WALL = 1_790_000_000  # seconds of UTC; a working Monday-to-Friday morning does not matter to most tests


def at(mono_s: float) -> Instant:
    """The moment `mono_s` seconds after the test's boot."""
    return Instant(seconds(mono_s), EPOCH_WALL * 1_000_000_000 + seconds(mono_s))
