"""Ring bursts in the three shapes are found, stamped with their edges; what is no ringing is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.ring_cadence import (
    GAP,
    HOLD,
    LONGEST_BURST,
    PATIENCE,
    BurstEnded,
    BurstStarted,
    NoiseKind,
    RingCadence,
    RingEvent,
    RingNoise,
    Sounding,
)
from device.signals import MILLISECOND, SECOND
from tests.pulse_trains import Edge, clicks_of, dialled, jittered, ms, pulses, ringing

SHAPES = ("both", "one", "merged")


def heard(edges: list[Edge], cadence: RingCadence | None = None) -> list[tuple[RingEvent, int]]:
    """What is said, each with the moment it was said: `expire` is called exactly when it is asked for."""
    cadence = cadence or RingCadence()
    said: list[tuple[RingEvent, int]] = []

    def wait_until(moment: int) -> None:
        while (deadline := cadence.next_deadline()) is not None and deadline <= moment:
            said.extend((event, deadline) for event in cadence.expire(deadline))

    for level, stamp in edges:
        wait_until(stamp)
        said.extend((event, stamp) for event in cadence.edge(level, stamp))
    wait_until((edges[-1][1] if edges else 0) + 10 * SECOND)
    return said


def events(edges: list[Edge]) -> list[RingEvent]:
    return [event for event, _ in heard(edges)]


def bursts(edges: list[Edge]) -> list[RingEvent]:
    return [event for event in events(edges) if not isinstance(event, RingNoise)]


# -- ringing


@pytest.mark.parametrize("shape", SHAPES)
def test_three_bursts_of_one_second_in_four_seconds_of_silence(shape: str) -> None:
    edges = [edge for cycle in range(3) for edge in ringing(shape, 25, 1000, begin=5000 * cycle)]
    starts = [stamp for stamp in (ms(0), ms(5000), ms(10000))]
    ends = [max(stamp for _, stamp in edges if stamp < start + SECOND + ms(1)) for start in starts]
    assert events(edges) == [
        event
        for start, end in zip(starts, ends, strict=True)
        for event in (BurstStarted(start), BurstEnded(end))
    ]


@pytest.mark.parametrize(("shape", "pulses_a_burst"), [("both", 50), ("one", 25)])
def test_the_trains_have_as_many_pulses_as_the_line_facts_say(shape: str, pulses_a_burst: int) -> None:
    assert len(ringing(shape, 25, 1000)) == 2 * pulses_a_burst


@given(
    shape=st.sampled_from(SHAPES),
    hertz=st.sampled_from([15, 16, 18.2, 20, 22, 25, 28, 33, 35]) | st.floats(15, 35),
    length=st.sampled_from([400, 1000, 2500]) | st.floats(400, 2500),
    active=st.floats(0, 1),
    jitter=st.sampled_from([0.0, 1.0]),
    seed=st.integers(0, 999),
)
@settings(max_examples=300, deadline=None)
def test_every_burst_of_15_to_35_hertz_is_certain_within_150_ms_and_keeps_its_edges(
    shape: str, hertz: float, length: float, active: float, jitter: float, seed: int
) -> None:
    share = 0.62 + 0.33 * active if shape == "both" else 0.32 + 0.16 * active  # 40-90 V, LINE 3.1
    edges = jittered(ringing(shape, hertz, length, active=share), jitter, seed)
    said = heard(edges)
    assert [event for event, _ in said] == [BurstStarted(edges[0][1]), BurstEnded(edges[-1][1])]
    slack = (
        40 * MILLISECOND if jitter else 0
    )  # an edge that jitter moves out of the first 150 ms: the next one says it
    assert said[0][1] - edges[0][1] <= HOLD + slack


@given(
    shape=st.sampled_from(["both", "one"]),
    hertz=st.floats(22, 28),
    lost=st.lists(st.integers(0, 10_000), min_size=1, max_size=2),
)
@settings(max_examples=300, deadline=None)
def test_one_or_two_lost_edges_neither_split_nor_kill_a_burst(
    shape: str, hertz: float, lost: list[int]
) -> None:
    edges = ringing(shape, hertz, 1000)
    kept = [edge for index, edge in enumerate(edges) if index not in {at % len(edges) for at in lost}]
    said = heard(kept)
    if kept[-1][0] == 0:  # the level is then looked at, and found idle
        cadence = RingCadence()
        said = [(event, stamp) for level, stamp in kept for event in cadence.edge(level, stamp)]
        said += [(event, 0) for event in cadence.found(1, kept[-1][1] + SECOND)]
        said += [(event, 0) for event in cadence.expire(kept[-1][1] + 2 * SECOND)]
    begun, ended = (event for event, _ in said)
    assert isinstance(begun, BurstStarted)
    assert (
        kept[0][1] <= begun.mono <= kept[0][1] + ms(100)
    )  # pulses lost at the very beginning cost their own time
    assert ended == BurstEnded(kept[-1][1])


def test_two_bursts_are_two_after_a_tenth_of_a_second_of_silence() -> None:
    first, close = ringing("both", 25, 400), ringing("both", 25, 400, begin=490)
    apart = ringing("both", 25, 400, begin=520)
    assert len(bursts([*first, *close])) == 2
    assert bursts([*first, *apart]) == [
        BurstStarted(0),
        BurstEnded(first[-1][1]),
        BurstStarted(ms(520)),
        BurstEnded(apart[-1][1]),
    ]


def test_ringing_is_heard_right_after_a_crackle() -> None:
    crackle = pulses(12, 7, 2)
    edges = [*crackle, *ringing("both", 25, 1000, begin=90)]
    started, ended = bursts(edges)
    assert isinstance(started, BurstStarted)
    assert abs(started.mono - ms(90)) <= ms(20)
    assert ended == BurstEnded(edges[-1][1])


def test_chatter_at_each_crossing_does_not_hide_the_ringing() -> None:
    edges = [
        edge
        for level, stamp in ringing("one", 25, 1000)
        for edge in ((level, stamp), (1 - level, stamp + ms(0.1)), (level, stamp + ms(0.3)))
    ]
    assert bursts(edges) == [BurstStarted(0), BurstEnded(edges[-1][1])]


def test_jitter_at_the_start_and_end_belongs_to_a_merged_burst() -> None:
    begin = [(0, ms(0)), (1, ms(2)), (0, ms(5)), (1, ms(6)), (0, ms(9))]
    end = [(1, ms(1000)), (0, ms(1004)), (1, ms(1010))]
    said = heard([*begin, *end])
    assert said[0] == (BurstStarted(0), ms(9) + HOLD)
    assert said[1][0] == BurstEnded(ms(1010))


def test_clicks_long_before_a_merged_burst_are_not_its_start() -> None:
    edges = [(0, ms(0)), (1, ms(1)), *ringing("merged", 25, 1000, begin=90)]
    assert bursts(edges) == [BurstStarted(ms(90)), BurstEnded(ms(1090))]


def test_the_other_polarity() -> None:
    edges = [(1 - level, stamp) for level, stamp in ringing("one", 25, 1000)]
    said = heard(edges, RingCadence(active=1, level=0))
    assert [event for event, _ in said] == [BurstStarted(0), BurstEnded(edges[-1][1])]


# -- what is no ringing

FALSE_TRIGGERS: dict[str, list[Edge]] = {
    "ten pulses dialled": clicks_of(dialled("0")),
    "1234567890 dialled": clicks_of(dialled("1234567890")),
    "dialled, wide clicks": clicks_of(dialled("1234567890"), width=9),
    "dialled at 50/50": clicks_of(dialled("000", broken=50, closed=50)),
    "dialled, the detector conducts while the loop is open": [
        (1 - level, stamp) for level, stamp in dialled("000")
    ],
    "hook flash": clicks_of([(1, ms(0)), (0, ms(500))]),
    "hang-up transient": pulses(2, 17, 9),
    "polarity reversal": pulses(1, 20, 1),
    "charging pulses each second": pulses(30, 1000, 1),
    "lightning": pulses(3, 3, 0.01),
    "induction, both half waves": pulses(500, 10, 6),
    "line test voltage switched on and off": pulses(3, 600, 8),
    "loose wire": pulses(40, 3.7, 1.1),
    "pulses of 100 ms": pulses(20, 200, 100),
    "119 ms held": [(0, ms(0)), (1, ms(119))],
}


@pytest.mark.parametrize("name", FALSE_TRIGGERS)
def test_false_triggers_give_no_burst(name: str) -> None:
    assert bursts(FALSE_TRIGGERS[name]) == []


@given(st.lists(st.floats(0.05, 90).map(ms), min_size=1, max_size=60), st.integers(0, 1))
@settings(max_examples=300, deadline=None)
def test_a_loose_wire_that_crackles_for_less_than_115_ms_gives_no_burst(gaps: list[int], level: int) -> None:
    stamp, edges = 0, [(0, 0)]
    for index, gap in enumerate(gaps):
        stamp += gap
        if stamp >= ms(115):
            break
        edges.append(((index + level) % 2, stamp))
    edges.append((1, stamp + ms(1)))
    assert not any(isinstance(event, BurstStarted) for event in events(edges) if edges[-1][1] < ms(115))


def test_clicks_are_reported_with_their_number() -> None:
    assert events(pulses(3, 30, 2)) == [RingNoise(NoiseKind.CLICKS, 0, ms(62), 6)]


def test_a_burst_cut_short_is_told_and_called_a_chirp() -> None:
    edges = ringing("both", 25, 170)
    assert events(edges) == [
        BurstStarted(0),
        BurstEnded(edges[-1][1]),
        RingNoise(NoiseKind.CHIRP, 0, edges[-1][1], len(edges)),
    ]


def test_induction_is_reported_once_and_does_not_deafen() -> None:
    hum = pulses(400, 10, 6)
    said = events([*hum, *ringing("both", 25, 1000, begin=4500)])
    assert [event.kind for event in said if isinstance(event, RingNoise)] == [NoiseKind.ENDLESS]
    assert [type(event) for event in said if not isinstance(event, RingNoise)] == [BurstStarted, BurstEnded]


def test_ringing_right_after_endless_noise_is_limited_too() -> None:
    edges = [*pulses(400, 10, 6), *ringing("both", 25, 4000, begin=4010)]
    assert [event.kind for event in events(edges) if isinstance(event, RingNoise)] == [NoiseKind.ENDLESS] * 2


@pytest.mark.parametrize("shape", ["both", "one"])
def test_pulses_without_end_stop_being_a_burst_after_three_seconds(shape: str) -> None:
    edges = [*ringing(shape, 25, 8000), *ringing(shape, 25, 1000, begin=9000)]
    started, ended, noise, again, end = events(edges)
    assert (started, again, end) == (BurstStarted(0), BurstStarted(ms(9000)), BurstEnded(edges[-1][1]))
    assert isinstance(ended, BurstEnded)
    assert LONGEST_BURST - ms(40) <= ended.mono <= LONGEST_BURST
    assert isinstance(noise, RingNoise)
    assert noise.kind is NoiseKind.ENDLESS


def test_a_level_held_for_ever_stops_being_a_burst_and_the_next_one_is_heard() -> None:
    edges = [(0, 0), (1, ms(60_000)), *ringing("one", 25, 1000, begin=61_000)]
    said = events(edges)
    assert said[:3] == [
        BurstStarted(0),
        BurstEnded(LONGEST_BURST),
        RingNoise(NoiseKind.ENDLESS, 0, LONGEST_BURST, 1),
    ]
    assert said[3:] == [BurstStarted(ms(61_000)), BurstEnded(edges[-1][1])]


def test_a_pin_found_active_is_not_a_burst() -> None:
    cadence = RingCadence(level=0)
    assert cadence.next_deadline() is None
    assert cadence.expire(10 * SECOND) == []
    assert cadence.sounding is None


# -- beside a hook sensor


def test_edges_made_by_the_hook_only_set_the_level() -> None:
    cadence = RingCadence()
    for level, stamp in ringing("both", 25, 400):
        assert cadence.deaf_edge(level, stamp) == []
    assert cadence.next_deadline() is None


def test_an_edge_made_by_the_hook_ends_what_was_heard() -> None:
    cadence = RingCadence()
    edges = ringing("both", 25, 400)
    for level, stamp in edges:
        cadence.edge(level, stamp)
    assert cadence.deaf_edge(0, edges[-1][1] + ms(5)) == [BurstEnded(edges[-1][1])]
    assert cadence.expire(10 * SECOND) == []


def test_another_ear_may_end_the_burst() -> None:
    cadence = RingCadence()
    edges = ringing("one", 25, 600)
    for level, stamp in edges:
        cadence.edge(level, stamp)
    assert cadence.finish() == [BurstEnded(edges[-1][1])]
    assert cadence.finish() == []


def test_sounding_says_whether_it_may_be_ringing() -> None:
    cadence = RingCadence()
    assert cadence.sounding is None
    cadence.edge(0, ms(10))
    assert cadence.sounding == Sounding(ms(10), held=True)
    cadence.edge(1, ms(25))
    assert cadence.sounding == Sounding(ms(25), held=False)
    for level, stamp in pulses(10, 9, 5, begin=30):
        cadence.edge(level, stamp)
    assert cadence.sounding is None  # too fast for ringing


def test_a_lost_edge_found_by_looking_ends_a_held_level_about_then() -> None:
    cadence = RingCadence()
    cadence.edge(0, 0)
    assert cadence.expire(HOLD) == [BurstStarted(0)]
    cadence.found(1, ms(1100))
    assert cadence.expire(ms(1100) + GAP + PATIENCE) == [BurstEnded(ms(1100))]


def test_a_level_found_active_counts_from_then() -> None:
    cadence = RingCadence()
    assert cadence.found(0, ms(500)) == []
    assert cadence.expire(ms(500) + HOLD) == [BurstStarted(ms(500))]


def test_an_edge_delivered_late_still_belongs_to_its_burst() -> None:
    cadence = RingCadence()
    edges = ringing("one", 25, 1000)
    for level, stamp in edges[:20]:
        cadence.edge(level, stamp)
    assert cadence.expire(edges[19][1] + GAP + PATIENCE - 1) == []
    for level, stamp in edges[20:]:
        assert cadence.edge(level, stamp) == []


# -- for every input

AROUND = [
    ms(value) for value in (0, 3.9, 4, 11.9, 12, 20, 26, 36.1, 40, 70, 99, 100, 101, 114, 115, 116, 149, 150)
]
AROUND += [
    ms(value) for value in (151, 199, 200, 201, 299, 300, 301, 2899, 2999, 3000, 3001, 3199, 3200, 3201)
]
gaps = st.sampled_from(AROUND) | st.integers(0, 400 * MILLISECOND)
trains = st.sampled_from([(0, ms(20)), (1, ms(20)), (0, ms(18)), (1, ms(2)), (1, ms(22))])
steps = st.lists(st.tuples(st.integers(0, 1), gaps) | trains, max_size=40)
ticks = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), max_size=30)


def record(history: list[tuple[int, int]], looks: list[tuple[int, float]]) -> list[RingEvent]:
    """The record of a history of (level, gap before it), with `expire` called at shares of some gaps."""
    cadence, now, said = RingCadence(), 0, list[RingEvent]()
    for index, (level, gap) in enumerate(history):
        for share in sorted(share for at, share in looks if at == index):
            said += cadence.expire(now + int(gap * share))
        now += gap
        said += cadence.edge(level, now)
    return said + cadence.expire(now + 10 * SECOND)


@given(
    history=st.lists(steps, max_size=4).map(lambda parts: [step for part in parts for step in part]),
    repeat=st.integers(1, 6),
    looks=ticks,
)
@settings(max_examples=500, deadline=None)
def test_ticks_never_change_the_record(
    history: list[tuple[int, int]], repeat: int, looks: list[tuple[int, float]]
) -> None:
    history = history * repeat
    assert record(history, looks) == record(history, [])


@given(
    st.lists(
        st.tuples(st.integers(-5, 5), st.integers(-(10**12), 10**12), st.sampled_from("ednft")), max_size=40
    )
)
@settings(max_examples=300, deadline=None)
def test_whatever_comes_nothing_is_raised_and_bursts_do_not_overlap(
    calls: list[tuple[int, int, str]],
) -> None:
    cadence, said = RingCadence(), list[RingEvent]()
    for level, stamp, call in calls:
        match call:
            case "e":
                said += cadence.edge(level, stamp)
            case "d":
                said += cadence.deaf_edge(level, stamp)
            case "n":
                said += cadence.found(level, stamp)
            case "f":
                said += cadence.finish()
            case _:
                said += cadence.expire(stamp)
        cadence.next_deadline()
        assert cadence.sounding is None or isinstance(cadence.sounding, Sounding)
    told = [type(event) for event in said if not isinstance(event, RingNoise)]
    assert told == [BurstStarted, BurstEnded] * (len(told) // 2) + [BurstStarted] * (len(told) % 2)
