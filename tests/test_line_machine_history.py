"""Any history of signals: one call at most, consistent records, and the same records however late the loop wakes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from device.signals import (
    Damaged,
    Flash,
    Instant,
    LineRestored,
    LineSignal,
    SensingChanged,
    Sound,
    Unrecognised,
    seconds,
)
from firmware_app.calls.call import (
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Direction,
    Disposition,
    FarEnd,
    TroubleBegan,
    TroubleEnded,
)
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_machine import LineMachine
from tests.line_signals import (
    ALL,
    BY_SOUND,
    CHIP,
    DIGITS,
    HOOK,
    LINE,
    MODEM,
    QUICK,
    TAP,
    caller_id,
    digit,
    ended,
    loop_lost,
    loop_restored,
    lost,
    off,
    on,
    restored,
    reversal,
    sensing,
    sound,
    started,
    word,
)
from tests.support import at

Said = Callable[[float], LineSignal]
KINDS: tuple[Said, ...] = (
    started,
    ended,
    word,
    lambda t: caller_id(t),
    lambda t: caller_id(t, None, "张"),
    lambda t: caller_id(t, "15400009999"),
    lambda t: off(t, error=0.2),
    lambda t: off(t, found=True),
    on,
    lambda t: on(t, found=True),
    digit,
    lost,
    lambda t: restored(t, HOOK),
    lambda t: restored(t, DIGITS),
    lambda t: restored(t, MODEM),
    lambda t: restored(t, TAP),
    lambda t: restored(t, CHIP),
    lambda t: restored(t, QUICK),
    lambda t: sensing(t, ALL),
    lambda t: sensing(t, QUICK, "tap: gone"),
    lambda t: sensing(t, TAP, "gpio: gone"),
    lambda t: sensing(t, MODEM, "gpio: gone; tap: gone"),
    lambda t: sensing(t, BY_SOUND),
    lambda t: reversal(t, 0.01),
    *(lambda t, what=what: sound(t, what, 0.3) for what in Sound),
    loop_lost,
    loop_restored,
    lambda t: Flash(LINE, at(t)),
    lambda t: Unrecognised(LINE, at(t), b"?"),
    lambda t: Damaged(LINE, at(t), "checksum", b""),
)
USUAL: tuple[Said, ...] = (started, ended, on, lambda t: off(t, error=0.2), digit, reversal)
LIKELY: tuple[Said, ...] = KINDS + USUAL * 3

# Gaps straddle the constants: nominal burst, gap of ringing, lag, first ring, re-decision, loop loss, 30 s, 20 and 60 min.
# And those by ear: late caller ID 3 s, ten seconds of digits or of a lone tone, 30 s of one second caller, fax 40 s, silence 60 s.
AROUND = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 30.0, 40.0, 60.0, 1200.0, 3600.0)
GAPS = st.one_of(
    st.builds(
        lambda around, off_by: max(0.0, around + off_by),
        st.sampled_from(AROUND),
        st.sampled_from((-0.2, -0.001, 0.0, 0.0, 0.001, 0.2)),
    ),
    st.sampled_from((0.1, 0.4, 1.0, 4.0, 5.0)),
)


def check_closed(call: Call) -> None:
    """What holds of every closed call."""
    assert call.ended is not None
    assert call.started <= (call.answered or call.started) <= call.ended
    assert call.last_edge is None or call.started <= call.last_edge <= call.ended
    assert call.talk is None or call.talk == call.ended.since(call.answered or call.started)
    if call.direction is Direction.OUTBOUND:
        assert (call.disposition, call.ring_bursts, call.answered) == (None, 0, None)
        assert (call.far_end is FarEnd.ANSWERED) == (call.far_answered is not None)
        assert call.far_end is not None
    else:
        assert (call.digits, call.far_end, call.far_answered) == ("", None, None)
        answered = call.disposition in (Disposition.ANSWERED, Disposition.NON_VOICE)
        assert answered == (call.answered is not None) == (call.answer_error is not None)
    assert call.started <= (call.far_answered or call.started) <= call.ended
    assert (call.disposition is Disposition.UNKNOWN) == (call.doubt is not None)
    if call.disposition in (Disposition.NO_ANSWER, Disposition.ABANDONED):
        assert (call.disposition is Disposition.NO_ANSWER) == ((call.ringing or 0) >= seconds(5))


class LineHistory(RuleBasedStateMachine):
    """A line that says anything, in any order, with stamps a little before what was said last."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = LineMachine(LINE, "boot")
        self.now = 10.0
        self.opened: dict[str, Call] = {}
        self.closed: dict[str, Call] = {}

    @rule(gap=GAPS, kind=st.sampled_from(LIKELY), lag=st.sampled_from((0.0, 0.15, 0.8, 3.0)))
    def signal(self, gap: float, kind: Said, lag: float) -> None:
        self.now += gap
        self.take(self.machine.handle(kind(max(0.0, self.now - lag))))

    @rule(gap=GAPS)
    def time_passes(self, gap: float) -> None:
        self.now += gap
        self.take(self.machine.expire(at(self.now)))
        deadline = self.machine.next_deadline()
        assert deadline is None or deadline > seconds(self.now)

    @rule()
    def somebody_says_yes(self) -> None:
        self.take(self.machine.still_talking(at(self.now)))

    @rule(boot=st.sampled_from(("boot", "another")))
    def restart(self, boot: str) -> None:
        call, self.machine = self.machine.call, LineMachine(LINE, "boot")
        if call is not None and boot == "boot":
            self.take(self.machine.resume(call, at(self.now)))
        elif call is not None:
            self.take(LineMachine(LINE, boot).resume(call, at(self.now)))

    def take(self, events: list[CallEvent]) -> None:
        for event in events:
            match event:
                case CallOpened(call=call):
                    assert call.key not in self.opened
                    self.opened[call.key] = call
                case CallChanged(call=call):
                    assert call.key in self.opened.keys() - self.closed.keys()
                case CallClosed(call=call):
                    assert call.key in self.opened.keys() - self.closed.keys()
                    self.closed[call.key] = call
                    check_closed(call)
                case _:
                    pass

    @invariant()
    def at_most_one_call_is_open(self) -> None:
        still_open = self.opened.keys() - self.closed.keys()
        assert still_open == ({self.machine.call.key} if self.machine.call else set())

    @invariant()
    def the_state_fits_the_call(self) -> None:
        call, state = self.machine.call, self.machine.state
        in_call = state in (LineState.RINGING, LineState.TALKING, LineState.OUTBOUND)
        assert in_call == (call is not None)
        if call is not None:
            assert (state is LineState.OUTBOUND) == (call.direction is Direction.OUTBOUND)
            assert (state is LineState.TALKING) == (call.answered is not None)

    @invariant()
    def only_what_is_awaited_has_a_deadline(self) -> None:
        if self.machine.state is LineState.RINGING:
            assert self.machine.next_deadline() is not None


TestLineHistory = LineHistory.TestCase
TestLineHistory.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


# The same history, woken in time or late.

Told = list[tuple[float, LineSignal]]  # when the loop was told of it, and what


@st.composite
def histories(draw: st.DrawFn) -> Told:
    """Signals in order of arrival, each told up to the lag of the line's ears after it occurred, whatever that is by then."""
    ears = draw(st.sampled_from((HOOK, DIGITS, MODEM, TAP, CHIP, ALL, QUICK, BY_SOUND)))
    told: Told = [(1.0, restored(1.0, ears))]
    now = 1.0
    for _ in range(draw(st.integers(1, 14))):
        now = round(now + draw(GAPS), 6)
        share = draw(st.sampled_from((0.0, 0.0, 0.0, 0.12, 0.4, 0.8, 0.999)))
        late = min(now, share * ears.lag / 1e9)
        signal = draw(st.sampled_from(LIKELY))(round(now - late, 6))
        if isinstance(signal, LineRestored | SensingChanged):
            ears = signal.sensing
        told.append((now, signal))
    return told


def record(events: list[CallEvent]) -> tuple[list[Call], Counter[str]]:
    """What the ledger keeps: the closed calls in order, and troubles."""
    calls = [event.call for event in events if isinstance(event, CallClosed)]
    moments = Counter(
        repr(event) for event in events if isinstance(event, CallClosed | TroubleBegan | TroubleEnded)
    )
    return calls, moments


def in_time(told: Told) -> list[CallEvent]:
    """A loop that wakes at each deadline exactly."""
    machine, events = LineMachine(LINE, "boot"), []
    for now, signal in [*told, (100_000.0, None)]:
        while (deadline := machine.next_deadline()) is not None and deadline < seconds(now):
            events += machine.expire(Instant(deadline, 0))
        events += machine.handle(signal) if signal else machine.expire(at(now))
    return events


def late(told: Told, wakes: list[bool]) -> list[CallEvent]:
    """A loop that wakes only now and then, never at a deadline."""
    machine, events = LineMachine(LINE, "boot"), []
    for (now, signal), wake in zip(told, wakes, strict=False):
        if wake:
            events += machine.expire(at(now))
        events += machine.handle(signal)
    return events + machine.expire(at(100_000.0))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=histories(), wakes=st.lists(st.booleans(), min_size=15, max_size=15))
def test_late_ticks_never_change_the_record(told: Told, wakes: list[bool]) -> None:
    timely = record(in_time(told))
    assert record(late(told, wakes)) == timely
    assert record(late(told, [False] * 15)) == timely
    assert record(late(told, [True] * 15)) == timely


# Any order at all.


def random_signals(count: int, seed: int) -> Counter[str]:
    """Feed `count` random signals with wild stamps to one machine; counts what it told. Never raises."""
    chance = random.Random(seed)
    machine = LineMachine(LINE, "boot")
    told: Counter[str] = Counter()
    keys: set[str] = set()
    now = 0.0
    for _ in range(count):
        now += chance.choice((0.0, 0.1, 0.9, 1.0, 4.0, 5.0, 6.5, 31.0, 1300.0))
        signal = chance.choice(LIKELY)(max(0.0, now + chance.choice((0.0, 0.0, 0.2, -0.3, -5.0, -100.0))))
        events = machine.handle(signal)
        if chance.random() < 0.3:
            events += machine.expire(at(now))
        told.update(type(event).__name__ for event in events)
        for event in events:
            if isinstance(event, CallOpened):
                keys.add(event.call.key)
            if isinstance(event, CallClosed):
                check_closed(event.call)
    told["open"] = int(machine.call is not None)
    told["keys"] = len(keys)
    return told


def test_any_order_never_raises() -> None:
    told = random_signals(20_000, seed=7)
    assert told["CallOpened"] == told["CallClosed"] + told["open"] == told["keys"]
    assert (
        min(told[kind] for kind in ("CallOpened", "CallChanged", "Anomaly", "TroubleBegan", "TroubleEnded"))
        > 100
    )
