"""What each ear of a line says of the exchange's voltage in, whether the line has any out. Pure.

Rule 1: the loop is lost when every ear that senses it has none: while one has voltage, another's own plug is out.
Rule 2: it is back with the first ear that has it again, and when no ear is left that could tell.
Rule 3: an ear that is alone without voltage for DISAGREE_AFTER is told once, until it has it again.
"""

from __future__ import annotations

from collections.abc import Mapping

from device.signals import Instant, LoopLost, LoopRestored, Sensing, seconds
from firmware_app.calls.call import Anomaly
from firmware_app.calls.ear_words import Heard, heard

DISAGREE_AFTER = seconds(10.0)


class LoopViews:
    """The loop of one line."""

    def __init__(self) -> None:
        self._without: dict[str, Heard] = {}  # the ears that have no voltage
        self._lost = False
        self._alone: int | None = None  # since when some have none and others have
        self._said = False

    def copy(self) -> LoopViews:
        other = LoopViews()
        other._without = dict(self._without)
        other._lost, other._alone, other._said = self._lost, self._alone, self._said
        return other

    def take(self, word: Heard, up: Mapping[str, Sensing]) -> list[Heard]:
        """LoopLost or LoopRestored of one ear, in order."""
        if isinstance(word.what, LoopLost):
            self._without.setdefault(word.ear, word)
        else:
            self._without.pop(word.ear, None)
            self._said = self._said and bool(self._without)
        return self._weigh(word, up)

    def ears_changed(self, word: Heard, up: Mapping[str, Sensing]) -> list[Heard]:
        """An ear came or went (`word`): a driver tells again what it finds."""
        self._without.pop(word.ear, None)
        if not up:
            self._lost = False  # with the last ear the line machine forgets it too
        return self._weigh(word, up)

    def _weigh(self, word: Heard, up: Mapping[str, Sensing]) -> list[Heard]:
        sensing = {ear for ear, senses in up.items() if senses.loop} | self._without.keys()
        lost = bool(self._without) and sensing == self._without.keys()
        alone = bool(self._without) and not lost
        self._alone = (word.order if self._alone is None else self._alone) if alone else None
        if lost == self._lost:
            return []
        self._lost = lost
        line, at = word.what.line, word.what.at
        return [heard(word.ear, LoopLost(line, at) if lost else LoopRestored(line, at), word.order)]

    def next_moment(self) -> int | None:
        """When something is certain by itself (ns)."""
        return None if self._alone is None or self._said else self._alone + DISAGREE_AFTER

    def pass_to(self, before: int) -> list[Heard]:
        """What is certain when every word before `before` (ns) was heard."""
        moment = self.next_moment()
        if moment is None or moment >= before:
            return []
        self._said = True
        what = next(iter(self._without.values())).what
        at: Instant = what.at.plus(moment - what.at.mono)
        detail = f"loop: none at {', '.join(sorted(self._without))}"
        return [heard("", Anomaly(what.line, at, "ears_disagree", detail), moment)]
