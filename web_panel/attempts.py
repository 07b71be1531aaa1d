"""Tries of a password in, how long to wait out; and one lock around hashing, so that a burst of tries cannot eat the memory.

In memory only: a restart of the panel forgets. Five failures, then ten minutes (GB/T 22239-2019 level 2, DOMAIN 3.2).
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from device.signals import SECOND, Instant

MAX_FAILURES = 5
WAIT = 10 * 60 * SECOND
MAX_KEPT = 2000  # account and address pairs; more than a point has devices
HASH_WAIT = 6.0  # seconds to wait for the hashing lock: about 20 tries ahead on a slow board


class BusyError(Exception):
    """Too many passwords are being checked at this moment."""


@dataclass(slots=True)
class _Tally:
    failures: int
    last: int


def neighbourhood(address: str) -> str:
    """The address as far as it tells one household from another: an IPv6 host may choose the lower half of its own."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


class Attempts:
    """Counts tries per account and address. A try counts as failed until it is known to be right, so that many at once gain nothing."""

    def __init__(self, hash_wait: float = HASH_WAIT) -> None:
        self._hash_wait = hash_wait
        self._lock = threading.Lock()
        self._hashing = threading.Lock()
        self._tallies: OrderedDict[tuple[str, str], _Tally] = OrderedDict()

    def begin(self, account: str | None, address: str, now: Instant) -> int:
        """Count a try for `account` (None: there is no such); ns to wait when it may not be made, else 0."""
        key = (account or "", neighbourhood(address))
        with self._lock:
            tally = self._tallies.setdefault(key, _Tally(0, now.mono))
            self._tallies.move_to_end(key)
            if now.mono - tally.last >= WAIT:
                tally.failures = 0
            if tally.failures >= MAX_FAILURES:
                return tally.last + WAIT - now.mono
            tally.failures, tally.last = tally.failures + 1, now.mono
            while len(self._tallies) > MAX_KEPT:
                self._tallies.popitem(last=False)
        return 0

    def left(self, account: str | None, address: str) -> int:
        """How many more tries there are before the wait."""
        tally = self._tallies.get((account or "", neighbourhood(address)))
        return MAX_FAILURES - (tally.failures if tally else 0)

    def right(self, account: str, address: str) -> None:
        """The password was right: forget the failures before it."""
        with self._lock:
            self._tallies.pop((account, neighbourhood(address)), None)

    @contextmanager
    def hashing(self) -> Iterator[None]:
        """One password at a time: scrypt takes 16 MiB and 0.2 to 2 s. Raises BusyError when too many wait."""
        if not self._hashing.acquire(timeout=self._hash_wait):
            raise BusyError
        try:
            yield
        finally:
            self._hashing.release()
