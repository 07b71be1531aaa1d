"""Who is believed to be at the desk, from real line machines, commits and presses; and the reminders that follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from device.signals import Instant, LineSignal
from firmware_app.alerts import Standing
from firmware_app.call_entries import call_entry
from firmware_app.calls.call import CallClosed, CallEvent, Trouble, TroubleBegan
from firmware_app.desk_watch import ACTIONS, DeskWatch
from firmware_app.line_ears import EarSignal, LineEars
from firmware_app.records import entries
from firmware_app.reminding import SILENT, Escalation
from tests.dial_ears import ToldEar
from tests.hours_support import SHANGHAI, documents
from tests.line_signals import ALL, bursts, digit, off, on, restored
from tests.support import at

ALWAYS = documents(
    {
        "service_hours": {
            "week": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        }
    }
)
NEVER = documents({"service_hours": {"week": {}}})


class Point:
    """Lines L1 and L2, the watch beside them, and what it had recorded and reminded of."""

    def __init__(self, escalation: Escalation = SILENT, present: bool = True) -> None:
        self.recorded: list[tuple[bool, str, int | None, str]] = []
        self.reminded: list[int] = []
        self.watch = DeskWatch("boot", escalation, SHANGHAI, put=self._put, remind=self.reminded.append)
        self.watch.resume(present)
        self.watch.documents_are(ALWAYS)
        self.lines = {
            name: LineEars(name, "03562217000", "boot", {"gpio": ToldEar(name)}) for name in ("L1", "L2")
        }
        for name in self.lines:
            self.hear(restored(0, ALL), line=name)

    def _put(self, entry: entries.Entry, at: Instant, actor: str) -> None:
        assert isinstance(entry, entries.Presence)
        self.recorded.append((entry.present, entry.source, entry.since_wall, actor))

    def hear(self, *signals: LineSignal, line: str = "L1") -> None:
        for signal in signals:
            self.until(signal.at)
            self._took(line, self.lines[line].handle(EarSignal(signal, "gpio")), signal.at)

    def until(self, now: Instant) -> None:
        """The loop wakes at each deadline of a line up to `now`."""
        for name, line in self.lines.items():
            while (deadline := line.machine.next_deadline()) is not None and deadline <= now.mono:
                moment = at(deadline / 1e9)
                self._took(name, line.expire(moment), moment)

    def _took(self, line: str, events: Sequence[CallEvent], now: Instant) -> None:
        self.watch.line(self.lines[line], events, now)
        closed = [event.call for event in events if isinstance(event, CallClosed)]
        if closed:
            self.commit(
                [call_entry(call, "closed", "boot", "03562217000", True, 1, None) for call in closed], now
            )

    def commit(self, recorded: Iterable[entries.Entry], now: Instant, unseen: int = 1) -> None:
        self.watch.committed(recorded, Standing(unseen, 0, 0, (), True), now)

    def missed(self, start: float, line: str = "L1") -> None:
        self.hear(*bursts(start, start + 5, start + 10), line=line)
        self.until(at(start + 20))


AWAY = (False, "missed_call", at(100).wall, "monitor")


def test_away_from_the_first_missed_call_and_back_when_somebody_lifts() -> None:
    point = Point()
    point.missed(100)
    point.missed(200)
    assert point.recorded == [AWAY]
    point.hear(off(300), digit(301))
    assert point.recorded == [AWAY, (True, "off_hook", None, "monitor")]
    assert point.watch.present


def test_answering_is_coming_back() -> None:
    point = Point()
    point.missed(100)
    point.hear(*bursts(200), off(203), line="L2")
    assert point.recorded[1:] == [(True, "off_hook", None, "monitor")]


def test_a_call_that_is_missed_while_the_other_line_talks_says_nothing() -> None:
    point = Point()
    point.hear(off(90), digit(91), line="L2")
    point.missed(100)
    assert point.recorded == []
    point.hear(on(130), line="L2")
    point.missed(140)
    assert [word[1] for word in point.recorded] == ["missed_call"]


def test_a_handset_left_beside_its_cradle_is_nobody() -> None:
    point = Point()
    point.hear(off(90), line="L2")
    line = point.lines["L2"]
    point.watch.line(line, [TroubleBegan("L2", at(95), Trouble.LEFT_OFF_HOOK)], at(95))
    point.missed(100)
    assert point.recorded == [AWAY]


def test_a_line_that_is_found_off_hook_is_in_use_but_nobody_has_come() -> None:
    point = Point(present=False)
    point.hear(off(10, found=True))
    assert point.recorded == []
    point = Point()
    point.hear(off(10, found=True), line="L2")
    point.missed(100)
    assert not any(word[1] == "off_hook" for word in point.recorded)


def test_a_machine_that_answers_brings_nobody_back() -> None:
    point = Point()
    given = {
        "service_hours": ALWAYS["service_hours"].content,
        "lines": {"L1": {"answered_by_machine_after_s": 12}, "L2": 7},
    }
    point.watch.documents_are(documents(given))
    point.missed(100)
    point.hear(*bursts(200, 205, 210), off(212.5))
    assert point.recorded == [AWAY]
    point.hear(on(230), *bursts(300), off(303))
    assert [word[1] for word in point.recorded] == ["missed_call", "off_hook"], "sooner than the machine"
    point = Point(present=False)
    rules = {"machine_tolerance_s": 3}
    point.watch.documents_are(documents({**given, "callback_rules": rules}))
    point.hear(*bursts(200, 205, 210), off(214.5), line="L2")
    assert [word[1] for word in point.recorded] == ["off_hook"], "another line has none"
    point.watch.documents_are(documents({"callback_rules": {"nonsense": 1}}))


@pytest.mark.parametrize(
    "change",
    [
        {"in_hours": False},
        {"in_hours": None},
        {"disposition": "answered"},
        {"disposition": "unknown"},
        {"stage": "opened"},
        {"boot": "earlier"},
    ],
)
def test_other_calls_say_nothing_of_the_desk(change: dict[str, Any]) -> None:
    point = Point()
    point.commit([_missed_entry(**change)], at(130))
    assert point.recorded == []
    point.commit([_missed_entry(), entries.StillTalking("L1")], at(130))
    assert point.recorded == [AWAY]


def _missed_entry(**change: Any) -> entries.CallRecorded:  # noqa: ANN401
    given: dict[str, Any] = {field: None for field in entries.CallRecorded.__dataclass_fields__}
    given |= {
        "stage": "closed",
        "key": "k",
        "line": "L1",
        "direction": "inbound",
        "boot": "boot",
        "ring_bursts": 3,
    }
    given |= {
        "started_mono": at(100).mono,
        "started_wall": at(100).wall,
        "in_hours": True,
        "disposition": "no_answer",
    }
    return entries.CallRecorded(**given | change)


def test_the_button_and_the_page_are_kept_beside_what_is_inferred() -> None:
    point = Point()
    point.watch.pressed(False, at(50))
    point.missed(100)
    assert point.recorded == [(False, "button", None, "desk")]
    point.watch.told(entries.Presence(True, "panel"), at(200))
    assert point.watch.present
    assert len(point.recorded) == 1, "what the page said is on record already"
    point.missed(300)
    point.watch.told(entries.CallSeen(7), at(400))
    assert [word[1] for word in point.recorded] == ["button", "missed_call", "action"]


def test_what_may_come_from_anywhere_is_no_sign_of_the_clerk() -> None:
    point = Point(present=False)
    for entry in (
        entries.SiteDocumentChanged("lines", 1, "", "{}"),
        entries.MessageSent("a", "mail", "test", "sent"),
    ):
        point.watch.told(entry, at(10))
    assert point.recorded == []
    assert entries.PasswordSet not in ACTIONS


def test_a_restart_goes_on_where_the_ledger_stands() -> None:
    point = Point(present=False)
    point.missed(100)
    assert point.recorded == []
    assert not point.watch.present


BLIPS = Escalation(buzzer_every_minutes=5)


def test_who_comes_back_is_reminded_when_the_talk_is_over_and_then_again_and_again() -> None:
    point = Point(BLIPS)
    point.missed(100)
    assert point.watch.next_deadline() is None, "nobody is there"
    point.hear(off(200), digit(201))
    point.watch.expire(at(200))
    assert point.reminded == [], "not into a talk"
    point.hear(on(205))
    point.watch.expire(at(210))
    assert point.reminded == [1]
    point.watch.expire(at(509))
    point.watch.expire(at(510))
    assert point.reminded == [1, 1]
    point.commit([], at(520), unseen=0)
    assert point.watch.next_deadline() is None


def test_out_of_hours_nobody_is_reminded() -> None:
    for hours in (NEVER, documents({})):
        point = Point(BLIPS)
        point.watch.documents_are(hours)
        point.commit([], at(10))
        point.watch.expire(at(400))
        assert point.reminded == []


def test_all_is_silent_unless_something_is_configured() -> None:
    point = Point()
    point.commit([], at(10))
    assert point.watch.next_deadline() is None
    point = Point(Escalation(voice="default"), present=False)
    point.commit([], at(10), unseen=3)
    point.watch.pressed(True, at(20))
    point.watch.expire(at(20))
    assert point.reminded == [3]
