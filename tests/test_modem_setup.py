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


LONGEST = 48  # commands of one set-up at most


def run(answer: Callable[[str], Answer], init: tuple[str, ...] = ()) -> tuple[SetUp, list[str]]:
    setup, sent = SetUp(init), []
    while setup.command is not None:
        sent.append(setup.command.text)
        assert len(sent) <= LONGEST, "it goes on asking"
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
    assert (setup.interface, setup.model.family) == ("CX93001", Family.CONEXANT)


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


def modem(**answers: str) -> Callable[[str], Answer]:
    """A Conexant that answers some commands otherwise; the text of each, by its letters."""
    texts = {"AT+" + name.replace("_set", "=?").replace("_now", "?"): text for name, text in answers.items()}
    return lambda text: Answer(Result.OK, (texts[text],)) if text in texts else conexant(text)


@pytest.mark.parametrize(
    ("listed", "mode"),
    [
        ("(0-2)", 2),
        ("+VCID: (0-2)", 2),
        ("0,1,2", 2),
        ("+VCID: (0,1,2)", 2),
        ("(0-1)", 1),
        ("(0,1)", 1),
        ("(0-16)", 2),  # numbers that mean something else: the row of a Conexant says that it has it
        ("?", 2),
    ],
)
def test_the_whole_message_is_preferred_where_it_is_listed(listed: str, mode: int) -> None:
    setup, sent = run(modem(VCID_set=listed))
    assert setup.model.caller_id_mode.value == mode
    assert (f"AT+VCID={mode}" in sent, f"AT+VCID={3 - mode}" in sent) == (True, False)


def test_a_range_that_means_something_else_is_not_trusted() -> None:
    """USR5637 (LINE.md 1.6)."""
    usr = {"ATI0": Answer(Result.OK, ("5601",)), "AT+VCID=?": Answer(Result.OK, ("(0-16)",))}
    setup, sent = run(lambda text: usr.get(text, YES))
    assert setup.model.caller_id_mode is CallerIdMode.FORMATTED
    assert "AT+VCID=2" not in sent


@pytest.mark.parametrize(
    ("listed", "now", "after", "set_to"),
    [
        ("+GCI: (00,26,B5)", "+GCI: B5", "26", ["AT+GCI=26"]),
        ("+GCI: (00,26,B5)", "+GCI: 26", "26", []),
        ("00,26,B5", "B5", "26", ["AT+GCI=26"]),
        ("(00,B4,B5)", "B4", "B4", []),
        ("(00,B4,B5)", "?", "", []),
        ("(00,126,B5)", "B5", "B5", []),
        ("nothing", "B5", "", []),
    ],
)
def test_china_is_set_only_where_it_is_listed_and_not_yet_set(
    listed: str, now: str, after: str, set_to: list[str]
) -> None:
    setup, sent = run(modem(GCI_set=listed, GCI_now=now))
    assert [text for text in sent if text.startswith("AT+GCI=") and text != "AT+GCI=?"] == set_to
    assert setup.model.country == after


def test_a_country_that_is_refused_stays() -> None:
    answer = modem(GCI_set="(26,B5)", GCI_now="B5")
    setup, _ = run(lambda text: NO if text == "AT+GCI=26" else answer(text))
    assert (setup.model.country, setup.model.country_before) == ("B5", "B5")


def test_a_lines_own_init_takes_the_place_of_the_tables() -> None:
    setup, sent = run(conexant, ("AT&F", "AT+GCI=B5", "AT+VCID=1"))
    before = ["ATZ", "AT&F", "AT+GCI=B5", "AT+VCID=1", "ATE0", "ATV1", "ATS0=0"]
    assert sent == [*before, "ATI0", "ATI3", "AT+VCID?", "AT-TRV"]
    assert setup.sensing == Sensing(hook=True, loop=True, caller_id=True)
    assert setup.refused == ()


def test_an_init_that_is_refused_is_remembered() -> None:
    setup, _ = run(lambda text: NO if "VCID" in text else conexant(text), ("ATX3", "AT+VCID=1"))
    assert setup.done
    assert setup.refused == ("AT+VCID=1",)
    assert not setup.sensing.caller_id
    setup, _ = run(lambda text: NO if text == "AT+VCID?" else conexant(text), ("AT#CID=1",))
    assert setup.sensing.caller_id  # accepted, and the modem knows no +VCID?


def test_a_modem_that_says_nothing_to_what_it_does_not_know_is_set_up_all_the_same() -> None:
    known = {"ATZ", "ATE0", "ATV1", "ATS0=0", "AT", "AT#CID=1", "AT+VCID?"}
    setup, sent = run(lambda text: YES if text in known else NO if text.startswith("AT+VCID=") else SILENCE)
    assert setup.failure is None
    assert setup.done
    assert setup.sensing == Sensing(caller_id=True)
    assert sent.count("AT") == 7  # after each question that stayed unanswered


def test_an_answer_after_the_end_changes_nothing() -> None:
    setup, _ = run(conexant)
    setup.answered(SILENCE)
    assert setup.done


def test_garbage_without_an_end_is_no_silence() -> None:
    """Lines, and neither OK nor ERROR: the modem lives."""
    setup, _ = run(lambda text: Answer(None, ("\x7f",)) if "I" in text else YES)
    assert setup.done


def test_a_code_with_a_point_in_it() -> None:
    setup, _ = run(lambda text: Answer(Result.OK, (), 1.04) if text == "ATI0" else YES)
    assert setup.interface == "1.04"


def test_a_silabs_is_asked_for_its_register() -> None:
    silabs = {
        "ATI0": Answer(Result.OK, ("D",)),
        "ATI6": Answer(Result.OK, ("2457",)),
        "AT:R6C": Answer(Result.OK, ("D000",)),
    }
    setup, sent = run(lambda text: silabs.get(text, YES))
    assert setup.interface == "Si2457"
    assert setup.volts == -48.0
    assert setup.model.voltage is VoltageBy.LVS
    assert "AT-TRV" not in sent
    assert setup.sensing.hook


answers = st.builds(
    Answer,
    st.none() | st.sampled_from([Result.OK, Result.ERROR, Result.NO_CARRIER]),
    st.lists(st.text(max_size=5) | st.sampled_from(["56000", "5601", "(0-2)", "26", "3000"]), max_size=2).map(
        tuple
    ),
    st.none() | st.floats(0, 100),
    st.booleans(),
)
inits = st.lists(st.sampled_from(["AT&F", "ATE1V0", "ATS0=5", "AT+VCID=1"]), max_size=3).map(tuple)


@given(st.lists(answers, max_size=LONGEST), answers, inits)
def test_whatever_is_answered_it_ends(
    given_answers: list[Answer], last: Answer, init: tuple[str, ...]
) -> None:
    left = iter(given_answers)
    setup, _ = run(lambda text: next(left, last), init)
    assert setup.done is (setup.failure is None)
    assert isinstance(setup.sensing, Sensing)


@given(st.lists(answers | st.just(YES) | st.just(NO), max_size=LONGEST), inits)
def test_whatever_a_line_brings_along_the_modem_is_told_last_not_to_answer(
    given_answers: list[Answer], init: tuple[str, ...]
) -> None:
    left = iter(given_answers)
    setup, sent = run(lambda text: next(left, YES), init)
    if setup.done:
        after_init = sent[max((sent.index(text) for text in init), default=0) + 1 :]
        assert [text for text in after_init if text in ("ATE0", "ATV1", "ATS0=0")] == [
            "ATE0",
            "ATV1",
            "ATS0=0",
        ]
    assert not any("&W" in text or text.startswith(("ATA", "ATD")) for text in sent)
