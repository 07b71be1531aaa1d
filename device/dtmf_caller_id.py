"""DTMF digits with their times in, a caller ID, why it is none, or digits that somebody dialled out. Pure; never raises.

An exchange that sends caller ID by DTMF sends it before the first burst, framed by letters that no ordinary telephone has
(docs/LINE.md 2; ETS 300 659-1; Asterisk's callerid.c reads the same):

    A number C    D number #              the number; A, B or D begins, C or # ends: both can be configured
    B 00 C        B 10 C                  no number: not available, private
    D 1 #         D 2 #, D 3 #            no number: private, not available
    A number D redirecting number C       sections; the caller's is A, or else D (what D is behind A: unverified)

Rule 1: a string that begins with such a letter is held until it ends, or until nothing came for GAP. It is never dialled digits.
Rule 2: any other symbol was dialled, unless the line is told to be on the hook: then digits are a number without its start
        (some exchanges send none), and must end with an end symbol. A start that telephones have (* # 0-9) needs that, too.
Rule 3: there is no checksum. A string with a symbol that has no place in it, an absurd length, or a hole in the even beat of an
        exchange (a digit was lost) is refused: no number is better than a wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from device.caller_id import read_number
from device.signals import MILLISECOND, Absence, CallerId

SYMBOLS = "0123456789*#ABCD"
DIGITS = "0123456789"
LETTERS = "ABCD"

GAP = 800 * MILLISECOND  # from the beginning of one digit to that of the next; slow senders have 240 ms
HOLE = (3, 2)  # an interval longer than this many times the median has lost a digit; one lost makes it 2
LEAST_INTERVALS = 3  # for a median that says something
SHORTEST, LONGEST = 3, 20  # digits of a number: 110; 00 and fifteen, and a prefix
MOST_SYMBOLS = 3 * LONGEST  # of a string, its start with them; more are not kept

_SECTIONS = re.compile(r"[ABD*#]?[0-9]*(?:[ABD][0-9]*)*")
_SECTION = re.compile(r"([ABD*#]?)([0-9]*)")


@dataclass(frozen=True, slots=True)
class Framed:
    """A caller ID, whole. `started`, `ended`: when its first and last symbols began (ns)."""

    caller_id: CallerId
    started: int
    ended: int


@dataclass(frozen=True, slots=True)
class NotFramed:
    """Symbols that are a caller ID by their look, and cannot be believed: `reason`. Nobody dialled them."""

    symbols: str
    reason: str
    started: int
    ended: int


@dataclass(frozen=True, slots=True)
class Dialled:
    """A digit that went out on the line at `at` (ns)."""

    symbol: str
    at: int


Heard = Framed | NotFramed | Dialled


class DtmfCallerId:
    """The digits of one line. `start`, `end`: the symbols that may begin and end a caller ID; without `end` a gap ends it."""

    def __init__(self, start: str = "ABD", end: str = "C#") -> None:
        self._starts = start.upper()
        self._ends = end.upper()
        self._symbols = ""
        self._times: list[int] = []

    @property
    def holding(self) -> bool:
        """A string has begun that may be a caller ID."""
        return self._symbols != ""

    def feed(self, symbol: str, at: int, on_hook: bool = False) -> list[Heard]:
        """One digit that began at `at` (ns). `on_hook`: the line is known to be on the hook. Other symbols are nothing."""
        symbol = symbol.upper()
        if len(symbol) != 1 or symbol not in SYMBOLS:
            return []
        heard = self.expire(at)
        if self.holding:
            return heard + self._more(symbol, at)
        if self._begins(symbol, on_hook):
            self._hold(symbol, at)
            return heard
        if symbol in LETTERS:
            return [*heard, NotFramed(symbol, "no start", at, at)]
        return [*heard, Dialled(symbol, at)]

    def next_deadline(self) -> int | None:
        """When `expire` should be called if no digit comes before (ns)."""
        return self._times[-1] + GAP if self._times else None

    def expire(self, now: int) -> list[Heard]:
        """What is settled by `now` (ns): a string that went no further."""
        deadline = self.next_deadline()
        return [] if deadline is None or now < deadline else self.finish()

    def finish(self) -> list[Heard]:
        """Nothing more will come."""
        if not self.holding:
            return []
        return [self._close("") if not self._ends else self._refused("no end")]

    def _begins(self, symbol: str, on_hook: bool) -> bool:
        if symbol in self._starts:
            return symbol in LETTERS or on_hook
        return on_hook and symbol in DIGITS

    def _hold(self, symbol: str, at: int) -> None:
        self._symbols += symbol
        self._times.append(at)

    def _more(self, symbol: str, at: int) -> list[Heard]:
        too_long = len(self._symbols) > MOST_SYMBOLS
        if too_long:  # it is refused, however long: a tone that stays must not fill the memory
            self._times[-1] = at
        else:
            self._times.append(at)
        if symbol in self._ends:
            return [self._close(symbol)]
        if not too_long:
            self._symbols += symbol
        return []

    # -- what it says

    def _close(self, end: str) -> Heard:
        if len(self._symbols) > MOST_SYMBOLS:
            return self._refused("too long", end)
        if self._has_hole():
            return self._refused("a digit is missing", end)
        said = self._read(self._symbols, end)
        if isinstance(said, str):
            return self._refused(said, end)
        framed = Framed(said, self._times[0], self._times[-1])
        self._forget()
        return framed

    def _refused(self, reason: str, end: str = "") -> NotFramed:
        refused = NotFramed(self._symbols + end, reason, self._times[0], self._times[-1])
        self._forget()
        return refused

    def _forget(self) -> None:
        self._symbols, self._times = "", []

    def _has_hole(self) -> bool:
        intervals = sorted(later - earlier for earlier, later in pairwise(self._times))
        if len(intervals) < LEAST_INTERVALS:
            return False
        longest, usual = HOLE
        return intervals[-1] * usual > intervals[(len(intervals) - 1) // 2] * longest

    def _read(self, symbols: str, end: str) -> CallerId | str:
        """The caller ID, or why there is none."""
        if not _SECTIONS.fullmatch(symbols):
            return "a symbol out of place"
        sections = {
            letter: digits for letter, digits in reversed(_SECTION.findall(symbols)) if letter + digits
        }
        first = symbols[0] if symbols[0] not in DIGITS else ""
        if "B" in sections and not ("A" in sections or (self._starts == "B" and len(sections["B"]) > 2)):
            return _absent({"00": Absence.OUT_OF_AREA, "10": Absence.PRIVATE}.get(sections["B"][:2]))
        digits = sections["A"] if "A" in sections else sections[first]
        if first == "D" and end == "#" and len(digits) == 1:
            return _absent(
                {"1": Absence.PRIVATE, "2": Absence.OUT_OF_AREA, "3": Absence.OUT_OF_AREA}.get(digits)
            )
        if not SHORTEST <= len(digits) <= LONGEST:
            return f"{len(digits)} digits"
        number = read_number(digits.encode("ascii"))
        return CallerId(number=number) if isinstance(number, str) else _absent(number)


def _absent(absence: Absence | None) -> CallerId | str:
    return CallerId(absence=absence) if absence is not None else "an unknown code"
