"""Edges of a DTMF receiver chip's pins in (MT8870), line signals out: digits dialled, and caller ID sent by DTMF. Pure; never raises.

StD rises when a tone was there long enough, and the digit has stood on Q1 to Q4 before (data sheet: "StD … logic high when a
received tone-pair has been registered and the output latch updated"); Q keeps it until the next. So a digit is what Q says at
the rise of StD, by the stamps of the edges, whatever order the pins are told in within PATIENCE.

A bad contact, or what a long wire picks up, makes StD flap. The chip itself cannot do that: it raises StD for as long as it hears a
tone of 40 ms or more and lowers it for a pause of 20 ms or more (data sheet: its guard times). So StD that is up for less than STEADY
is no digit, and up again after less than STEADY is the same digit still: a number that was dialled never gets one more or less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from device.dtmf_caller_id import Dialled, DtmfCallerId, Framed, Heard
from device.interface import CheckResult
from device.signals import (
    MILLISECOND,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Instant,
    LineSignal,
    Means,
    Sensing,
)

STD = "std"
Q = ("q1", "q2", "q3", "q4")  # least significant first
CODES = "D1234567890*#ABC"  # MT8870 data sheet, table 1: what 0000 to 1111 stand for

PATIENCE = 20 * MILLISECOND  # how late an edge may be delivered
# From the beginning of a tone to StD: detect (5-14 ms), guard time (about 20 ms), latch [data sheet, with its usual RC].
TONE_TO_STD = 35 * MILLISECOND
STEADY = 8 * MILLISECOND  # less than any tone or pause that the chip passes on
ERROR = 20 * MILLISECOND
LAG = 250 * MILLISECOND


class DtmfChipHearing:
    """The ear of one line behind such a chip, for one opening of its pins."""

    interface = "MT8870"
    sensing = Sensing(digits=True, caller_id=True, lag=LAG)

    def __init__(
        self,
        line: str,
        framing: DtmfCallerId,
        levels: Mapping[str, int],
        instant: Callable[[int], Instant],
    ) -> None:
        self._line = line
        self._framing = framing
        self._instant = instant
        # edges of Q not older than the last StD, in order of their stamps
        self._edges: list[tuple[int, str, int]] = []
        self._levels = dict(levels)
        self._rose: list[int] = []  # rises of StD whose Q may still be told
        self._flaps = False  # StD rose after a pause, and was not steady yet, neither up nor down
        self._turned: int | None = None  # when StD rose or fell last

    def begin(self, now: Instant) -> list[LineSignal]:
        """Nothing is found at opening: a tone that sounds already has an unknown beginning."""
        return []

    def edge(self, name: str, level: int, mono: int) -> list[LineSignal]:
        """The pin `name` changed to `level` at `mono` (ns)."""
        told = self.expire(mono)
        if name != STD:
            self._edges.append((mono, name, level))
        elif level != self._levels[STD]:
            self._levels[STD] = level
            self._strobe(level, mono)
        return told

    def _strobe(self, level: int, mono: int) -> None:
        """StD rose or fell."""
        if level and (self._turned is None or mono - self._turned >= STEADY):
            self._flaps = True
        self._turned = mono

    def _steady(self, now: int) -> None:
        if self._flaps and self._turned is not None and now - self._turned >= STEADY:
            self._flaps = False
            if self._levels[STD]:
                self._rose.append(self._turned)

    def found(self, name: str, level: int, mono: int) -> list[LineSignal]:
        """An edge was lost. A rise of StD without its moment is no digit that can be believed."""
        if name == STD:
            self._levels[STD], self._flaps, self._turned = level, False, mono
            return []
        return self.edge(name, level, mono)

    def next_deadline(self) -> int | None:
        """When `expire` should be called, if no edge comes before (ns)."""
        rise = self._rose[0] + PATIENCE if self._rose else None
        steady = self._turned + STEADY if self._flaps and self._turned is not None else None
        moments = (rise, steady, self._framing.next_deadline())
        return min((moment for moment in moments if moment is not None), default=None)

    def expire(self, now: int) -> list[LineSignal]:
        """Say what is settled by `now` (ns)."""
        self._steady(now)
        heard: list[Heard] = []
        while self._rose and self._rose[0] + PATIENCE <= now:
            rose = self._rose.pop(0)
            heard += self._framing.feed(self._digit_at(rose), rose - TONE_TO_STD)
        if not self._rose and not self._flaps:
            heard += self._framing.expire(now - PATIENCE)
        return [self._signal(each) for each in heard]

    def check(self, levels: Mapping[str, int]) -> CheckResult:
        """Whether the chip lives shows only when somebody dials; a StD that stays high is a wire on the wrong pin."""
        stuck = bool(levels[STD])
        return CheckResult(answers=True, detail="StD is high now" if stuck else "the pins are open")

    def _digit_at(self, rose: int) -> str:
        self._edges.sort(key=lambda edge: edge[0])
        while self._edges and self._edges[0][0] <= rose:
            _, name, level = self._edges.pop(0)
            self._levels[name] = level
        return CODES[sum(self._levels[name] << bit for bit, name in enumerate(Q))]

    def _signal(self, heard: Heard) -> LineSignal:
        match heard:
            case Framed(caller_id, _, ended):
                return CallerIdHeard(
                    self._line, self._instant(ended), caller_id, checked=False, means=Means.DTMF_CHIP
                )
            case Dialled(symbol, at):
                return DigitDialled(self._line, self._instant(at), symbol, ERROR, Means.DTMF_CHIP)
            case _:
                # what was heard looks like a number and is none to be believed
                raw = heard.symbols[:256].encode("ascii")
                return Damaged(self._line, self._instant(heard.ended), heard.reason, raw)
