"""What is told of a line that is only heard: caller ID, digits, tones, and what the sound proves of the hook and what not."""

from __future__ import annotations

from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device.signals import (
    SECOND,
    Absence,
    CallerId,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Instant,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    SensingChanged,
    Sound,
    SoundHeard,
    Unrecognised,
    seconds,
)
from device.sound_hearing import (
    BurstHeard,
    DigitHeard,
    LineSounds,
    MessageHeard,
    SoundHearing,
    SoundResult,
)

NUMBER = bytes.fromhex("801601083033313731363536020A32313536343330313434BA")  # LINE 1.2
WAITING = bytes([0x82, 0x03, 0x0B, 0x01, 0x00])
WAITING += bytes([-sum(WAITING) % 256])


def at(time: float) -> Instant:
    return Instant(seconds(1000 + time), seconds(9000 + time))


def hearing(infer_hook: bool = True) -> SoundHearing:
    return SoundHearing("L1", infer_hook=infer_hook)


def sound(time: float, kind: Sound) -> LineSounds:
    return LineSounds(at(time), kind, 7)


def message(time: float, data: bytes = NUMBER, ok: bool = True) -> MessageHeard:
    return MessageHeard(at(time), at(time + 0.6), data, ok)


def digits(symbols: str, time: float, step: float = 0.14) -> list[SoundResult]:
    times = [time + number * step for number in range(len(symbols))]
    return [DigitHeard(at(t), at(t + step / 2), symbol, 3) for t, symbol in zip(times, symbols, strict=True)]


def burst(time: float, length: float = 1.0) -> list[SoundResult]:
    return [BurstHeard(at(time), True, 5), BurstHeard(at(time + length), False, 5)]


def play(
    ear: SoundHearing, results: list[SoundResult], *, until: float, loud: tuple[tuple[float, float], ...] = ()
) -> list[LineSignal]:
    """The results as they come, half a second late, and the floor: quiet but for the spans of `loud`. A step is 0.1 s."""
    told: list[LineSignal] = []
    waiting = sorted(results, key=_began)
    for step in range(round(until * 10) + 1):
        now = step / 10
        while waiting and _began(waiting[0]).mono <= at(now - 0.5).mono:
            told += ear.handle(waiting.pop(0))
        quiet = max((end for begin, end in loud if begin <= now), default=0.0)
        told += ear.heard_until(at(now), at(quiet) if quiet < now else None)
    return told


def _began(result: SoundResult) -> Instant:
    return result.start if isinstance(result, MessageHeard | DigitHeard) else result.at


def kinds(told: list[LineSignal]) -> list[str]:
    return [type(signal).__name__ for signal in told if not isinstance(signal, SoundHeard)]


S = TypeVar("S")


def only(told: list[LineSignal], kind: type[S]) -> S:
    (found,) = (signal for signal in told if isinstance(signal, kind))
    return found


# -- what it can sense


def test_the_hook_is_sensed_only_where_it_is_inferred_and_the_lag_says_how_late() -> None:
    bare, inferring = hearing(False).sensing, hearing().sensing
    assert (bare.hook, inferring.hook) == (False, True)
    assert bare.ring_edges
    assert bare.digits
    assert bare.caller_id
    assert bare.sound
    assert not bare.loop
    assert (bare.lag, inferring.lag) == (seconds(2.5), seconds(7.0))


# -- ringing, caller ID, digits, sounds


@pytest.mark.parametrize("infer", [False, True])
def test_bursts_are_told_as_they_are(infer: bool) -> None:
    told = play(hearing(infer), burst(1.0), until=2.6)
    assert told == [
        RingStarted("L1", at(1.0), 5, Means.SOUND),
        RingEnded("L1", at(2.0), 5, Means.SOUND),
    ]


@pytest.mark.parametrize("infer", [False, True])
def test_a_message_whose_sum_holds_is_checked_caller_id(infer: bool) -> None:
    (told,) = play(hearing(infer), [message(2.5)], until=4)
    expected = CallerId(number="2156430144", date_time="03171656")
    assert told == CallerIdHeard("L1", at(3.1), expected, checked=True, means=Means.SOUND)


def test_a_damaged_message_gives_no_number_and_one_about_something_else_is_kept() -> None:
    (damaged,) = play(hearing(), [message(2.5, ok=False)], until=4)
    assert damaged == Damaged("L1", at(3.1), "checksum", NUMBER)
    (other,) = play(hearing(), [message(2.5, WAITING)], until=4)
    assert other == Unrecognised("L1", at(3.1), WAITING)
    unreadable = bytes([0x80, 0x03, 0x02, 0x01, 0x3F])
    unreadable += bytes([-sum(unreadable) % 256])
    (read,) = play(hearing(), [message(2.5, unreadable)], until=4)
    assert read == Damaged("L1", at(3.1), "unreadable parameter 02", unreadable)


@pytest.mark.parametrize("infer", [False, True])
@pytest.mark.parametrize(
    ("symbols", "said"),
    [
        ("D15400001234C", CallerId(number="15400001234")),
        ("A035620000001#", CallerId(number="035620000001")),
        ("B10C", CallerId(absence=Absence.PRIVATE)),
    ],
)
def test_framed_digits_are_caller_id_at_their_end(infer: bool, symbols: str, said: CallerId) -> None:
    (told,) = play(hearing(infer), digits(symbols, 1.0), until=5)
    last = at(1.0 + 0.14 * (len(symbols) - 1))
    assert told == CallerIdHeard("L1", last, said, means=Means.SOUND)


def test_a_broken_frame_is_damaged_whether_it_ends_or_not() -> None:
    assert only(play(hearing(), digits("D154000", 1.0), until=5), Damaged).reason == "DTMF: no end"
    assert kinds(play(hearing(), digits("D15A*C", 1.0), until=5)) == ["Damaged"]


def test_other_digits_were_dialled() -> None:
    told = play(hearing(False), digits("95#", 1.0), until=4)
    assert told == [
        DigitDialled("L1", at(1.0), "9", 3, Means.SOUND),
        DigitDialled("L1", at(1.14), "5", 3, Means.SOUND),
        DigitDialled("L1", at(1.28), "#", 3, Means.SOUND),
    ]


def test_a_number_without_its_start_on_a_line_known_to_be_on_hook_is_caller_id() -> None:
    told = play(hearing(), digits("15400001234#", 1.0), until=5)
    assert only(told, CallerIdHeard).caller_id == CallerId(number="15400001234")
    ear = hearing()
    ear.attend(ringing=False, off_hook=True)
    assert kinds(play(ear, digits("154", 1.0), until=5)) == ["DigitDialled"] * 3


def test_sounds_are_told_with_their_error() -> None:
    (told,) = play(hearing(False), [sound(1, Sound.VOICE)], until=2)
    assert told == SoundHeard("L1", at(1), Sound.VOICE, 7, Means.SOUND)


# -- when it must go on listening


def test_it_wants_to_hear_on_while_something_is_undecided() -> None:
    ear = hearing(False)
    assert not ear.wants_more
    ear.attend(ringing=True, off_hook=False)
    assert ear.wants_more
    ear.attend(ringing=False, off_hook=True)
    assert ear.wants_more
    ear.attend(ringing=False, off_hook=False)
    ear.handle(digits("D1", 1.0)[0])
    assert ear.wants_more
    alone = hearing()
    play(alone, burst(1.0), until=3)
    assert alone.wants_more
    play(alone, [], until=20)
    assert not alone.wants_more


# -- the hook, by sound alone


def test_a_dial_tone_on_an_idle_line_is_off_hook_and_its_digits_are_dialled() -> None:
    played = [sound(1, Sound.DIAL_TONE), *digits("110", 3.0), sound(4, Sound.SILENCE)]
    told = play(hearing(), played, until=14, loud=((1.0, 6.0),))
    assert kinds(told) == ["OffHook", "DigitDialled", "DigitDialled", "DigitDialled", "OnHook"]
    assert only(told, OffHook) == OffHook("L1", at(1), seconds(0.3), means=Means.SOUND)
    assert only(told, OnHook) == OnHook("L1", at(6.0), seconds(0.3), means=Means.SOUND)


def test_a_line_that_stayed_quiet_after_the_last_burst_was_not_answered() -> None:
    played = [*burst(1), message(2.6), *burst(6), *burst(11)]
    loud = ((1.0, 2.0), (2.6, 3.2), (6.0, 7.0), (11.0, 12.0))
    told = play(hearing(), played, until=30, loud=loud)
    assert kinds(told) == ["RingStarted", "RingEnded", "CallerIdHeard"] + ["RingStarted", "RingEnded"] * 2


def test_a_voice_and_no_next_burst_is_an_answer_between_burst_and_voice() -> None:
    played = [*burst(1), *burst(6), sound(8.4, Sound.VOICE), sound(15, Sound.SILENCE)]
    loud = ((1.0, 2.0), (6.0, 7.0), (8.4, 15.0))
    told = play(hearing(), played, until=25, loud=loud)
    assert kinds(told)[4:] == ["OffHook", "OnHook"]
    lifted = only(told, OffHook)
    assert (lifted.at, lifted.means) == (at(7.7), Means.SOUND)
    assert lifted.error == seconds(0.7) + seconds(0.3)
    assert only(told, OnHook).at == at(15.0)


def test_the_next_burst_proves_that_the_voice_was_none() -> None:
    played = [*burst(1), sound(2.5, Sound.VOICE), *burst(6), *burst(11)]
    told = play(hearing(), played, until=11.9, loud=((1.0, 12.0),))
    assert "OffHook" not in kinds(told)


def test_caller_id_that_sounds_like_a_voice_is_none() -> None:
    played = [*burst(1), sound(2.6, Sound.VOICE), message(2.6), sound(3.3, Sound.SILENCE)]
    assert kinds(play(hearing(), played, until=20, loud=((1.0, 3.3),))) == [
        "RingStarted",
        "RingEnded",
        "CallerIdHeard",
    ]


def test_caller_id_too_damaged_to_be_known_is_a_doubt_and_no_answer() -> None:
    """One burst of 0.75 s of something, then silence: `unknown`, told in time, and only for this call."""
    ear = hearing()
    played = [*burst(1), sound(2.6, Sound.VOICE), sound(3.35, Sound.SILENCE)]
    told = play(ear, played, until=8.5, loud=((1.0, 3.4),))
    doubt = only(told, SensingChanged)
    assert (doubt.at, doubt.sensing.hook, doubt.lost) == (at(2.0), False, "")
    assert not ear.sensing.hook
    again = only(play(ear, [], until=14), SensingChanged)
    assert (again.sensing.hook, ear.sensing.hook) == (True, True)


def test_a_line_that_became_noisy_is_a_doubt() -> None:
    told = play(hearing(), burst(1), until=9, loud=((1.0, 2.0), (3.0, 30.0)))
    assert kinds(told) == ["RingStarted", "RingEnded", "SensingChanged"]


def test_a_click_is_neither_an_answer_nor_a_doubt() -> None:
    assert kinds(play(hearing(), burst(1), until=9, loud=((1.0, 2.0), (3.0, 3.1)))) == [
        "RingStarted",
        "RingEnded",
    ]


def test_a_silence_that_is_told_after_ringing_says_nothing_more() -> None:
    played = [*burst(1), sound(3.2, Sound.SILENCE), sound(4.0, Sound.RINGBACK)]
    assert kinds(play(hearing(), played, until=9, loud=((1.0, 2.0),))) == ["RingStarted", "RingEnded"]


def test_a_fax_that_answers_is_an_answer() -> None:
    told = play(hearing(), [*burst(1), sound(3, Sound.ANSWER_TONE)], until=8, loud=((1.0, 30.0),))
    assert only(told, OffHook).at == at(2.5)


@pytest.mark.parametrize("tone", [Sound.DIAL_TONE, Sound.BUSY])
def test_a_tone_of_the_exchange_after_ringing_proves_the_lift(tone: Sound) -> None:
    told = play(hearing(), [*burst(1), sound(3.5, tone)], until=5, loud=((1.0, 30.0),))
    assert only(told, OffHook).at == at(3.5)


def test_busy_on_an_idle_line_says_nothing_of_when_it_was_lifted() -> None:
    assert kinds(play(hearing(), [sound(1, Sound.BUSY)], until=9, loud=((1.0, 30.0),))) == []


def test_after_a_busy_tone_a_silence_of_two_seconds_is_on_hook() -> None:
    played = [sound(1, Sound.DIAL_TONE), sound(3, Sound.VOICE), sound(5, Sound.BUSY), sound(7, Sound.SILENCE)]
    told = play(hearing(), played, until=9.5, loud=((1.0, 7.0),))
    assert only(told, OnHook).at == at(7)
    played = [sound(1, Sound.DIAL_TONE), sound(3, Sound.VOICE), sound(7, Sound.SILENCE)]
    assert "OnHook" not in kinds(play(hearing(), played, until=12.5, loud=((1.0, 7.0),)))


def test_lifted_to_a_busy_tone_two_seconds_of_silence_are_on_hook_too() -> None:
    told = play(hearing(), [*burst(1), sound(3, Sound.CONGESTION)], until=8, loud=((1.0, 5.0),))
    assert [type(each) for each in told if isinstance(each, OffHook | OnHook)] == [OffHook, OnHook]


def test_the_next_call_ends_a_talk_whose_end_was_not_settled() -> None:
    played = [sound(1, Sound.DIAL_TONE), *burst(9)]
    told = play(hearing(), played, until=11, loud=((1.0, 6.0), (9.1, 30.0)))
    assert kinds(told) == ["OffHook", "OnHook", "RingStarted", "RingEnded"]
    assert only(told, OnHook).at == at(6.0)


def test_a_ring_while_nothing_was_quiet_leaves_it_to_the_line_machine() -> None:
    played = [sound(1, Sound.DIAL_TONE), *burst(9)]
    told = play(hearing(), played, until=11, loud=((1.0, 30.0),))
    assert kinds(told) == ["OffHook", "RingStarted", "RingEnded"]


def test_the_end_of_a_burst_while_off_hook_begins_no_silence() -> None:
    ear = hearing()
    ear.handle(sound(1, Sound.DIAL_TONE))
    assert kinds(ear.handle(BurstHeard(at(2), False))) == ["RingEnded"]
    assert kinds(play(ear, [], until=4.0, loud=((0.0, 3.0),))) == []


# -- whatever is heard

RESULTS = st.one_of(
    st.builds(
        lambda t, b: BurstHeard(at(t), b), st.sampled_from([0.0, 1.0, 4.9, 5.0, 6.0, 11.0]), st.booleans()
    ),
    st.builds(lambda t, ok: message(t, NUMBER, ok), st.sampled_from([1.5, 2.5, 6.5]), st.booleans()),
    st.builds(
        lambda t, s: sound(t, s),
        st.sampled_from([0.5, 1.5, 2.0, 2.8, 3.2, 6.0, 6.9, 7.0, 12.0]),
        st.sampled_from(Sound),
    ),
    st.builds(lambda t, s: digits(s, t)[0], st.sampled_from([0.1, 3.0, 8.0]), st.sampled_from("0159*#ABCD")),
)
SPANS = st.lists(
    st.tuples(st.sampled_from([0.0, 2.0, 3.0, 8.0]), st.sampled_from([2.1, 7.0, 9.0])), max_size=3
)


@given(st.lists(RESULTS, max_size=12), SPANS, st.booleans())
@example(
    [sound(6.9, Sound.DIAL_TONE)], [], True
)  # a tone too faint for the floor's limit: the line seems quiet
def test_whatever_is_heard_the_hook_takes_turns_and_nothing_is_told_too_late(
    results: list[SoundResult], loud: list[tuple[float, float]], infer: bool
) -> None:
    ear = hearing(infer)
    lag = ear.sensing.lag
    off_hook = False
    waiting = sorted(results, key=_began)
    for step in range(300):
        now = step / 10
        told: list[LineSignal] = []
        while waiting and _began(waiting[0]).mono <= at(now - 0.5).mono:
            told += ear.handle(waiting.pop(0))
        quiet = max((end for begin, end in loud if begin <= now), default=0.0)
        told += ear.heard_until(at(now), at(quiet) if quiet < now else None)
        for signal in told:
            if isinstance(signal, OffHook | OnHook):
                assert infer
                assert isinstance(signal, OnHook) == off_hook
                off_hook = not off_hook
                if isinstance(signal, OnHook) and not any(isinstance(each, RingStarted) for each in told):
                    assert at(now).mono - signal.at.mono >= 2 * SECOND  # of silence, or a ring proves it
                assert at(now).mono - signal.at.mono <= lag + signal.error
            if isinstance(signal, RingStarted):
                off_hook = False


def test_the_line_machine_still_waits_when_the_last_word_is_said() -> None:
    """The latest of all words, a voice that becomes enough just before 6 s, is told within the declared lag."""
    played = [*burst(1), *burst(6), sound(12.0, Sound.VOICE)]
    ear = hearing()
    told = play(ear, played, until=13.9, loud=((1.0, 2.0), (6.0, 7.0), (12.0, 40.0)))
    assert isinstance(told[-1], OffHook)
    assert at(13.9).mono - told[-1].at.mono <= ear.sensing.lag + SECOND // 10


@pytest.mark.parametrize("infer_hook", [False, True])
def test_a_silence_of_hours_is_told_as_one_within_the_lag(infer_hook: bool) -> None:
    """The decoders sleep while the line is idle: what they say when they wake is no word that comes hours late."""
    ear = hearing(infer_hook)
    ear.heard_until(at(7200), None)
    told = [ear.handle(sound(time, Sound.SILENCE)) for time in (0.2, 7199.5)]
    longest = at(7200).plus(-ear.sensing.lag)
    assert [signal.at for signals in told for signal in signals] == [longest, at(7199.5)]
