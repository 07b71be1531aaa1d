"""A line with several ears, for tests: what truly happens on it in, what each ear says of it, and when, out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from device.signals import (
    CallerId,
    CallerIdHeard,
    DigitDialled,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    Sensing,
    seconds,
)
from firmware_app.calls.call import Call, CallChanged, CallClosed, CallEvent, CallOpened
from firmware_app.calls.heard_line import HeardLine
from tests.line_signals import LINE, NUMBER
from tests.support import at

END = 100_000.0


@dataclass(frozen=True)
class Ear:
    """How one ear tells what it senses. Errors in seconds; None: it does not tell that."""

    name: str
    sensing: Sensing
    edges: float | None = None
    words: float | None = None
    hook: float | None = None
    hook_by: Means = Means.HOOK_PIN
    digits: float | None = None
    caller_id: Means | None = None
    checked: bool = False


GPIO = Ear("gpio", Sensing(ring_edges=True, hook=True, lag=seconds(0.9)), edges=0.002, hook=0.01)
MODEM = Ear(
    "modem",
    Sensing(hook=True, caller_id=True, lag=seconds(1.25)),
    words=0.9,
    hook=0.25,
    hook_by=Means.LINE_VOLTAGE,
    caller_id=Means.MODEM,
)
TAP = Ear(
    "tap",
    Sensing(ring_edges=True, digits=True, caller_id=True, lag=seconds(2.0)),
    edges=0.05,
    digits=0.01,
    caller_id=Means.SOUND,
    checked=True,
)
EARS = (GPIO, MODEM, TAP)


@dataclass(frozen=True)
class Truth:
    """One thing that truly happens: ring, end, number, off, on, digit, lost:EAR, back:EAR."""

    at: float
    what: str
    value: str = ""


@dataclass(frozen=True)
class Said:
    """A signal, and when the loop hears of it (s)."""

    arrives: float
    ear: str
    signal: LineSignal


# -- what happens


def missed(t: float, bursts: int) -> list[Truth]:
    return [*_rings(t, bursts), Truth(t + 2.5, "number", NUMBER)]


def _rings(t: float, bursts: int) -> list[Truth]:
    starts = [t + 5.0 * nr for nr in range(bursts)]
    return [each for start in starts for each in (Truth(start, "ring"), Truth(start + 1.0, "end"))]


def answered(t: float, bursts: int, after: float, talk: float) -> list[Truth]:
    """Lifted `after` s after the start of the last burst, which the exchange then cuts."""
    lifted = t + 5.0 * (bursts - 1) + after
    rings = [replace(each, at=min(each.at, lifted + 0.1)) for each in _rings(t, bursts)]
    number = [Truth(t + 2.5, "number", NUMBER)] if lifted > t + 3.0 else []
    return [*rings, *number, Truth(lifted, "off"), Truth(lifted + talk, "on")]


def dialled(t: float, digits: str, talk: float) -> list[Truth]:
    tones = [Truth(t + 2.0 + 0.2 * nr, "digit", digit) for nr, digit in enumerate(digits)]
    return [Truth(t, "off"), *tones, Truth(t + 2.0 + 0.2 * len(digits) + talk, "on")]


# -- what the ears say of it


@dataclass(frozen=True)
class Word:
    """A signal of one ear, and when the loop hears of it at the latest (s)."""

    ear: str
    signal: LineSignal
    latest: float

    @property
    def stamp(self) -> float:
        return self.signal.at.mono / 1e9


def speak(truth: Sequence[Truth], ears: Sequence[Ear], chance: random.Random) -> list[Word]:
    """All ears' words of what happens, each stamped within its errors."""
    return [word for ear in ears for word in _of_ear(truth, ear, chance)]


def arriving(words: Sequence[Word], chance: random.Random | None = None) -> list[Said]:
    """In the order of arrival: at once, or each at some moment within its ear's lag. What an ear says of itself it says at once."""
    told = []
    for word in words:
        share = chance.choice((0.0, 0.3, 0.7, 0.999, 1.0)) if chance else 0.0
        place = {LineRestored: 0, LineLost: 2}.get(type(word.signal), 1)
        tie = chance.random() if chance else 0.5
        arrives = word.stamp + share * (word.latest - word.stamp)
        told.append((arrives, place, tie, word.ear, repr(word.signal), word))
    return [Said(each[0], each[-1].ear, each[-1].signal) for each in sorted(told, key=lambda each: each[:5])]


def _of_ear(truth: Sequence[Truth], ear: Ear, chance: random.Random) -> list[Word]:
    up, off, words = True, False, _back(1.0, ear, False)
    for each in sorted(truth, key=lambda each: each.at):
        off = {"off": True, "on": False}.get(each.what, off)
        if each.what == f"lost:{ear.name}" and up:
            up = False
            words = [
                replace(word, latest=min(word.latest, each.at)) for word in words if word.stamp <= each.at
            ]
            words.append(Word(ear.name, LineLost(LINE, at(each.at), "unplugged"), each.at))
        elif each.what == f"back:{ear.name}" and not up:
            up = True
            words += _back(each.at, ear, off)
        elif up:
            words += _words(each, ear, chance)
    return words


def _back(t: float, ear: Ear, off: bool) -> list[Word]:
    back = [Word(ear.name, LineRestored(LINE, at(t), ear.sensing), t)]
    if ear.hook is not None:
        found = OffHook if off else OnHook
        latest = t + ear.sensing.lag / 1e9
        back.append(Word(ear.name, found(LINE, at(t), found=True, means=ear.hook_by), latest))
    return back


def _words(each: Truth, ear: Ear, chance: random.Random) -> list[Word]:
    error = _error(each.what, ear)
    if error is None:
        return []
    stamp = round(each.at + chance.uniform(-error, error), 4)
    return [Word(ear.name, _signal(each, ear, stamp, error), stamp + ear.sensing.lag / 1e9)]


def _error(what: str, ear: Ear) -> float | None:
    match what:
        case "ring":
            return ear.edges if ear.edges is not None else ear.words
        case "end":
            return ear.edges
        case "off" | "on":
            return ear.hook
        case "digit":
            return ear.digits
        case "number":
            return None if ear.caller_id is None else 0.4
    return None


def _signal(each: Truth, ear: Ear, t: float, error: float) -> LineSignal:
    by = Means.RING_PIN if ear.name == "gpio" else Means.SOUND
    match each.what:
        case "ring" if ear.edges is None:
            return RingWord(LINE, at(t), seconds(error), Means.MODEM)
        case "ring":
            return RingStarted(LINE, at(t), seconds(error), by)
        case "end":
            return RingEnded(LINE, at(t), seconds(error), by)
        case "off":
            return OffHook(LINE, at(t), seconds(error), means=ear.hook_by)
        case "on":
            return OnHook(LINE, at(t), seconds(error), means=ear.hook_by)
        case "digit":
            return DigitDialled(LINE, at(t), each.value, seconds(error), by)
    number = CallerId(number=each.value)
    return CallerIdHeard(LINE, at(t), number, ear.checked, ear.caller_id)


# -- a loop that hears them


class Loop:
    """A HeardLine, and all that it told: a consistent story, or it fails."""

    def __init__(
        self, ears: Iterable[str] = ("gpio", "modem", "tap"), machine: HeardLine | None = None
    ) -> None:
        self.line = machine or HeardLine(LINE, "boot", tuple(ears))
        self.events: list[CallEvent] = []
        self.open: Call | None = None
        self._keys: set[str] = set()

    def told(self, events: list[CallEvent]) -> list[CallEvent]:
        for event in events:
            match event:
                case CallOpened(call=call):
                    assert call.key not in self._keys
                    self._keys.add(call.key)
                    aside = self.open is not None  # a second caller: closed by the very next event
                    self.open = self.open or call
                    assert not aside or events[events.index(event) + 1].call.key == call.key  # type: ignore[union-attr]
                case CallChanged(call=call):
                    assert self.open is not None
                    assert self.open.key == call.key
                    self.open = call
                case CallClosed(call=call) if self.open is not None and call.key == self.open.key:
                    self.open = None
                    assert call.ended is not None
                case CallClosed(call=call):
                    assert call.key in self._keys
                case _:
                    pass
        self.events += events
        assert self.line.call == self.open
        return events

    def wake(self, until: float) -> list[CallEvent]:
        """At each deadline, as a good loop does."""
        events: list[CallEvent] = []
        while (due := self.line.next_deadline()) is not None and due <= seconds(until):
            events += self.told(self.line.expire(Instant(due, at(0).wall + due)))
            assert (self.line.next_deadline() or due + 1) > due
        return events

    def hear(self, words: Iterable[Said], until: float | None = None) -> list[CallEvent]:
        events: list[CallEvent] = []
        for word in words:
            events += self.wake(word.arrives)
            events += self.told(self.line.handle(word.signal, word.ear))
        return events + (self.wake(until) if until is not None else [])

    def hear_badly(self, words: Iterable[Said], chance: random.Random) -> None:
        """Woken now and then, never at a deadline."""
        for word in words:
            if chance.random() < 0.4:
                self.told(self.line.expire(at(word.arrives)))
            self.told(self.line.handle(word.signal, word.ear))
        self.told(self.line.expire(at(END)))

    @property
    def closed(self) -> list[Call]:
        return [event.call for event in self.events if isinstance(event, CallClosed)]

    def of(self, kind: str) -> list[str]:
        """The details of the anomalies of this kind."""
        return [event.detail for event in self.events if getattr(event, "kind", None) == kind]  # type: ignore[union-attr]

    @property
    def record(self) -> tuple[list[str], Counter[str]]:
        """What the ledger keeps, keys left out: closed calls in their order; troubles and anomalies."""
        calls = [event for event in self.events if isinstance(event, CallClosed)]
        others = [e for e in self.events if not isinstance(e, CallOpened | CallChanged | CallClosed)]
        return [repr(replace(e, call=replace(e.call, key=""))) for e in calls], Counter(map(repr, others))
