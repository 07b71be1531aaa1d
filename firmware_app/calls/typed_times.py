"""Times as people type them in; the form that documents have, or None where they cannot be understood, out. Pure.

8:30-12:00、14:30～17:30 with full-width signs or 至, 5月1日, 2026/11/24 8:30; 同上 for "as the day before".
"""

from __future__ import annotations

import re
from itertools import pairwise

from firmware_app.calls.service_hours import is_season_start

_SIGNS = str.maketrans("０１２３４５６７８９：．－–—―～〜~至到", "0123456789:.---------")
_SPAN = re.compile(r"([0-9]{1,2})[:.]?([0-9]{2})-+([0-9]{1,2})[:.]?([0-9]{2})")
_PARTS = re.compile(r"[\s,，、;；和]+")
_SEASON_START = re.compile(r"([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_MOMENT = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?[T\s]*([0-9]{1,2}):([0-9]{2})(?::[0-9.]*)?"
)
_CLOSED = {"", "休息", "不办公", "无", "关", "-", "closed", "none"}
_SAME = {"同上", "同前", "=", '"', "same"}


def is_same(typed: str) -> bool:
    """Whether somebody typed "as the day before"."""
    return typed.strip().lower() in _SAME


def windows_of(typed: str) -> list[list[str]] | None:
    """The windows of a day, in order; empty for a day that is closed."""
    plain = typed.translate(_SIGNS).strip().lower()
    if plain in _CLOSED:
        return []
    found: list[list[str]] = []
    for part in filter(None, _PARTS.split(re.sub(r"\s*-+\s*", "-", plain))):
        span = _SPAN.fullmatch(part)
        if span is None:
            return None
        found.append([f"{int(span[hour]):02}:{span[hour + 1]}" for hour in (1, 3)])
    times = all(_is_time(time) for window in found for time in window)
    in_order = all(start < end for start, end in found) and all(
        one[1] <= two[0] for one, two in pairwise(found)
    )
    return found if times and in_order else None


def _is_time(text: str) -> bool:
    return text == "24:00" or (text[:2] < "24" and text[3:] < "60")


def season_start_of(typed: str) -> str | None:
    """Month and day on which a season begins."""
    found = _SEASON_START.fullmatch(typed.translate(_SIGNS).strip())
    text = f"{int(found[1]):02}-{int(found[2]):02}" if found else ""
    return text if is_season_start(text) else None


def moment_of(typed: str) -> str:
    """A moment; what cannot be understood stays as it was typed, to be refused with it."""
    found = _MOMENT.fullmatch(typed.translate(_SIGNS).strip())
    if found is None:
        return typed.strip()
    year, month, day, hour, minute = map(int, found.groups())
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"
