"""One caller whose number was written in several ways: known when it comes, found in older ledgers, forgotten when erased."""

from __future__ import annotations

from pathlib import Path

import apsw

from firmware_app.records import entries
from firmware_app.records.database import migrate, open_writer, rows
from firmware_app.records.ledger import Ledger
from firmware_app.records.migrations import MIGRATIONS
from tests.ledger_support import BOOT, MOBILE, call, record

SAME = "SELECT id, same_as FROM parties ORDER BY id"


def written(raw: str) -> entries.Personal:
    return entries.Personal("number", raw, lookup=MOBILE)


def test_another_way_to_write_it_names_the_first(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    ways = (MOBILE, "0" + MOBILE, "+86" + MOBILE, MOBILE)
    record(ledger, *(call(str(place), number=written(raw)) for place, raw in enumerate(ways)))
    db = apsw.Connection(str(tmp_path / "ledger.db"))
    (first, none), (_, second), (_, third) = rows(db, SAME)
    assert (none, second, third) == (None, first, first)
    record(ledger, entries.PartyErased(rows(db, SAME)[1][0], "asked"))
    assert [same for _, same in rows(db, SAME)] == [None, None, first]
    db.close()
    ledger.close()


def test_older_ledgers_learn_it(tmp_path: Path) -> None:
    old = apsw.Connection(str(tmp_path / "old.db"))
    migrate(old, MIGRATIONS[:5])
    for party, lookup in ((10, "a"), (20, "b"), (30, "a"), (40, None), (50, "a"), (60, None)):
        old.execute(
            "INSERT INTO parties (id, kind, commitment, lookup) VALUES (?, 'number', 'c', ?)", (party, lookup)
        )
    old.close()
    db = open_writer(tmp_path / "old.db")
    assert rows(db, SAME) == [(10, None), (20, None), (30, 10), (40, None), (50, 10), (60, None)]
    db.close()
