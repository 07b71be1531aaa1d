"""Tries of a password in, how long to wait out; and one lock around hashing, so that a burst of tries cannot eat the memory.

In memory only: a restart of the panel forgets. Five failures of a name at an address, then ten minutes (GB/T 22239-2019
level 2, DOMAIN 3.2). Failures of a name at many addresses make every new address wait longer for its answer, one at a time;
an address from which the name has signed in does not wait, so that nobody can keep a clerk out. A name that does not exist
is treated like one that does.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from device.signals import SECOND, Instant

MAX_FAILURES = 5
WAIT = 10 * 60 * SECOND
FREE = 10  # failures of a name, from wherever, before new addresses wait
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds; doubled every five failures
MAX_KEPT = 2000  # name and address pairs; more than a point has devices
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


Tallies = OrderedDict[tuple[str, str], _Tally]


def _count(tallies: Tallies, key: tuple[str, str], now: Instant) -> _Tally:
    """The tally of `key`, begun anew after ten quiet minutes; the longest unused are forgotten."""
    tally = tallies.setdefault(key, _Tally(0, now.mono))
    tallies.move_to_end(key)
    if now.mono - tally.last >= WAIT:
        tally.failures = 0
    while len(tallies) > MAX_KEPT:
        tallies.popitem(last=False)
    return tally


class Attempts:
    """Counts tries per name and address. A try counts as failed until it is known to be right, so that many at once gain nothing."""

    def __init__(self, hash_wait: float = HASH_WAIT) -> None:
        self._hash_wait = hash_wait
        self._lock = threading.Lock()
        self._hashing = threading.Lock()
        self._pausing = threading.Lock()
        self._tallies: Tallies = OrderedDict()
        self._everywhere: Tallies = OrderedDict()
        self._at_home: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begin(self, name: str, address: str, now: Instant, before: Callable[[], int] = lambda: 0) -> int:
        """Count a try for `name`; ns to wait when it may not be made, else 0. before: failures to begin with, asked for once."""
        key = (name, neighbourhood(address))
        known = before() if key not in self._tallies else 0
        with self._lock:
            if key not in self._tallies:
                self._tallies[key] = _Tally(min(known, MAX_FAILURES), now.mono)
            tally = _count(self._tallies, key, now)
            if tally.failures >= MAX_FAILURES:
                return tally.last + WAIT - now.mono
            for each in (tally, _count(self._everywhere, (name, ""), now)):
                each.failures, each.last = each.failures + 1, now.mono
        return 0

    def pause(self, name: str, address: str) -> float:
        """Seconds that this try has to wait for its answer."""
        with self._lock:
            everywhere = self._everywhere.get((name, ""))
            beyond = everywhere.failures - FREE if everywhere else 0
            if beyond <= 0 or (name, neighbourhood(address)) in self._at_home:
                return 0.0
            return min(FIRST_PAUSE * 2.0 ** min(beyond // 5, 10), LONGEST_PAUSE)

    def left(self, name: str, address: str) -> int:
        """How many more failures there may be before the wait."""
        with self._lock:
            tally = self._tallies.get((name, neighbourhood(address)))
            return MAX_FAILURES if tally is None else max(0, MAX_FAILURES - tally.failures)

    def not_made(self, name: str, address: str) -> None:
        """The try could not be made: it is not a failure."""
        with self._lock:
            for tallies, key in ((self._tallies, neighbourhood(address)), (self._everywhere, "")):
                tally = tallies.get((name, key))
                if tally is not None:
                    tally.failures = max(0, tally.failures - 1)

    def right(self, name: str, address: str) -> None:
        """The password was right: forget the failures before it at this address, those at others stay."""
        key = (name, neighbourhood(address))
        with self._lock:
            mine, everywhere = self._tallies.pop(key, None), self._everywhere.get((name, ""))
            if mine is not None and everywhere is not None:
                everywhere.failures = max(0, everywhere.failures - mine.failures)
            self._at_home[key] = None
            self._at_home.move_to_end(key)
            while len(self._at_home) > MAX_KEPT:
                self._at_home.popitem(last=False)

    @contextmanager
    def hashing(self, pause: float = 0.0) -> Iterator[None]:
        """One password at a time: scrypt takes 16 MiB and 0.2 to 2 s. `pause`: seconds to wait before, also one at a time.

        Raises BusyError when too many wait.
        """
        if pause:
            with self._turn(self._pausing):
                threading.Event().wait(pause)
        with self._turn(self._hashing):
            yield

    @contextmanager
    def _turn(self, lock: threading.Lock) -> Iterator[None]:
        if not lock.acquire(timeout=self._hash_wait):
            raise BusyError
        try:
            yield
        finally:
            lock.release()
