"""The signals of all ears of one line in, call events out: one record, whichever ear spoke first. Pure, it never raises.

Each ear may tell a fact as late as its lag after it happened. So the words wait, in the order of their stamps, until no
live ear can say anything earlier (the horizon: now less the largest lag); then `ear_facts` makes facts of them and the
line machine takes those, in order. Closed calls, troubles and anomalies come from there alone.

Rule 1: the record depends on the words and their stamps, never on the order of their arrival, nor on when anybody asks.
Rule 2: what is going on is shown at the first ear's word: a copy of the machine takes what still waits as if nothing more
came, and the open call is told as it then looks. A call is opened once, and keeps the key it was told with.
Rule 3: a second call that begins before the first one's close is settled is told right after that close.
Rule 4: an ear that is away makes nobody wait. What it told before counts.
Rule 5: where a word on its way may show that there is no call, it is told only when settled: right after an ear came or
went, while the line is off-hook without a call, and an outbound call, unless one live ear alone senses the hook.
Rule 6: an ear that tells later than its lag is heard as if it spoke of the horizon, and that is said once; not of one that
may have been in time, as far as its error goes.
"""

from __future__ import annotations

import copy
from bisect import insort
from collections.abc import Sequence
from dataclasses import replace

from device.signals import (
    MILLISECOND,
    Damaged,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    SensingChanged,
    Unrecognised,
    seconds,
)
from firmware_app.calls.call import (
    Anomaly,
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Direction,
    Disposition,
    Doubt,
    FarEnd,
    Trouble,
)
from firmware_app.calls.ear_facts import EarFacts
from firmware_app.calls.ear_words import Heard, heard
from firmware_app.calls.hook_views import LIFT_DENIED
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_machine import LineMachine
from firmware_app.calls.told_calls import ToldCalls

LEAST_LAG = 250 * MILLISECOND  # also while no ear is up: two that come up at once are heard in their order
UNSTEADY = seconds(5.0)  # so long after an ear came it may still tell what it found
MOST_WAITING = 256  # words; more is a storm of noise, settled early
MOST_SHOWN = (
    64  # words; while more wait, nothing new is shown: a babbling ear must not keep the loop from other lines
)
AT_REST = (LineState.STARTING, LineState.IDLE, LineState.LOST)


class HeardLine:
    """One line with several ears. `boot` goes into the key of each call; `ears`: their names, in the order of the wiring."""

    def __init__(self, line: str, boot: str, ears: Sequence[str]) -> None:
        self._name = line
        self._machine = LineMachine(line, boot)  # has taken all facts before `_bound`
        self._known = EarFacts(ears)  # has taken all words before `_horizon`
        self._told = ToldCalls(boot)
        self._open: dict[str, Call] = {}  # of the machine, by its key, as it was while open
        self._words: list[Heard] = []  # from the horizon on, in order
        self._facts: list[Heard] = []  # from the bound on, in order
        self._lags: dict[str, int] = {}  # of the live ears
        self._hooks: dict[str, bool] = {}  # whether they sense the hook
        self._late: set[str] = set()
        self._now = self._horizon = self._bound = 0
        self._steady = 0  # rule 5
        self._storm = False

    # -- as LineMachine

    @property
    def line(self) -> str:
        return self._name

    @property
    def call(self) -> Call | None:
        """The open call, as it was told."""
        return self._told.call

    @property
    def state(self) -> LineState:
        call = self._told.call
        if call is None:
            return self._machine.state
        if call.direction is Direction.OUTBOUND:
            return LineState.OUTBOUND
        return LineState.RINGING if call.answered is None else LineState.TALKING

    @property
    def since(self) -> Instant | None:
        """When the state began; None before anything was heard."""
        call = self._told.call
        return self._machine.since if call is None else call.answered or call.started

    @property
    def troubles(self) -> tuple[tuple[Trouble, Instant], ...]:
        """What is wrong with the line now, with the moment it began, oldest first."""
        return self._machine.troubles

    def handle(self, signal: LineSignal, ear: str = "") -> list[CallEvent]:
        """Take one signal of `ear`; returns what it changed, and what is settled since. Never raises."""
        word = heard(ear, signal, self._horizon)
        late = word.mono + word.error < self._horizon
        insort(self._words, word, key=lambda each: each.key)
        self._now = max(self._now, signal.at.mono)
        self._ear_is(signal, ear)
        events = [*self._settle(), *self._too_late(signal, ear, late)]
        if not isinstance(signal, Unrecognised | Damaged) and len(self._words) <= MOST_SHOWN:
            events += self._show(signal.at)
        return events

    def next_deadline(self) -> int | None:
        """Monotonic ns at which to call `expire`; None while nothing is awaited."""
        due = [self._known.next_moment(), self._machine.next_deadline()]
        due += [words[0].order for words in (self._words, self._facts) if words]
        awaited = [moment + self._lag + 1 for moment in due if moment is not None]
        return min((moment for moment in awaited if moment > self._now), default=None)

    def expire(self, now: Instant) -> list[CallEvent]:
        """Do what is settled at `now`. Calling it late, often or early changes no record."""
        self._now = max(self._now, now.mono)
        events = self._settle()
        if events or (self._told.call is None) != (self._machine.call is None):
            events += self._show(now)
        return events

    def resume(self, call: Call, at: Instant) -> list[CallEvent]:
        """Take up an open call of before a restart: in time it goes on ringing, else it is closed."""
        if self._told.call is not None or call.ended is not None:
            return []
        self._now = max(self._now, at.mono)
        self._told.take_up(call)
        self._open[call.key] = call
        told = self._machine.resume(call, at)
        return [*self._from_machine(told), *(event for event in told if isinstance(event, CallChanged))]

    def still_talking(self, at: Instant) -> list[CallEvent]:
        """A person said yes: the question, or the fault it became, ends and both clocks start again."""
        events = self.expire(at)
        return [*events, *self._machine.still_talking(at.plus(self._bound - 1 - at.mono))]

    # -- what waits, and for how long

    @property
    def _lag(self) -> int:
        return max(LEAST_LAG, *self._lags.values()) if self._lags else LEAST_LAG

    def _ear_is(self, signal: LineSignal, ear: str) -> None:
        """Which ears are live, at once: whoever told that it went tells nothing more."""
        if isinstance(signal, LineRestored | SensingChanged):
            self._lags[ear], self._hooks[ear] = signal.sensing.lag, signal.sensing.hook
        elif isinstance(signal, LineLost):
            self._lags.pop(ear, None)
            self._hooks.pop(ear, None)
        if isinstance(signal, LineRestored | LineLost):
            self._steady = max(self._steady, signal.at.mono + UNSTEADY)
            self._late.discard(ear)

    def _too_late(self, signal: LineSignal, ear: str, late: bool) -> list[CallEvent]:
        if not late or ear in self._late:
            return []
        self._late.add(ear)
        return [Anomaly(self._name, signal.at, "told_late", ear)]

    def _settle(self) -> list[CallEvent]:
        """Take all that no earlier word can change any more."""
        events = self._move_horizon()
        while self._words and self._words[0].order < self._horizon:
            self._gather(self._known.take(self._words.pop(0)))
        self._gather(self._known.pass_to(self._horizon))
        held = self._known.held_from()
        self._bound = self._horizon if held is None else min(held, self._horizon)
        while self._facts and self._facts[0].order < self._bound:
            events += self._from_machine(take_fact(self._machine, self._facts.pop(0)))
        return [*events, *self._from_machine(self._machine.expire(Instant(self._bound - 1, 0)))]

    def _move_horizon(self) -> list[CallEvent]:
        self._horizon = max(self._horizon, self._now - self._lag)
        if len(self._words) <= MOST_WAITING:
            self._storm = self._storm and bool(self._words)
            return []
        middle = self._words[MOST_WAITING // 2]
        self._horizon = max(self._horizon, middle.order + 1)
        if self._storm:
            return []
        self._storm = True
        return [Anomaly(self._name, middle.what.at, "too_many_signals", middle.ear)]

    def _gather(self, facts: list[Heard]) -> None:
        for fact in facts:
            insort(self._facts, fact, key=lambda each: each.key)

    def _from_machine(self, events: list[CallEvent]) -> list[CallEvent]:
        """What is settled, as it is to be told: calls that are not closed are told by `_show`."""
        told: list[CallEvent] = []
        for event in events:
            match event:
                case CallOpened(call=call) | CallChanged(call=call):
                    self._open[call.key] = call
                case CallClosed(call=call, at=at):
                    told += self._closed(call, at)
                case _:
                    told.append(event)
        return told

    def _closed(self, call: Call, at: Instant) -> list[CallEvent]:
        opened = self._open.pop(call.key, call)
        if self._open:  # another goes on: this was a second caller
            return self._told.aside(opened, call, at)
        first = [] if self._told.call is not None else self._told.shows(opened, at)
        return [*first, *self._told.closed(call, at)]

    # -- what is going on

    def _show(self, at: Instant) -> list[CallEvent]:
        """Tell the open call as it looks, if nothing more were said."""
        waits = bool(self._words or self._facts) or self._known.held_from() is not None
        first = self._first_call() if waits else self._machine.call
        if first is not None and (self._told.call is not None or self._may_open(first)):
            return self._told.shows(first, at)
        if first is None and not waits and self._told.call is not None:
            return self._take_back(self._told.call, at)
        return []

    def _may_open(self, first: Call) -> bool:
        """Rule 5."""
        if self._machine.call is not None:
            return True
        sure = first.direction is Direction.INBOUND or sum(self._hooks.values()) == 1
        return sure and self._machine.state in AT_REST and self._now > self._steady

    def _first_call(self) -> Call | None:
        """The open call, or the first one to be told, by a copy of the machine that takes all that waits."""
        known, machine = self._known.copy(), copy.deepcopy(self._machine)
        facts = list(self._facts)
        for word in self._words:
            facts += known.take(word)
        facts += known.as_it_stands()
        first = self._machine.call
        for fact in sorted(facts, key=lambda each: each.key):
            for event in take_fact(machine, fact):
                if isinstance(event, CallOpened):
                    first = first or event.call  # another is a second caller
                elif first is not None and isinstance(event, CallChanged | CallClosed):
                    if event.call.key != first.key:
                        continue
                    if isinstance(event, CallClosed):
                        return first
                    first = event.call
        return first

    def _take_back(self, call: Call, at: Instant) -> list[CallEvent]:
        """What the first ear said was no call, as all the others have it: nobody knows what it was."""
        over = replace(call, ended=max(call.answered or call.started, call.last_edge or call.started))
        if call.direction is Direction.OUTBOUND:
            over = replace(over, far_end=FarEnd.UNKNOWN)
        else:
            over = replace(over, disposition=Disposition.UNKNOWN, doubt=Doubt.FOUND_OFF_HOOK)
            over = replace(over, answered=None, answered_by=None, answer_error=None)
        return [Anomaly(self._name, at, "call_not_confirmed"), *self._told.closed(over, at)]


def take_fact(machine: LineMachine, fact: Heard) -> list[CallEvent]:
    """`fact` told to `machine`, which need not wait: facts come to it in order, so nothing is told late any more."""
    match fact.what:
        case Anomaly(kind=kind, at=at):
            return [fact.what, *(machine.lift_denied(at) if kind == LIFT_DENIED else [])]
        case LineRestored(sensing=sensing) | SensingChanged(sensing=sensing):
            return machine.handle(replace(fact.what, sensing=replace(sensing, lag=0)))
        case _:
            return machine.handle(fact.what)
