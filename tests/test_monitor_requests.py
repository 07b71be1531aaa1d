"""What peers ask for: dialling is claimed once, refused on a busy line, answered when it ended; nothing is carried out late."""

from __future__ import annotations

from typing import Any

import pytest

from device.interface import DialEnd, LineInterface
from device.signals import LineSignal, seconds
from firmware_app.line_ears import EarSignal, LineEars
from firmware_app.monitor_requests import ENDS, Asked, DialOver, MonitorRequests
from tests.dial_ears import DiallingEar, ToldEar
from tests.line_signals import lost, off, on, restored, started

NUMBER = "15400000001"
NOW = seconds(100)


class Asking:
    """Requests to a line L1 with a dialling ear (and L2 without), carried out at once; what came of them."""

    def __init__(self, *heard: LineSignal) -> None:
        self.modem = DiallingEar()
        self.lines = {
            "L1": self._line("L1", {"modem": self.modem}),
            "L2": self._line("L2", {"gpio": ToldEar()}),
        }
        for signal in heard:
            self.lines["L1"].handle(EarSignal(signal, "modem"))
        self.silenced = 0
        self.told: list[Any] = []
        self.queue: list[DialOver] = []
        self.requests = MonitorRequests(self.lines, self._silence, self.told.append, self.queue.append)

    @staticmethod
    def _line(name: str, ears: dict[str, LineInterface]) -> LineEars:
        return LineEars(name, "03562217000", "boot", ears)

    def _silence(self) -> None:
        self.silenced += 1

    def ask(
        self, what: str, line: str | None = "L1", number: str | None = None, until: int = NOW
    ) -> list[Any]:
        """The answers to one request: empty while it is under way."""
        answers: list[Any] = []
        self.requests.take(Asked(what, line, until, answers.append, number), NOW)
        return answers

    def ends(self, end: DialEnd) -> None:
        self.modem.end(end)
        assert len(self.queue) == 1, "told from the driver's thread: through the queue"
        self.requests.take(self.queue.pop(), NOW)


IDLE = restored(0)


def test_a_number_is_dialled_and_the_answer_comes_when_it_is_over() -> None:
    asking = Asking(IDLE)
    answers = asking.ask("dial", number=NUMBER)
    assert (answers, asking.modem.dialled) == ([], [NUMBER])
    asking.ends(DialEnd.HANDED_OVER)
    (answer,) = answers
    assert (answer["ok"], answer["result"]) == (True, "handed_over")
    assert set(answer["message"]) == {"zh_CN", "en"}
    assert asking.told == [
        {"event": "dialling", "line": "L1", "stage": "begun"},
        {"event": "dialling", "line": "L1", "stage": "ended", "result": "handed_over"},
    ]


@pytest.mark.parametrize("end", list(DialEnd))
def test_every_end_is_told_in_both_languages_and_frees_the_line(end: DialEnd) -> None:
    asking = Asking(IDLE)
    answers = asking.ask("dial", number=NUMBER)
    asking.ends(end)
    assert answers[0]["result"] == end.value
    assert answers[0]["message"] == {"zh_CN": ENDS[end].zh, "en": ENDS[end].en}
    assert asking.ask("dial", number=NUMBER) == [], "the next may begin"


@pytest.mark.parametrize(
    ("heard", "error"),
    [
        ((), "lost"),
        ((IDLE, lost(5)), "lost"),
        ((IDLE, started(5)), "line_in_use"),
        ((IDLE, started(5), off(6)), "line_in_use"),
        ((IDLE, off(6)), "line_in_use"),
        ((IDLE, off(6, found=True)), "line_in_use"),
        ((IDLE, off(6), on(60)), None),
    ],
)
def test_a_line_that_is_not_idle_is_not_dialled_on(heard: tuple[LineSignal, ...], error: str | None) -> None:
    asking = Asking(*heard)
    answers = asking.ask("dial", number=NUMBER)
    assert [answer["error"] for answer in answers] == ([error] if error else [])
    assert asking.modem.dialled == ([] if error else [NUMBER])
    assert asking.told == ([] if error else [{"event": "dialling", "line": "L1", "stage": "begun"}])


@pytest.mark.parametrize(
    "number", [None, "", "+8615400000001", "154 0000", "1" * 33, "１５４", "ATH", "1;H", "1\n", "W1", "!"]
)
def test_what_is_no_number_is_not_dialled(number: str | None) -> None:
    asking = Asking(IDLE)
    assert [answer["error"] for answer in asking.ask("dial", number=number)] == ["invalid"]
    assert asking.modem.dialled == []


def test_a_second_dialling_is_refused_while_one_is_under_way() -> None:
    asking = Asking(IDLE)
    first = asking.ask("dial", number=NUMBER)
    assert [answer["error"] for answer in asking.ask("dial", number="15400000002")] == ["busy"]
    assert asking.modem.dialled == [NUMBER]
    asking.ends(DialEnd.NOBODY_LIFTED)
    assert len(first) == 1


def test_a_dialling_is_cancelled_by_whoever_asks() -> None:
    asking = Asking(IDLE)
    assert asking.ask("cancel_dial")[0]["error"] == "not_found"
    answers = asking.ask("dial", number=NUMBER)
    assert asking.ask("cancel_dial") == [{"ok": True, "result": None}]
    assert (asking.modem.cancelled, answers) == (1, [])
    asking.ends(DialEnd.CANCELLED)
    assert answers[0]["result"] == "cancelled"


def test_nothing_is_carried_out_late() -> None:
    asking = Asking(IDLE)
    for what in ("dial", "cancel_dial", "silence", "check_line"):
        assert asking.ask(what, number=NUMBER, until=NOW - 1)[0]["error"] == "expired"
    assert (asking.modem.dialled, asking.silenced) == ([], 0)


def test_lines_without_a_modem_and_lines_there_are_none_of() -> None:
    asking = Asking(IDLE)
    assert asking.ask("dial", "L2", NUMBER)[0]["error"] == "unable"
    for what in ("dial", "cancel_dial"):
        for line in ("L3", None):
            assert asking.ask(what, line, NUMBER)[0]["error"] == "not_found"


def test_an_end_that_nobody_waits_for_is_told_to_nobody() -> None:
    asking = Asking(IDLE)
    asking.requests.take(DialOver("L1", DialEnd.LOST), NOW)
    assert asking.told == []


def test_checks_and_lamps_go_to_the_checker() -> None:
    asking = Asking(IDLE)
    assert asking.ask("check_line")[0]["error"] == "invalid", "nobody checks yet"
    asked: list[object] = []
    asking.requests.checker = lambda line, trigger, answer: asked.append((line, trigger))
    for what, line in (("check_line", "L1"), ("check_line", None), ("lamp_test", None)):
        assert asking.ask(what, line) == []
    assert asked == [("L1", "panel"), (None, "panel"), ("lamps", "panel")]
    assert asking.ask("check_line", "L9")[0]["error"] == "not_found"


def test_silence_and_nonsense() -> None:
    asking = Asking(IDLE)
    assert asking.ask("silence", None) == [{"ok": True, "result": None}]
    assert asking.silenced == 1
    refused = asking.ask("make_coffee", None)[0]
    assert (refused["error"], set(refused["message"])) == ("invalid", {"zh_CN", "en"})


def test_the_number_is_in_no_log_and_in_no_text_of_the_request(caplog: pytest.LogCaptureFixture) -> None:
    asking = Asking(IDLE)
    with caplog.at_level("DEBUG"):
        asking.ask("dial", number=NUMBER)
        asking.ends(DialEnd.LOST)
    assert caplog.messages
    assert NUMBER not in caplog.text
    assert NUMBER not in repr(Asked("dial", "L1", 0, print, NUMBER))


def test_a_test_of_the_reminders_is_announced_when_somebody_would_send_it() -> None:
    asking = Asking(IDLE)
    assert [answer["error"] for answer in asking.ask("test_reminder", None)] == ["no_uplink"]
    assert asking.told == []
    asking.requests.uplink_there = lambda: True
    assert asking.ask("test_reminder", None) == [{"ok": True, "result": None}]
    assert asking.told == [{"event": "test_reminder"}]
    assert [answer["error"] for answer in asking.ask("test_reminder", None, until=NOW - 1)] == ["expired"]
