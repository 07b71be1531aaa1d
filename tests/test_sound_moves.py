"""Tones, voices, reversals and ears that go: what they add to a line whose hook is sensed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from device.signals import LineSignal, Means, Sensing, Sound, seconds
from firmware_app.calls.call import (
    Anomaly,
    Call,
    Direction,
    Disposition,
    Doubt,
    FarEnd,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from firmware_app.calls.known_line import LineState
from tests.line_signals import (
    ALL,
    NUMBER,
    Driven,
    burst,
    bursts,
    caller_id,
    digit,
    flash,
    lost,
    off,
    on,
    restored,
    reversal,
    sensing,
    sound,
    word,
)
from tests.support import at

MINUTE = 60
NO_HOOK = replace(ALL, hook=False)
SILENT_HOOK = replace(ALL, hook=False, sound=False, digits=False)


def played(signals: Sequence[LineSignal], what: Sensing = ALL, until: float = 10_000) -> Driven:
    driven = Driven(what)
    driven.play(signals, until)
    return driven


def anomalies(driven: Driven) -> list[str]:
    return [event.kind for event in driven.events if isinstance(event, Anomaly)]


def troubles(driven: Driven) -> list[tuple[str, Trouble, float]]:
    return [
        ("began" if isinstance(event, TroubleBegan) else "ended", event.trouble, event.at.mono / 1e9)
        for event in driven.events
        if isinstance(event, TroubleBegan | TroubleEnded)
    ]


def one(driven: Driven) -> Call:
    (call,) = driven.closed
    return call


# Sounds beside a hook that is sensed.


@pytest.mark.parametrize(("after", "dialled"), [(8.0, True), (8.001, False)])
def test_a_dial_tone_soon_after_lifting_in_a_silence_means_somebody_dials(
    after: float, dialled: bool
) -> None:
    driven = played([*bursts(10, 15), off(17, 0.2), sound(17 + after, Sound.DIAL_TONE), digit(27), on(60)])
    dispositions = [call.disposition for call in driven.closed]
    assert dispositions == ([Disposition.NO_ANSWER, None] if dialled else [Disposition.ANSWERED])
    assert driven.closed[-1].digits == ("5" if dialled else "")
    assert anomalies(driven) == []


def test_a_dial_tone_that_is_told_before_the_lifting_means_so_too() -> None:
    driven = played([*bursts(10, 15), sound(17.1, Sound.DIAL_TONE), off(17.2, 0.2), on(60)])
    assert [call.disposition for call in driven.closed] == [Disposition.NO_ANSWER, None]
    assert (driven.closed[0].answered, driven.closed[0].answered_by) == (None, None)
    assert troubles(driven)[0] == ("began", Trouble.LEFT_OFF_HOOK, 47.2)


def test_an_old_dial_tone_says_nothing_of_this_lifting() -> None:
    driven = played([sound(5, Sound.DIAL_TONE), *bursts(10), off(13), on(60)])
    assert one(driven).disposition is Disposition.ANSWERED


@pytest.mark.parametrize(("after", "non_voice"), [(1.0, True), (40.0, True), (40.001, False)])
@pytest.mark.parametrize("tone", [Sound.FAX_CALLING, Sound.ANSWER_TONE])
def test_a_fax_that_is_answered_is_no_conversation(after: float, non_voice: bool, tone: Sound) -> None:
    call = one(played([*bursts(10), off(12), sound(12 + after, tone), sound(12.1 + after, tone), on(60)]))
    assert call.disposition is (Disposition.NON_VOICE if non_voice else Disposition.ANSWERED)
    assert (call.answered, call.talk) == (at(12), seconds(48))


def test_a_call_taken_for_a_fax_that_rings_on_was_not_answered_at_all() -> None:
    driven = played([*bursts(10), off(12), sound(13, Sound.FAX_CALLING), *bursts(15, 20)])
    assert (one(driven).disposition, one(driven).doubt) == (Disposition.UNKNOWN, Doubt.HOOK_SENSOR)


def test_left_off_hook_thirty_seconds_without_a_sound_or_digit() -> None:
    driven = played([off(10), on(100)], replace(ALL, digits=False))
    assert troubles(driven) == [("began", Trouble.LEFT_OFF_HOOK, 40), ("ended", Trouble.LEFT_OFF_HOOK, 100)]


@pytest.mark.parametrize("use", [Sound.VOICE, Sound.RINGBACK])
def test_who_speaks_or_hears_it_ring_uses_the_line(use: Sound) -> None:
    assert troubles(played([off(10), sound(30, use), on(19 * MINUTE)])) == []


def test_busy_in_a_lifted_handset_is_no_use_and_no_far_end() -> None:
    driven = played([off(10), sound(12, Sound.DIAL_TONE), sound(27, Sound.BUSY), on(60)])
    assert troubles(driven)[0] == ("began", Trouble.LEFT_OFF_HOOK, 40)
    assert (one(driven).far_end, one(driven).talk) == (FarEnd.UNKNOWN, None)


def test_the_howler_is_a_fault_at_once_and_only_on_hook_ends_it() -> None:
    driven = played(
        [*bursts(10), off(12), sound(50, Sound.HOWLER), sound(60, Sound.VOICE), digit(61), on(100)]
    )
    assert troubles(driven) == [("began", Trouble.LEFT_OFF_HOOK, 50), ("ended", Trouble.LEFT_OFF_HOOK, 100)]
    assert one(driven).talk is None


def test_a_person_ends_the_howler_s_fault() -> None:
    driven = Driven(ALL)
    driven.play([off(10, found=True), sound(12, Sound.HOWLER)], 20)
    driven.events += driven.machine.still_talking(at(20))
    driven.play([], 21 * MINUTE)
    assert [kind for kind, *_ in troubles(driven)] == ["began", "ended", "began"]


def test_while_voices_are_heard_in_a_call_nobody_is_asked() -> None:
    driven = played([*bursts(10), off(12), sound(14, Sound.VOICE), sound(7000, Sound.SILENCE)], until=9000)
    assert troubles(driven) == [("began", Trouble.STILL_TALKING, 8200)]
    without_digits = played(
        [off(12), sound(14, Sound.VOICE)], until=2000
    )  # of the room, for all that is known
    assert troubles(without_digits) == [("began", Trouble.STILL_TALKING, 1212)]


def test_where_sounds_are_not_heard_any_more_voices_prove_nothing() -> None:
    talk = [
        *bursts(10),
        off(12),
        sound(14, Sound.VOICE),
        sensing(100, replace(ALL, sound=False), "tap: gone"),
    ]
    assert troubles(played(talk, until=2000)) == [
        ("began", Trouble.EAR_LOST, 100),
        ("began", Trouble.STILL_TALKING, 1300),
    ]


def test_a_sound_told_after_a_later_one_changes_nothing() -> None:
    states: list[list[LineSignal]] = [
        [],
        [off(1, found=True)],
        [off(1)],
        [off(1), digit(2)],
        bursts(1),
        [*bursts(1), off(3)],
    ]
    for before in states:
        driven = Driven(ALL)
        driven.play([*before, sound(9, Sound.SILENCE)])
        told = len(driven.events)
        driven.play([sound(8.9, what) for what in Sound])
        assert driven.events[told:] == []


def test_sounds_on_hook_and_while_it_rings_wait_for_the_hook_s_own_word() -> None:
    driven = played(
        [sound(5, Sound.DIAL_TONE), sound(6, Sound.HOWLER), *bursts(10), sound(12, Sound.DIAL_TONE)]
    )
    assert (one(driven).disposition, driven.machine.troubles) == (Disposition.ABANDONED, ())


def test_before_the_answer_nothing_is_said_of_it() -> None:
    driven = Driven(ALL)
    driven.play([*bursts(10), off(13), sound(12.9, Sound.FAX_CALLING), on(60)])
    assert driven.closed[0].disposition is Disposition.ANSWERED
    early = played([off(13), sound(12.9, Sound.RINGBACK), sound(14, Sound.VOICE), on(60)])
    assert one(early).far_end is FarEnd.UNKNOWN


def test_off_hook_found_without_a_call_hears_the_howler() -> None:
    driven = played([off(10, found=True), sound(12, Sound.DIAL_TONE), sound(15, Sound.HOWLER), on(20)])
    assert [kind for kind, *_ in troubles(driven)] == ["began", "ended"]
    assert driven.closed == []


# The far end.


def test_a_reversal_after_the_digits_is_the_far_end_s_answer_and_the_next_its_hang_up() -> None:
    dialled: list[LineSignal] = [
        off(10),
        reversal(10.5),
        digit(12),
        reversal(20, 0.01),
        reversal(50),
        reversal(51),
        on(60),
    ]
    call = one(played(dialled))
    assert (call.far_end, call.far_answered, call.far_answered_by) == (
        FarEnd.ANSWERED,
        at(20),
        Means.REVERSAL_PIN,
    )
    assert (call.far_answer_error, call.ended, call.talk) == (seconds(0.01), at(60), seconds(50))


def test_the_far_end_never_answers_after_the_call() -> None:
    driven = Driven(ALL)
    driven.play([off(10), digit(11), reversal(30.2), on(30), off(40), on(41)])
    assert (driven.closed[0].ended, driven.closed[0].far_answered) == (at(30), at(30))
    assert driven.closed[1].far_end is FarEnd.UNKNOWN  # what was heard of one call is not of the next


@pytest.mark.parametrize(("moment", "answered"), [(12.999, False), (13.0, True)])
def test_where_digits_are_not_heard_a_reversal_needs_the_time_to_dial(moment: float, answered: bool) -> None:
    call = one(played([off(10), reversal(moment), on(60)], replace(ALL, digits=False)))
    assert (call.far_end is FarEnd.ANSWERED) == answered


def test_a_reversal_on_hook_while_ringing_or_in_a_talk_is_harmless() -> None:
    driven = played([reversal(5), *bursts(10), reversal(11.5), off(12), reversal(13), on(60)])
    assert (one(driven).disposition, anomalies(driven)) == (Disposition.ANSWERED, [])


def test_what_is_pressed_once_the_far_end_has_answered_is_not_the_number() -> None:
    call = one(played([off(10), digit(11, "1"), reversal(20), digit(21, "9"), on(60)]))
    assert (call.digits, call.digits_by) == ("1", None)


def test_a_burst_told_late_turns_the_call_round_without_a_far_end() -> None:
    driven = played([off(10.1, error=0.15), sound(10.2, Sound.RINGBACK), word(10.0, error=0.05), on(60)])
    assert (one(driven).direction, one(driven).far_end) == (Direction.INBOUND, None)


# A second caller.


def test_a_caller_id_in_a_talk_is_a_second_caller_and_the_talk_goes_on() -> None:
    driven = played([*bursts(10), caller_id(12), off(13), caller_id(30, "15400009999"), flash(32), on(60)])
    second, first = driven.closed
    assert (second.caller_id.number if second.caller_id else None, second.started) == ("15400009999", at(30))
    assert (second.disposition, second.doubt, second.ring_bursts) == (
        Disposition.UNKNOWN,
        Doubt.CALL_WAITING,
        0,
    )
    assert (first.disposition, first.talk, first.ended) == (Disposition.ANSWERED, seconds(47), at(60))
    assert second.key != first.key
    assert anomalies(driven) == []
    again = driven.play([*bursts(61)], 100)  # the second record moved no end of a call
    assert again != []
    assert driven.closed[-1].started == at(61)


@pytest.mark.parametrize(("late", "known"), [(3.0, True), (3.001, False)])
def test_caller_id_may_come_a_little_after_the_answer(late: float, known: bool) -> None:
    driven = Driven(ALL)
    driven.play([*burst(10), off(11.5), caller_id(11.5 + late), on(60)])
    *second, call = driven.closed
    assert (call.caller_id is not None) == known
    assert [other.doubt for other in second] == ([] if known else [Doubt.CALL_WAITING])
    assert anomalies(driven) == []


def test_the_number_of_the_talk_itself_is_no_second_caller() -> None:
    driven = played([*bursts(10), caller_id(12), off(13), caller_id(20, NUMBER, "张"), on(60)])
    assert one(driven).caller_id is not None
    assert one(driven).caller_id.name == "张"  # type: ignore[union-attr]


def test_a_second_caller_in_an_outbound_talk() -> None:
    driven = played([off(10), digit(11), caller_id(13.001), caller_id(20), on(60)])  # its block comes twice
    assert [call.direction for call in driven.closed] == [Direction.INBOUND, Direction.OUTBOUND]


@pytest.mark.parametrize("answered", [True, False])
def test_a_call_waiting_tone_alone_is_a_call_without_a_number(answered: bool) -> None:
    """In an outbound call only once the far end has answered: before, it may be a ringback tone badly heard."""
    dialled = [off(10), digit(11), *([reversal(15)] if answered else [])]
    for talk, seconds_callers in (([*bursts(10), off(12)], 1), (dialled, int(answered))):
        driven = played([*talk, sound(20, Sound.CALL_WAITING), sound(24.4, Sound.CALL_WAITING), on(60)])
        second = driven.closed[:-1]
        assert [(call.started, call.caller_id, call.doubt) for call in second] == [
            (at(20), None, Doubt.CALL_WAITING)
        ] * seconds_callers


def test_who_hangs_up_with_a_caller_waiting_is_rung_by_that_caller() -> None:
    driven = played([*bursts(10), off(12), sound(20, Sound.CALL_WAITING), on(22), *bursts(23, 28)])
    assert [call.started for call in driven.closed] == [at(10), at(23)]


# Ears that go and come.


def test_an_ear_that_is_away_is_a_fault_that_names_it() -> None:
    driven = played(
        [
            sensing(1, ALL, "modem: no port"),
            sensing(2, ALL, "modem: no port"),
            sensing(3, ALL, "modem: no port; tap: gone"),
            sensing(4, ALL, ""),
            sensing(5, ALL, "tap: gone"),
            lost(6),
        ]
    )
    assert [(kind, when) for kind, trouble, when in troubles(driven) if trouble is Trouble.EAR_LOST] == [
        ("began", 1),
        ("ended", 3),
        ("began", 3),
        ("ended", 4),
        ("began", 5),
        ("ended", 6),
    ]
    details = [event.detail for event in driven.events if isinstance(event, TroubleBegan)]
    assert details == ["modem: no port", "modem: no port; tap: gone", "tap: gone", "unplugged"]


@pytest.mark.parametrize("back", [None, 12.0])
def test_a_call_whose_hook_was_not_sensed_all_the_time_is_unknown(back: float | None) -> None:
    signals: list[LineSignal] = [*burst(10), sensing(11.5, SILENT_HOOK, "gpio: gone")]
    if back is not None:
        signals.append(sensing(back, ALL))
    driven = played([*signals, *bursts(15)], until=100)
    assert (one(driven).disposition, one(driven).doubt) == (Disposition.UNKNOWN, Doubt.HOOK_AWAY)


def test_an_answer_that_was_sensed_stays_one_though_the_hook_was_away() -> None:
    signals = [*burst(10), sensing(11.5, SILENT_HOOK, "gpio: gone"), sensing(12, ALL), off(16), on(60)]
    assert one(played(signals)).disposition is Disposition.ANSWERED


def test_a_restoring_that_senses_less_is_no_better() -> None:
    driven = played([*burst(10), restored(11.5, SILENT_HOOK), restored(12, ALL), *bursts(15)], until=100)
    assert one(driven).doubt is Doubt.NO_HOOK


def test_an_ear_that_cannot_tell_of_this_one_call_is_no_fault() -> None:
    signals = [*burst(10), sensing(11, NO_HOOK), sensing(18, ALL)]
    driven = played(signals, until=100)
    assert (one(driven).doubt, troubles(driven)) == (Doubt.NO_HOOK, [])


def test_a_fax_heard_before_the_lifting_is_told_is_a_fax() -> None:
    driven = played([*bursts(10), sound(12, Sound.FAX_CALLING), off(11.5, 0.3), on(60)])
    assert one(driven).disposition is Disposition.NON_VOICE
    driven = played(
        [*bursts(10), sound(12, Sound.VOICE), off(12.5, 0.1), on(60)]
    )  # and the voice is not of this call
    assert one(driven).disposition is Disposition.ANSWERED


@pytest.mark.parametrize("before", [[*bursts(10), off(12)], [off(12), digit(13)], [off(12, found=True)]])
def test_a_talk_whose_hook_is_sensed_no_more_ends_unseen(before: list[LineSignal]) -> None:
    driven = played([*before, sensing(40, SILENT_HOOK, "gpio: gone")])
    assert [(call.ended, call.talk) for call in driven.closed] == [(at(40), None)] * len(driven.closed)
    assert driven.machine.state is LineState.IDLE
    assert not any(trouble is not Trouble.EAR_LOST for trouble, _ in driven.machine.troubles)


def test_by_sound_it_goes_on_and_the_hook_that_is_back_tells_its_end() -> None:
    signals = [*bursts(10), off(12), sound(13, Sound.VOICE), sensing(40, NO_HOOK, "gpio: gone")]
    driven = played([*signals, sensing(50, ALL), off(50, found=True), off(51, found=True), on(80)])
    assert (one(driven).talk, one(driven).ended, anomalies(driven)) == (seconds(68), at(80), [])
