"""Off-hook, on-hook, flash and dialled digits are told apart by their times, and stamped when they happened."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.hook_detector import (
    ANSWERED_AFTER,
    BOUNCE,
    DEAF,
    DIGIT_PAUSE,
    HUNG_UP_AFTER,
    LONE_ONE,
    PATIENCE,
    RINGING_OVER,
    Flashed,
    HookDetector,
    HookEvent,
    OddBreaks,
    PulsesDialled,
    WentOffHook,
    WentOnHook,
)
from device.signals import MILLISECOND, SECOND
from tests.pulse_trains import Edge, dialled, ms, pulses

LIFTED = 0  # the default wiring: 0 while the loop is closed


def heard(edges: list[Edge], detector: HookDetector | None = None) -> list[tuple[HookEvent, int]]:
    """What is said, each with the moment it was said: `expire` is called exactly when it is asked for."""
    detector = detector or HookDetector()
    said: list[tuple[HookEvent, int]] = []

    def wait_until(moment: int) -> None:
        while (deadline := detector.next_deadline()) is not None and deadline <= moment:
            said.extend((event, deadline) for event in detector.expire(deadline))

    for level, stamp in edges:
        wait_until(stamp)
        said.extend((event, stamp) for event in detector.edge(level, stamp))
    wait_until((edges[-1][1] if edges else 0) + 20 * SECOND)
    return said


def events(edges: list[Edge], detector: HookDetector | None = None) -> list[HookEvent]:
    return [event for event, _ in heard(edges, detector)]


def talking(edges: list[Edge]) -> list[HookEvent]:
    """What the edges mean on a line that was found off-hook."""
    return events(edges, HookDetector(level=LIFTED))


# -- off-hook, on-hook


def test_a_call_answered_and_ended() -> None:
    said = heard([(0, ms(1000)), (1, ms(61_000))])
    assert [event for event, _ in said] == [WentOffHook(ms(1000)), WentOnHook(ms(61_000))]
    assert said[0][1] == ms(1000) + ANSWERED_AFTER + PATIENCE
    assert said[1][1] == ms(61_000) + HUNG_UP_AFTER + PATIENCE


def test_off_hook_is_said_within_a_quarter_of_a_second() -> None:
    assert ANSWERED_AFTER + PATIENCE <= 250 * MILLISECOND


def test_a_switch_that_bounces_is_stamped_when_it_settles() -> None:
    bounce = [(0, ms(0)), (1, ms(3)), (0, ms(4)), (1, ms(9)), (0, ms(12))]
    assert events(bounce) == [WentOffHook(ms(12))]


def test_the_other_polarity() -> None:
    assert events([(1, ms(5)), (0, ms(5000))], HookDetector(active=1, level=0)) == [
        WentOffHook(ms(5)),
        WentOnHook(ms(5000)),
    ]


def test_the_state_at_opening_is_the_levels() -> None:
    assert HookDetector(level=LIFTED).off_hook
    assert not HookDetector(level=1).off_hook
    assert talking([]) == []


def test_a_line_found_off_hook_goes_on_hook() -> None:
    assert talking([(1, ms(100))]) == [WentOnHook(ms(100))]


def test_a_closure_shorter_than_an_answer_is_nothing() -> None:
    assert events([(0, ms(0)), (1, ms(149))]) == []


def test_a_hang_up_that_bounces_is_stamped_when_the_loop_opened_first() -> None:
    assert talking([(1, ms(0)), (0, ms(30)), (1, ms(40)), (0, ms(690)), (1, ms(705))]) == [WentOnHook(ms(0))]


def test_a_click_of_the_line_is_nothing() -> None:
    assert talking([(1, ms(0)), (0, ms(29)), (1, ms(500)), (0, ms(502))]) == []


def test_an_edge_told_twice_is_one() -> None:
    assert events([(0, ms(0)), (0, ms(90)), (1, ms(1000)), (1, ms(1100))]) == [
        WentOffHook(0),
        WentOnHook(ms(1000)),
    ]


# -- flash


@pytest.mark.parametrize("length", [80, 100, 300, 600, 699])
def test_a_flash_is_stamped_when_the_loop_opened(length: int) -> None:
    assert talking([(1, ms(10)), (0, ms(10 + length))]) == [Flashed(ms(10))]


def test_seven_hundred_milliseconds_are_a_hang_up() -> None:
    assert talking([(1, ms(10)), (0, ms(710))]) == [WentOnHook(ms(10)), WentOffHook(ms(710))]


def test_a_flash_in_the_middle_of_a_digit_spoils_it() -> None:
    assert talking([*dialled("3", pause=0), (1, ms(340)), (0, ms(640))]) == [
        OddBreaks(ms(260), 3),
        Flashed(ms(340)),
    ]


# -- dialling


@pytest.mark.parametrize("number", ["110", "10086", "2217000", "1234567890", "01", "11"])
@pytest.mark.parametrize(("broken", "closed"), [(60, 40), (67, 33), (55, 45), (77, 48), (46, 37)])
def test_numbers_dialled_by_pulses(number: str, broken: float, closed: float) -> None:
    edges = dialled(number, broken=broken, closed=closed)
    said = talking(edges)
    assert "".join(event.digit for event in said if isinstance(event, PulsesDialled)) == number
    assert len(said) == len(number)


def test_a_digit_is_stamped_with_the_end_of_its_last_pulse() -> None:
    said = heard(dialled("5"), HookDetector(level=LIFTED))
    assert said == [(PulsesDialled(ms(460), "5"), ms(460) + DIGIT_PAUSE + PATIENCE)]


def test_the_next_digit_says_the_one_before() -> None:
    detector = HookDetector(level=LIFTED)
    said = [event for level, stamp in dialled("52") for event in detector.edge(level, stamp)]
    assert said == [PulsesDialled(ms(460), "5")]


def test_one_break_alone_is_no_digit() -> None:
    assert heard([(1, ms(0)), (0, ms(60))], HookDetector(level=LIFTED)) == [
        (OddBreaks(ms(60), 1), ms(60) + LONE_ONE + PATIENCE)
    ]


def test_a_one_in_company_stays_one_however_late_it_is_noticed() -> None:
    detector = HookDetector(level=LIFTED)
    said = [event for level, stamp in dialled("13", pause=3500) for event in detector.edge(level, stamp)]
    assert said + detector.expire(60 * SECOND) == [PulsesDialled(ms(60), "1"), PulsesDialled(ms(3860), "3")]


def test_eleven_breaks_are_no_digit() -> None:
    edges = [edge for index in range(11) for edge in ((1, ms(100 * index)), (0, ms(100 * index + 60)))]
    assert talking(edges) == [OddBreaks(ms(1060), 11)]


def test_a_hang_up_drops_what_was_being_dialled() -> None:
    assert talking([(1, ms(0)), (0, ms(60)), (1, ms(760)), (0, ms(1500))]) == [
        OddBreaks(ms(60), 1),
        WentOnHook(ms(760)),
        WentOffHook(ms(1500)),
    ]
    assert talking([(1, ms(0)), (0, ms(60)), (1, ms(100))]) == [OddBreaks(ms(60), 1), WentOnHook(ms(100))]


def test_after_a_hang_up_a_one_has_no_company() -> None:
    second_call = [(1, ms(1500)), (0, ms(2300)), (1, ms(2700)), (0, ms(2760))]
    said = talking([*dialled("5", pause=0), *second_call])
    assert said[-1] == OddBreaks(ms(2760), 1)


# -- beside a ring detector


def test_nobody_answered_while_the_ringing_goes_on() -> None:
    detector = HookDetector()
    detector.rung(ms(990), held=False)
    detector.edge(0, ms(1000))
    for stamp in range(1010, 1800, 20):
        detector.rung(ms(stamp), held=False)
        assert detector.expire(ms(stamp)) == []
    assert detector.next_deadline() == ms(1790) + RINGING_OVER + PATIENCE
    assert detector.expire(ms(1790) + RINGING_OVER + PATIENCE) == [WentOffHook(ms(1000))]


def test_nobody_answered_while_the_ring_detector_is_held() -> None:
    detector = HookDetector()
    detector.edge(0, ms(1000))
    detector.rung(ms(1000), held=True)
    assert detector.next_deadline() is None
    detector.rung(ms(1900), held=False)
    detector.edge(1, ms(1910))  # the sensor was shaken by the ringing: nobody answered
    assert detector.expire(ms(9000)) == []


def test_what_is_no_ringing_delays_no_answer() -> None:
    detector = HookDetector()
    detector.rung(ms(1000), held=True)
    detector.edge(0, ms(1000))
    detector.ring_over()
    assert detector.expire(ms(1000) + ANSWERED_AFTER + PATIENCE) == [WentOffHook(ms(1000))]


def test_a_sensor_shaken_by_ringing_sees_no_answer() -> None:
    assert events(pulses(25, 40, 18)) == []


def test_after_a_transition_off_hook_the_ring_detector_is_not_believed() -> None:
    detector = HookDetector(level=LIFTED)
    assert not detector.deafens(ms(100))  # found so: there was no transition
    detector.edge(1, ms(1000))
    assert detector.deafens(ms(1000) + DEAF)
    assert not detector.deafens(ms(1000) + DEAF + 1)


def test_on_hook_an_edge_of_the_sensor_silences_no_ringing() -> None:
    detector = HookDetector()
    detector.edge(0, ms(1000))
    assert not detector.deafens(ms(1010))


# -- for every input

AROUND = [
    0,
    19,
    20,
    21,
    29,
    30,
    31,
    33,
    40,
    60,
    79,
    80,
    81,
    99,
    100,
    101,
    149,
    150,
    151,
    169,
    170,
    171,
    199,
    200,
    201,
]
AROUND += [219, 220, 221, 299, 300, 301, 600, 699, 700, 701, 719, 720, 721, 3999, 4000, 4001, 4020, 4100]
gaps = st.sampled_from([ms(value) for value in AROUND]) | st.integers(0, 900 * MILLISECOND)
steps = st.tuples(st.sampled_from(["edge", "edge", "edge", "edge", "held", "rung", "over"]), gaps)
shares = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), max_size=30)


def record(
    history: list[tuple[str, int]], level: int, looks: list[tuple[int, float]], late: int = 0
) -> list[HookEvent]:
    """The record of a history of (what, gap before it); `expire` is called at shares of gaps, up to `late` ns too early."""
    detector, now, said = HookDetector(level=level), 0, list[HookEvent]()
    for index, (what, gap) in enumerate(history):
        for share in sorted(share for at, share in looks if at == index):
            said += detector.expire(now + int(gap * share) + late)
        now += gap
        match what:
            case "edge":
                level = 1 - level
                said += detector.edge(level, now)
            case "over":
                detector.ring_over()
            case _:
                detector.rung(now, held=what == "held")
    detector.ring_over()
    return said + detector.expire(now + 20 * SECOND)


@given(history=st.lists(steps, max_size=40), level=st.integers(0, 1), looks=shares)
@settings(max_examples=500, deadline=None)
def test_ticks_never_change_the_record(
    history: list[tuple[str, int]], level: int, looks: list[tuple[int, float]]
) -> None:
    edges_only = [("edge", gap) for _, gap in history]
    assert record(edges_only, level, looks) == record(edges_only, level, [])
    assert record(edges_only, level, looks, late=PATIENCE) == record(edges_only, level, [])


@given(history=st.lists(steps, max_size=60), level=st.integers(0, 1), looks=shares)
@settings(max_examples=300, deadline=None)
def test_off_hook_and_on_hook_take_turns_and_stamps_do_not_go_back(
    history: list[tuple[str, int]], level: int, looks: list[tuple[int, float]]
) -> None:
    said = record(history, level, looks)
    turns = [event for event in said if isinstance(event, WentOffHook | WentOnHook)]
    expected = [WentOnHook, WentOffHook] if level == LIFTED else [WentOffHook, WentOnHook]
    assert [type(event) for event in turns] == [expected[index % 2] for index in range(len(turns))]
    assert [event.mono for event in turns] == sorted(event.mono for event in turns)


@given(
    length=st.sampled_from([BOUNCE, DIGIT_PAUSE, ANSWERED_AFTER, HUNG_UP_AFTER, ms(30), ms(80)]).flatmap(
        lambda edge: st.integers(edge - 2, edge + 2)
    )
)
def test_each_break_has_one_meaning(length: int) -> None:
    meaning = {WentOnHook: length >= HUNG_UP_AFTER, Flashed: ms(80) <= length < HUNG_UP_AFTER}
    meaning |= {OddBreaks: ms(30) <= length < ms(80)}
    said = talking([(1, 0), (0, length)])
    assert [type(event) for event in said if not isinstance(event, WentOffHook)] == [
        kind for kind, meant in meaning.items() if meant
    ]


@given(
    st.lists(
        st.tuples(st.integers(-5, 5), st.integers(-(10**12), 10**12), st.sampled_from("eert")), max_size=40
    )
)
@settings(max_examples=300, deadline=None)
def test_whatever_comes_nothing_is_raised(calls: list[tuple[int, int, str]]) -> None:
    detector = HookDetector()
    for level, stamp, call in calls:
        match call:
            case "e":
                detector.edge(level, stamp)
            case "r":
                detector.rung(stamp, held=bool(level % 2))
            case _:
                detector.expire(stamp)
        deadline = detector.next_deadline()
        assert deadline is None or isinstance(detector.expire(deadline), list)
