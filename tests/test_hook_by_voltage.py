"""The hook by voltage through a whole conversation in simulated time: every exchange, every moment, readings of bursts that mean nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from device.signals import (
    Flash,
    LoopLost,
    OffHook,
    OnHook,
    PolarityReversed,
    RingWord,
    Sensing,
    seconds,
)
from tests.modem_talk import ERROR, OK, Talk, conexant, plain

RING = b"\r\nRING\r\n"
FIRST = 10.0
LATE = Sensing().lag


class Line:
    """Rings from FIRST on, 1 s of each 5, until somebody lifts; a burst reads `swing` by its number and by chance."""

    def __init__(
        self,
        idle: float = 48.6,
        low: float = 8.3,
        *,
        rings: int = 0,
        latency: float = 0.25,
        lifted: float = 1e9,
        put_down: float = 1e9,
        swing: float | None = None,
        seed: int = 0,
    ) -> None:
        self.idle, self.low, self.lifted, self.put_down, self.swing = idle, low, lifted, put_down, swing
        self.bursts = [FIRST + 5 * n for n in range(rings) if FIRST + 5 * n < lifted]
        self.chance = random.Random(seed)
        self.talk = Talk(conexant(self.volts))
        for burst in self.bursts:
            if burst + latency < lifted:
                self.talk.says(burst + latency, RING)

    def volts(self, now: float) -> float:
        if self.lifted <= now < self.put_down:
            return max(0.0, self.low + self.chance.uniform(-0.4, 0.4))
        if any(burst <= now < burst + 1 for burst in self.bursts):
            return self.chance.uniform(0, 99) if self.swing is None else self.swing
        return self.idle + self.chance.uniform(-0.5, 0.5)

    def hook(self, until: float) -> list[OffHook | OnHook]:
        told = self.talk.run(until)
        assert not [s for s in told if isinstance(s, LoopLost | Flash | PolarityReversed)]
        return [s for s in self.talk.signals if isinstance(s, OffHook | OnHook) and not s.found]


# A converter may hang at any value while it rings; also at just that of a lifted handset.
swings = st.none() | st.sampled_from([1.4, 3.2, 8.3, 12.9, 20.0, 45.0, 99.0])
latencies = st.sampled_from([0.05, 0.25, 0.6, 0.99])


@effort(max_examples=60, deadline=None)
@given(swings, latencies, st.integers(1, 4), st.integers(0, 999))
def test_no_reading_of_a_burst_lifts_a_handset_that_nobody_lifted(
    swing: float | None, latency: float, rings: int, seed: int
) -> None:
    line = Line(rings=rings, latency=latency, swing=swing, seed=seed)
    assert line.hook(FIRST + 5 * rings + 10) == []


@effort(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [
            (24.0, 6.0),
            (24.0, 3.5),
            (36.0, 12.0),
            (48.6, 5.1),
            (48.6, 8.3),
            (48.6, 29.0),
            (60.0, 14.0),
            (60.0, 36.0),
        ]
    ),
    st.integers(-100, 300),
    st.integers(150, 400),
    latencies,
    st.integers(0, 999),
)
def test_who_lifts_and_puts_down_at_any_moment_is_told_within_the_lag_and_the_error(
    battery: tuple[float, float], lifted: int, talk: int, latency: float, seed: int
) -> None:
    start = FIRST + lifted / 20
    line = Line(*battery, rings=4, latency=latency, lifted=start, put_down=start + talk / 50, seed=seed)
    told = line.hook(start + talk / 50 + 8)
    assert [type(s) for s in told] == [OffHook, OnHook]
    for signal, truth in zip(told, (start, start + talk / 50), strict=True):
        assert abs(signal.at.mono - seconds(truth)) <= signal.error + seconds(0.02)


def test_a_change_is_told_no_later_than_the_ear_promises() -> None:
    for hundredths in range(0, 400, 7):
        line = Line(lifted=20 + hundredths / 100, put_down=40 + hundredths / 100, rings=2)
        for signal_type, until in ((OffHook, 35.0), (OnHook, 60.0)):
            told: list[OffHook | OnHook] = []
            while not told and line.talk.now < seconds(until):
                told = [s for s in line.hook(line.talk.now / seconds(1) + 0.01) if isinstance(s, signal_type)]
            assert line.talk.now - (told[0].at.mono + told[0].error) <= LATE


@pytest.mark.parametrize("volts", [24.0, 60.0])
def test_an_isomodem_reads_its_register_and_tells_reversals(volts: float) -> None:
    def answer(command: str, now: float) -> bytes | None:
        lifted = 20 <= now < 40
        reading = round(8.0 if lifted else volts) * (-1 if 25 <= now < 39 else 1)
        return {
            "ATI0": b"\r\n2457\r\n" + OK,
            "ATI6": b"\r\n2457\r\n" + OK,
            "AT:R6C": b"\r\n%04X\r\n" % ((reading & 0xFF) << 8) + OK,
            "AT-TRV": ERROR,
        }.get(command, plain(command, now))

    talk = Talk(answer)
    talk.says(10.3, RING)
    signals = talk.run(60)
    assert not talk.sent("AT-TRV")
    kinds = [type(s) for s in signals if isinstance(s, OffHook | OnHook | PolarityReversed | RingWord)]
    assert kinds == [OnHook, RingWord, OffHook, PolarityReversed, PolarityReversed, OnHook]
    (there, back) = [s for s in signals if isinstance(s, PolarityReversed)]
    assert abs(there.at.mono - seconds(25)) <= there.error
    assert abs(back.at.mono - seconds(39)) <= back.error
