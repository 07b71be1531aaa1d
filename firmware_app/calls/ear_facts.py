"""The words of all ears of a line, in the order of their stamps, in; the facts of the line, each as the exactest ear told it, out.

Pure: it is driven by stamps alone. What is told depends on the words and their order, never on when somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from device.signals import (
    CallerIdHeard,
    DigitDialled,
    Flash,
    LineLost,
    LineRestored,
    LoopLost,
    LoopRestored,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    SensingChanged,
    SoundHeard,
)
from firmware_app.calls.ear_words import Heard, rank
from firmware_app.calls.ears_up import EarsUp
from firmware_app.calls.hook_views import HookViews
from firmware_app.calls.loop_views import LoopViews
from firmware_app.calls.same_facts import SameFacts


class EarFacts:
    """One line. Words must come in the order of their keys."""

    def __init__(self, ears: Sequence[str]) -> None:
        self._ears = EarsUp(ears)
        self._hook = HookViews()
        self._loop = LoopViews()
        self._same = SameFacts()
        self._sounds: dict[str, int] = {}  # ears that told how the line sounds, and how exactly they hear it

    def copy(self) -> EarFacts:
        other = EarFacts(())
        other._ears, other._hook = self._ears.copy(), self._hook.copy()
        other._loop, other._same = self._loop.copy(), self._same.copy()
        other._sounds = dict(self._sounds)
        return other

    def take(self, word: Heard) -> list[Heard]:
        """One word; gives what is certain now, and what was before it."""
        facts = self.pass_to(word.order)
        match word.what:
            case OffHook() | OnHook():
                return [*facts, *self._hook.take(word, self._ears.up)]
            case LoopLost() | LoopRestored():
                return [*facts, *self._loop.take(word, self._ears.up)]
            case LineRestored() | LineLost() | SensingChanged():
                return [*facts, *self._ear_changed(word)]
            case SoundHeard():
                return [*facts, *self._sounded(word)]
            case (
                RingStarted()
                | RingEnded()
                | RingWord()
                | CallerIdHeard()
                | DigitDialled()
                | Flash()
                | PolarityReversed()
            ):
                return [*facts, *self._same.take(word)]
            case _:
                return [*facts, word]

    def _ear_changed(self, word: Heard) -> list[Heard]:
        facts, up = self._ears.take(word), self._ears.up
        still_sensed = any(senses.hook for senses in up.values())
        if isinstance(word.what, SensingChanged):
            doubts = word.ear in up and not up[word.ear].hook
            return [*facts, *(self._hook.gone(word.ear, word.order, still_sensed) if doubts else [])]
        self._sounds.pop(word.ear, None)
        return [
            *facts,
            *self._hook.gone(word.ear, word.order, still_sensed),
            *self._loop.ears_changed(word, up),
        ]

    def _sounded(self, word: Heard) -> list[Heard]:
        """How a line sounds lasts; of several ears that hear it, one is listened to: the best that is up."""
        self._sounds[word.ear] = rank(word.means)
        best = min(self._sounds, key=lambda ear: (self._sounds[ear], ear))
        return [word] if best == word.ear else []

    def held_from(self) -> int | None:
        """Nothing at or after this moment (ns) is final yet."""
        held = (self._hook.held_from(), self._same.held_from())
        return min((moment for moment in held if moment is not None), default=None)

    def next_moment(self) -> int | None:
        """When something is certain by itself (ns), once every word before it was heard."""
        parts = (self._ears, self._hook, self._loop, self._same)
        return min((at for part in parts if (at := part.next_moment()) is not None), default=None)

    def pass_to(self, before: int) -> list[Heard]:
        """What is certain when every word before `before` (ns) was heard."""
        return [
            *self._ears.pass_to(before),
            *self._hook.pass_to(before),
            *self._loop.pass_to(before),
            *self._same.pass_to(before),
        ]

    def as_it_stands(self) -> list[Heard]:
        """What is told besides if no ear says more."""
        return [*self._hook.as_it_stands(), *self._same.as_it_stands()]
