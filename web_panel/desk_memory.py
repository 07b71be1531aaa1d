"""What the panel remembers between two requests and no longer: sign-ins that were ended, and whose numbers are shown right now.

In memory only, never a number itself: a restart hides all again.
"""

from __future__ import annotations

import threading

from device.signals import SECOND, Instant

SHOWN_FOR = 60 * SECOND  # then a number is masked again (DOMAIN 3.1)
MAX_KEPT = 5000


class DeskMemory:
    """Thread-safe. `sign_in` is the random id of one sign-in, `call` the id of a call in the ledger."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: dict[str, int] = {}
        self._shown: dict[tuple[str, int], int] = {}

    def end(self, sign_in: str, now: Instant) -> None:
        """Never accept this sign-in again, even if its cookie comes back."""
        with self._lock:
            self._ended[sign_in] = now.mono
            while len(self._ended) > MAX_KEPT:
                del self._ended[next(iter(self._ended))]

    def has_ended(self, sign_in: str) -> bool:
        return sign_in in self._ended

    def show(self, sign_in: str, call: int, now: Instant) -> None:
        """Show the number of `call` to this sign-in for a minute."""
        with self._lock:
            self._shown = {key: until for key, until in self._shown.items() if until > now.mono}
            self._shown[(sign_in, call)] = now.mono + SHOWN_FOR

    def hide(self, sign_in: str, call: int) -> None:
        with self._lock:
            self._shown.pop((sign_in, call), None)

    def shown(self, sign_in: str, now: Instant) -> dict[int, int]:
        """Calls whose number this sign-in sees, and for how many more ns."""
        with self._lock:
            return {
                call: until - now.mono
                for (owner, call), until in self._shown.items()
                if owner == sign_in and until > now.mono
            }
