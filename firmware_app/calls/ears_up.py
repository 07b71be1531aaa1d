"""Which ears of one line are up, in; what the line together can sense, and that one went or came, out. Pure.

Rule 1: the line is there with its first ear, and lost with its last one. In between one going or coming is SensingChanged.
Rule 2: at the start the line is lost only when every ear said so, or START_WAIT after the first did: another may be opening.
"""

from __future__ import annotations

from collections.abc import Sequence

from device.signals import LineLost, LineRestored, Sensing, SensingChanged, seconds
from firmware_app.calls.ear_words import Heard, heard

START_WAIT = seconds(5.0)  # a lost line is to be shown within 10 s (docs/ARCHITECTURE.md, invariant 6)


def union(all_sensing: Sequence[Sensing]) -> Sensing:
    """What ears sense together: what any of them does; the lag is the largest."""
    return Sensing(
        ring_edges=any(each.ring_edges for each in all_sensing),
        hook=any(each.hook for each in all_sensing),
        digits=any(each.digits for each in all_sensing),
        loop=any(each.loop for each in all_sensing),
        caller_id=any(each.caller_id for each in all_sensing),
        sound=any(each.sound for each in all_sensing),
        reversal=any(each.reversal for each in all_sensing),
        lag=max((each.lag for each in all_sensing), default=0),
    )


class EarsUp:
    """The ears of one line, by name, in the order of the configuration."""

    def __init__(self, ears: Sequence[str]) -> None:
        self._ears = tuple(ears)
        self._up: dict[str, tuple[Sensing, str]] = {}  # and what answered
        self._away: dict[str, str] = {}  # and why
        self._first_lost: Heard | None = None  # rule 2

    def copy(self) -> EarsUp:
        other = EarsUp(self._ears)
        other._up, other._away, other._first_lost = dict(self._up), dict(self._away), self._first_lost
        return other

    @property
    def up(self) -> dict[str, Sensing]:
        return {ear: sensing for ear, (sensing, _) in self._up.items()}

    def take(self, word: Heard) -> list[Heard]:
        """An ear came, went, or senses something else now."""
        what = word.what
        if isinstance(what, LineRestored):
            return self._came(word, what)
        if isinstance(what, LineLost):
            return self._went(word, what)
        if isinstance(what, SensingChanged) and word.ear in self._up:
            self._up[word.ear] = (what.sensing, self._up[word.ear][1])
            return [self._changed(word)]
        return []

    def _came(self, word: Heard, what: LineRestored) -> list[Heard]:
        first = not self._up
        self._up[word.ear] = (what.sensing, what.interface)
        self._away.pop(word.ear, None)
        self._first_lost = None
        if not first:
            return [self._changed(word)]
        there = word.saying(LineRestored(what.line, what.at, self._together(), what.interface))
        return [there, self._changed(word)] if self._away else [there]

    def _went(self, word: Heard, what: LineLost) -> list[Heard]:
        was_up = self._up.pop(word.ear, None) is not None
        self._away[word.ear] = what.reason
        if self._up:
            return [self._changed(word)]
        if was_up or all(ear in self._away for ear in self._ears):
            self._first_lost = None
            return [self._lost(word)]
        self._first_lost = self._first_lost or word
        return []

    def next_moment(self) -> int | None:
        """When something happens by itself (ns)."""
        return None if self._first_lost is None else self._first_lost.order + START_WAIT

    def pass_to(self, before: int) -> list[Heard]:
        """What happens by itself before `before` (ns)."""
        word, moment = self._first_lost, self.next_moment()
        if word is None or moment is None or moment >= before:
            return []
        self._first_lost = None
        at = word.what.at.plus(moment - word.mono)
        return [self._lost(heard(word.ear, LineLost(word.what.line, at, ""), moment))]

    def _changed(self, word: Heard) -> Heard:
        what = word.what
        return heard(
            word.ear, SensingChanged(what.line, what.at, self._together(), self._reasons()), word.order
        )

    def _lost(self, word: Heard) -> Heard:
        what = word.what
        return word.saying(LineLost(what.line, what.at, self._reasons()))

    def _together(self) -> Sensing:
        return union([sensing for sensing, _ in self._up.values()])

    def _reasons(self) -> str:
        """For the technician: which ears are away, and why."""
        names = [*self._ears, *sorted(self._away.keys() - set(self._ears))]
        return "; ".join(f"{ear}: {self._away[ear]}" for ear in names if ear in self._away)
