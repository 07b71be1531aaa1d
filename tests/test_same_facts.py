"""Words of several ears about one happening: which are one, which word stands, when it is certain."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import (
    CallerId,
    CallerIdHeard,
    DigitDialled,
    Flash,
    LineSignal,
    Means,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    seconds,
)
from firmware_app.calls.call import Anomaly
from firmware_app.calls.ear_words import Heard, heard
from firmware_app.calls.same_facts import MOST, SameFacts
from tests.line_signals import LINE
from tests.support import at

LATER = seconds(1000.0)


def start(t: float, error: float = 0.002, by: Means = Means.RING_PIN) -> LineSignal:
    return RingStarted(LINE, at(t), seconds(error), by)


def end(t: float, error: float = 0.002, by: Means = Means.RING_PIN) -> LineSignal:
    return RingEnded(LINE, at(t), seconds(error), by)


def word(t: float, error: float = 1.0) -> LineSignal:
    return RingWord(LINE, at(t), seconds(error), Means.MODEM)


def digit(t: float, value: str = "5", error: float = 0.01, by: Means = Means.SOUND) -> LineSignal:
    return DigitDialled(LINE, at(t), value, seconds(error), by)


def number(t: float, who: CallerId, checked: bool = False, by: Means = Means.MODEM) -> LineSignal:
    return CallerIdHeard(LINE, at(t), who, checked, by)


def facts(*words: tuple[str, LineSignal]) -> list[LineSignal | Anomaly]:
    """What is made of the words of ears, told in the order of their stamps."""
    same, told = SameFacts(), list[Heard]()
    for each in sorted((heard(ear, signal) for ear, signal in words), key=lambda each: each.key):
        told += [*same.pass_to(each.order), *same.take(each)]
    told += same.pass_to(LATER)
    assert same.held_from() is same.next_moment() is None
    return [fact.what for fact in sorted(told, key=lambda fact: fact.key)]


ONE = [
    ("a burst, and the same by an ear that is less exact", start(10.0), start(10.05, 0.05, Means.SOUND)),
    ("a word said 0.3 s after the burst began", start(10.0), word(10.3, 0.0)),
    ("a word said when the burst was over", start(10.0), word(11.2, 0.1)),
    ("a word stamped before the burst, within its error", start(10.0), word(9.1, 0.9)),
    ("a word that is late by nature, heard of before the edge", start(10.0), word(9.8, 0.0)),
    ("two modems", word(10.0, 0.5), word(11.0, 0.9)),
    ("the end of a burst", end(11.0), end(11.2, 0.05)),
    ("a digit of tap and chip", digit(10.0), digit(10.05, by=Means.DTMF_CHIP)),
    ("a digit that one of them misheard", digit(10.0), digit(10.03, "6", by=Means.DTMF_CHIP)),
    ("a digit that one of them can only say roughly", digit(10.0), digit(10.3, error=0.3)),
    ("a flash", Flash(LINE, at(10.0), Means.HOOK_PIN), Flash(LINE, at(10.4), Means.MODEM)),
    (
        "a reversal",
        PolarityReversed(LINE, at(10.0), 0, Means.REVERSAL_PIN),
        PolarityReversed(LINE, at(10.5), seconds(0.3), Means.LINE_VOLTAGE),
    ),
]


@pytest.mark.parametrize(("better", "other"), [row[1:] for row in ONE], ids=[row[0] for row in ONE])
def test_one_happening_is_told_once_by_the_exacter_ear(better: LineSignal, other: LineSignal) -> None:
    for ears in (("a", "b"), ("b", "a")):
        told = facts((ears[0], better), (ears[1], other))
        assert [fact for fact in told if not isinstance(fact, Anomaly)] == [better]


TWO = [
    ("the next burst", start(10.0), start(15.0, 0.05, Means.SOUND)),
    ("the second of a double ring", start(10.0), start(10.6, 0.05, Means.SOUND)),
    ("a word of the next burst", start(10.0), word(14.0)),
    ("two digits as fast as may be", digit(10.0), digit(10.08, "6", by=Means.DTMF_CHIP)),
    ("another digit, though one ear says roughly when", digit(10.0), digit(10.3, "6", error=0.3)),
    ("a reversal, and back", PolarityReversed(LINE, at(10.0), 0), PolarityReversed(LINE, at(10.4), 0)),
    ("a burst and its end", start(10.0), end(10.2)),
]


@pytest.mark.parametrize(("first", "second"), [row[1:] for row in TWO], ids=[row[0] for row in TWO])
def test_two_happenings_are_two(first: LineSignal, second: LineSignal) -> None:
    assert facts(("a", first), ("b", second)) == [first, second]


def test_one_ear_never_tells_a_thing_twice() -> None:
    same = digit(10.0), digit(10.03)
    assert facts(*(("a", each) for each in same)) == list(same)


def test_of_a_double_ring_each_word_finds_its_burst() -> None:
    pins = [("gpio", each) for each in (start(10.0), end(10.4), start(10.6), end(11.0))]
    words = [("modem", word(10.1)), ("modem", word(10.7))]
    assert facts(*pins, *words) == [each for _, each in pins]


def test_repeated_digits_of_two_ears_are_counted_right() -> None:
    tap = [("tap", digit(10.0 + 0.1 * nr, "0")) for nr in range(4)]
    chip = [("chip", digit(10.02 + 0.1 * nr, "0", by=Means.DTMF_CHIP)) for nr in range(4)]
    assert facts(*tap, *chip) == [each for _, each in tap]


def test_digits_that_differ_are_told_without_saying_them() -> None:
    told = facts(("tap", digit(10.0, "5")), ("chip", digit(10.02, "6", error=0.02)))
    (anomaly,) = [fact for fact in told if isinstance(fact, Anomaly)]
    assert (anomaly.kind, anomaly.detail) == ("ears_disagree", "digit: tap, chip")


def test_what_was_told_is_known_again() -> None:
    same = SameFacts()
    first, late = heard("gpio", start(10.0)), heard("modem", word(11.0))
    assert same.take(first) == []
    assert (same.held_from(), same.next_moment()) == (first.order, first.order + seconds(0.304))
    assert same.as_it_stands() == [first]
    assert same.pass_to(late.order) == [first]
    assert same.take(late) == same.pass_to(LATER) == same.as_it_stands() == []


def test_caller_id_of_one_silence_is_one() -> None:
    formatted = [number(12.0, CallerId(date_time="11231200")), number(12.1, CallerId("15400009999", "张"))]
    dtmf = number(12.2, CallerId("15400008888"), by=Means.DTMF_CHIP)
    checked = number(14.5, CallerId("15400001234"), True, Means.SOUND)
    told = facts(*(("modem", each) for each in formatted), ("chip", dtmf), ("tap", checked))
    best = number(14.5, CallerId("15400001234", "张", date_time="11231200"), True, Means.SOUND)
    assert told == [best, Anomaly(LINE, at(14.5), "ears_disagree", "caller ID: tap, modem")]


def test_two_callers_in_one_silence_of_one_ear_are_told() -> None:
    told = facts(
        ("modem", number(12.0, CallerId("15400001234"))), ("modem", number(13.0, CallerId("15400009999")))
    )
    assert told[1] == Anomaly(LINE, at(13.0), "caller_id_differs", "")


def test_the_next_silence_is_another() -> None:
    both = number(12.0, CallerId("15400001234")), number(15.1, CallerId("15400009999"))
    assert facts(("modem", both[0]), ("tap", both[1])) == list(both)


def test_a_storm_is_told_from_its_beginning() -> None:
    same = SameFacts()
    storm = [heard("tap", digit(10.0 + nr / 1e5)) for nr in range(3 * MOST)]
    told = [fact for each in storm for fact in same.take(each)]
    assert told == storm[: 2 * MOST]
    assert same.as_it_stands() == storm[2 * MOST :]
    assert same.pass_to(seconds(10.2)) == storm[2 * MOST :]
    assert [fact for each in storm[:MOST] for fact in same.take(each)] == []  # makes room: those were told


bursts = st.lists(st.sampled_from((3.0, 4.9, 5.0, 5.1, 6.0)), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(gaps=bursts, seed=st.integers(0, 2**32))
def test_however_ears_err_within_their_errors_bursts_are_counted_right(gaps: list[float], seed: int) -> None:
    """Cadences of 3 to 6 s; the word is wrong by 0.9 s either way, the tap by 50 ms, the pin by 2 ms; each may miss some."""
    chance = random.Random(seed)
    true = [10.0 + sum(gaps[:nr]) for nr in range(len(gaps))]
    told: list[tuple[str, LineSignal]] = []
    for each in true:
        pin = start(round(each + chance.uniform(-0.002, 0.002), 4))
        told.append(("gpio", pin))
        if chance.random() < 0.8:
            told.append(("modem", word(round(each + chance.uniform(-0.9, 0.9), 4), 0.9)))
        if chance.random() < 0.8:
            told.append(("tap", start(round(each + chance.uniform(-0.05, 0.05), 4), 0.05, Means.SOUND)))
    assert facts(*told) == [signal for ear, signal in told if ear == "gpio"]
