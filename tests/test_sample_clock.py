"""When each sample sounded: jitter of readings does not bend intervals, drift is followed, a gap is noticed."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from device.sample_clock import ERROR, GAP, SampleClock
from device.signals import MILLISECOND, SECOND

RATE = 8000
BLOCK = 1600  # 0.2 s
T0 = 1_000 * SECOND


def sounded(position: int, ppm: float = 0.0) -> int:
    return T0 + round(position * SECOND / (RATE * (1 + ppm / 1e6)))


@given(
    st.lists(st.integers(0, 400), min_size=80, max_size=120),
    st.sampled_from([-400.0, -100.0, 0.0, 100.0, 400.0]),
)
@example([0] * 5 + [400] * 100, 400.0)
@example([400] * 40 + [0] + [400] * 60, -400.0)
def test_stamps_are_as_good_as_the_best_readings_and_intervals_hold(delays: list[int], ppm: float) -> None:
    """Never before a sample could have sounded by more than the drift; 6 s apart is 6 s within 10 ms once it has settled."""
    clock = SampleClock(RATE)
    delays[:3] = [0, 0, 0]  # one reading in time, as there is in every second on any machine
    for number, delay in enumerate(delays, start=1):
        if number % 5 == 0:
            delay = 0
        assert clock.read(number * BLOCK, sounded(number * BLOCK, ppm) + delay * MILLISECOND)
        end = number * BLOCK
        assert abs(clock.at(end) - sounded(end, ppm)) < ERROR
    assert abs(clock.at(end) - clock.at(end - 6 * RATE) - 6 * SECOND) < 10 * MILLISECOND


def test_lost_samples_are_a_gap_and_the_count_begins_anew() -> None:
    clock = SampleClock(RATE)
    assert clock.read(BLOCK, sounded(BLOCK))
    assert clock.read(2 * BLOCK, sounded(2 * BLOCK) + GAP)
    late = 3 * SECOND
    assert not clock.read(3 * BLOCK, sounded(3 * BLOCK) + late)
    assert clock.gaps == 1
    assert clock.at(3 * BLOCK) == sounded(3 * BLOCK) + late
    assert clock.read(4 * BLOCK, sounded(4 * BLOCK) + late)


def test_a_sample_never_sounded_after_it_was_read() -> None:
    clock = SampleClock(RATE)
    clock.read(BLOCK, sounded(BLOCK) + 400 * MILLISECOND)
    clock.read(2 * BLOCK, sounded(2 * BLOCK))
    assert clock.at(2 * BLOCK) == sounded(2 * BLOCK)


def test_the_first_seconds_are_less_exact() -> None:
    clock = SampleClock(RATE)
    clock.read(BLOCK, T0)
    assert [clock.error(T0 + after * SECOND) for after in (0, 1, 2, 3)] == [
        ERROR + 200 * MILLISECOND,
        ERROR + 100 * MILLISECOND,
        ERROR,
        ERROR,
    ]
