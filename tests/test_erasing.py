"""What is erased is gone: from the tables, the log and free pages, also when the power goes in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_app.records import entries
from firmware_app.records.database import open_reader, rows
from firmware_app.records.deciding_people import SECRETS_KEPT
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, call, number, record


def stored(ledger: Ledger, sql: str) -> list[tuple[Any, ...]]:
    db = open_reader(ledger.path)
    try:
        return rows(db, sql)
    finally:
        db.close()


def in_the_files(path: Path, text: str) -> bool:
    return any(text.encode() in each.read_bytes() for each in (path, path.with_name("ledger.db-wal")))


def erase_a_person(ledger: Ledger) -> str:
    record(ledger, call("a", number=number(MOBILE)))
    record(ledger, entries.PartyErased(10, "asked"))
    return MOBILE


def set_a_new_password(ledger: Ledger) -> str:
    for secret in ("scrypt-old", *(f"scrypt-new-{turn}" for turn in range(SECRETS_KEPT))):
        record(ledger, entries.PasswordSet("clerk", entries.Personal("secret", secret), True))
    return "scrypt-old"


ERASURES = pytest.mark.parametrize("erase", [erase_a_person, set_a_new_password])


@ERASURES
def test_it_leaves_the_files_at_the_next_idle_moment(tmp_path: Path, erase: Callable[[Ledger], str]) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    gone = erase(ledger)
    ledger.tidy()
    assert not in_the_files(ledger.path, gone)
    ledger.close()
    assert verify(ledger.path).holds


@ERASURES
def test_it_leaves_the_files_after_the_next_start_when_there_was_none(
    tmp_path: Path, erase: Callable[[Ledger], str]
) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    gone = erase(ledger)
    ledger.close()
    assert in_the_files(ledger.path, gone)  # in the log that is kept
    again = Ledger(tmp_path / "ledger.db", BOOT)
    again.tidy()
    assert not in_the_files(ledger.path, gone)
    again.close()
    assert verify(ledger.path).holds


def test_a_start_where_nothing_waits_to_leave_copies_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    erase_a_person(ledger)
    ledger.tidy()
    record(ledger, call("b"))
    ledger.close()
    log = ledger.path.with_name("ledger.db-wal")
    before = (log.stat().st_size, ledger.path.read_bytes())
    again = Ledger(tmp_path / "ledger.db", BOOT)
    again.tidy()
    again.close()
    assert (log.stat().st_size, ledger.path.read_bytes()) == before


def test_an_entry_refused_after_an_erasure_does_not_lose_the_mark(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, call("a", number=number(MOBILE)))
    record(ledger, entries.PartyErased(10, "asked"), entries.FaultBegan("disk", "L1", "\ud800"))
    ledger.close()
    assert stored(ledger, "SELECT COUNT(*) FROM meta WHERE name = 'unscrubbed'") == [(1,)]


def test_a_new_password_names_the_secret_it_erases_and_no_other(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    batch = [
        entries.PasswordSet("clerk", entries.Personal("secret", f"clerk-{turn}"), False)
        for turn in range(SECRETS_KEPT + 1)
    ]
    record(ledger, batch[0], entries.AccountSet("admin", "admin", "admin", active=True))
    record(ledger, entries.PasswordSet("admin", entries.Personal("secret", "admin-0"), False))
    replaced = [
        outcome.entry.replaces
        for outcome in record(ledger, *batch[1:])
        if isinstance(outcome, Recorded) and isinstance(outcome.entry, entries.PasswordSet)
    ]
    assert replaced == [None] * (SECRETS_KEPT - 1) + [10]
    record(ledger, entries.PartyErased(40, "asked"))
    (next_one,) = record(ledger, batch[1])
    assert isinstance(next_one, Recorded)
    assert isinstance(next_one.entry, entries.PasswordSet)
    assert next_one.entry.replaces is None  # one is erased already
    reader = Reader(ledger.path)
    assert [account and account.secret for account in map(reader.account, ("clerk", "admin"))] == [
        "clerk-1",
        "admin-0",
    ]
    reader.close()
    ledger.close()
    report = verify(ledger.path)
    assert (report.holds, report.erased) == (True, 2)


def test_erasing_reaches_content_log_and_free_pages(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, call("a", number=number(MOBILE)))
    (party,) = stored(ledger, "SELECT id FROM parties")[0]
    assert isinstance(party, int)
    record(ledger, entries.PartyErased(party, "asked by the person"))
    ledger.tidy()
    files = [ledger.path, ledger.path.with_name("ledger.db-wal")]
    assert [MOBILE.encode() in path.read_bytes() for path in files] == [False, False]
    assert stored(ledger, "SELECT salt, content, lookup, erased_seq FROM parties") == [(None, None, None, 2)]
    again = record(ledger, entries.PartyErased(party, "once more"), entries.PartyErased(999, "who"))
    assert [outcome.code for outcome in again if isinstance(outcome, Refused)] == ["no_change", "not_found"]
    record(
        ledger, call("b", number=number(MOBILE))
    )  # a new row, a new case: the erased person is not found again
    assert stored(ledger, "SELECT COUNT(*) FROM cases") == [(2,)]
    assert verify(ledger.path).holds
    ledger.close()
