"""Notes and marks of numbers: what replaces what, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_app.call_entries import number_of
from firmware_app.calls.phone_number import NEVER_BLOCKED
from firmware_app.records import case_list, entries
from firmware_app.records.case_rows import NumberFacts
from firmware_app.records.entries import Personal
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, call, number, record

SPELLED = Personal("number", "0" + MOBILE, MOBILE)
DEAF = Personal("text", "听力不便")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    report = verify(made.path)
    made.close()
    assert report.holds, report.findings


def facts(ledger: Ledger, key: str = MOBILE) -> NumberFacts:
    reader = Reader(ledger.path)
    with reader.snapshot() as db:
        found = case_list.number_facts(db, key)
    reader.close()
    return found


def told(ledger: Ledger, entry: entries.Entry) -> entries.Entry:
    (outcome,) = record(ledger, entry, actor="clerk")
    assert isinstance(outcome, Recorded), outcome
    return outcome.entry


def code(ledger: Ledger, entry: entries.Entry) -> str:
    (outcome,) = record(ledger, entry)
    assert isinstance(outcome, Refused), outcome
    assert outcome.message.zh
    assert outcome.message.en
    return outcome.code


def test_a_note_stands_until_the_next_one_however_the_number_is_spelled(ledger: Ledger) -> None:
    record(ledger, call("a", number=number(MOBILE)))
    assert told(ledger, entries.NumberNoted(number(MOBILE), DEAF)) == entries.NumberNoted(
        number(MOBILE), DEAF
    )
    son = entries.NumberNoted(SPELLED, Personal("text", "请打儿子电话"), number(OTHER_MOBILE))
    replaced = told(ledger, son)
    assert isinstance(replaced, entries.NumberNoted)
    assert replaced.replaces == 2
    found = facts(ledger)
    assert (found.note, found.other, found.noted_by) == ("请打儿子电话", OTHER_MOBILE, "clerk")
    assert found.noted_wall is not None
    assert code(ledger, son) == "no_change"
    assert facts(ledger, OTHER_MOBILE) == NumberFacts()


def test_a_note_is_taken_away(ledger: Ledger) -> None:
    assert code(ledger, entries.NumberNoted(number(MOBILE))) == "no_change"
    told(ledger, entries.NumberNoted(number(MOBILE), DEAF))
    told(ledger, entries.NumberNoted(SPELLED))
    assert facts(ledger) == NumberFacts()
    assert code(ledger, entries.NumberNoted(number(MOBILE))) == "no_change"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (entries.NumberNoted(number(MOBILE), Personal("text", "x" * 201)), "invalid"),
        (entries.NumberNoted(number(MOBILE), Personal("text", "  ")), "invalid"),
        (entries.NumberNoted(number(MOBILE), Personal("name", "x")), "invalid"),
        (entries.NumberNoted(Personal("number", "P"), DEAF), "invalid"),
        (entries.NumberNoted(Personal("text", MOBILE, MOBILE), DEAF), "invalid"),
        (entries.NumberNoted(number(MOBILE), None, Personal("number", "0015551230000", "+1555")), "invalid"),
        (entries.NumberNoted(number(MOBILE), None, Personal("text", OTHER_MOBILE)), "invalid"),
        (entries.NumberMarked(number(MOBILE), "friend", "站长"), "invalid"),
        (entries.NumberMarked(number(MOBILE), "blocked", ""), "invalid"),
        (entries.NumberMarked(number(MOBILE), "test", "x" * 65), "invalid"),
        (entries.NumberMarked(Personal("number", "P"), "blocked", "站长"), "invalid"),
        (entries.NumberMarked(number(MOBILE), "none", "站长"), "no_change"),
    ],
)
def test_what_cannot_be_said_of_a_number(ledger: Ledger, entry: entries.Entry, expected: str) -> None:
    assert code(ledger, entry) == expected


def test_a_mark_stands_until_the_next_one(ledger: Ledger) -> None:
    told(ledger, entries.NumberMarked(number(MOBILE), "blocked", "中心"))
    assert code(ledger, entries.NumberMarked(SPELLED, "blocked", "中心")) == "no_change"
    found = facts(ledger)
    assert (found.mark, found.approved_by) == ("blocked", "中心")
    told(ledger, entries.NumberMarked(SPELLED, "test", "站长"))
    assert facts(ledger).mark == "test"
    told(ledger, entries.NumberMarked(number(MOBILE), "none", ""))
    assert facts(ledger) == NumberFacts()


@pytest.mark.parametrize("raw", [*sorted(NEVER_BLOCKED), "035696110", "035196110", "035612345"])
def test_96110_emergencies_and_12345_are_never_blocked(ledger: Ledger, raw: str) -> None:
    (outcome,) = record(ledger, entries.NumberMarked(number_of(raw, "03562217001"), "blocked", "中心"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "invalid"
    assert "96110" in outcome.message.zh
    told(ledger, entries.NumberMarked(number_of(raw, ""), "test", "站长"))


def test_what_is_said_of_a_number_that_was_erased_is_found_no_more(ledger: Ledger) -> None:
    told(ledger, entries.NumberNoted(number(MOBILE), DEAF))
    told(ledger, entries.NumberMarked(number(MOBILE), "test", "站长"))
    told(ledger, entries.PartyErased(10, "asked"))
    assert facts(ledger) == NumberFacts()
    told(ledger, entries.NumberNoted(number(MOBILE), DEAF))
