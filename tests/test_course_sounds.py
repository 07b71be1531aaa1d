"""What is to be heard of a call besides what modems and pins tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.exchange.course_sounds import RINGS_FOR, sounds_of
from device.exchange.line_course import TONES_DIGIT, course, message_duration
from device.exchange.planned import CourseOfLine, FarEnd, PlannedCall, PlannedDialling, PlannedLift, Sent
from device.exchange.wire_changes import Wire, WireChange
from device.signals import SECOND, Absence, CallerId, Sound, seconds

CALLER = CallerId("15400001234")


def heard(plan: CourseOfLine) -> list[WireChange]:
    return sounds_of(plan, course(plan, 0))


def sounds(plan: CourseOfLine) -> list[Sound]:
    return [change.sound for change in heard(plan) if change.kind is Wire.SOUND]


def test_a_message_begins_so_long_before_it_is_through() -> None:
    plan = PlannedCall(CALLER, sent=Sent.BROKEN)
    (sent,) = [change for change in course(plan, 0) if change.kind is Wire.CALLER_ID_SENT]
    (begun,) = heard(plan)
    assert begun.kind is Wire.CALLER_ID_BEGUN
    assert (begun.at, begun.damaged) == (sent.at - message_duration(CALLER), True)


@pytest.mark.parametrize(
    ("caller_id", "tones"),
    [
        (CALLER, "D15400001234C"),
        (CallerId("+8615400001234"), "D8615400001234C"),
        (CallerId(absence=Absence.PRIVATE), "B10C"),
        (CallerId(absence=Absence.OUT_OF_AREA), "B00C"),
    ],
)
def test_a_caller_by_tones_comes_before_the_first_burst(caller_id: CallerId, tones: str) -> None:
    first, burst, *_ = course(PlannedCall(caller_id, sent=Sent.TONES), 0)
    assert (first.kind, first.at, first.tones) == (Wire.TONES, 0, tones)
    assert burst.kind is Wire.BURST_STARTED
    assert burst.at > len(tones) * TONES_DIGIT


def test_who_answers_speaks_and_a_fax_calls() -> None:
    assert sounds(PlannedCall(answer_after=seconds(7))) == [Sound.VOICE]
    assert sounds(PlannedCall(answer_after=seconds(7), fax=True)) == [Sound.FAX_CALLING]
    assert sounds(PlannedCall()) == []


@pytest.mark.parametrize(
    ("far", "end"),
    [
        (FarEnd.ANSWERS, [Sound.RINGBACK, Sound.VOICE]),
        (FarEnd.REVERSES, [Sound.RINGBACK, Sound.VOICE]),
        (FarEnd.FAX, [Sound.RINGBACK, Sound.ANSWER_TONE]),
        (FarEnd.NOBODY, [Sound.RINGBACK]),
        (FarEnd.BUSY, [Sound.BUSY]),
        (FarEnd.VACANT, [Sound.VACANT_NUMBER]),
    ],
)
def test_the_far_end_of_a_call_that_goes_out(far: FarEnd, end: list[Sound]) -> None:
    plan = PlannedDialling("12345", far=far)
    assert sounds(plan) == [Sound.DIAL_TONE, Sound.SILENCE, *end]
    reversals = [change.at for change in heard(plan) if change.kind is Wire.REVERSED]
    answered = [change.at for change in heard(plan) if change.sound is Sound.VOICE]
    assert reversals == (answered if far is FarEnd.REVERSES else [])


def test_a_lifted_handset_hears_the_dial_tone_and_nobody_dialled() -> None:
    assert sounds(PlannedLift()) == sounds(PlannedDialling("")) == [Sound.DIAL_TONE]


calls = st.builds(
    PlannedCall,
    st.just(CALLER),
    bursts=st.floats(0.1, 5),
    answer_after=st.none() | st.integers(0, 20 * SECOND),
    talk=st.integers(0, 3 * SECOND),
    sent=st.sampled_from(Sent),
)
diallings = st.builds(
    PlannedDialling,
    st.text("0123456789", max_size=5),
    talk=st.integers(0, 2 * RINGS_FOR),
    far=st.sampled_from(FarEnd),
)


@given(calls | diallings)
def test_nothing_sounds_before_the_course_begins_or_after_it_ended(plan: CourseOfLine) -> None:
    changes = course(plan, 0)
    assert all(0 <= change.at < changes[-1].at for change in sounds_of(plan, changes))
