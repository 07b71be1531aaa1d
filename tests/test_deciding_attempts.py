"""Attempts: by the line and by a person's word, and how they prove each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.signals import seconds
from firmware_app.calls.callback_rules import MINUTE
from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.verifying import verify
from tests.case_support import ZONE, Desktop
from tests.ledger_support import BOOT, MOBILE, call


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desktop]:
    ledger = Ledger(tmp_path / "ledger.db", BOOT, timezone=ZONE)
    made = Desktop(ledger)
    yield made
    made.reader.close()
    report = verify(ledger.path)
    ledger.close()
    assert report.holds, report.findings


# ---- by the line


@pytest.mark.parametrize(
    ("digits", "form"),
    [
        (MOBILE, "mobile"),
        ("0" + MOBILE, "zero_mobile"),
        ("17951" + MOBILE, None),
        ("179510" + MOBILE, None),
    ],
)
def test_dialling_the_number_of_a_case_is_an_attempt(desk: Desktop, digits: str, form: str | None) -> None:
    desk.now += 10 * MINUTE
    entry = desk.dials(digits)
    assert (entry.attempt_of, entry.dial_form, entry.worked) == (1, form, 10 * MINUTE)
    (attempt,) = desk.case().attempts
    assert (attempt.means, attempt.proven, attempt.pending) == ("line", True, True)
    assert (attempt.wall, attempt.by, attempt.worked) == (desk.now, "clerk", 10 * MINUTE)
    assert desk.case().row.state.value == "attempted"
    assert desk.ledger.standing().unseen == 0, "who calls back has seen it"


def test_dialling_through_an_outside_prefix_and_without_the_own_area_code(desk: Desktop) -> None:
    lines = {"L1": {"number": "03562217001", "outside_prefix": "9"}}
    desk.did(entries.SiteDocumentChanged("lines", 0, "", json.dumps(lines)))
    fixed = desk.missed("03560123456")
    entry = desk.dials("90123456")
    assert (entry.attempt_of, entry.dial_form) == (fixed, "local")
    assert desk.dials("90" + MOBILE).dial_form == "zero_mobile"
    assert "012345" not in json.dumps([entry.dial_form, entry.attempt_outcome])


def test_without_an_outside_prefix_the_line_s_own_number_gives_the_area_code(desk: Desktop) -> None:
    fixed = desk.missed("03560123456")
    assert desk.dials("0123456").attempt_of == fixed


def test_dialling_somebody_else_is_nothing(desk: Desktop) -> None:
    assert desk.dials("15400000009").attempt_of is None
    assert desk.dials("").attempt_of is None
    assert desk.dials(MOBILE, digits=None).attempt_of is None
    assert desk.attempts() == []


def test_a_call_that_was_going_on_when_the_caller_rang_is_no_attempt(desk: Desktop) -> None:
    key = desk.key()
    desk.did(call(key, "opened", direction="outbound", disposition=None))
    later = desk.missed("15400000009")
    assert desk.hangs_up(key, "15400000009").attempt_of is None
    assert desk.attempts(later) == []


@pytest.mark.parametrize(
    ("far_end", "after", "outcome"),
    [
        ("answered", 1, "reached"),
        ("busy", 30, "busy"),
        ("vacant", 30, "vacant"),
        ("no_answer", 30, "not_reached"),
        ("unknown", 24.999, "unknown"),
        ("unknown", 25, "reached"),
    ],
)
def test_what_the_line_heard_is_proposed_and_closes_nothing(
    desk: Desktop, far_end: str, after: float, outcome: str
) -> None:
    """The last digit came after 5 s: 25 s are 20 s of talk."""
    begun = call("x").started_mono
    entry = desk.dials(
        MOBILE, far_end=far_end, dialled_mono=begun + seconds(5), ended_mono=begun + seconds(after)
    )
    assert entry.attempt_outcome == outcome
    assert desk.attempts() == [(outcome, "line", True, True)]
    assert desk.ledger.standing().due == 1
    row = desk.case().row
    assert (row.pending is not None, row.attempts) == (True, 0)
    assert (row.proposal.value if row.proposal else None) == {
        "reached": "reached",
        "vacant": "not_callable",
    }.get(outcome)


def test_a_talk_whose_length_is_not_known_proposes_nothing(desk: Desktop) -> None:
    assert desk.dials(MOBILE, talk=None).attempt_outcome == "unknown"
    assert desk.dials(MOBILE, dialled_mono=None).attempt_outcome == "unknown"


# ---- a person's word about it


@pytest.mark.parametrize("means", ["line", "self_reported"])
def test_a_word_settles_what_the_line_made(desk: Desktop, means: str) -> None:
    desk.now += 5 * MINUTE
    desk.dials(MOBILE)
    desk.now += 10 * MINUTE
    entry = desk.says("reached", means, after=0)
    assert (entry.closes_as, entry.worked, entry.half_day) == ("reached", 5 * MINUTE, "2026-11-24 am")
    assert desk.attempts() == [("reached", "line", True, False)]
    (attempt,) = desk.case().attempts
    assert (attempt.half_day, attempt.dial_form) == ("2026-11-24 am", "mobile")


@pytest.mark.parametrize("means", ["mobile", "other_line", "wechat"])
def test_another_means_is_another_attempt(desk: Desktop, means: str) -> None:
    desk.dials(MOBILE)
    desk.says("not_reached", means)
    assert desk.attempts() == [("unknown", "line", True, True), ("not_reached", means, False, False)]


def test_a_word_that_came_before_the_handset_was_put_down_is_proven_by_the_call(desk: Desktop) -> None:
    key = desk.key()
    desk.did(call(key, "opened", direction="outbound", disposition=None))
    desk.says("reached", "line", after=0)
    assert desk.attempts() == [("reached", "line", False, False)]
    entry = desk.hangs_up(key, "0" + MOBILE)
    assert (entry.attempt_of, entry.dial_form) == (None, "zero_mobile")
    assert entry.proves is not None
    assert desk.attempts() == [("reached", "line", True, False)]
    assert desk.case().attempts[0].dial_form == "zero_mobile"


@pytest.mark.parametrize("means", ["mobile", "other_line", "wechat"])
def test_what_was_made_by_other_means_is_proven_by_no_call(desk: Desktop, means: str) -> None:
    key = desk.key()
    desk.did(call(key, "opened", direction="outbound", disposition=None))
    desk.says("not_reached", means)
    assert desk.hangs_up(key, MOBILE).proves is None
    assert len(desk.attempts()) == 2


def test_a_word_of_before_the_call_is_not_proven_by_it(desk: Desktop) -> None:
    desk.says("not_reached", "line")
    assert desk.dials(MOBILE).attempt_of == 1
    assert desk.attempts() == [("not_reached", "line", False, False), ("unknown", "line", True, True)]


def test_one_call_proves_one_attempt(desk: Desktop) -> None:
    key = desk.key()
    desk.did(call(key, "opened", direction="outbound", disposition=None))
    desk.says("not_reached", "line", after=0)
    desk.says("busy", "line", after=1)
    desk.hangs_up(key, MOBILE)
    assert desk.attempts() == [("not_reached", "line", False, False), ("busy", "line", True, False)]


def test_a_double_press_is_one_word_also_when_the_line_counted_meanwhile(desk: Desktop) -> None:
    """The page was drawn before the call ended: both presses say `after` 0."""
    desk.dials(MOBILE)
    desk.says("not_reached", after=0)
    again = entries.CallbackAttempted(1, "not_reached", "self_reported", False, after=0)
    assert desk.refused(again) == "already_done"
    assert desk.attempts() == [("not_reached", "line", True, False)]
    assert desk.case().row.attempts == 1


def test_a_word_that_is_none_is_refused(desk: Desktop) -> None:
    for outcome, means in (("unknown", "line"), ("perhaps", "line"), ("reached", "pigeon")):
        assert desk.refused(entries.CallbackAttempted(1, outcome, means, False)) == "invalid"
    assert desk.refused(entries.CallbackAttempted(99, "reached", "line", False)) == "not_found"
