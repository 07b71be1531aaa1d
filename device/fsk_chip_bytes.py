"""Bytes of an FSK receiver chip in (HT9032: its cooked output, 1200 8N1), line signals out. Pure: no port, no clock; it never raises.

The chip leaves out the channel seizure, and is high (no bytes) while there is no carrier. At the edges of a carrier it may
give a wrong byte or two. So a burst is what comes without a pause of BURST_GAP, and its message begins at one of its first
LEADING_NOISE bytes, after seizure bytes (55) where the raw output was wired by mistake.

Rule 1: a number is told only of a message whose checksum holds; that message is told as soon as it is complete.
Rule 2: a burst that holds no such message and looks like one is `Damaged`, once; anything else is `Unrecognised`, once.
"""

from __future__ import annotations

from device.caller_id import MDMF, MESSAGE_WAITING, SDMF, NotRead, read_message
from device.signals import (
    MILLISECOND,
    CallerId,
    CallerIdHeard,
    Damaged,
    Instant,
    LineSignal,
    Means,
    Sensing,
    Unrecognised,
)

# Up to 20 bits of mark (17 ms) may lie between two characters; a USB converter holds bytes back for 16 ms, a busy box longer.
BURST_GAP = 250 * MILLISECOND
LEADING_NOISE = 4
LONGEST_BURST = 300  # bytes; the longest message has 258
SHORTEST_DAMAGED = 8  # bytes that can be said to have been a caller ID
SEIZURE = 0x55
NOISE = bytes((SEIZURE, 0x00, 0xFF))
TYPES = (SDMF, MDMF, *MESSAGE_WAITING)
LAG = BURST_GAP + 150 * MILLISECOND


class FskChipBytes:
    """The ear of one line behind such a chip."""

    sensing = Sensing(caller_id=True, lag=LAG)
    interface = "HT9032"

    def __init__(self, line: str) -> None:
        self._line = line
        self._burst = bytearray()
        self._last: Instant | None = None  # when its last bytes came
        self._found = False  # its message was told

    def heard(self, data: bytes, at: Instant) -> list[LineSignal]:
        """Bytes that were read at `at`."""
        signals = self.expire(at)
        self._burst += data[: max(0, LONGEST_BURST - len(self._burst))]
        self._last = at
        if not self._found and (said := self._message()) is not None:
            self._found = True
            if isinstance(said, CallerId):
                signals.append(CallerIdHeard(self._line, at, said, checked=True, means=Means.FSK_CHIP))
        return signals

    def next_deadline(self) -> int | None:
        """When the burst is over if no more bytes come (ns)."""
        return None if self._last is None else self._last.mono + BURST_GAP

    def expire(self, now: Instant) -> list[LineSignal]:
        """Say what became of a burst that is over."""
        last = self._last
        if last is None or now.since(last) < BURST_GAP:
            return []
        burst, found = bytes(self._burst), self._found
        self._burst.clear()
        self._last, self._found = None, False
        return [] if found else self._left(burst, last)

    def _left(self, burst: bytes, at: Instant) -> list[LineSignal]:
        content = burst.strip(NOISE)
        if not content:
            return []
        if len(content) >= SHORTEST_DAMAGED and any(byte in TYPES for byte in content[:LEADING_NOISE]):
            return [Damaged(self._line, at, "checksum", content[:256])]
        return [Unrecognised(self._line, at, content[:256])]

    def _message(self) -> CallerId | NotRead | None:
        """The first complete message whose checksum holds, or that says it is no caller ID; None while there is none."""
        burst = bytes(self._burst).lstrip(bytes((SEIZURE,)))
        for start in range(min(LEADING_NOISE, len(burst) - 1)):
            message = burst[start : start + burst[start + 1] + 3]
            if burst[start] not in TYPES or len(message) < burst[start + 1] + 3:
                continue
            said = read_message(message)
            if not isinstance(said, NotRead) or not said.damaged:
                return said
        return None
