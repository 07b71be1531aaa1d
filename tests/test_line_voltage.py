"""Voltage readings: lifted, put down, flash, cut; and the readings of a ringing line, which mean nothing."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.line_voltage import Level, LineVoltage, Reading, level_of
from device.signals import (
    Flash,
    LineSignal,
    LoopLost,
    LoopRestored,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    seconds,
)
from tests.support import at

TOOK = 0.03


@dataclass
class Read:
    """A line read at given times; what it told."""

    voltage: LineVoltage = field(default_factory=lambda: LineVoltage("L1", settles=0))
    now: float = 0.0

    def __call__(self, *volts: float, every: float = 0.25, ringing: bool = False) -> list[LineSignal]:
        told = []
        for each in volts:
            self.now += every
            reading = Reading(each, at(self.now), at(self.now + TOOK))
            told += self.voltage.read(reading, ringing=ringing)
        return told


def kinds(signals: list[LineSignal]) -> list[type[LineSignal]]:
    return [type(signal) for signal in signals]


@pytest.mark.parametrize(
    ("volts", "idle", "level"),
    [
        (0.0, None, Level.NO_LINE),
        (2.99, None, Level.NO_LINE),
        (3.0, None, Level.OFF_HOOK),
        (15.99, None, Level.OFF_HOOK),
        (16.0, None, Level.ON_HOOK),
        (16.0, 48.0, Level.OFF_HOOK),
        (30.0, 36.0, Level.OFF_HOOK),
        (30.01, None, Level.ON_HOOK),
        (40.7, 48.0, Level.OFF_HOOK),
        (40.9, 48.0, Level.ON_HOOK),
        (12.0, 60.0, Level.OFF_HOOK),
        (50.9, 60.0, Level.OFF_HOOK),
        (51.1, 60.0, Level.ON_HOOK),
        (-48.6, 48.0, Level.ON_HOOK),
        (-8.3, 48.0, Level.OFF_HOOK),
        (2.1, 24.0, Level.OFF_HOOK),
        (1.9, 24.0, Level.NO_LINE),
        (2.9, 60.0, Level.NO_LINE),
        (20.3, 24.0, Level.OFF_HOOK),
        (20.5, 24.0, Level.ON_HOOK),
        (48.6, 48.0, Level.ON_HOOK),
    ],
)
def test_the_thresholds(volts: float, idle: float | None, level: Level) -> None:
    assert level_of(volts, idle) is level


def test_what_is_found_first() -> None:
    assert Read()(48.6) == [OnHook("L1", at(0.25 + TOOK), 0, True, Means.LINE_VOLTAGE)]
    (found,) = Read()(8.3, 8.4, 8.2)
    assert (type(found), found.at) == (OffHook, at(0.25 + TOOK))
    assert isinstance(found, OffHook)
    assert found.found
    assert kinds(Read()(1.4, 1.4, 1.4, 1.4, 1.4, 1.4)) == [LoopLost]


def test_lifting_is_stamped_between_the_last_reading_against_it_and_the_first_for_it() -> None:
    read = Read()
    read(48.6, 48.5, every=1)
    (signal,) = read(8.3, 8.4, 8.3)
    assert isinstance(signal, OffHook)
    assert signal.at == at(2 + (0.25 + TOOK) / 2)
    assert signal.error == seconds((0.25 + TOOK) / 2)
    assert not signal.found


def test_two_readings_are_too_few_and_three_must_be_near_each_other() -> None:
    read = Read()
    assert kinds(read(48.6, 8.3, 8.3, 48.6)) == [OnHook]
    assert read(8.3, 12.9, 8.3, 12.9, 8.3) == []
    assert read.voltage.in_doubt
    assert kinds(read(8.3, 8.3)) == [OffHook]
    assert read.voltage.off_hook


def test_readings_within_a_burst_decide_nothing() -> None:
    read = Read()
    read(48.6)
    assert read(71.4, 12.9, 55.0, 3.2, 64.1, 29.8, 9.7, 88.3, 12.9, 3.2, 1.0, 9.7, ringing=True) == []
    assert kinds(read(8.3, 8.3, 8.3)) == [OffHook]


def test_putting_down_waits_for_a_flash_to_end() -> None:
    read = Read()
    read(48.6, 8.3, 8.3, 8.3)
    lifted_at = read.now
    assert read(48.6, 48.6, 48.6, every=0.13) == []
    (down,) = read(*[48.6] * 5, every=0.13)
    assert isinstance(down, OnHook)
    assert down.at == at(lifted_at + (0.13 + TOOK) / 2)


def test_a_flash() -> None:
    read = Read()
    read(48.6, 8.3, 8.3, 8.3)
    (flash,) = read(48.6, 48.6, 8.3, every=0.13)
    assert isinstance(flash, Flash)
    assert read(48.6, 8.3, every=0.13) == []


def test_a_line_that_is_cut_and_comes_back() -> None:
    read = Read()
    read(48.6)
    assert read(1.4, 1.4, 1.4, 1.4) == []
    assert kinds(read(1.4)) == [LoopLost]
    assert read(1.4, 1.4) == []
    assert kinds(read(48.6, 48.6, 48.6)) == [LoopRestored]
    assert kinds(read(1.4, 1.4, 1.4, 1.4, 1.4)) == [LoopLost]
    restored, lifted = read(8.3, 8.3, 8.3)
    assert isinstance(restored, LoopRestored)
    assert isinstance(lifted, OffHook)
    assert lifted.found


def test_cut_while_lifted_and_back_on_the_hook() -> None:
    read = Read()
    read(48.6, 8.3, 8.3, 8.3)
    assert kinds(read(1.4, 1.4, 1.4, 1.4, 1.4)) == [LoopLost]
    assert kinds(read(48.6, 48.6, 48.6)) == [LoopRestored, OnHook]


def test_a_small_exchange_with_24_volts_is_learnt() -> None:
    read = Read()
    assert kinds(read(24.0, 24.2, 23.9)) == [OnHook]
    assert kinds(read(18.0, 18.1, 18.0)) == [OffHook]
    assert kinds(read(23.5, 23.6, 23.5, 23.6, 23.5)) == [OnHook]


def test_ringing_voltage_is_not_learnt() -> None:
    read = Read()
    read(48.0, 48.2, 48.1)
    read(*[90.0] * 40, ringing=True)
    assert read.voltage.idle == 48.1


def test_one_bad_reading_teaches_nothing_and_a_battery_that_sags_over_hours_does() -> None:
    read = Read()
    read(48.0, 120.0, 48.0, 48.0, every=1)
    assert read.voltage.idle == 48.0
    for tenths in range(480, 350, -1):
        assert read(*[tenths / 10] * 8, every=1) == []
    assert 35.0 < (read.voltage.idle or 0) < 36.0
    assert kinds(read(8.0, 8.0, 8.0)) == [OffHook]


@pytest.mark.parametrize("idle", [24.0, 36.0, 48.6, 60.0])
@pytest.mark.parametrize("off_hook", [3.2, 6.0, 8.3, 14.0])
def test_every_exchange_and_every_loop(idle: float, off_hook: float) -> None:
    read = Read()
    read(*[idle] * 10)
    assert kinds(read(*[off_hook] * 4)) == [OffHook]
    assert read(off_hook * 0.8, off_hook, off_hook * 0.8) == []  # a second telephone beside it
    assert kinds(read(*[idle * 0.97] * 6)) == [OnHook]


def test_a_drop_that_no_telephone_makes_is_believed_until_it_rings() -> None:
    read = Read()
    read(*[52.0] * 10)
    assert kinds(read(*[40.0] * 5)) == [OffHook]
    (healed,) = read.voltage.burst(seconds(read.now), seconds(read.now + 1), at(read.now))
    assert isinstance(healed, OnHook)
    assert read.voltage.idle == 40.0
    assert read(*[40.0] * 5, every=1) == []
    assert kinds(read(*[8.0] * 8)) == [OffHook]
    assert read.voltage.burst(0, 1, at(read.now)) == []  # a telephone makes this


def test_or_until_it_has_lasted_ten_minutes() -> None:
    read = Read()
    read(*[52.0] * 10)
    told = read(*[40.0] * 1250, every=0.5)
    assert kinds(told) == [OffHook, OnHook]
    assert told[1].at.mono + getattr(told[1], "error", 0) >= seconds(600)
    assert kinds(read(*[8.0] * 1300, every=0.5)) == [OffHook]


# --- bursts ----------------------------------------------------------------------------------------------------------


def test_readings_that_agree_in_a_burst_decide_nothing() -> None:
    read = Read()
    read(*[48.6] * 4)
    read.voltage.burst(seconds(read.now), seconds(read.now + 1.1), at(read.now + 0.3))
    assert read(*[12.9] * 8, every=0.13, ringing=True) == []
    assert read(*[48.6] * 4, every=0.13, ringing=True) == []


def test_who_lifts_in_a_burst_is_told_after_it_with_the_error_of_that() -> None:
    read = Read()
    read(*[48.6] * 4)
    start = read.now
    read.voltage.burst(seconds(start), seconds(start + 1.1), at(start + 0.3))
    told = read(*[8.3] * 10, every=0.13, ringing=True)
    (lifted,) = told
    assert isinstance(lifted, OffHook)
    assert lifted.at.mono - lifted.error <= seconds(start) <= lifted.at.mono + lifted.error
    assert lifted.at.mono + lifted.error >= seconds(start + 1.1)


def test_a_reading_is_believed_once_the_word_ring_of_a_burst_would_have_come() -> None:
    read = Read(LineVoltage("L1", settles=seconds(0.5)))
    read(*[48.6] * 4)
    assert read(12.9, 12.9, 12.9, every=0.13) == []
    read.voltage.burst(seconds(read.now - 0.5), seconds(read.now + 0.6), at(read.now))
    assert read(12.9, 12.9, every=0.13, ringing=True) == []
    assert kinds(read(48.6, 48.6, every=0.3)) == []
    assert kinds(read(*[8.3] * 3, every=0.13)) == [OffHook]  # just after a burst there is no other


# --- polarity --------------------------------------------------------------------------------------------------------


def test_a_sign_that_changes_and_stays_is_a_reversal() -> None:
    read = Read()
    read(*[-48.0] * 5)
    assert read(47.0, every=1) == []
    assert read(-48.0, 48.0, 48.0, -48.0) == []
    assert read.voltage.in_doubt is False
    before = read.now
    (reversed_,) = read(48.0, 48.0, 48.0)
    assert isinstance(reversed_, PolarityReversed)
    assert reversed_.at == at(before + (0.25 + TOOK) / 2)
    assert reversed_.means is Means.LINE_VOLTAGE
    assert kinds(read(8.0, 8.0, 8.0)) == [OffHook]
    assert kinds(read(-8.0, -8.0, -8.0)) == [PolarityReversed]  # the far end answered
    assert kinds(read(0.0, 0.0, 0.0, 0.0, 0.0)) == [LoopLost]
    assert kinds(read(48.0, 48.0, 48.0)) == [LoopRestored, OnHook]  # not known any more, so not reversed


def test_what_is_known_by_other_means_is_not_told_again() -> None:
    read = Read()
    assert not read.voltage.known
    read(*[48.6] * 4)
    read.voltage.assume(lifted=True, at=at(read.now))
    assert read(8.3, 8.3, 8.3, 8.3) == []
    assert kinds(read(*[48.6] * 5)) == [OnHook]
    read.voltage.assume(lifted=False, at=at(read.now))
    assert read(48.6, 48.6, 48.6) == []


# Values about every threshold, and gaps about every duration.
volts = st.sampled_from(
    [0.0, 1.4, 2.9, 3.0, 3.1, 8.3, 9.7, 9.9, 15.9, 16.0, 24.0, 29.9, 30.1, 48.6, 90.0]
) | st.floats(0, 200)
gaps = st.sampled_from([0.0, 0.13, 0.25, 0.27, 0.5, 0.79, 0.8, 0.81, 1.0, 1.01, 5.0])


runs = st.tuples(volts, gaps, st.booleans(), st.integers(1, 6))  # the same value so often


@given(st.lists(runs, max_size=20))
def test_whatever_is_read_the_signals_alternate_and_their_stamps_do_not_run_ahead(
    readings: list[tuple[float, float, bool, int]],
) -> None:
    read = Read()
    told = []
    for value, gap, ringing, count in readings:
        for signal in read(*[value] * count, every=gap, ringing=ringing):
            assert signal.at <= at(read.now + TOOK)
            assert signal.at.mono + getattr(signal, "error", 0) >= 0
            told.append(signal)
    hook = [type(signal) for signal in told if isinstance(signal, OffHook | OnHook)]
    loop = [type(signal) for signal in told if isinstance(signal, LoopLost | LoopRestored)]
    for row in (hook, loop):
        assert all(a is not b for a, b in itertools.pairwise(row))
    assert not loop or loop[0] is LoopLost


@given(st.lists(volts, max_size=20))
def test_after_anything_a_lifted_handset_is_noticed(before: list[float]) -> None:
    read = Read()
    read(*before)
    read(*[8.3] * 6)
    assert read.voltage.off_hook
    read(*[read.voltage.idle or 48.6] * 6)
    assert not read.voltage.off_hook
