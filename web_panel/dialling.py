"""Diallings that this panel asked the monitor for, one a line: under way, then how it ended. Thread-safe.

Asking takes as long as the dialling (up to 20 s), so each has a thread of its own and pages look here. The number goes to the
monitor and is not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware_app.monitor_link import Answer, MonitorLink

BEGINS_WITHIN = 5.0  # seconds
PATIENCE = 45.0  # seconds: dialling takes 15 s from its last digit at most, and 32 digits 8 s


@dataclass(frozen=True, slots=True)
class DialView:
    """case: for which; since: monotonic ns; answer: how it ended, None while it is under way."""

    case: int
    line: str
    since: int
    answer: Answer | None = None


class Diallings:
    """`over` is called after each end, from a thread."""

    def __init__(self, link: MonitorLink, over: Callable[[], None]) -> None:
        self._link = link
        self._over = over
        self._lock = threading.Lock()
        self._of_line: dict[str, DialView] = {}

    def start(self, case: int, line: str, number: str, now: int) -> bool:
        """Have it dialled; False when a dialling is under way on that line."""
        with self._lock:
            known = self._of_line.get(line)
            if known is not None and known.answer is None:
                return False
            self._of_line[line] = view = DialView(case, line, now)
        threading.Thread(target=self._ask, args=(view, number), name=f"dialling-{line}", daemon=True).start()
        return True

    def _ask(self, view: DialView, number: str) -> None:
        answer = self._link.request(
            "dial", within=BEGINS_WITHIN, patience=PATIENCE, line=view.line, number=number
        )
        with self._lock:
            self._of_line[view.line] = replace(view, answer=answer)
        self._over()

    def of_case(self, case: int) -> DialView | None:
        """The latest dialling for a case, under way or over."""
        with self._lock:
            found = [view for view in self._of_line.values() if view.case == case]
        return max(found, key=lambda view: view.since, default=None)

    def cancel(self, case: int) -> None:
        """End a dialling of this case; nothing where none is under way."""
        view = self.of_case(case)
        if view is not None and view.answer is None:
            self._link.request("cancel_dial", within=BEGINS_WITHIN, patience=BEGINS_WITHIN, line=view.line)

    def forget(self, case: int) -> None:
        """What was told is told."""
        with self._lock:
            self._of_line = {
                line: view for line, view in self._of_line.items() if view.case != case or view.answer is None
            }
