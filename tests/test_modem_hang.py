"""A modem that hangs while its line rings: nobody knows whether the call was answered, so nothing definite is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import ModemLine
from device.exchange.planned import FaultKind
from device.modem_watch import TOLD_LATE
from device.signals import Instant, LineLost, LineRestored, LineSignal, RingWord
from firmware_app.calls.call import CallClosed, Disposition
from firmware_app.calls.known_line import LAG
from firmware_app.calls.line_machine import LineMachine
from tests.modem_talk import Talk, conexant
from tests.scripted_modem import Listening
from tests.support import at

RING = b"\r\nRING\r\n"
FIRST = 10.0
STEP = 0.05
GUESSES = (Disposition.NO_ANSWER, Disposition.ABANDONED)


class Watched:
    """A conversation, and the line machine of its line that is told each word when it is heard."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.machine = LineMachine("L1", "boot")
        self.closed: list[CallClosed] = []
        self.lost: Instant | None = None

    def run(self, until: float) -> None:
        for step in range(1, round(until / STEP) + 1):
            signals: list[LineSignal] = list(self.talk.run(step * STEP))
            now = Instant(self.talk.now, self.talk.now)
            if self.talk.dialogue.failure is not None and self.lost is None:
                self.lost = self.talk.dialogue.lost_since(now)
                signals.append(LineLost("L1", self.lost, "hangs"))
            events = [event for signal in signals for event in self.machine.handle(signal)]
            events += self.machine.expire(at(step * STEP))
            self.closed += [event for event in events if isinstance(event, CallClosed)]


def hung(rings: list[float], hangs: float, lifted: float, rings_on: bool) -> Watched:
    """The modem answers nothing from `hangs` on; `rings_on`: but goes on saying RING."""
    answers = conexant(lambda now: 8.3 if lifted <= now < lifted + 30 else 48.6)
    talk = Talk(lambda command, now: None if now >= hangs else answers(command, now))
    for ring in rings:
        if ring < lifted and (rings_on or ring < hangs):
            talk.says(ring, RING)
    watched = Watched(talk)
    watched.run(60)
    return watched


@pytest.mark.parametrize("hangs", [FIRST + 0.1, 12.0, 15.05, 16.0, 19.9, 20.1, 21.0])
def test_answered_while_the_modem_hangs_is_unknown(hangs: float) -> None:
    watched = hung([10, 15, 20], hangs, lifted=22.0, rings_on=False)
    (closed,) = watched.closed
    assert closed.call.disposition is Disposition.UNKNOWN
    assert watched.lost is not None


@effort(max_examples=80, deadline=None)
@given(
    st.sampled_from([3.0, 5.0, 6.0]),  # from one burst to the next
    st.integers(0, 500),
    st.integers(1, 500),
    st.booleans(),
    st.integers(0, 900),
)
def test_no_moment_of_hanging_makes_an_answer_a_missed_call(
    cycle: float, hangs: int, after: int, rings_on: bool, jitter: int
) -> None:
    starts = [FIRST + cycle * n for n in range(12)]
    hang = FIRST + hangs / 20
    lifted = hang + after / 50
    watched = hung([start + jitter / 1000 for start in starts], hang, lifted, rings_on)
    heard = [call.call for call in watched.closed]
    assert not any(call.disposition in GUESSES for call in heard if call.answered is None)


def test_a_silent_modem_that_says_ring_is_heard_until_the_next_ring_is_overdue() -> None:
    watched = hung([10, 15, 20, 25, 30], 9.0, lifted=32.0, rings_on=True)
    (closed,) = watched.closed
    assert (closed.call.ring_bursts, closed.call.disposition) == (5, Disposition.UNKNOWN)


def test_a_modem_that_answers_while_it_rings_is_not_lost() -> None:
    talk = Talk(conexant())
    talk.latency = 700_000_000
    for ring in (10, 15, 20):
        talk.says(ring, RING)
    talk.run(60)
    assert talk.dialogue.failure is None


def test_lost_is_told_no_earlier_than_the_line_machine_waits() -> None:
    assert TOLD_LATE < LAG
    talk = Talk(conexant())
    talk.run(20)
    talk.answer = lambda command, now: None
    talk.run(50)
    now = Instant(talk.now, talk.now)
    assert talk.dialogue.lost_since(now) == now.plus(-TOLD_LATE)


@pytest.mark.slow
def test_a_virtual_modem_that_hangs_in_a_call_is_lost_before_the_call_is_closed(tmp_path: Path) -> None:
    port = tmp_path / "L1"
    machine = LineMachine("L1", "boot")
    closed: list[CallClosed] = []

    def until(heard: Listening, kind: type[LineSignal], take: Callable[[LineSignal], None]) -> None:
        known = len(heard.signals)
        heard.until(kind)
        for signal in heard.signals[known:]:
            take(signal)

    def take(signal: LineSignal) -> None:
        closed.extend(event for event in machine.handle(signal) if isinstance(event, CallClosed))

    with Exchange([ModemLine("L1", port)]) as exchange, Listening(port) as heard:
        until(heard, LineRestored, take)
        exchange.call("L1", "15400000006", answer_after=12, talk=10)
        until(heard, RingWord, take)
        until(heard, RingWord, take)
        exchange.fault("L1", FaultKind.HANG, lasts=30)
        until(heard, LineLost, take)
    assert [event.call.disposition for event in closed] == [Disposition.UNKNOWN]
