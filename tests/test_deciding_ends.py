"""How a person ends a case, takes that back, agrees a time or has the modem dial; and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_app.calls.callback_rules import DAY, MINUTE
from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.verifying import verify
from tests.case_support import ZONE, Desktop, wall
from tests.ledger_support import BOOT, MOBILE, answered, number


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desktop]:
    ledger = Ledger(tmp_path / "ledger.db", BOOT, timezone=ZONE)
    made = Desktop(ledger)
    yield made
    made.reader.close()
    report = verify(ledger.path)
    ledger.close()
    assert report.holds, report.findings


# ---- how a case ends


def test_three_attempts_in_two_half_days_end_it(desk: Desktop) -> None:
    desk.says("not_reached")
    desk.says("voicemail", "mobile")
    assert not desk.says("busy").closes, "three, but in one half-day"
    desk.now = wall("24 15:00:00")
    entry = desk.says("not_reached")
    assert (entry.closes, entry.closes_as, entry.half_day) == (True, "unreachable", "2026-11-24 pm")
    end = desk.case().end
    assert end is not None
    assert (end.state.value, end.by, end.worked) == ("unreachable", "clerk", 6 * 60 * MINUTE)
    assert desk.ledger.standing().due == 0
    assert desk.refused(entries.CallbackAttempted(1, "reached", "line", False)) == "already_closed"


def test_a_pending_attempt_counts_in_the_half_day_it_was_made(desk: Desktop) -> None:
    desk.says("not_reached")
    desk.says("not_reached")
    desk.dials(MOBILE)
    desk.now = wall("24 15:00:00")
    assert not desk.says("not_reached").closes, "it was made in the morning"
    assert desk.case().attempts[-1].half_day == "2026-11-24 am"


def test_the_rules_of_the_document_decide(desk: Desktop) -> None:
    rules = json.dumps({"attempts": 2, "half_days": 1})
    desk.did(entries.SiteDocumentChanged("callback_rules", 0, "", rules))
    assert not desk.says("not_reached").closes
    entry = desk.says("not_reached")
    assert (entry.closes_as, entry.rules_version) == ("unreachable", 1)


def test_a_case_is_ended_for_a_reason_that_somebody_agreed_to(desk: Desktop) -> None:
    ended = entries.CaseClosed(1, "not_needed", "served_otherwise", "站长")
    for wrong in (
        entries.CaseClosed(1, "reached", "other", "站长"),
        entries.CaseClosed(1, "not_needed", "vacant", "站长"),
        entries.CaseClosed(1, "not_needed", "nuisance", "x" * 65),
    ):
        assert desk.refused(wrong) == "invalid"
    assert desk.refused(entries.CaseClosed(1, "not_needed", "served_otherwise", " ")) == "invalid"
    assert desk.refused(entries.CaseClosed(1, "unreachable", "many_attempts", "")) == "invalid"
    assert desk.refused(entries.CaseClosed(1, "not_needed", "other", "站长")) == "invalid"
    assert desk.refused(entries.CaseClosed(99, "not_needed", "nuisance", "站长")) == "not_found"
    desk.now += 20 * MINUTE
    assert desk.did(ended).entry.worked == 20 * MINUTE  # type: ignore[union-attr]
    assert desk.refused(ended) == "already_closed"
    end = desk.case().end
    assert end is not None
    assert (end.state.value, end.reason, end.approved_by) == ("not_needed", "served_otherwise", "站长")


def test_a_vacant_number_is_proven_by_an_attempt_or_agreed_to(desk: Desktop) -> None:
    vacant = entries.CaseClosed(1, "not_callable", "vacant", "")
    assert desk.refused(vacant) == "invalid"
    desk.says("vacant")
    assert desk.case().row.proposal is not None
    desk.did(vacant)
    other = desk.missed("15400000009")
    note = entries.Personal("text", "号码少一位")
    desk.did(entries.CaseClosed(other, "not_callable", "other", "中心", note))
    end = desk.case(other).end
    assert end is not None
    assert (end.reason, end.note, end.approved_by) == ("other", "号码少一位", "中心")


# ---- taken back


@pytest.mark.parametrize("how", ["reached", "not_needed", "unreachable"])
def test_a_slip_of_the_finger_is_taken_back_on_the_same_day(desk: Desktop, how: str) -> None:
    if how == "reached":
        desk.says("reached", "wechat")
    else:
        desk.did(entries.CaseClosed(1, how, "other", "站长", entries.Personal("text", "错")))
    desk.now = wall("24 23:59:59")
    again = desk.did(entries.CaseReopened(1)).entry
    assert again == entries.CaseReopened(1, how)
    view = desk.case()
    assert (view.end, view.row.case, desk.ledger.standing().due) == (None, 1, 1)
    assert desk.refused(entries.CaseReopened(1)) == "no_change"


def test_the_next_day_nothing_is_taken_back(desk: Desktop) -> None:
    desk.says("reached")
    desk.now = wall("25 00:00:00")
    assert desk.refused(entries.CaseReopened(1)) == "invalid"
    assert desk.refused(entries.CaseReopened(99)) == "not_found"


def test_what_the_caller_ended_is_not_taken_back(desk: Desktop) -> None:
    desk.did(answered(desk.key(), number=number(MOBILE)))
    assert desk.case().row.state.value == "self_resolved"
    assert desk.refused(entries.CaseReopened(1)) == "invalid"


def test_where_they_rang_again_since_the_new_case_stands(desk: Desktop) -> None:
    desk.says("reached")
    desk.missed()
    assert desk.refused(entries.CaseReopened(1)) == "invalid"
    assert desk.ledger.standing().due == 1


# ---- agreed times


def test_an_agreed_time_puts_a_case_off_until_then(desk: Desktop) -> None:
    agreed = desk.now + 60 * MINUTE
    desk.did(entries.CallbackPostponed(1, agreed))
    assert desk.refused(entries.CallbackPostponed(1, agreed)) == "no_change"
    assert desk.case().row.urgency.rank.name == "LATER"
    desk.now = agreed
    row = desk.case().row
    assert (row.urgency.rank.name, row.urgency.promised) == ("NOW", True)
    desk.did(entries.CallbackPostponed(1, None))
    assert desk.case().row.postponed_wall is None
    assert desk.refused(entries.CallbackPostponed(1, None)) == "no_change"


def test_an_attempt_keeps_the_promise(desk: Desktop) -> None:
    desk.did(entries.CallbackPostponed(1, desk.now + MINUTE))
    desk.says("not_reached")
    assert desk.case().row.postponed_wall is None


def test_a_time_that_makes_no_sense_is_refused(desk: Desktop) -> None:
    for until in (desk.now, desk.now - 1, desk.now + 14 * DAY + 1):
        assert desk.refused(entries.CallbackPostponed(1, until)) == "invalid"
    desk.did(entries.CallbackPostponed(1, desk.now + 14 * DAY))
    assert desk.refused(entries.CallbackPostponed(99, desk.now + MINUTE)) == "not_found"
    desk.says("reached")
    assert desk.refused(entries.CallbackPostponed(1, desk.now + MINUTE)) == "already_closed"


def test_dialling_is_asked_for_in_a_form_never_in_digits(desk: Desktop) -> None:
    desk.did(entries.DialAsked("L1", 1, "zero_mobile"))
    desk.did(entries.DialAsked("L1", None, "local"))
    assert desk.refused(entries.DialAsked("L1", 1, MOBILE)) == "invalid"
    assert desk.refused(entries.DialAsked("L1", 99, "mobile")) == "not_found"
    desk.says("reached")
    assert desk.refused(entries.DialAsked("L1", 1, "mobile")) == "already_closed"
