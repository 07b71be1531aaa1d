"""Dialling in simulated time: who lifts, who does not, what refuses, what hangs; and that it always ends, once, with the line released."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from device.interface import DialEnd
from device.modem_dialling import HELD_FOR, WAITS_FOR
from device.signals import DigitDialled, LineSignal, Means, OffHook, OnHook, RingWord, seconds
from tests.modem_talk import ERROR, OK, Talk, plain

NUMBER = "15400001234"
RING = b"\r\nRING\r\n"
PATIENCE = seconds(12)  # of the few commands round the 15 s
TONE = 0.19


@dataclass
class Desk:
    """A telephone line with a modem and a telephone: `lifted` and `put_down` (s) are the telephone's."""

    lifted: float = 1e9
    put_down: float = 1e9
    measures: bool = True
    refusal: bytes = b""  # what ATDT is answered at once
    silent_from: float = 1e9  # the modem answers nothing any more
    silent_to: tuple[str, ...] = ()
    seized: bool = False
    let_go: list[float] = field(default_factory=list)
    talk: Talk = field(init=False)

    def __post_init__(self) -> None:
        self.talk = Talk(self.answer)

    def volts(self, now: float) -> float:
        beside = self.lifted <= now < self.put_down
        return (5.1 if beside else 8.3) if self.seized else (8.2 if beside else 48.6)

    def answer(self, command: str, now: float) -> bytes | None:
        if now >= self.silent_from or command.startswith(self.silent_to or ("?",)):
            return None
        if command.startswith("ATDT"):
            return self._dial(command, now)
        if command == "ATH":
            self.seized = False
            self.let_go.append(now)
        if command == "":  # a key: it ends the dialling under way
            return b"\r\nNO CARRIER\r\n" if self.seized else None
        if command == "AT-TRV" and self.measures:
            return b"\r\n%.1f\r\n" % self.volts(now) + OK
        if command == "ATI0":
            return b"\r\n56000\r\n" + OK if self.measures else plain(command, now)
        return plain(command, now)

    def _dial(self, command: str, now: float) -> bytes | None:
        if self.refusal:
            return self.refusal
        self.seized = True
        self.talk.says(now + 1 + TONE * len(command[4:-1]), OK)
        return None

    def hook(self) -> list[tuple[type[LineSignal], Means | None]]:
        """What was told of the hook since the dialling."""
        told = [s for s in self.talk.signals if isinstance(s, OffHook | OnHook) and s.at.mono > seconds(5)]
        return [(type(s), s.means) for s in told]


OFF, ON = (OffHook, Means.MODEM), (OnHook, Means.MODEM)
PUT_DOWN = (OnHook, Means.LINE_VOLTAGE)


def test_the_handset_is_lifted_while_the_modem_holds_the_line() -> None:
    desk = Desk(lifted=18, put_down=40)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(30)
    assert ends == [DialEnd.HANDED_OVER]
    assert 18 < desk.let_go[0] < 18.8
    assert desk.hook() == [OFF]
    desk.talk.run(50)
    assert desk.hook() == [OFF, PUT_DOWN]
    off, on = [s for s in desk.talk.signals if isinstance(s, OffHook | OnHook)][-2:]
    assert off.at.mono <= seconds(10.1)
    assert abs(on.at.mono - seconds(40)) <= on.error


def test_the_digits_are_told_in_their_order_when_they_are_out() -> None:
    desk = Desk()
    desk.talk.dial("0356,1#", 10)
    desk.talk.run(20)
    digits = [s for s in desk.talk.signals if isinstance(s, DigitDialled)]
    assert "".join(s.digit for s in digits) == "03561#"
    out = digits[-1].at.mono + digits[-1].error
    assert all(s.means is Means.MODEM and s.at.mono + s.error == out for s in digits)
    assert [s.at for s in digits] == sorted(s.at for s in digits)
    assert digits[0].at.mono >= seconds(10)


def test_nobody_lifts() -> None:
    desk = Desk()
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(24.9)
    assert ends == []
    desk.talk.run(27)
    assert ends == [DialEnd.NOBODY_LIFTED]
    assert 25 <= desk.let_go[0] < 26
    assert desk.hook() == [OFF, ON]
    desk.talk.run(60)
    assert desk.hook() == [OFF, ON]
    assert desk.talk.dialogue.failure is None


@pytest.mark.parametrize("lifted", [10.2, 13.0, 13.3, 13.8])
def test_who_lifts_while_the_digits_go_out_has_the_line_in_the_end(lifted: float) -> None:
    desk = Desk(lifted=lifted, put_down=40)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(60)
    assert ends == [DialEnd.HANDED_OVER]
    assert desk.hook() == [OFF, PUT_DOWN]


def test_who_lifts_and_puts_down_again_does_not_have_it() -> None:
    desk = Desk(lifted=16, put_down=16.45)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(60)
    assert ends == [DialEnd.NOBODY_LIFTED]
    assert desk.hook() == [OFF, ON]


@pytest.mark.parametrize(
    ("code", "end", "hook"),
    [
        (b"\x10P", DialEnd.HANDED_OVER, [OFF, ON]),  # nobody would tell when it is put down
        (b"\x10H", DialEnd.HANDED_OVER, [OFF]),
        (b"01 F             11/07 07:43:58\r\n", DialEnd.HANDED_OVER, [OFF]),
        (b"\r\nNO CARRIER\r\n", DialEnd.NOBODY_LIFTED, [OFF, ON]),
        (b"\r\nBUSY\r\n", DialEnd.NOBODY_LIFTED, [OFF, ON]),
        (b"\x10b", None, [OFF]),
    ],
)
def test_a_modem_that_measures_nothing_lets_go_by_what_it_says(
    code: bytes, end: DialEnd | None, hook: list[object]
) -> None:
    desk = Desk(measures=False)
    desk.talk.says(16, code)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(17)
    assert ends == ([] if end is None else [end])
    assert desk.hook() == hook
    desk.talk.run(40)
    assert ends == [end or DialEnd.NOBODY_LIFTED]


def test_a_code_while_the_digits_go_out_waits_for_them() -> None:
    desk = Desk(measures=False)
    desk.talk.says(11, b"\x10P")
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(14)
    assert ends == [DialEnd.HANDED_OVER]
    assert [s.digit for s in desk.talk.signals if isinstance(s, DigitDialled)] == list(NUMBER)


def test_a_modem_that_senses_nothing_lets_go_by_time() -> None:
    desk = Desk(measures=False, lifted=14)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(30)
    assert ends == [DialEnd.NOBODY_LIFTED]
    assert 25 <= desk.let_go[0] < 25.5
    assert desk.hook() == [OFF, ON]


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["", ",,", "+8615400001234", "0356 1", "1" * 33, "12;H", "12\r", "٣"])
def test_a_number_that_is_none(number: str) -> None:
    desk = Desk()
    assert desk.talk.dial(number, 10) == [DialEnd.UNABLE]
    assert not [text for _, text in desk.talk.asked if text.startswith("ATD")]


def test_not_before_it_is_set_up_nor_after_it_failed() -> None:
    assert Desk().talk.dial(NUMBER, 0) == [DialEnd.LOST]
    hung = Desk(silent_from=5)
    hung.talk.run(30)
    assert hung.talk.dialogue.failure
    assert hung.talk.dial(NUMBER, 30) == [DialEnd.LOST]


def test_one_dialling_at_a_time() -> None:
    desk = Desk()
    first = desk.talk.dial(NUMBER, 10)
    assert desk.talk.dial("110", 12) == [DialEnd.LINE_IN_USE]
    desk.talk.run(40)
    assert first == [DialEnd.NOBODY_LIFTED]


def test_not_while_it_rings_or_caller_id_may_come() -> None:
    desk = Desk()
    desk.talk.says(10, RING)
    assert desk.talk.dial(NUMBER, 10.1) == [DialEnd.LINE_IN_USE]
    assert desk.talk.dial(NUMBER, 17.9) == [DialEnd.LINE_IN_USE]
    assert desk.talk.dial(NUMBER, 18.1) == []
    other = Desk()
    other.talk.says(10, b"\r\nDATE = 1102\r\n")
    assert other.talk.dial(NUMBER, 10.2) == [DialEnd.LINE_IN_USE]


@pytest.mark.parametrize("lifted", [7.0, 9.9])
def test_not_while_somebody_talks(lifted: float) -> None:
    desk = Desk(lifted=lifted)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(12)
    assert ends == [DialEnd.LINE_IN_USE]
    assert not [text for _, text in desk.talk.asked if text.startswith("ATD")]


def test_one_bad_reading_keeps_nobody_from_dialling() -> None:
    desk = Desk(lifted=9.99, put_down=10.1)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(12)
    assert ends == []
    assert desk.seized


@pytest.mark.parametrize(
    ("refusal", "end"),
    [
        (b"\r\nLINE-IN-USE\r\n", DialEnd.LINE_IN_USE),
        (b"\r\nNO LINE\r\n", DialEnd.NO_DIAL_TONE),
        (b"\r\nNO DIALTONE\r\n", DialEnd.NO_DIAL_TONE),
        (b"\r\nBUSY\r\n", DialEnd.NOBODY_LIFTED),
        (ERROR, DialEnd.UNABLE),
    ],
)
def test_what_the_modem_refuses_tells_nothing_of_the_hook(refusal: bytes, end: DialEnd) -> None:
    desk = Desk(refusal=refusal)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(20)
    assert ends == [end]
    assert desk.hook() == []
    assert desk.let_go
    assert desk.talk.sent("AT-TRV", since=12)  # the watch goes on


def test_a_line_that_is_cut() -> None:
    desk = Desk()
    desk.talk.run(9.8)
    desk.volts = lambda now: 1.4  # type: ignore[method-assign]
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(12)
    assert ends == [DialEnd.NO_DIAL_TONE]


@pytest.mark.parametrize("rings", [10.01, 10.03, 11.0, 16.0])
def test_somebody_calls_in_the_midst(rings: float) -> None:
    desk = Desk()
    desk.talk.says(rings, RING)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(20)
    assert ends == [DialEnd.LINE_IN_USE]
    assert not desk.seized
    assert any(isinstance(s, RingWord) for s in desk.talk.signals)


# --- cancelled, hung -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", [10.005, 10.1, 11.0, 14.0, 20.0])
def test_cancelled(when: float) -> None:
    desk = Desk()
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.cancel(when)
    desk.talk.run(when + 3)
    assert ends == [DialEnd.CANCELLED]
    assert not desk.seized
    assert desk.hook() in ([], [OFF, ON])
    desk.talk.cancel(when + 3)
    assert len(ends) == 1


def test_the_port_is_lost_or_closed_in_the_midst() -> None:
    desk = Desk()
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(15)
    assert desk.talk.dialogue.holds_line
    desk.talk.dialogue.abandon(DialEnd.LOST)
    desk.talk.dialogue.abandon(DialEnd.LOST)
    assert ends == [DialEnd.LOST]


def test_a_modem_that_hangs_while_it_holds_the_line_fails_so_that_closing_its_port_hangs_up() -> None:
    desk = Desk(silent_from=15)
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(40)
    assert ends == [DialEnd.LOST]
    assert desk.talk.dialogue.failure == "the modem does not answer"


@pytest.mark.parametrize("hears", [OK, ERROR])
def test_readings_that_fail_in_the_end_leave_it_at_what_was_sensed(hears: bytes) -> None:
    desk = Desk(lifted=16, put_down=30)
    usual = desk.answer
    desk.talk.answer = lambda command, now: (
        hears if command == "AT-TRV" and desk.let_go else usual(command, now)
    )
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(22)
    assert ends == [DialEnd.HANDED_OVER]
    assert desk.hook() == [OFF]


def test_garbage_without_end_does_not_hold_it_up() -> None:
    desk = Desk()
    for i in range(1000):
        desk.talk.says(9.9 + i * 0.02, b"\xff")
    ends = desk.talk.dial(NUMBER, 10)
    desk.talk.run(10 + WAITS_FOR / seconds(1) + 0.1)
    assert ends == [DialEnd.LINE_IN_USE]


words = st.sampled_from(
    [
        b"",
        OK,
        ERROR,
        RING,
        b"\r\nNO CARRIER\r\n",
        b"\r\nBUSY\r\n",
        b"\r\nLINE IN USE\r\n",
        b"\r\nNO DIALTONE\r\n",
        b"\x10P",
        b"\x10H",
        b"\x10h",
        b"0\r",
        b"\r\n8.3\r\n",
        b"\r\n1.4\r\n",
        b"NMBR = ",
        b"\xff",
    ]
)
moments = st.sampled_from(
    [9.9, 10.0, 10.02, 10.05, 10.3, 10.31, 11.0, 13.1, 13.3, 14.9, 15.0, 24.99, 25.0, 25.1]
)
later = st.sampled_from([10.0, 10.04, 10.1, 13.0, 14.0, 24.9, 25.0, 25.05, 25.3, 1e9])


@effort(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(moments, words), max_size=5),
    st.lists(words, max_size=3),
    later,
    later,
    later,
    st.sampled_from([(), ("ATDT",), ("ATH",), ("AT-TRV",), ("ATDT", "ATH"), ("",)]),
    st.booleans(),
)
@example([], [], 1e9, 10.04, 1e9, ("ATH",), True)  # ATDT's late OK is no answer to ATH
def test_whatever_the_modem_says_or_not_it_ends_once_in_time_and_the_line_is_released(
    said: list[tuple[float, bytes]],
    instead: list[bytes],
    lifted: float,
    cancelled: float,
    silent: float,
    silent_to: tuple[str, ...],
    measures: bool,
) -> None:
    desk = Desk(lifted=lifted, measures=measures)
    desk.talk.run(9)
    desk.silent_from, desk.silent_to = silent, silent_to
    usual, answers = desk.talk.answer, iter(instead)

    def answer(command: str, now: float) -> bytes | None:
        usual_answer = usual(command, now)
        return usual_answer if now < 10 else next(answers, usual_answer)

    desk.talk.answer = answer
    for when, data in said:
        desk.talk.says(when, data)
    ends = desk.talk.dial(NUMBER, 10)
    if cancelled < 1e9 and desk.talk.dialogue.failure is None:
        desk.talk.cancel(cancelled)
    desk.talk.run(10 + (HELD_FOR + PATIENCE) / seconds(1))
    if desk.talk.dialogue.failure is not None:
        desk.talk.dialogue.abandon(DialEnd.LOST)  # as the driver does when it closes the port
    assert len(ends) == 1
    began = [when for when, text in desk.talk.asked if text.startswith("ATD")]
    hung_up = [when for when, text in desk.talk.asked if text == "ATH"]
    assert not began or hung_up or desk.talk.dialogue.failure is not None
    assert not desk.talk.dialogue.holds_line
    hook, heard = [kind for kind, _ in desk.hook()], {*instead, *(data for _, data in said)}
    assert all(a is not b for a, b in itertools.pairwise(hook))
    if desk.talk.dialogue.failure is None and ends != [DialEnd.HANDED_OVER] and lifted > 1e8:
        lies = OK in heard and "ATH" in silent_to  # it obeys nothing and says OK: none sees through that
        assert hook[-1:] != [OffHook] or b"\x10H" in heard or lies
