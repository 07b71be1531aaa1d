"""Ring and hook pins heard together: who answered in the middle of a burst, and which clicks are only clicks."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from device.hook_detector import Flashed, HookDetector, PulsesDialled, WentOffHook, WentOnHook
from device.loop_ears import LoopEars, LoopEvent
from device.ring_cadence import LONGEST_BURST, BurstEnded, BurstStarted, RingCadence, RingNoise
from device.signals import MILLISECOND, SECOND
from tests.pulse_trains import Edge, clicks_of, dialled, ms, pulses, ringing


def ears(*, hook: bool = True, level: int = 1) -> LoopEars:
    return LoopEars(RingCadence(), HookDetector(level=level) if hook else None)


def heard(ring: list[Edge], hook: list[Edge], line: LoopEars | None = None) -> list[LoopEvent]:
    """What is said of the edges of both pins, `expire` being called exactly when it is asked for; noise left out."""
    line = line or ears()
    edges = sorted(
        [(stamp, "ring", level) for level, stamp in ring] + [(stamp, "hook", level) for level, stamp in hook]
    )
    said: list[LoopEvent] = []

    def wait_until(moment: int) -> None:
        while (deadline := line.next_deadline()) is not None and deadline <= moment:
            said.extend(line.expire(deadline))

    for stamp, pin, level in edges:
        wait_until(stamp)
        said.extend(line.ring_edge(level, stamp) if pin == "ring" else line.hook_edge(level, stamp))
    wait_until((edges[-1][0] if edges else 0) + 20 * SECOND)
    return [event for event in said if not isinstance(event, RingNoise)]


def test_answered_between_two_bursts() -> None:
    ring = ringing("both", 25, 1000)
    assert heard(ring, [(0, ms(2500)), (1, ms(30_000))]) == [
        BurstStarted(0),
        BurstEnded(ring[-1][1]),
        WentOffHook(ms(2500)),
        WentOnHook(ms(30_000)),
    ]


def test_answered_in_a_burst_the_ringing_is_over_before_the_answer_is_told() -> None:
    for shape in ("both", "one", "merged"):
        ring = ringing(shape, 25, 560)  # the exchange stops it 160 ms after the answer
        assert heard(ring, [(0, ms(400))]) == [BurstStarted(0), BurstEnded(ring[-1][1]), WentOffHook(ms(400))]


def test_a_sensor_that_ringing_holds_closed_answers_nothing() -> None:
    for shape in ("both", "one", "merged"):
        ring = ringing(shape, 25, 1000)
        hook = [(0, ms(2)), (1, ms(1030))]  # a capacitor: it looks closed from the first cycle to the last
        assert heard(ring, hook) == [BurstStarted(0), BurstEnded(ring[-1][1])]


def test_answered_in_a_burst_that_shakes_the_sensor() -> None:
    ring = ringing("one", 25, 800)
    hook = [*pulses(17, 40, 18), (0, ms(685))]
    assert heard(ring, hook) == [BurstStarted(0), BurstEnded(ring[-1][1]), WentOffHook(ms(685))]


def test_dialling_flash_and_hang_up_click_and_are_no_ringing() -> None:
    hook = [*dialled("2217000"), (1, ms(9000)), (0, ms(9300)), (1, ms(12_000))]
    said = heard(clicks_of(hook, width=30), hook, ears(level=0))
    assert [event.digit for event in said if isinstance(event, PulsesDialled)] == list("2217000")
    assert [event for event in said if not isinstance(event, PulsesDialled)] == [
        Flashed(ms(9000)),
        WentOnHook(ms(12_000)),
    ]


def test_a_detector_that_swings_after_a_transition_is_not_believed() -> None:
    hook = [(1, ms(1000)), (0, ms(1400)), (1, ms(5000))]
    swings = [edge for _, stamp in hook for edge in ringing("both", 25, 250, begin=stamp / MILLISECOND + 5)]
    assert heard(swings, hook, ears(level=0)) == [Flashed(ms(1000)), WentOnHook(ms(5000))]


def test_ringing_on_a_line_that_is_off_hook_is_told() -> None:
    ring = ringing("both", 25, 1000, begin=5000)
    assert heard(ring, [], ears(level=0)) == [BurstStarted(ms(5000)), BurstEnded(ring[-1][1])]


def test_hum_on_the_ring_pin_hides_no_answer() -> None:
    hum = pulses(300, 10, 6)
    assert heard(hum, [(0, ms(1000))]) == [WentOffHook(ms(1000))]


def test_a_ring_pin_that_is_stuck_hides_no_answer_for_long() -> None:
    said = heard([(0, ms(0))], [(0, ms(500))])
    assert said == [BurstStarted(0), BurstEnded(LONGEST_BURST), WentOffHook(ms(500))]


def test_a_line_without_a_hook_sensor() -> None:
    line = ears(hook=False)
    ring = ringing("one", 25, 1000)
    assert heard(ring, [(0, ms(400))], line) == [BurstStarted(0), BurstEnded(ring[-1][1])]
    assert line.off_hook is None


def test_off_hook_says_what_the_sensor_says() -> None:
    line = ears()
    assert line.off_hook is False
    heard([], [(0, ms(100))], line)
    assert line.off_hook is True


def test_a_lost_edge_of_the_ring_pin_is_made_good_by_looking() -> None:
    line = ears()
    edges = ringing("one", 25, 1000)[:-1]
    for level, stamp in edges:
        line.ring_edge(level, stamp)
    line.ring_found(1, edges[-1][1] + ms(300))
    assert line.expire(5 * SECOND) == [BurstEnded(edges[-1][1])]


AROUND = [
    4,
    12,
    18,
    20,
    22,
    26,
    40,
    60,
    70,
    99,
    100,
    101,
    119,
    120,
    121,
    149,
    150,
    151,
    169,
    170,
    171,
    199,
    200,
    300,
    301,
]
AROUND += [319, 320, 321, 600, 699, 700, 701, 720, 2999, 3000, 3001, 3200]
gaps = st.sampled_from([ms(value) for value in AROUND]) | st.integers(0, 900 * MILLISECOND)
steps = st.tuples(st.sampled_from(["ring", "ring", "ring", "hook"]), gaps)
trains = st.sampled_from(
    [("ring", ms(20)), ("ring", ms(18)), ("hook", ms(20)), ("hook", ms(60)), ("ring", ms(2))]
).flatmap(lambda step: st.integers(1, 24).map(lambda times: [step] * times))
shares = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), max_size=40)


def record(history: list[tuple[str, int]], level: int, looks: list[tuple[int, float]]) -> list[LoopEvent]:
    line, now = ears(level=level), 0
    levels, said = {"ring": 1, "hook": level}, list[LoopEvent]()
    for index, (pin, gap) in enumerate(history):
        for share in sorted(share for at, share in looks if at == index):
            said += line.expire(now + int(gap * share))
        now += gap
        levels[pin] = 1 - levels[pin]
        said += line.ring_edge(levels[pin], now) if pin == "ring" else line.hook_edge(levels[pin], now)
    said += line.expire(now + 10 * SECOND) + line.expire(now + 20 * SECOND)
    return sorted(said, key=lambda event: (str(type(event)), str(event)))


# The ring pin is held from 8 ms after the lift on: a burst, since nobody is believed to have answered in one.
HELD_AT_THE_LIFT = [("ring", ms(20))] * 6 + [("ring", ms(4))] * 9
HELD_AT_THE_LIFT += [("hook", ms(4)), ("ring", ms(4)), ("ring", ms(4)), ("ring", ms(169))]


@example(history=HELD_AT_THE_LIFT, level=1, looks=[(18, 1.0)])
@given(
    history=st.lists(trains | st.lists(steps, max_size=8), max_size=6).map(
        lambda parts: [s for part in parts for s in part]
    ),
    level=st.integers(0, 1),
    looks=shares,
)
@settings(max_examples=500, deadline=None)
def test_ticks_never_change_the_record(
    history: list[tuple[str, int]], level: int, looks: list[tuple[int, float]]
) -> None:
    assert record(history, level, looks) == record(history, level, [])
