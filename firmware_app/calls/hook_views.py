"""What each ear of a line says of the hook in, whether the line is off-hook, as the exactest ear has it, out. Pure.

Each ear has a view, off-hook or on-hook, and how exactly it tells: the error of what it saw last, else what its means
usually has. The exactest view of those ears that are up is the line's; the others confirm it, or stand in when it is away.

Rule 1: a turn (lifting, putting down) is told at once when no exacter ear could tell it; else the exacter ones have their
time, and the exactest word stands. What was seen happening beats what was found so. What was only found off-hook waits
FOUND_WAIT, longer than any lag, and is told as found then: so a ring that is still on its way is heard first, and a call
that was shown is never one that began off-hook.
Rule 2: an exacter ear that says the contrary all the time is believed, once its lag has passed and it is still there: an
ear that goes takes with it what it had not told yet. But it may be broken: that somebody lifted, as another had it, is told
as denied, and when the ringing stops there the call is `unknown`. What infers the hook from
sounds is never the exacter one: who lifts and says nothing has lifted all the same.
Rule 3: when the exactest view has been another than the line's for ADOPTED_AFTER (an ear went, another stands in), it is
adopted; the moment of that turn was not seen, so it is told as `found`.
Rule 4: views that differ for DISAGREE_AFTER are told as an anomaly, again only when all of them have said something new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from device.signals import MILLISECOND, LineSignal, Means, OffHook, OnHook, Sensing, seconds
from firmware_app.calls.call import Anomaly
from firmware_app.calls.ear_words import Heard, exactness, heard, rank

SLACK = 300 * MILLISECOND  # how much more than their errors the stamps of two ears may differ
FOUND_ERROR = 750 * MILLISECOND  # what is found so began before; another ear may be about to say when
FOUND_WAIT = seconds(3.0)
ADOPTED_AFTER = seconds(3.0)
DISAGREE_AFTER = seconds(10.0)
LIFT_DENIED = "lift_denied"  # kind of an anomaly
TURNS_KEPT = 4  # so many turns back a late word is known again
# Before an ear has seen a turn: edges are told to 20 ms, readings of the voltage lie half a second apart (LINE 1.5).
USUAL_ERROR: Mapping[Means | None, int] = {
    Means.HOOK_PIN: 20 * MILLISECOND,
    Means.TELEPHONE_JACK: 100 * MILLISECOND,
    Means.SERIAL_BOX: 100 * MILLISECOND,
    Means.MODEM: 300 * MILLISECOND,
    Means.LINE_VOLTAGE: 500 * MILLISECOND,
}
UNKNOWN_ERROR = seconds(1.0)

Rank = tuple[bool, int, int, str]  # of an ear: the smallest is the exactest


@dataclass(frozen=True, slots=True)
class View:
    """What one ear says of the hook."""

    off: bool
    rank: Rank
    word: Heard
    lag: int = 0  # of its ear


@dataclass(frozen=True, slots=True)
class Turn:
    """The line was lifted or put down, as the words of several ears have it."""

    off: bool
    words: tuple[Heard, ...]
    patience: int = (
        0  # how much longer it waits for an ear that denies it: the ear may be about to go (rule 2)
    )

    @property
    def best(self) -> Heard:
        return min(self.words, key=exactness)

    @property
    def settled(self) -> int:
        """Until then (ns) an exacter word may come."""
        first = self.words[0]
        if was_found(self.best.what) and self.off:
            return first.order + FOUND_WAIT + self.patience
        return first.order + 2 * _error(first) + SLACK + self.patience

    def told(self, moment: int) -> Heard:
        """As it is told at `moment` (ns)."""
        word = self.best
        return found_at(word, moment) if was_found(word.what) and self.off else word

    def has(self, ear: str) -> bool:
        return any(word.ear == ear for word in self.words)

    def is_about(self, word: Heard) -> bool:
        """Whether `word` may be about this turn: of another ear, or of the one that found it so and now says since when."""
        found_by_it = self.off and was_found(self.best.what) and self.best.ear == word.ear
        if self.has(word.ear) and not found_by_it:
            return False
        reach = _error(self.best) + _error(word) + SLACK
        return abs(word.mono - self.best.mono) <= reach


def is_off(what: LineSignal | Anomaly) -> bool:
    return isinstance(what, OffHook)


def was_found(what: LineSignal | Anomaly) -> bool:
    return isinstance(what, OffHook | OnHook) and what.found


def _error(word: Heard) -> int:
    return FOUND_ERROR if was_found(word.what) else word.error


def found_at(word: Heard, moment: int) -> Heard:
    """The same, as if looked at `moment` (ns)."""
    what = word.what
    assert isinstance(what, OffHook | OnHook)
    at = what.at.plus(moment - what.at.mono)
    return heard(word.ear, replace(what, at=at, error=0, found=True), moment)


def _denied(turn: Turn) -> Heard:
    """A lift that an exacter ear denies: of a call that stops ringing then nobody knows whether it was answered."""
    word = turn.best
    return heard(word.ear, Anomaly(word.what.line, word.what.at, LIFT_DENIED, word.ear), word.order)


def _rank_of(word: Heard, error: int) -> Rank:
    return word.means is Means.SOUND, error, rank(word.means), word.ear


class HookViews:
    """The hook of one line."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}
        self._off: bool | None = None  # the line's
        self._turn: Turn | None = None  # not settled
        self._turns: tuple[Turn, ...] = ()  # told, the last ones
        self._contrary: int | None = None  # since when the exactest view is not the line's
        self._differ: int | None = None  # since when views differ
        self._said: frozenset[str] | None = None  # ears that have to speak before it is said again

    def copy(self) -> HookViews:
        other = HookViews()
        other._views = dict(self._views)
        other._off, other._turn, other._turns = self._off, self._turn, self._turns
        other._contrary, other._differ, other._said = self._contrary, self._differ, self._said
        return other

    # -- what is said

    def take(self, word: Heard, up: Mapping[str, Sensing]) -> list[Heard]:
        """OffHook or OnHook of one ear, in order."""
        off, before = is_off(word.what), self._views.get(word.ear)
        self._views[word.ear] = self._view(word, before, up)
        if self._said is not None:
            self._said = (self._said - {word.ear}) or None
        facts: list[Heard] = []
        if self._turn is not None and self._turn.off != off and self._turn.has(word.ear):
            facts += self._settle(word.order - 1)  # before what ends it
        facts += self._weigh(word, up, before)
        self._compare(word.order)
        return facts

    def _view(self, word: Heard, before: View | None, up: Mapping[str, Sensing]) -> View:
        if not was_found(word.what):
            error = word.error
        elif before is not None:
            error = before.rank[1]
        else:
            error = USUAL_ERROR.get(word.means, UNKNOWN_ERROR)
        lag = up[word.ear].lag if word.ear in up else 0
        return View(is_off(word.what), _rank_of(word, error), word, lag)

    def _weigh(self, word: Heard, up: Mapping[str, Sensing], before: View | None) -> list[Heard]:
        """Is it the turn that is open, a new one, or nothing new?"""
        off = is_off(word.what)
        if off == self._off:
            if before is not None and before.off == off and not was_found(word.what):
                return [word]  # an ear that says it twice: the line machine knows what to say of that
            self._confirm(word, before)
            return []
        if self._turn is None:
            if self._confirm(word, before):
                return []
            self._turn = Turn(off, (word,))
        elif self._turn.off == off and self._turn.is_about(word):
            self._turn = replace(self._turn, words=(*self._turn.words, word))
        elif self._turn.off == off and self._turn.patience:
            self._turn = Turn(off, (word,))  # what was denied until now did not happen, this does
        else:
            return []
        return [] if self._awaits(self._turn, up) else self._settle(word.order)

    def _confirm(self, word: Heard, before: View | None) -> bool:
        """Whether an ear says late what was told by another; not when it has said the contrary since (`before`)."""
        off = is_off(word.what)
        since = before.word.order if before is not None and before.off != off else 0
        for turn in self._turns:
            if turn.off == off and turn.words[0].order >= since and turn.is_about(word):
                told = replace(turn, words=(*turn.words, word))
                self._turns = tuple(told if each is turn else each for each in self._turns)
                return True
        return False

    def _awaits(self, turn: Turn, up: Mapping[str, Sensing]) -> bool:
        """Whether an ear is up that could tell the turn more exactly, and has not."""
        against = [view.rank for view in self._views.values() if view.off != turn.off]
        silent = any(senses.hook and ear not in self._views for ear, senses in up.items())
        if was_found(turn.best.what):  # any other may have seen it happen
            return turn.off or silent or bool(against)
        return silent or any(each < self._rank(turn) for each in against)

    def _settle(self, moment: int) -> list[Heard]:
        """The open turn is told, or refused (rule 2); `moment`: now (ns)."""
        turn, self._turn = self._turn, None
        assert turn is not None
        if self._refused(turn):
            return [_denied(turn)] if turn.off and not was_found(turn.best.what) else []
        self._off = turn.off
        self._turns = (*self._turns, turn)[-TURNS_KEPT:]
        self._compare(turn.best.order)
        return [turn.told(moment)]

    def _settle_or_wait(self, turn: Turn, moment: int) -> list[Heard]:
        """Its time has come; but an ear that denies it is to be there for its whole lag."""
        lag = max((view.lag for view in self._deny(turn)), default=0)
        if lag > turn.patience:
            self._turn = replace(turn, patience=lag)
            return []
        return self._settle(moment)

    def _refused(self, turn: Turn) -> bool:
        return bool(self._deny(turn))

    def _deny(self, turn: Turn) -> list[View]:
        """The exacter views of the contrary."""
        return [
            view for view in self._views.values() if view.off != turn.off and view.rank < self._rank(turn)
        ]

    def _rank(self, turn: Turn) -> Rank:
        """Of the exactest ear that told it (and may have gone since)."""
        views = [(word, self._views.get(word.ear)) for word in turn.words]
        return min(view.rank if view else _rank_of(word, _error(word)) for word, view in views)

    def gone(self, ear: str, order: int, still_sensed: bool) -> list[Heard]:
        """An ear went away, began anew, or cannot tell for a while: what it said stands, what it would say is not known.

        With the last ear that senses the hook (`still_sensed`) nobody knows how the line is: the next word tells it anew.
        """
        facts = self._settle(order - 1) if self._turn is not None and not still_sensed else []
        self._views.pop(ear, None)
        if not still_sensed:
            self._off, self._turns = None, ()
        self._compare(order)
        return facts

    # -- time passes

    def _compare(self, order: int) -> None:
        views = self._views.values()
        exactest = min(views, key=lambda view: view.rank, default=None)
        contrary = exactest is not None and exactest.off != self._off and self._off is not None
        self._contrary = (order if self._contrary is None else self._contrary) if contrary else None
        differ = len({view.off for view in views}) > 1
        self._differ = (order if self._differ is None else self._differ) if differ else None

    def held_from(self) -> int | None:
        """Nothing at or after this moment (ns) is final yet."""
        return None if self._turn is None else self._turn.words[0].order

    def next_moment(self) -> int | None:
        """When something is certain by itself (ns)."""
        return min((moment for moment in self._moments() if moment is not None), default=None)

    def _moments(self) -> Iterable[int | None]:
        yield None if self._turn is None else self._turn.settled
        yield None if self._contrary is None or self._turn is not None else self._contrary + ADOPTED_AFTER
        yield None if self._differ is None or self._said is not None else self._differ + DISAGREE_AFTER

    def pass_to(self, before: int) -> list[Heard]:
        """What is certain when every word before `before` (ns) was heard."""
        facts: list[Heard] = []
        while (moment := self.next_moment()) is not None and moment < before:
            if self._turn is not None and self._turn.settled == moment:
                facts += self._settle_or_wait(self._turn, moment)
            elif self._contrary is not None and self._contrary + ADOPTED_AFTER == moment:
                facts.append(self._adopt(moment))
            else:
                facts.append(self._disagree(moment))
        return facts

    def _adopt(self, moment: int) -> Heard:
        """Rule 3."""
        view = min(self._views.values(), key=lambda view: view.rank)
        self._off, self._contrary = view.off, None
        return found_at(view.word, moment)

    def _disagree(self, moment: int) -> Heard:
        """Rule 4."""
        self._said = frozenset(self._views)
        views = sorted(self._views.items())
        said = ", ".join(f"{ear} {'off-hook' if view.off else 'on-hook'}" for ear, view in views)
        what = views[0][1].word.what
        at = what.at.plus(moment - what.at.mono)
        return heard("", Anomaly(what.line, at, "ears_disagree", f"hook: {said}"), moment)

    def as_it_stands(self) -> list[Heard]:
        """What is told if nobody says more."""
        turn = self._turn
        return [] if turn is None or self._refused(turn) else [turn.told(turn.settled)]
