"""Changes of site documents in a real ledger: versions, closures that come late, the calls they take out of hours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.signals import Instant
from firmware_app.records import entries
from firmware_app.records.deciding_documents import NOT_JSON
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import SEED, Pending, Recorded, Refused
from firmware_app.records.verifying import verify
from tests.hours_support import CALENDARS, HOUR, WEEK, closure, wall
from tests.ledger_support import BOOT, call

NOW = wall("2026-11-24T16:00")
AT_15 = wall("2026-11-24T15:00")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    change(made, "service_hours", {"week": WEEK}, actor=SEED)
    for name, content in CALENDARS.items():
        change(made, name, content, actor=SEED)
    yield made
    report = verify(made.path)  # a replay assigns the same recounts
    made.close()
    assert report.holds, report.findings


def put(ledger: Ledger, entry: entries.Entry, now: int = NOW, actor: str = "clerk") -> Recorded | Refused:
    (outcome,) = ledger.append([Pending(entry, Instant(now, now), actor)])
    return outcome


def change(
    ledger: Ledger, name: str, content: object, now: int = NOW, actor: str = "clerk"
) -> Recorded | Refused:
    return put(ledger, entries.SiteDocumentChanged(name, 0, "", canonical(content)), now, actor)


def closed(ledger: Ledger, *closures: dict[str, str], now: int = NOW) -> entries.SiteDocumentChanged:
    outcome = change(ledger, "closures", {"closures": list(closures)}, now)
    assert isinstance(outcome, Recorded), outcome
    assert isinstance(outcome.entry, entries.SiteDocumentChanged)
    return outcome.entry


def rang(ledger: Ledger, key: str, started: int, in_hours: bool | None, basis: str | None = "service_hours:1 calendar.2026:1") -> int:  # fmt: skip
    entry = call(key, started_wall=started, in_hours=in_hours, hours_version=None if in_hours is None else 1, hours_basis=basis)  # fmt: skip
    outcome = put(ledger, entry, actor="monitor")
    assert isinstance(outcome, Recorded), outcome
    return outcome.seq


def counted(ledger: Ledger) -> dict[int, bool]:
    """in_hours of all calls, as the tables have it."""
    found = ledger._db.execute("SELECT id, in_hours FROM calls WHERE in_hours IS NOT NULL").fetchall()
    return {row: bool(value) for row, value in found}


def test_a_document_gets_the_next_version_and_its_digest(ledger: Ledger) -> None:
    outcome = change(ledger, "profile", {"name": "甲站"})
    assert isinstance(outcome, Recorded)
    assert outcome.entry == entries.SiteDocumentChanged(
        "profile", 1, content_digest('{"name":"甲站"}'), '{"name":"甲站"}'
    )
    again = change(ledger, "profile", {"name": "乙站"})
    assert isinstance(again, Recorded)
    assert isinstance(again.entry, entries.SiteDocumentChanged)
    assert again.entry.version == 2


@pytest.mark.parametrize("content", ["{", "[" * 100_000, '{"a": NaN}'])
def test_what_is_no_json_is_refused(ledger: Ledger, content: str) -> None:
    assert put(ledger, entries.SiteDocumentChanged("profile", 0, "", content)) == NOT_JSON


def test_a_closure_told_afterwards_takes_its_calls_out_of_hours(ledger: Ledger) -> None:
    before = rang(ledger, "a", AT_15 - 1, True)
    inside = rang(ledger, "b", AT_15, True)
    lunch = rang(ledger, "c", wall("2026-11-24T13:00"), False)
    unknown = rang(ledger, "d", AT_15 + 1, None, None)
    after = rang(ledger, "e", AT_15 + HOUR, True)
    told = closed(ledger, closure("2026-11-24T15:00", "2026-11-24T16:00"))
    assert told.recounts == ((inside, False),)
    assert counted(ledger) == {before: True, inside: False, lunch: False, after: True}
    assert unknown not in counted(ledger)


def test_a_closure_that_is_taken_back_or_moved_gives_them_back(ledger: Ledger) -> None:
    one, other = rang(ledger, "a", AT_15, True), rang(ledger, "b", AT_15 + HOUR, True)
    closed(ledger, closure("2026-11-24T15:00", "2026-11-24T16:00"))
    assert closed(ledger, closure("2026-11-24T16:00", "2026-11-24T17:00")).recounts == (
        (one, True),
        (other, False),
    )
    assert closed(ledger).recounts == ((other, True),)
    assert counted(ledger) == {one: True, other: True}


def test_a_closure_that_was_known_when_it_rang_gives_back_what_it_took(ledger: Ledger) -> None:
    closed(ledger, closure("2026-11-24T15:00", "2026-11-24T16:00"), now=AT_15 - HOUR)
    basis = "service_hours:1 calendar.2026:1 closures:1"
    inside, lunch = (
        rang(ledger, "a", AT_15, False, basis),
        rang(ledger, "b", wall("2026-11-24T14:00"), False, basis),
    )
    assert closed(ledger).recounts == ((inside, True),)
    assert counted(ledger) == {inside: True, lunch: False}


def test_where_two_closures_hold_taking_one_back_changes_nothing(ledger: Ledger) -> None:
    one = closure("2026-11-24T15:00", "2026-11-24T16:00")
    other = closure("2026-11-24T14:30", "2026-11-24T17:30", "c2")
    rang(ledger, "a", AT_15, True)
    assert closed(ledger, one, other).recounts is not None
    assert closed(ledger, other).recounts is None


def test_calls_are_counted_anew_by_the_hours_that_decided_about_them(ledger: Ledger) -> None:
    """The hours were changed meanwhile; the call keeps those under which it came."""
    inside = rang(ledger, "a", AT_15, True)
    old = rang(ledger, "b", AT_15 + 1, True, None)  # of a time when only the version was kept
    lost = rang(ledger, "c", AT_15 + 2, True, "service_hours:9")  # by a version nobody has
    change(ledger, "service_hours", {"week": {}})
    one = closure("2026-11-24T15:00", "2026-11-24T16:00")
    assert closed(ledger, one).recounts == ((inside, False), (old, False))
    assert closed(ledger).recounts == ((inside, True), (old, True))
    assert counted(ledger)[lost] is True


def test_a_change_of_hours_or_calendar_alters_no_call(ledger: Ledger) -> None:
    inside = rang(ledger, "a", AT_15, True)
    for name, content in (("service_hours", {"week": {}}), ("calendar.2026", {"year": 2026, "days": [{"name": "x", "date": "2026-11-24", "isOffDay": True}]})):  # fmt: skip
        outcome = change(ledger, name, content)
        assert isinstance(outcome, Recorded)
        assert isinstance(outcome.entry, entries.SiteDocumentChanged)
        assert outcome.entry.recounts is None
    assert counted(ledger) == {inside: True}


def test_a_closure_that_began_more_than_a_day_ago_is_settled(ledger: Ledger) -> None:
    one = closure("2026-11-24T15:00", "2026-11-24T16:00")
    late = change(ledger, "closures", {"closures": [one]}, now=AT_15 + 24 * HOUR + 1)
    assert isinstance(late, Refused)
    assert late.code == "too_late"
    closed(ledger, one, now=AT_15 + 24 * HOUR)
    gone = change(ledger, "closures", {"closures": []}, now=AT_15 + 24 * HOUR + 1)
    assert isinstance(gone, Refused)
    assert "24 小时" in gone.message.zh


def test_a_ledger_that_takes_the_place_of_another_inherits_old_closures(ledger: Ledger) -> None:
    inside = rang(ledger, "a", wall("2026-10-20T15:00"), True)
    old = {"closures": [closure("2026-10-20T15:00", "2026-10-20T16:00")]}
    outcome = change(ledger, "closures", old, actor=SEED)
    assert isinstance(outcome, Recorded)
    assert counted(ledger) == {inside: True}


def test_a_batch_that_is_rolled_back_leaves_no_rules_behind(ledger: Ledger) -> None:
    """The ids of what was rolled back are given again: the desk must not take the old documents for the new."""
    desk = ledger._desk
    assert desk.hours() is not None
    ledger._db.execute("BEGIN")
    ledger._db.execute(
        "INSERT INTO document_versions VALUES (1000, 'service_hours', 2, 'x', '{\"week\":{}}')"
    )
    changed = desk.hours()
    assert changed is not None
    assert changed.hours.version == 2
    ledger._db.execute("ROLLBACK")
    again = desk.hours()
    assert again is not None
    assert again.hours.version == 1


@pytest.mark.parametrize(
    ("closures", "basis", "in_hours", "expected"),
    [
        ([closure("2026-11-24T15:00", "2026-11-24T16:00")], "service_hours:1 calendar.2026:1", True, False),
        ([closure("2026-11-24T16:00", "2026-11-24T17:00")], "service_hours:1 calendar.2026:1", True, True),
        ([], "service_hours:1 calendar.2026:1 closures:9", False, True),  # it was taken back
    ],
)
def test_a_closure_recorded_while_it_begins_to_ring_holds(
    ledger: Ledger, closures: list[dict[str, str]], basis: str, in_hours: bool, expected: bool
) -> None:
    closed(ledger, *closures)
    call_id = rang(ledger, "a", AT_15, in_hours, basis)
    assert counted(ledger) == {call_id: expected}
    (named,) = ledger._db.execute("SELECT hours_basis FROM calls").fetchone()
    assert named == "service_hours:1 calendar.2026:1 closures:1"


def test_a_call_that_no_known_document_decided_about_stays_as_it_was_told(ledger: Ledger) -> None:
    closed(ledger, closure("2026-11-24T15:00", "2026-11-24T16:00"))
    one, other = rang(ledger, "a", AT_15, True, "service_hours:9"), rang(ledger, "b", AT_15, True, None)
    assert counted(ledger) == {one: True, other: True}


def test_what_rests_on_a_guess_still_says_so(ledger: Ledger) -> None:
    closed(ledger, closure("2027-11-24T15:00", "2027-11-24T16:00"))
    rang(ledger, "a", wall("2027-11-24T15:00"), True, "service_hours:1 provisional")
    assert ledger._db.execute("SELECT in_hours, hours_basis FROM calls").fetchone() == (
        0,
        "service_hours:1 closures:1 provisional",
    )
