"""How busy a line was in; how many calls met it busy, as an estimate in plain words, out (DOMAIN 2.3).

Pure. A call that meets a busy line never rings here. Erlang's first formula (B) says how many there were if callers come
independently of each other; the load that was carried is less than the load that was offered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware_app.wording import Text

MOST_BUSY = 0.98  # of an hour: a line that was busy all the time says nothing of how many tried


def blocking(lines: int, offered: float) -> float:
    """Erlang B: the share of calls that find all `lines` busy when `offered` erlangs come. 1.0 without lines."""
    if lines <= 0:
        return 1.0
    if offered <= 0:
        return 0.0
    lost = 1.0
    for line in range(1, lines + 1):
        lost = offered * lost / (line + offered * lost)
    return lost


def offered_of(carried: float, lines: int = 1) -> float:
    """The load (erlangs) that was offered when `lines` carried this much; of one line a = ρ / (1 - ρ)."""
    carried = min(max(carried, 0.0), MOST_BUSY * lines)
    if lines <= 0:
        return 0.0
    if lines == 1:
        return carried / (1 - carried)
    low, high = carried, carried + 1.0
    while high * (1 - blocking(lines, high)) < carried:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * (1 - blocking(lines, middle)) < carried else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class BusyHour:
    """An hour of service time of one line. calls: that rang; off_hook, service: ns."""

    calls: int
    off_hook: int
    service: int


@dataclass(frozen=True, slots=True)
class BusyEstimate:
    """met_busy: calls; occupancy: share of service time off-hook, None without service time."""

    met_busy: float
    occupancy: float | None

    @property
    def words(self) -> Text:
        """In plain words, never more exact than it is."""
        about = round(self.met_busy)
        if not about:
            return Text("估计几乎没有来电遇忙", "hardly a call met a busy line (estimate)")
        calls = "call" if about == 1 else "calls"
        return Text(
            f"估计另有约 {about} 个来电遇忙", f"about {about} more {calls} met a busy line (estimate)"
        )


def busy_estimate(hours: Iterable[BusyHour]) -> BusyEstimate:
    """Of one line: of those who came in an hour the share B met it busy, N rang, so N·B/(1-B) = N·a were lost."""
    met = 0.0
    off_hook = service = 0
    for hour in hours:
        off_hook += hour.off_hook
        service += hour.service
        if hour.service > 0:
            met += hour.calls * offered_of(hour.off_hook / hour.service)
    return BusyEstimate(met, off_hook / service if service > 0 else None)
