"""What one ear of a line said, with its place in the order of all ears, and which of two words is the exacter. Pure values.

Rule 1: the place of a word depends on its stamp, its kind, its ear and its content, never on when it arrived.
Rule 2: the smaller error is the exacter; then what was seen happening beats what was found so; then the means, in the order
of EXACTEST; then the order of names, so that there is always one winner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from device.signals import (
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Flash,
    LineLost,
    LineRestored,
    LineSignal,
    LoopLost,
    LoopRestored,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    SensingChanged,
    SoundHeard,
    Unrecognised,
)
from firmware_app.calls.call import Anomaly

Key = tuple[int, int, str, str]

# What happens first when two things bear one stamp: the line is there before it speaks, and speaks before it goes.
PLACE: Mapping[type, int] = {
    kind: place
    for place, kind in enumerate(
        (
            LineRestored,
            SensingChanged,
            LoopRestored,
            RingEnded,
            OnHook,
            RingStarted,
            RingWord,
            CallerIdHeard,
            OffHook,
            PolarityReversed,
            Flash,
            DigitDialled,
            SoundHeard,
            LoopLost,
            LineLost,
            Unrecognised,
            Damaged,
            Anomaly,
        )
    )
}

# Kernel stamps of edges; a detector in hardware; sound; words of a modem; readings half a second apart.
EXACTEST = (
    Means.HOOK_PIN,
    Means.RING_PIN,
    Means.REVERSAL_PIN,
    Means.TELEPHONE_JACK,
    Means.SERIAL_BOX,
    Means.SOUND,
    Means.FSK_CHIP,
    Means.DTMF_CHIP,
    Means.MODEM,
    Means.LINE_VOLTAGE,
    Means.CALLER_ID_BOARD,
)
# Caller ID that nobody checked by its sum: FSK bytes, what a modem made of them, DTMF (no sum at all), somebody's board.
WHOLEST = (Means.FSK_CHIP, Means.MODEM, Means.SOUND, Means.DTMF_CHIP, Means.CALLER_ID_BOARD)


@dataclass(frozen=True, slots=True)
class Heard:
    """A word of `ear`, or what is made of several. `key` orders it: monotonic ns first."""

    key: Key
    ear: str
    what: LineSignal | Anomaly

    @property
    def order(self) -> int:
        """Its moment (ns): its stamp, or the moment from which on nothing was settled, when it came too late for that."""
        return self.key[0]

    @property
    def mono(self) -> int:
        return self.what.at.mono

    @property
    def error(self) -> int:
        return int(getattr(self.what, "error", 0))

    @property
    def means(self) -> Means | None:
        return getattr(self.what, "means", None)

    def saying(self, what: LineSignal | Anomaly) -> Heard:
        """Another content in the same place."""
        return replace(self, what=what)


def heard(ear: str, what: LineSignal | Anomaly, earliest: int | None = None) -> Heard:
    """`earliest`: what lies before it is settled (ns)."""
    mono = what.at.mono if earliest is None else max(what.at.mono, earliest)
    return Heard((mono, PLACE[type(what)], ear, repr(what)), ear, what)


def rank(means: Means | None, order: tuple[Means, ...] = EXACTEST) -> int:
    """Place of `means` in `order`, the best first; what is not in it comes last."""
    return order.index(means) if means in order else len(order)


def exactness(word: Heard) -> tuple[bool, bool, int, int, Key]:
    """The smallest is the exactest (rule 2). A burst's edge beats any word about it."""
    by_word = isinstance(word.what, RingWord)
    return by_word, bool(getattr(word.what, "found", False)), word.error, rank(word.means), word.key


def wholeness(word: Heard) -> tuple[bool, int, Key]:
    """The smallest is the best caller ID: checked by its sum, then by means."""
    return not getattr(word.what, "checked", False), rank(word.means, WHOLEST), word.key
