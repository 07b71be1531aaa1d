"""Text of a caller-ID board in, line signals out: each line is tried on the pattern of the configuration. Pure; it never raises.

    pattern = "CID:(?P<number>[0-9*#]+|[PO])"        what a board prints as  CID:15400000001
    pattern = "(?P<ring>RING)|NUM=(?P<number>\\d*) T=(?P<date>\\d{4})(?P<time>\\d{4})"

Groups: `number` (digits, or P / O and their words), `name`, `date` (MMDD), `time` (hhmm), `ring` (the board says that it rings).
A line ends at CR or LF, or with a pause of LINE_GAP: some boards send none. But a board that ended what it said last, and stops in the
midst of a line now, was cut off, or this machine was busy: half a number is none, so its rest is awaited for BROKEN_OFF, and no longer. What does not match is `Unrecognised`; a board
that chatters is told NOISY times in ten seconds, the rest is counted.
"""

from __future__ import annotations

import re
from collections import deque

from device.caller_id import read_date, read_name, read_number, read_time
from device.signals import (
    MILLISECOND,
    SECOND,
    Absence,
    CallerId,
    CallerIdHeard,
    Instant,
    LineSignal,
    Means,
    RingWord,
    Sensing,
    Unrecognised,
)

LONGEST_LINE = 80  # bytes tried on the pattern: what the limits on patterns reckon with
LINE_GAP = 300 * MILLISECOND
BROKEN_OFF = 3 * SECOND
RING_ERROR = 1 * SECOND  # a word for a burst comes somewhere from its beginning to shortly after its end
NOISY, NOISY_FOR = 20, 10 * SECOND
LAG = 1250 * MILLISECOND
_LINE_END = re.compile(rb"[\r\n\x00]")


class BoardLines:
    """The ear of one line behind such a board. `pattern` compiles and has the group `number`; see settings for its limits."""

    interface = "caller-ID board"

    def __init__(self, line: str, pattern: str) -> None:
        self._line = line
        self._pattern = re.compile(pattern)
        self._text = bytearray()
        self._last: Instant | None = None
        self._ended: Instant | None = None  # the last that was said ended with the end of a line, then
        self._ends_lines = False  # and was followed by a silence
        self._unread_at: deque[int] = deque(maxlen=NOISY)
        self.dropped = 0
        self.sensing = Sensing(caller_id=True, lag=LAG)

    def heard(self, data: bytes, at: Instant) -> list[LineSignal]:
        """Bytes that were read at `at`, in any pieces."""
        signals = self.expire(at)
        *complete, rest = _LINE_END.split(data)
        if self._ended is not None and at.since(self._ended) >= LINE_GAP:
            self._ends_lines = True
        for piece in complete:
            self._take(piece)
            signals += self._read(at)
        self._take(rest)
        self._ended = at if complete and not self._text else None
        self._last = at if self._text else None
        return signals

    def next_deadline(self) -> int | None:
        """When a line without an end is taken as it is (ns)."""
        return None if self._last is None else self._last.mono + self._gap

    @property
    def _gap(self) -> int:
        return BROKEN_OFF if self._ends_lines else LINE_GAP

    def expire(self, now: Instant) -> list[LineSignal]:
        """Read a line that ended without a word."""
        last = self._last
        if last is None or now.since(last) < self._gap:
            return []
        self._last = None
        if self._ends_lines:
            self._ends_lines = False  # and if it never does again, the next is read
            half = bytes(self._text)
            self._text.clear()
            return self._unread(half, last)
        return self._read(last)

    def _take(self, piece: bytes) -> None:
        """One byte more than is read is kept: a line that was cut is no line to be believed."""
        self._text += piece[: LONGEST_LINE + 1 - len(self._text)]

    def _read(self, at: Instant) -> list[LineSignal]:
        raw = bytes(self._text).strip()
        self._text.clear()
        if not raw:
            return []
        text = raw.decode("gb18030", "replace")
        match = self._pattern.search(text) if len(raw) <= LONGEST_LINE else None
        if match is None:
            return self._unread(raw, at)
        said = {key: value for key, value in match.groupdict().items() if value is not None}
        signals: list[LineSignal] = []
        if "ring" in said:
            signals.append(RingWord(self._line, at, RING_ERROR, Means.CALLER_ID_BOARD))
        caller_id = _caller_id(said)
        if caller_id is not None:
            signals.append(CallerIdHeard(self._line, at, caller_id, means=Means.CALLER_ID_BOARD))
        elif "number" in said:
            signals += self._unread(raw, at)
        return signals

    def _unread(self, raw: bytes, at: Instant) -> list[LineSignal]:
        recent = self._unread_at
        if len(recent) == NOISY and at.mono - recent[0] < NOISY_FOR:
            self.dropped += 1
            return []
        recent.append(at.mono)
        return [Unrecognised(self._line, at, raw)]


def _caller_id(said: dict[str, str]) -> CallerId | None:
    """What the groups say; None when there is no number, no absence and no name in them."""
    number = read_number(said.get("number", "").encode("ascii", "replace"))
    name = read_name(said.get("name", "").encode())
    if number is None and name is None:
        return None
    date = read_date(said.get("date", "").encode("ascii", "replace"))
    time = read_time(said.get("time", "").encode("ascii", "replace"))
    return CallerId(
        number=number if isinstance(number, str) else None,
        name=name,
        absence=number if isinstance(number, Absence) else None,
        date_time=date + time if date and time else None,
    )
