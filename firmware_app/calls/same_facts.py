"""Words of several ears about one happening in, the happening as the exactest of them told it out. Pure: stamps decide.

For what happens at a moment: ring bursts, digits, flashes, reversals, caller ID. What lasts is in `hook_views`.

Rule 1: two words of one ear are two happenings. Words of two ears are one when their errors (and a little more) overlap.
Rule 2: the exactest word stands. It is told when no exacter one can be on its way; what another ear says of it later is
known, and dropped.
Rule 3: caller ID is gathered through one silence of the ringing: the best word on each part stands, what only another ear
knows is added. When two ears name different callers, that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from device.signals import (
    MILLISECOND,
    CallerId,
    CallerIdHeard,
    DigitDialled,
    Flash,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    seconds,
)
from firmware_app.calls.call import Anomaly
from firmware_app.calls.ear_words import Heard, exactness, heard, wholeness

# How much more than their errors the stamps of two ears may differ. Bursts are 0.6 s apart at the least (UK double ring),
# digits 80 ms (40 ms of tone and 40 of pause).
SLACK: Mapping[type, int] = {
    RingStarted: 300 * MILLISECOND,
    RingEnded: 300 * MILLISECOND,
    DigitDialled: 40 * MILLISECOND,
    Flash: 500 * MILLISECOND,
    PolarityReversed: 300 * MILLISECOND,
}
SHORTEST_DIGIT = 80 * MILLISECOND
WORD_AFTER = seconds(1.0)  # a modem says RING when the burst is over, or in the midst of it
# A modem prints caller ID up to 3 s after the sound tap has read it (LINE 2: it lies within one silence of 4 s).
CALLER_ID_TOGETHER = seconds(3.0)
REMEMBERED = seconds(5.0)  # so long a happening that was told is known again
MOST = 200  # open happenings; more is a storm
MOST_CALLER_IDS = 20  # words on one caller; of more, the best are kept


@dataclass(frozen=True, slots=True)
class Happening:
    """What the ears have said of one thing."""

    family: type
    first: int  # order of the first word
    best: Heard
    by: frozenset[tuple[str, type]]
    words: tuple[Heard, ...] = ()  # of caller ID, all of them
    told: bool = False

    @property
    def settled(self) -> int:
        """Until then (ns) an exacter word may come."""
        if self.family is CallerIdHeard:
            return self.first + CALLER_ID_TOGETHER
        return self.best.order + 2 * self.best.error + SLACK[self.family]


def family(word: Heard) -> type:
    """Words of one family may be about one thing."""
    return RingStarted if isinstance(word.what, RingWord) else type(word.what)


def together(happening: Happening, word: Heard) -> bool:
    """Whether `word` is about this `happening`."""
    if happening.family is not family(word):
        return False
    if happening.family is CallerIdHeard:
        return not happening.told and word.order <= happening.settled
    if (word.ear, type(word.what)) in happening.by:
        return False
    earliest, latest = _reach(happening.best, word)
    return earliest <= word.mono - happening.best.mono <= latest


def _reach(known: Heard, word: Heard) -> tuple[int, int]:
    """From when to when, seen from `known`, `word` may be stamped and be about the same."""
    reach = known.error + word.error + SLACK[family(word)]
    after = before = reach
    if isinstance(word.what, RingWord):  # said late in the burst, or after it
        after = max(reach, WORD_AFTER + known.error + SLACK[RingStarted])
    if isinstance(known.what, RingWord):
        before = max(reach, WORD_AFTER + word.error + SLACK[RingStarted])
    if isinstance(word.what, DigitDialled) and not _same_digit(known, word) and reach > SHORTEST_DIGIT:
        return 1, 0  # so far apart another digit is another digit
    return -before, after


def _same_digit(known: Heard, word: Heard) -> bool:
    return getattr(known.what, "digit", None) == getattr(word.what, "digit", None)


class SameFacts:
    """The happenings of one line that are not settled, and those just told."""

    def __init__(self, happenings: tuple[Happening, ...] = ()) -> None:
        self._happenings = happenings  # in the order of their first words

    def copy(self) -> SameFacts:
        return SameFacts(self._happenings)

    def take(self, word: Heard) -> list[Heard]:
        """A word, in order; gives what is certain now."""
        known = [each for each in self._happenings if together(each, word)]
        if not known:
            by = frozenset({(word.ear, type(word.what))})
            new = Happening(family(word), word.order, word, by, (word,))
            self._happenings = (*self._happenings, new)
            return self._tell(len(self._happenings) > MOST)
        # The same digit first: two ears may each have missed one.
        chosen = min(known, key=lambda each: (not _same_digit(each.best, word), each.first, each.best.key))
        self._replace(chosen, _joined(chosen, word))
        return [] if _same_digit(chosen.best, word) else [_differ(chosen.best, word, "digit")]

    def _replace(self, old: Happening, new: Happening) -> None:
        self._happenings = tuple(new if each is old else each for each in self._happenings)

    def _tell(self, storm: bool) -> list[Heard]:
        if not storm:
            return []
        oldest, self._happenings = self._happenings[0], self._happenings[1:]
        return [] if oldest.told else told(oldest)

    def held_from(self) -> int | None:
        """Nothing at or after this moment (ns) is final yet."""
        return min((each.first for each in self._happenings if not each.told), default=None)

    def next_moment(self) -> int | None:
        """When something is certain by itself (ns)."""
        return min((each.settled for each in self._happenings if not each.told), default=None)

    def pass_to(self, before: int) -> list[Heard]:
        """What is certain when every word before `before` (ns) was heard."""
        certain = [each for each in self._happenings if not each.told and each.settled < before]
        self._happenings = tuple(
            replace(each, told=True) if each in certain else each
            for each in self._happenings
            if each not in certain or each.family is not CallerIdHeard
            if not each.told or each.first + REMEMBERED + each.best.error >= before
        )
        return [fact for each in certain for fact in told(each)]

    def as_it_stands(self) -> list[Heard]:
        """What is told if nobody says more."""
        return [fact for each in self._happenings if not each.told for fact in told(each)]


def _joined(happening: Happening, word: Heard) -> Happening:
    by = happening.by | {(word.ear, type(word.what))}
    if happening.told:
        return replace(happening, by=by)
    words = sorted((*happening.words, word), key=wholeness)[:MOST_CALLER_IDS]
    of_caller = tuple(words) if happening.family is CallerIdHeard else ()
    return replace(happening, by=by, words=of_caller, best=min(happening.best, word, key=exactness))


def told(happening: Happening) -> list[Heard]:
    """What is made of the words about one thing."""
    if happening.family is not CallerIdHeard:
        return [happening.best]
    words = sorted(happening.words, key=wholeness)
    best = words[0]
    first = best.what
    assert isinstance(first, CallerIdHeard)
    known = CallerId()
    differing: Heard | None = None
    for word in words:
        said = word.what.caller_id if isinstance(word.what, CallerIdHeard) else CallerId()
        known = known.merged(said)
        if said.number and said.number != known.number:
            differing = differing or word
    fact = best.saying(replace(first, caller_id=known))
    return [fact] if differing is None else [fact, _differ(best, differing, "caller ID")]


def _differ(better: Heard, other: Heard, of: str) -> Heard:
    """Which ears say different things; never what they say."""
    later = max(better, other, key=lambda word: word.order)
    kind, detail = "ears_disagree", f"{of}: {better.ear}, {other.ear}"
    if better.ear == other.ear:  # of caller ID: two callers in one silence
        kind, detail = "caller_id_differs", ""
    what = Anomaly(later.what.line, later.what.at, kind, detail)
    return heard(later.ear, what, later.order)
