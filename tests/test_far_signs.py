"""What became of an outbound call at the far end: every order of tones, voices and reversals that decides it, and those that do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.signals import Means, Sound
from firmware_app.calls.call import Call, Direction, FarEnd
from firmware_app.calls.far_signs import FarSigns
from tests.line_signals import LINE, reversal, sound
from tests.support import at

LIFTED = Call("k", LINE, Direction.OUTBOUND, at(10))
DIALLED = replace(LIFTED, digits="15400001234")


def after(call: Call, *sounds: Sound) -> Call:
    signs = FarSigns()
    for moment, each in enumerate(sounds):
        call = signs.heard(call, sound(20 + moment, each, 0.5))
    return signs.at_close(call)


@pytest.mark.parametrize(
    ("sounds", "far_end"),
    [
        ([], None),
        ([Sound.SILENCE, Sound.DIAL_TONE, Sound.CALL_WAITING, Sound.HOWLER, Sound.FAX_CALLING], None),
        ([Sound.RINGBACK], FarEnd.NO_ANSWER),
        ([Sound.RINGBACK, Sound.SILENCE], FarEnd.NO_ANSWER),
        ([Sound.RINGBACK, Sound.VOICE], FarEnd.ANSWERED),
        ([Sound.RINGBACK, Sound.VOICE, Sound.BUSY], FarEnd.ANSWERED),
        ([Sound.RINGBACK, Sound.BUSY, Sound.VOICE], FarEnd.NO_ANSWER),
        ([Sound.RINGBACK, Sound.CONGESTION], FarEnd.NO_ANSWER),
        ([Sound.RINGBACK, Sound.ANSWER_TONE], FarEnd.ANSWERED),
        ([Sound.VOICE], None),  # a greeting instead of the ringback tone, or the exchange speaks
        ([Sound.VOICE, Sound.RINGBACK], FarEnd.NO_ANSWER),
        ([Sound.BUSY], FarEnd.BUSY),
        ([Sound.CONGESTION, Sound.RINGBACK], FarEnd.BUSY),
        ([Sound.VACANT_NUMBER, Sound.BUSY], FarEnd.VACANT),
        ([Sound.ANSWER_TONE], FarEnd.ANSWERED),
    ],
)
def test_what_was_heard_of_a_number_dialled(sounds: list[Sound], far_end: FarEnd | None) -> None:
    assert after(DIALLED, *sounds).far_end is far_end


@pytest.mark.parametrize("heard", [Sound.BUSY, Sound.CONGESTION, Sound.ANSWER_TONE, Sound.VOICE])
def test_where_nothing_was_dialled_it_says_nothing(heard: Sound) -> None:
    assert after(LIFTED, heard) is LIFTED


def test_an_answer_by_sound_is_stamped_at_the_voice_with_its_error() -> None:
    call = after(DIALLED, Sound.RINGBACK, Sound.VOICE)
    assert (call.far_answered, call.far_answered_by, call.far_answer_error) == (
        at(21),
        Means.SOUND,
        500_000_000,
    )


def test_a_reversal_corrects_what_was_only_heard_and_the_next_ones_say_no_more() -> None:
    signs = FarSigns()
    call = signs.heard(DIALLED, sound(20, Sound.BUSY))
    assert [signs.reversed] == [False]
    call = signs.reversal(call, reversal(25, 0.01))
    assert (call.far_end, call.far_answered, call.far_answered_by) == (
        FarEnd.ANSWERED,
        at(25),
        Means.REVERSAL_PIN,
    )
    assert [signs.reversed] == [True]
    assert signs.reversal(call, reversal(60)) is call


def test_what_was_before_the_call_is_not_of_it() -> None:
    signs = FarSigns()
    assert signs.heard(DIALLED, sound(9, Sound.VACANT_NUMBER)) is DIALLED
    assert signs.reversal(DIALLED, reversal(9)).far_answered == at(10)
