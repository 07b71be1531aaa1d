"""What the pins of a DTMF receiver chip say, by hand-made stamps and on the simulated chip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import clock
from device.dtmf_caller_id import DtmfCallerId
from device.dtmf_chip import DtmfChip
from device.dtmf_chip_hearing import CODES, STD, TONE_TO_STD, DtmfChipHearing, Q
from device.interface import LineInterface
from device.pin_factory import SimulatedFactory
from device.signals import (
    Absence,
    CallerId,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Instant,
    LineRestored,
    LineSignal,
    Means,
)
from tests.hand_pins import Client, Told
from tests.pulse_trains import ms

Edges = list[tuple[int, str, int]]
QUIET = {STD: 0, **dict.fromkeys(Q, 0)}


def edges_of(digits: str, begin: int = 0, on: int = 50, off: int = 50, last: str = "D") -> Edges:
    """(stamp, pin, level) of an MT8870 that hears `digits` after `last`: Q settles 1 ms before StD rises."""
    edges: Edges = []
    before = CODES.index(last)
    for number, digit in enumerate(digits):
        code = CODES.index(digit)
        rise = begin + ms(number * (on + off)) + TONE_TO_STD
        changed = [bit for bit in range(4) if (code ^ before) >> bit & 1]
        edges += [(rise - ms(1), Q[bit], code >> bit & 1) for bit in changed]
        edges += [(rise, STD, 1), (rise + ms(on), STD, 0)]
        before = code
    return edges


def hearing(levels: dict[str, int] = QUIET) -> DtmfChipHearing:
    return DtmfChipHearing("L1", DtmfCallerId(), levels, lambda mono: Instant(mono, mono))


def said(edges: Edges, ticks: list[int] = []) -> list[LineSignal]:  # noqa: B006 - never changed
    ear, told = hearing(), []
    happenings = [(mono, 0, name, level) for mono, name, level in edges] + [(t, 1, "", 0) for t in ticks]
    for mono, tick, name, level in sorted(happenings, key=lambda each: each[:2]):
        told += ear.expire(mono) if tick else ear.edge(name, level, mono)
    return told + ear.expire(ms(10**6))


def test_every_symbol_of_the_table() -> None:
    dialled = "1234567890*#"
    told = said(edges_of(dialled))
    assert [each.digit for each in told if isinstance(each, DigitDialled)] == list(dialled)
    first = told[0]
    assert isinstance(first, DigitDialled)
    assert (first.at.mono, first.means) == (0, Means.DTMF_CHIP)
    assert [CODES.index(letter) for letter in "ABCD"] == [13, 14, 15, 0]


def test_a_caller_id_is_told_whole() -> None:
    (number,) = said(edges_of("D15400000001C"))
    (hidden,) = said(edges_of("B10C"))
    assert isinstance(number, CallerIdHeard)
    assert isinstance(hidden, CallerIdHeard)
    assert (number.caller_id, number.checked) == (CallerId("15400000001"), False)
    assert (hidden.caller_id.absence, hidden.means) == (Absence.PRIVATE, Means.DTMF_CHIP)


def test_a_caller_id_that_breaks_off_gives_no_number() -> None:
    (damaged,) = said(edges_of("D1540000"))
    assert isinstance(damaged, Damaged)
    assert (damaged.reason, damaged.raw) == ("no end", b"D1540000")


def test_pins_that_are_told_out_of_order_within_a_moment_give_the_same_digits() -> None:
    ear, told = hearing(), []
    for mono, name, level in sorted(edges_of("159"), key=lambda e: (e[0] // ms(10), e[1] != STD)):
        told += ear.edge(name, level, mono)
    told += ear.expire(ms(9000))
    assert [each.digit for each in told if isinstance(each, DigitDialled)] == ["1", "5", "9"]


def test_a_lost_edge_is_no_digit() -> None:
    ear = hearing()
    assert ear.begin(Instant(0, 0)) == []
    assert ear.found(STD, 1, ms(5)) == []
    assert ear.found("q1", 1, ms(5)) == []
    assert ear.edge(STD, 1, ms(6)) == []  # it stood there already
    assert ear.edge(STD, 0, ms(50)) == []
    assert ear.next_deadline() is None
    ear.edge(STD, 1, ms(100))
    (digit,) = ear.expire(ms(200))
    assert isinstance(digit, DigitDialled)
    assert digit.digit == "1"


def test_what_a_check_can_say() -> None:
    assert hearing().check(QUIET).detail == "the pins are open"
    assert hearing().check({**QUIET, STD: 1}).detail == "StD is high now"


@given(
    st.text("0123456789*#ABCD", max_size=16),
    st.sampled_from([(40, 40), (70, 70), (100, 400), (100, 900)]),
    st.lists(st.integers(0, 8000).map(ms), max_size=8),
)
def test_ticks_never_change_what_is_said(digits: str, beat: tuple[int, int], ticks: list[int]) -> None:
    edges = edges_of(digits, on=beat[0], off=beat[1])
    assert said(edges, ticks) == said(edges)


flaps = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 1.0, 3.0, 7.9]), st.sampled_from([0.1, 1.0, 7.9])), max_size=4
)


@given(st.text("0123456789", min_size=1, max_size=12), flaps, flaps, flaps)
def test_a_strobe_that_flaps_gives_no_digit_more_or_less(
    digits: str,
    rising: list[tuple[float, float]],
    falling: list[tuple[float, float]],
    between: list[tuple[float, float]],
) -> None:
    """Before each tone, at its end and in each pause StD goes up or down and back for less than STEADY."""
    edges: Edges = []
    for mono, name, level in edges_of(digits, on=100, off=200):
        edges.append((mono, name, level))
        if name == STD:
            edges += flapping(mono, level, rising if level else falling)
            edges += [] if level else flapping(mono + ms(70), level, between)
    assert dialled(said(edges)) == list(digits)


def flapping(mono: int, level: int, flaps: list[tuple[float, float]]) -> Edges:
    """Away from `level` and back, so many times; (ms until it goes away, ms that it stays away)."""
    edges: Edges = []
    for steady, away in flaps:
        edges += [(mono + ms(steady), STD, 1 - level), (mono + ms(steady + away), STD, level)]
        mono += ms(steady + away)
    return edges


def dialled(told: list[LineSignal]) -> list[str]:
    return [c for each in told for c in _digits(each)]


def _digits(told: LineSignal) -> str:
    match told:
        case DigitDialled():
            return told.digit
        case Damaged():
            return told.raw.decode()
        case _:
            return ""


def test_a_spike_on_the_strobe_is_no_digit_and_a_steady_one_is() -> None:
    for up, digits in ((0.2, []), (7.9, []), (8.0, ["1"])):
        edges = [(ms(99), Q[0], 1), (ms(100), STD, 1), (ms(100 + up), STD, 0)]
        assert dialled(said(edges)) == digits


# -- on pins


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[SimulatedFactory]:
    factory = SimulatedFactory(tmp_path / "pins.sock")
    factory.ready()
    yield factory
    factory.close()


def test_on_simulated_pins(chip: SimulatedFactory, tmp_path: Path) -> None:
    told = Told()
    pins = {STD: 21, "q1": 22, "q2": 23, "q3": 4, "q4": 18}
    ear = DtmfChip("L1", chip, q_pins=(22, 23, 4, 18), std_pin=21)
    interface: LineInterface = ear
    interface.start(told.queue.put)
    restored = told.next(LineRestored)
    assert (restored.interface, restored.sensing.digits) == ("MT8870", True)
    outside = Client(tmp_path / "pins.sock")
    begin = clock.now().mono - ms(3000)
    outside.say(
        "".join(f"drive {pins[name]} {level} {mono}\n" for mono, name, level in edges_of("D0356A0", begin))
    )
    outside.say(
        "".join(
            f"drive {pins[name]} {level} {mono}\n"
            for mono, name, level in edges_of("7", begin + ms(2000), last="0")
        )
    )
    assert told.next(Damaged).raw == b"D0356A0"
    assert told.next(DigitDialled).digit == "7"
    assert interface.check(1).answers
    ear.close()
    outside.close()
