"""The conversation with a modem in simulated time: what is asked when, what is never asked, and what ends it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from device.interface import CheckResult
from device.signals import (
    CallerIdHeard,
    LineRestored,
    LoopLost,
    Means,
    OffHook,
    OnHook,
    RingWord,
    Sensing,
    Unrecognised,
    seconds,
)
from tests.modem_talk import ERROR, OK, Talk, conexant, plain
from tests.support import at

RING = b"\r\nRING\r\n"
BLOCK = b"\r\nDATE = 1102\r\nTIME = 0930\r\nNMBR = 15400000001\r\nNAME = JOHN DOE\r\n"
SET_UP = 2.0  # seconds within which every modem here is set up


def test_a_conexant_is_set_up_and_polled_once_a_second() -> None:
    talk = Talk(conexant())
    restored, found = talk.run(SET_UP)[:2]
    assert isinstance(restored, LineRestored)
    assert (restored.sensing, restored.interface) == (Sensing(hook=True, loop=True, caller_id=True), "56000")
    assert found == OnHook("L1", restored.at, 0, True, Means.LINE_VOLTAGE)
    talk.run(50)
    polls = talk.sent("AT-TRV", since=10)
    assert 39 <= len(polls) <= 41
    assert talk.asked[-1][0] > 49


def test_a_modem_without_at_trv_is_never_asked_again_but_for_a_heartbeat() -> None:
    talk = Talk(plain)
    talk.run(100)
    assert len(talk.sent("AT-TRV")) == 1
    assert len(talk.sent("AT")) + len(talk.sent("AT+VCID?")) == 10 + 1 - 1
    assert talk.dialogue.failure is None


def test_it_asks_quickly_from_the_first_ring_until_the_call_settles() -> None:
    talk = Talk(conexant())
    talk.says(10, RING)
    talk.says(15, RING)
    talk.run(40)
    assert len(talk.sent("AT-TRV", since=15)) > 8 * 4 - 4 + 15
    assert len(talk.sent("AT-TRV", since=25)) <= 16
    ringing = [when for when in talk.sent("AT-TRV") if 15 <= when < 22]
    assert max(b - a for a, b in itertools.pairwise(ringing)) < 0.3


def test_after_the_first_ring_it_waits_for_caller_id() -> None:
    talk = Talk(conexant())
    talk.says(10, RING)
    talk.run(20)
    assert [when for when in talk.sent("AT-TRV") if 10.3 <= when < 13] == []
    assert [when for when in talk.sent("AT-TRV") if 13 <= when < 13.3]


def test_once_it_knows_when_caller_id_comes_it_waits_less() -> None:
    talk = Talk(conexant())
    for start in (10, 40):
        talk.says(start, RING)
        talk.says(start + 1.9, BLOCK)
    talk.run(60)
    assert [when for when in talk.sent("AT-TRV") if 40.3 < when < 40.7]
    assert [when for when in talk.sent("AT-TRV") if 40.71 <= when < 41.9] == []
    assert [when for when in talk.sent("AT-TRV") if 41.9 <= when < 42.3]


def test_nothing_is_asked_while_a_block_is_being_printed() -> None:
    talk = Talk(conexant())
    talk.says(5.02, b"\r\n")
    for i, byte in enumerate(BLOCK[:-6]):
        talk.says(5.02 + i * 0.05, bytes((byte,)))
    end = 5.02 + (len(BLOCK) - 7) * 0.05
    signals = talk.run(30)
    assert [when for when in talk.asked if 5.02 < when[0] < end + 0.29] == []
    assert [when for when in talk.asked if end + 0.29 <= when[0] < end + 1.4]
    assert [s for s in signals if isinstance(s, CallerIdHeard)]


def test_a_block_that_stands_between_question_and_answer_is_no_answer() -> None:
    talk = Talk(conexant())
    talk.run(5.5)
    answers = iter([b"\r\n48.6\r\n" + RING + BLOCK + OK])
    talk.answer = lambda command, now: next(answers, None) or conexant()(command, now)
    signals = talk.run(8)
    assert [type(s) for s in signals].count(RingWord) == 1
    assert [s.caller_id.name for s in signals if isinstance(s, CallerIdHeard)] == [None, "JOHN DOE"]
    assert talk.dialogue.failure is None


def test_an_answered_call_and_its_end() -> None:
    talk = Talk(conexant(lambda now: 8.3 if 17 <= now < 30 else 48.6))
    talk.says(10, RING)
    talk.says(15, RING)
    signals = talk.run(40)
    lifted = next(s for s in signals if isinstance(s, OffHook))
    put_down = [s for s in signals if isinstance(s, OnHook)][-1]
    for signal, truth in ((lifted, 17), (put_down, 30)):
        assert abs(signal.at.mono - seconds(truth)) <= signal.error
        assert signal.error < seconds(0.3)
        assert not signal.found


def test_a_line_found_lifted_and_a_line_found_dead() -> None:
    assert [type(s) for s in Talk(conexant(lambda now: 8.3)).run(SET_UP)] == [LineRestored, OffHook]
    assert [type(s) for s in Talk(conexant(lambda now: 1.4)).run(SET_UP + 2)] == [LineRestored, LoopLost]


# --- what ends it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [plain, conexant()])
def test_a_modem_that_hangs_is_noticed_within_30_s(answer: object) -> None:
    talk = Talk(plain if answer is plain else conexant())
    talk.run(20)
    talk.answer = lambda command, now: None
    talk.run(50)
    assert talk.dialogue.failure == "the modem does not answer"


def test_a_modem_that_answers_nothing_from_the_beginning() -> None:
    talk = Talk(lambda command, now: None)
    talk.run(20)
    assert talk.dialogue.failure == "no answer to ATZ"
    assert talk.dialogue.next_deadline() is None


def test_one_answer_lost_is_no_failure() -> None:
    talk = Talk(lambda command, now: None if 5 < now < 8 else conexant()(command, now))
    talk.run(30)
    assert talk.dialogue.failure is None


def test_a_modem_that_hangs_and_rings_is_heard_as_long_as_it_rings() -> None:
    talk = Talk(conexant())
    talk.run(9)
    talk.answer = lambda command, now: None
    for start in range(10, 40, 5):
        talk.says(start, RING)
    signals = talk.run(41)
    assert [type(s) for s in signals].count(RingWord) == 6
    assert talk.dialogue.failure is None
    talk.run(60)
    assert talk.dialogue.failure == "the modem does not answer"


@pytest.mark.parametrize(
    ("command", "answer", "failure"),
    [
        ("AT", b"AT\r\r\nOK\r\n", "the modem was reset"),
        ("AT", b"0\r", "the modem was reset"),
        ("AT+VCID?", b"\r\n+VCID: 0\r\n" + OK, "the modem lost its settings"),
    ],
)
def test_a_modem_that_was_reset_by_itself_is_set_up_anew(command: str, answer: bytes, failure: str) -> None:
    talk = Talk(lambda asked, now: answer if asked == command and now > 5 else plain(asked, now))
    talk.run(5)
    talk.answer = lambda asked, now: None if now < 11 else answer if asked == command else plain(asked, now)
    talk.run(100)
    assert talk.dialogue.failure == failure
    assert talk.dialogue.lost_since(at(100)) == at(100)


@pytest.mark.parametrize("otherwise", [ERROR, b"\r\nNO CARRIER\r\n\r\nERROR\r\n"])
def test_error_to_everything_is_listened_to(otherwise: bytes) -> None:
    talk = Talk(lambda command, now: otherwise)
    talk.says(50, RING)
    talk.says(52, BLOCK)
    signals = talk.run(100)
    assert [s.sensing for s in signals if isinstance(s, LineRestored)] == [Sensing()]
    assert [type(s) for s in signals].count(RingWord) == 1
    assert [type(s) for s in signals].count(CallerIdHeard) == 2
    assert talk.dialogue.failure is None


def test_numbers_instead_of_words_are_understood_while_setting_up() -> None:
    talk = Talk(lambda command, now: b"0\r" if command in ("ATZ", "ATE0") else plain(command, now))
    assert [type(s) for s in talk.run(SET_UP)] == [LineRestored]


# --- checks ----------------------------------------------------------------------------------------------------------


def ask(talk: Talk, when: float, deadline: float) -> list[CheckResult]:
    results: list[CheckResult] = []
    talk.run(when)
    talk.dialogue.check(results.append, seconds(deadline), at(when))
    talk._take()
    return results


def test_a_check_of_a_conexant() -> None:
    talk = Talk(conexant())
    results = ask(talk, 5.5, 8)
    talk.run(8)
    assert results == [
        CheckResult(True, set_up=True, loop_present=True, on_hook=True, voltage=48.6, detail="56000")
    ]


def test_a_check_of_a_modem_that_measures_nothing() -> None:
    talk = Talk(plain)
    results = ask(talk, 5.5, 8)
    talk.run(8)
    assert results == [CheckResult(True, set_up=True, detail="5601")]


def test_a_check_of_a_line_that_is_cut() -> None:
    talk = Talk(conexant(lambda now: 1.4))
    results = ask(talk, 5.5, 8)
    talk.run(8)
    assert (results[0].loop_present, results[0].on_hook) == (False, False)


def test_a_check_of_a_modem_that_hangs() -> None:
    talk = Talk(conexant())
    talk.run(5)
    talk.answer = lambda command, now: None
    results = ask(talk, 5.5, 30)
    talk.run(15)
    assert results == [CheckResult(False, detail="the modem does not answer")]


def test_a_check_that_finds_the_settings_lost_has_them_restored() -> None:
    talk = Talk(
        lambda asked, now: b"\r\n0\r\n" + OK if asked == "AT+VCID?" and now > 5 else plain(asked, now)
    )
    results = ask(talk, 5.5, 8)
    talk.run(8)
    assert talk.dialogue.failure == "the modem lost its settings"
    assert results == [CheckResult(True, set_up=False, detail="the modem lost its settings")]


def test_a_check_is_never_carried_out_late() -> None:
    talk = Talk(conexant())
    talk.says(5.4, RING)
    results = ask(talk, 6.0, 7.5)  # caller ID may come until 8.4
    talk.run(20)
    assert results == []
    assert talk.sent("AT") == []


def test_two_checks_one_after_the_other() -> None:
    talk = Talk(plain)
    first, second = ask(talk, 5.0, 30), ask(talk, 5.0, 30)
    talk.run(8)
    assert len(first) == len(second) == 1


# --- whatever the modem says -----------------------------------------------------------------------------------------

pieces = st.one_of(
    st.sampled_from(
        [
            RING,
            BLOCK,
            OK,
            ERROR,
            b"\r\n48.6\r\n",
            b"\r\n8.3\r\n",
            b"0\r",
            b"AT\r",
            b"CIDM\r\n\x80\xff",
            b"DRON=9\r\n",
            b"\r\nNMBR = " + b"?" * 300 + b"\r\n",
        ]
    ),
    st.sampled_from(
        [b"\xff" * 700, b"\r\n5551234\r\n", b"\r\nNMBR = ", b"\x10R", b"\x10H", b"NO CARRIER\r\n", b"+++"]
    ),
    st.binary(max_size=20),
)
gaps = st.sampled_from([0.0, 0.02, 0.29, 0.3, 0.31, 1.0, 1.9, 2.0, 2.1, 5.0, 8.0, 10.0])


@effort(max_examples=60)
@given(
    st.lists(st.tuples(gaps, pieces), max_size=15), st.sampled_from(["plain", "conexant", "slow", "silent"])
)
def test_whatever_is_said_the_next_call_is_heard_or_the_modem_is_opened_anew(
    said: list[tuple[float, bytes]], kind: str
) -> None:
    talk = Talk({"plain": plain, "silent": lambda command, now: None}.get(kind, conexant()))
    if kind == "slow":
        talk.latency = seconds(0.95)  # a question is open nearly all the time
    talk.run(8)
    when = 8.0
    for gap, data in said:
        when += gap
        talk.says(when, data)
    talk.says(when + 20, RING)
    talk.says(when + 22, b"\r\nNMBR = 15400000009\r\n")
    signals = talk.run(when + 23)
    if talk.dialogue.failure is None:
        assert any(isinstance(s, CallerIdHeard) and s.caller_id.number == "15400000009" for s in signals)
        assert any(isinstance(s, RingWord) and s.at.mono + s.error >= seconds(when + 20) for s in signals)
    assert all(len(s.raw) <= 256 for s in signals if isinstance(s, Unrecognised))


def test_garbage_at_any_rate_is_recorded_but_not_without_end() -> None:
    talk = Talk(plain)
    for i in range(2000):
        talk.says(5 + i * 0.01, b"\xfe\xff%d\r\n" % i)
    talk.says(26, RING)
    signals = talk.run(40)
    unread = [s for s in signals if isinstance(s, Unrecognised)]
    assert 20 <= len(unread) <= 60
    assert talk.dialogue.dropped == 2000 - len(unread)
    assert isinstance(signals[-1], RingWord)
