"""The call-back list as its page reads it: order, what a row says, one case whole, forms that worked, machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device.signals import SECOND, seconds
from firmware_app.calls.callback import State
from firmware_app.calls.callback_rules import MINUTE
from firmware_app.calls.urgency import Level, Rank
from firmware_app.records import case_list, entries
from firmware_app.records.call_list import missed
from firmware_app.records.case_rows import CaseList, MachineProposal
from firmware_app.records.desk_rules import Desk
from firmware_app.records.entries import Personal
from firmware_app.records.ledger import Ledger
from tests.case_support import ZONE, Desktop, wall
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, answered, call, number

HOURS = {"versions": [{"week": {"tue": [["08:30", "12:00"], ["14:30", "17:30"]]}}]}  # the 24th is a Tuesday


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desktop]:
    ledger = Ledger(tmp_path / "ledger.db", BOOT, timezone=ZONE)
    made = Desktop(ledger)
    yield made
    made.reader.close()
    ledger.close()


def listed(desk: Desktop, limit: int = 60) -> CaseList:
    with desk.reader.snapshot() as db:
        return case_list.waiting(db, desk.now, Desk(db, ZONE), limit)


def document(desk: Desktop, name: str, content: object) -> None:
    desk.did(entries.SiteDocumentChanged(name, 0, "", json.dumps(content)))


def proposals(desk: Desktop) -> tuple[MachineProposal, ...]:
    with desk.reader.snapshot() as db:
        return case_list.machine_proposals(db, ["L1", "L2"], Desk(db, ZONE))


def test_a_row_says_all_that_the_page_needs(desk: Desktop) -> None:
    document(desk, "service_hours", HOURS)
    zhang = {
        "number": Personal("number", "0" + MOBILE, MOBILE),
        "name": Personal("name", "张三"),
        "line": "L2",
    }
    start = wall("24 11:59:50")
    desk.did(call("b", started_wall=start, ended_wall=start + seconds(11), in_hours=True, **zhang))
    desk.did(entries.NumberNoted(number(MOBILE), Personal("text", "方言"), number(OTHER_MOBILE)))
    desk.now = wall("24 14:40:00")
    found = listed(desk)
    assert (found.total, found.red, found.later) == (1, 1, 0)
    (row,) = found.rows
    assert (row.case, row.state, row.key, row.number, row.name) == (
        1,
        State.NEW,
        MOBILE,
        "0" + MOBILE,
        "张三",
    )
    assert (row.call, row.line, row.calls, row.ring_bursts, row.ringing) == (3, "L2", 2, 3, seconds(11))
    assert (row.since_wall, row.last_wall) == (wall("24 09:00:00") - seconds(11), start)
    assert (row.in_hours, row.by_machine, row.low, row.unseen) == (True, False, False, True)
    assert (row.attempts, row.last_attempt, row.pending, row.proposal) == (0, None, None, None)
    assert (row.clock_wall, row.due_wall) == (wall("24 09:00:00"), wall("24 09:00:00") + 30 * MINUTE)
    assert (row.worked, row.overdue) == ((180 + 10) * MINUTE, (5 * 60 + 10) * MINUTE)
    assert (row.urgency.rank, row.urgency.level, row.urgency.promised) == (Rank.FIRST, Level.RED, False)
    assert (row.known.note, row.known.other) == ("方言", OTHER_MOBILE)
    assert row.provisional, "no calendar of 2026 is known here"


def test_a_case_goes_from_new_to_seen_to_attempted_to_reached(desk: Desktop) -> None:
    states = [desk.case().row.state]
    desk.did(entries.CallSeen(1))
    states.append(desk.case().row.state)
    desk.says("busy")
    states.append(desk.case().row.state)
    desk.missed()  # again, and not looked at: what was done stays said
    states.append(desk.case().row.state)
    desk.says("reached")
    states.append(desk.case().row.state)
    assert states == [State.NEW, State.SEEN, State.ATTEMPTED, State.ATTEMPTED, State.REACHED]


def test_the_most_urgent_come_first_and_the_limit_cuts_the_rest(desk: Desktop) -> None:
    numbers = {
        name: f"1540000001{place}"
        for place, name in enumerate(("low", "twice", "later", "promised", "tried"))
    }
    desk.now += 20 * MINUTE
    made = {name: desk.missed(digits) for name, digits in numbers.items() if name != "low"}
    desk.missed(numbers["twice"])
    start = {"started_wall": desk.now, "ended_wall": desk.now + SECOND, "number": number(numbers["low"])}
    made["low"] = desk.did(call("low", disposition="abandoned", **start)).seq
    desk.did(entries.CallbackPostponed(made["later"], desk.now + 60 * MINUTE))
    desk.did(entries.CallbackPostponed(made["promised"], desk.now + MINUTE))
    desk.says("busy", case=made["tried"])
    desk.now += 2 * MINUTE
    order = [made["promised"], 1, made["twice"], made["tried"], made["low"], made["later"]]
    found = listed(desk)
    assert [row.case for row in found.rows] == order
    assert (found.total, found.red, found.later) == (6, 0, 1)
    assert found.rows[1].urgency.level is Level.AMBER
    assert [row.case for row in listed(desk, 2).rows] == order[:2]
    assert listed(desk, 2).total == 6


def test_one_case_opens_into_its_calls_attempts_and_what_came_before(desk: Desktop) -> None:
    desk.says("reached", "wechat")
    desk.now += MINUTE
    second = desk.missed()
    third = desk.did(call("c", line="L2", number=number(MOBILE), in_hours=None)).seq
    desk.dials(MOBILE)
    view = desk.case(second)
    assert [(each.call, each.line, each.seen) for each in view.calls] == [
        (second, "L1", True),
        (third, "L2", True),
    ]
    assert (view.end, view.rules_version, view.earlier) == (None, 0, 1)
    assert view.row.pending == view.attempts[0] == view.row.last_attempt
    before = desk.case(1)
    assert before.end is not None
    assert (before.end.by, before.end.reason, before.earlier) == ("clerk", None, 0)
    with desk.reader.snapshot() as db:
        assert case_list.one_case(db, 99, desk.now, Desk(db, ZONE)) is None
        assert (case_list.open_case_of(db, MOBILE), case_list.open_case_of(db, "x")) == (second, None)


def test_the_number_of_the_first_call_stands_where_the_last_one_was_erased(desk: Desktop) -> None:
    again = desk.did(call("b", number=Personal("number", "0" + MOBILE, MOBILE)))
    assert listed(desk).rows[0].number == "0" + MOBILE
    desk.did(entries.PartyErased(again.seq * 10, "asked"))
    assert listed(desk).rows[0].number == MOBILE
    desk.did(entries.PartyErased(10, "asked"))
    (row,) = listed(desk).rows
    assert (row.number, row.key) == (None, None)


def test_the_page_of_today_counts_what_a_person_told_of(desk: Desktop) -> None:
    """Its presses say `after` with this number: a call of the line that nobody settled must not be in it."""
    desk.dials(MOBILE)
    with desk.reader.snapshot() as db:
        (row,) = missed(db, 10)
    assert row.attempts == 0
    desk.says("not_reached", after=row.attempts)
    with desk.reader.snapshot() as db:
        (row,) = missed(db, 10)
    assert (row.attempts, row.case_state) == (1, "open")


def test_the_forms_that_worked_with_this_number_come_before_those_of_the_line(desk: Desktop) -> None:
    def forms(key: str, line: str = "L1") -> tuple[str, ...]:
        with desk.reader.snapshot() as db:
            return case_list.worked_forms(db, line, key)

    assert forms(MOBILE) == ()
    desk.dials("0" + MOBILE)
    assert forms(MOBILE) == (), "nobody has said that it worked"
    desk.says("reached")
    other = desk.missed(OTHER_MOBILE)
    desk.dials(OTHER_MOBILE)
    desk.says("reached", case=other)
    assert forms(MOBILE) == ("zero_mobile", "mobile")
    assert forms(OTHER_MOBILE) == ("mobile", "zero_mobile")
    assert forms("15400000009") == ("mobile", "zero_mobile"), "the latest of the line"
    assert forms(MOBILE, "L2") == ()


def delayed(desk: Desktop, key: str, delay: float, **changes: Any) -> None:  # noqa: ANN401
    begun = call(key).started_mono
    desk.did(answered(key, answered_mono=begun + seconds(delay), **changes))


def test_a_machine_is_proposed_from_the_answers_of_a_line_and_never_applied(desk: Desktop) -> None:
    for place in range(9):
        delayed(desk, f"m{place}", 20 + place / 100)
    assert proposals(desk) == ()
    delayed(desk, "m9", 20.05)
    (found,) = proposals(desk)
    assert (found.line, found.answers) == ("L1", 10)
    assert abs(found.delay - seconds(20.04)) < SECOND // 10
    assert desk.ledger.standing().due == 1, "nothing came of it"
    for place in range(10):  # of people
        delayed(desk, f"p{place}", 3 + place, line="L2")
    assert len(proposals(desk)) == 1
    document(desk, "lines", {"L1": {"answered_by_machine_after_s": 20}})
    assert proposals(desk) == ()
