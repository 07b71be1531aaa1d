"""Every version of the schema comes to the newest one, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import apsw
import pytest

from firmware_app.records import entries
from firmware_app.records.applying import apply
from firmware_app.records.database import LedgerTooNew, migrate, open_reader, open_scratch, open_writer, rows
from firmware_app.records.migrations import DERIVED, MIGRATIONS


def schema(db: apsw.Connection) -> list[tuple[object, ...]]:
    return rows(db, "SELECT type, name, sql FROM sqlite_schema ORDER BY name")


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_a_ledger_of_any_older_version_becomes_the_newest(tmp_path: Path, version: int) -> None:
    old = apsw.Connection(str(tmp_path / "old.db"))
    migrate(old, MIGRATIONS[:version])
    if version:
        old.execute("INSERT INTO parties (id, kind, commitment) VALUES (10, 'name', 'c')")
    old.close()
    db = open_writer(tmp_path / "old.db")
    fresh = open_scratch()
    assert schema(db) == schema(fresh)
    assert db.pragma("user_version") == len(MIGRATIONS)
    assert rows(db, "SELECT id FROM parties") == ([(10,)] if version else [])
    assert rows(db, "SELECT * FROM tallies ORDER BY name") == [("due", 0), ("unseen", 0), ("unsettled", 0)]
    db.close()
    fresh.close()


def test_a_call_recorded_before_starts_where_its_last_entry_says(tmp_path: Path) -> None:
    """Of an announced call the announcement was kept as its start; a body that is none is passed over."""
    old = apsw.Connection(str(tmp_path / "old.db"))
    migrate(old, MIGRATIONS[:4])
    bodies = [(key, mono) for key in ("a", "b") for mono in (5, 7)]
    for seq, body in enumerate([_started(*each) for each in bodies] + ["{"], start=1):
        old.execute(
            "INSERT INTO journal VALUES (?, 'boot', 0, 0, 'monitor', 'CallRecorded', 1, ?, x'', x'')",
            (seq, body),
        )
    for row, (key, mono) in enumerate([("a", 5), ("b", 7), ("c", 5)], start=1):
        old.execute(
            "INSERT INTO calls (id, key, stage, line, direction, boot, started_mono, started_wall, ring_bursts)"
            " VALUES (?, ?, 'closed', 'L1', 'inbound', 'boot', ?, ?, 1)",
            (row, key, mono, 1000 + mono),
        )
    old.execute("INSERT INTO parties (id, kind, commitment) VALUES (10, 'number', 'c')")
    old.execute(
        "INSERT INTO cases (id, party, line, state, first_call, last_call, since_wall, calls, attempts)"
        " VALUES (1, 10, 'L1', 'open', 1, 2, 1005, 2, 0)"
    )
    old.close()
    db = open_writer(tmp_path / "old.db")
    assert rows(db, "SELECT key, started_mono, started_wall FROM calls ORDER BY key") == [
        ("a", 7, 1007),
        ("b", 7, 1007),
        ("c", 5, 1005),
    ]
    assert rows(db, "SELECT since_wall FROM cases") == [(1007,)]
    db.close()


def _started(key: str, mono: int) -> str:
    return json.dumps({"key": key, "started_mono": mono, "started_wall": 1000 + mono})


def test_every_statement_of_a_script_is_carried_out() -> None:
    """apsw stops a script at the first row it gives; a pragma or a SELECT in the middle must not cut it short."""
    db = apsw.Connection("")
    migrate(
        db,
        [
            "CREATE TABLE a (b); SELECT 1; SELECT 2 UNION SELECT 3; CREATE TABLE c (d); INSERT INTO c VALUES (1)"
        ],
    )
    assert rows(db, "SELECT d FROM c") == [(1,)]
    db.close()


def test_a_step_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "a.db"))
    migrate(db, ["CREATE TABLE a (b)"])
    with pytest.raises(apsw.SQLError):
        migrate(db, ["", "CREATE TABLE b (c)", "CREATE TABLE c (d); INSERT INTO nowhere VALUES (1)"])
    assert db.pragma("user_version") == 1
    assert rows(db, "SELECT name FROM sqlite_schema") == [("a",)]
    assert not db.in_transaction
    migrate(db, ["", "CREATE TABLE b (c)", "CREATE TABLE c (d)"])
    assert db.pragma("user_version") == 3
    db.close()


def test_a_ledger_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    db = open_writer(tmp_path / "a.db")
    db.pragma("user_version", len(MIGRATIONS) + 1)
    db.close()
    with pytest.raises(LedgerTooNew, match=f"version {len(MIGRATIONS) + 1}"):
        open_writer(tmp_path / "a.db")
    with pytest.raises(LedgerTooNew) as refused:
        open_reader(tmp_path / "a.db")
    assert "账本的版本" in refused.value.message.zh


def test_the_derived_tables_are_all_but_the_three_that_are_told() -> None:
    db = open_scratch()
    sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite%'"
    tables = {name for (name,) in rows(db, sql)}  # a shadow is how an index of words keeps itself
    assert tables == {table for table, _ in DERIVED} | {"meta", "journal", "parties"}
    db.close()


def test_the_file_is_as_the_measurements_ask(tmp_path: Path) -> None:
    db = open_writer(tmp_path / "a.db")
    found = {
        name: db.pragma(name)
        for name in ("page_size", "journal_mode", "synchronous", "secure_delete", "foreign_keys")
    }
    assert found == {
        "page_size": 1024,
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
    }
    assert all(
        strict
        for (strict,) in rows(
            db,
            "SELECT strict FROM pragma_table_list WHERE schema='main' AND type = 'table' AND name NOT LIKE 'sqlite%'",
        )
    )
    db.close()
    assert (tmp_path / "a.db-wal").exists()  # PERSIST_WAL: readers can still open the file


def test_what_an_older_journal_says_of_runs_and_presence_is_in_their_new_tables(tmp_path: Path) -> None:
    """As a replay of it gives them: a run that was cut off has no end, a second word of the end changes nothing."""
    old = apsw.Connection(str(tmp_path / "old.db"))
    migrate(old, MIGRATIONS[:5])
    told = ["Started", "Stopped", "Stopped", "Started", "Presence", "Started", "Stopped"]
    for seq, kind in enumerate(told, start=1):
        body = json.dumps(
            {"present": False, "source": "button", "reason": "asked", "boot": "b", "version": "1"}
        )
        row = (seq, "boot", 0, 0, "monitor", kind, 1, body, b"", b"")
        old.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    old.close()
    db = open_writer(tmp_path / "old.db")
    assert rows(db, "SELECT * FROM runs ORDER BY id") == [(1, None, 2), (4, None, None), (6, None, 7)]
    assert rows(db, "SELECT * FROM presences") == [(5, 0, "button", None)]
    replayed = open_scratch()
    for seq, kind in enumerate(told, start=1):
        made = {
            "Started": entries.Started("b", "1"),
            "Stopped": entries.Stopped("asked"),
            "Presence": entries.Presence(False, "button"),
        }
        apply(replayed, seq, made[kind])
    for table in ("runs", "presences"):
        assert rows(db, f"SELECT * FROM {table} ORDER BY id") == rows(
            replayed, f"SELECT * FROM {table} ORDER BY id"
        )
    replayed.close()
    db.close()
