"""Setting a modem up: every fall-back is tried until one is accepted, only silence gives up, nothing is written to its memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.modem_events import Result
from device.modem_models import CALLER_ID_WAYS, CallerIdMode, Family, VoltageBy
from device.modem_setup import Answer, SetUp, caller_id_is_on
from device.signals import Sensing

YES, NO, SILENCE = Answer(Result.OK), Answer(Result.ERROR), Answer(None)


LONGEST = 40  # commands of one set-up at most


def run(answer: Callable[[str], Answer], init: tuple[str, ...] = ()) -> tuple[SetUp, list[str]]:
    setup, sent = SetUp(init), []
    while setup.command is not None:
        sent.append(setup.command.text)
        setup.answered(answer(setup.command.text))
    return setup, sent


def conexant(text: str) -> Answer:
    return {
        "ATI0": Answer(Result.OK, ("56000",)),
        "ATI3": Answer(Result.OK, ("CX93001-EIS_V0.2013-V92",)),
        "AT+VCID=?": Answer(Result.OK, ("(0-2)",)),
        "AT+VCID?": Answer(Result.OK, ("+VCID: 1",)),
        "AT-TRV": Answer(Result.OK, (), 48.6),
    }.get(text, YES)


def test_a_conexant_is_set_up_in_a_dozen_commands() -> None:
    setup, sent = run(conexant)
    before = ["ATZ", "ATE0", "ATV1", "ATS0=0", "ATI0", "ATI3"]
    assert sent == [*before, "AT+GCI=?", "AT+VCID=?", "AT+VCID=2", "AT+VCID?", "AT-TRV"]
    assert setup.done
    assert setup.interface == "56000"
    assert setup.model.family is Family.CONEXANT
    assert setup.model.title == "CX93001"
    assert setup.model.caller_id_mode is CallerIdMode.UNFORMATTED
    assert setup.model.voltage is VoltageBy.TRV
    assert setup.sensing == Sensing(hook=True, loop=True, caller_id=True)
    assert setup.volts == 48.6
    assert setup.echo_means_reset
    assert setup.tells_its_settings


@pytest.mark.parametrize("accepted", CALLER_ID_WAYS)
def test_each_way_to_switch_caller_id_on_is_tried_until_one_is_accepted(accepted: str) -> None:
    setup, sent = run(lambda text: NO if text in CALLER_ID_WAYS and text != accepted else YES)
    assert [text for text in sent if text in CALLER_ID_WAYS] == list(
        CALLER_ID_WAYS[: CALLER_ID_WAYS.index(accepted) + 1]
    )
    assert setup.sensing == Sensing(caller_id=True)


def test_a_modem_that_refuses_everything_is_listened_to_all_the_same() -> None:
    setup, _ = run(lambda text: NO)
    assert setup.done
    assert setup.sensing == Sensing()
    assert (setup.interface, setup.volts) == ("", None)
    assert not setup.echo_means_reset
    assert not setup.tells_its_settings


def test_a_modem_without_at_trv_does_not_sense_the_hook() -> None:
    assert run(lambda text: NO if text == "AT-TRV" else conexant(text))[0].sensing == Sensing(caller_id=True)
    assert run(lambda text: YES if text == "AT-TRV" else conexant(text))[0].sensing == Sensing(caller_id=True)


def test_a_quiet_profile_is_woken() -> None:
    silent = {"ATZ"}
    setup, sent = run(lambda text: SILENCE if text in silent else conexant(text))
    assert sent[:3] == ["ATZ", "ATQ0E0V1", "ATE0"]
    assert setup.done


def test_silence_ends_it() -> None:
    setup, sent = run(lambda text: SILENCE)
    assert sent == ["ATZ", "ATQ0E0V1", "ATZ"]
    assert setup.failure == "no answer to ATZ"
    assert not setup.done
    setup, sent = run(lambda text: SILENCE if "S0" in text or "I0" in text else YES)
    assert setup.failure == "no answer to ATI0"


def test_one_unanswered_command_is_left_behind() -> None:
    setup, _ = run(lambda text: SILENCE if text == "ATI0" else conexant(text))
    assert setup.done
    assert setup.interface == ""


def test_a_modem_that_echoes_in_spite_of_e0() -> None:
    setup, _ = run(lambda text: Answer(Result.OK, echoed=True))
    assert not setup.echo_means_reset
    before = {"ATZ", "ATE0"}
    setup, _ = run(lambda text: Answer(Result.OK, echoed=text in before))
    assert setup.echo_means_reset


@pytest.mark.parametrize(
    ("answer", "on"),
    [
        (None, None),
        (SILENCE, None),
        (NO, None),
        (YES, None),
        (Answer(Result.OK, ("+VCID: 1",)), True),
        (Answer(Result.OK, ("1",)), True),
        (Answer(Result.OK, ("2",)), True),
        (Answer(Result.OK, ("0",)), False),
        (Answer(Result.OK, ("+VCID: 0",)), False),
        (Answer(Result.OK, ("(0-2)",)), None),
    ],
)
def test_is_caller_id_on(answer: Answer | None, on: bool | None) -> None:
    assert caller_id_is_on(answer) is on


answers = st.builds(
    Answer,
    st.none() | st.sampled_from(Result),
    st.lists(st.text(max_size=5), max_size=2).map(tuple),
    st.none() | st.floats(0, 100),
    st.booleans(),
)


@given(st.lists(answers, max_size=40))
def test_whatever_is_answered_it_ends(given_answers: list[Answer]) -> None:
    left = iter(given_answers)
    setup, sent = run(lambda text: next(left, SILENCE))
    assert setup.done is (setup.failure is None)
    assert len(sent) <= LONGEST
    assert isinstance(setup.sensing, Sensing)
