"""Whatever is changed in a ledger behind its back is found, and named."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import apsw
import pytest

from firmware_app.calls.carrier_bill import COUNTS
from firmware_app.records import entries
from firmware_app.records.database import LedgerAbsent, one
from firmware_app.records.entry_bytes import canonical, digest, genesis
from firmware_app.records.ledger import Ledger
from firmware_app.records.migrations import DERIVED
from firmware_app.records.migrations_desk import DESK_DERIVED
from firmware_app.records.verifying import MOST_FINDINGS, SLICE, verify
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, answered, call, number, record
from tests.support import at


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with rows in every table."""
    path = tmp_path_factory.mktemp("full") / "ledger.db"
    ledger = Ledger(path, BOOT)
    record(
        ledger,
        entries.Started(BOOT, "0.1.0"),
        call("a", number=number(MOBILE), name=entries.Personal("name", "张三")),
        call("b", number=number(OTHER_MOBILE)),
        call("c", disposition="unknown"),
        answered("d"),
        entries.CallbackAttempted(2, "not_reached", "self_reported", False),
        entries.FaultBegan("no_loop", "L1"),
        entries.CheckRun("L1", "start", (("answers", True, ""),)),
        entries.Presence(False, "button"),
        entries.PasswordSet("admin", entries.Personal("secret", "hash"), True),
        entries.SiteDocumentChanged("profile", 0, "", '{"name":"x"}'),
        entries.PartyErased(30, "asked"),
        entries.NumberNoted(number(MOBILE), entries.Personal("text", "听力不便"), number(OTHER_MOBILE)),
        entries.NumberMarked(number(OTHER_MOBILE), "blocked", "站长"),
        entries.MessageSent("group", "dingtalk", "waiting", "sent"),
        entries.MonthClosed("2026-08", '{"month":"2026-08"}', ""),
        entries.CarrierBill("2026-08", "L1", canonical(dict.fromkeys(COUNTS, 1))),
        entries.AccountSet("wang", "王芳", "clerk", active=True),
        entries.PinSet("wang", entries.Personal("secret", "hash")),
        entries.SignInNoted("wang", "in", "pin", "d1"),
        entries.DeskPaired("d1", "柜台", entries.Personal("secret", "token")),
        entries.RecoveryMade(entries.Personal("secret", "code"), BOOT, 10**12),
        entries.HandedOver("admin", "wang", (2,), entries.Personal("text", "下午来电多")),
        entries.PaperMade("admin", "calls", "csv", "2026-08-01", "2026-08-31", 4, full=False),
        entries.TalkNoted(5, "settled", "社保", entries.Personal("name", "李女士")),
        entries.HelpAsked("L1", 5),
        entries.CardSaved("phrase", '{"title":"开头语","say":"您好"}'),
        entries.NoticeGiven(27, 1, 5, (0,), printed=True),
        entries.CallEntered(
            "L1", at(1.0).wall, number("15400000009"), None, entries.Personal("text", "话机")
        ),
    )
    ledger.close()
    assert verify(path).holds
    return path


@pytest.fixture
def copy(full: Path, tmp_path: Path) -> Path:
    shutil.copytree(full.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "ledger.db"


def tamper(path: Path, sql: str) -> None:
    """As somebody with the file and a tool of their own would: no triggers, no checks, no foreign keys."""
    db = apsw.Connection(str(path))
    db.pragma("ignore_check_constraints", True)
    triggers = [row for row in db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")]
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(sql).fetchall()
    for _, trigger in triggers:
        db.execute(str(trigger)).fetchall()
    db.close()


def found(path: Path) -> set[tuple[str, str]]:
    report = verify(path)
    assert not report.holds
    assert all(finding.what.zh and finding.what.en for finding in report.findings)
    return {(finding.table, finding.row) for finding in report.findings}


def test_a_ledger_as_it_should_be(full: Path) -> None:
    report = verify(full)
    assert report.holds
    assert (report.entries, report.parties, report.erased) == (29, 13, 1)
    assert report.rows == {
        "cases": 3,
        "attempts": 1,
        "calls": 5,
        "tallies": 3,
        "faults": 1,
        "checks": 1,
        "presence": 1,
        "accounts": 2,
        "document_versions": 1,
        "notes": 1,
        "marks": 1,
        "presences": 1,
        "messages": 1,
        "months": 1,
        "bills": 1,
        "runs": 1,
    } | dict.fromkeys((table for table, _ in DESK_DERIVED), 1)
    assert all(report.rows[table] for table, _ in DERIVED)


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("UPDATE calls SET ringing = 1 WHERE id = 2", ("calls", "2")),
        ("UPDATE calls SET disposition = 'answered' WHERE id = 3", ("calls", "3")),
        ("DELETE FROM calls WHERE id = 5", ("calls", "5")),
        ("INSERT INTO calls SELECT 99, 'new' || key, stage, line, direction, boot, started_mono, started_wall, ring_bursts,"
         " last_edge_mono, answered_mono, answered_wall, ended_mono, ended_wall, ringing, talk, uncertainty, disposition,"
         " absence, caller_id_wall, in_hours, hours_version, date_time, number, name, digits, case_id, unseen, unsettled,"
         " seen_seq, settled_seq" + 16 * ", NULL" +
         " FROM calls WHERE id = 2", ("calls", "99")),
        ("UPDATE calls SET answered_by = 'sound' WHERE id = 5", ("calls", "5")),
        ("UPDATE cases SET attempts = 0 WHERE id = 2", ("cases", "2")),
        ("DELETE FROM cases WHERE id = 3", ("cases", "3")),
        ("UPDATE attempts SET outcome = 'reached'", ("attempts", "6")),
        ("UPDATE tallies SET amount = 0 WHERE name = 'due'", ("tallies", "due")),
        ("UPDATE faults SET ended_seq = 9", ("faults", "7")),
        ("UPDATE checks SET results = '[]'", ("checks", "8")),
        ("UPDATE presence SET present = 1", ("presence", "1")),
        ("UPDATE cases SET due_wall = 1 WHERE id = 2", ("cases", "2")),
        ("UPDATE notes SET stands = 0", ("notes", "13")),
        ("UPDATE marks SET mark = 'test'", ("marks", "14")),
        ("UPDATE presences SET present = 1", ("presences", "9")),
        ("UPDATE messages SET outcome = 'failed'", ("messages", "15")),
        ("UPDATE months SET figures = '{\"calls\":1}'", ("months", "2026-08")),
        ("UPDATE bills SET month = '2026-09'", ("bills", "17")),
        ("UPDATE runs SET stopped_seq = 5", ("runs", "1")),
        ("UPDATE accounts SET must_change = 0 WHERE name = 'admin'", ("accounts", "admin")),
        ("INSERT INTO accounts SELECT 'intruder', person, role, active, secret, 0, password_seq, pin, seq FROM accounts"
         " WHERE name = 'admin'", ("accounts", "intruder")),
        ("UPDATE accounts SET role = 'admin' WHERE name = 'wang'", ("accounts", "wang")),
        ("UPDATE desks SET ended_seq = NULL, name = 'x'", ("desks", "21")),
        ("DELETE FROM sign_ins", ("sign_ins", "20")),
        ("UPDATE papers SET whole = 1", ("papers", "24")),
        ("UPDATE talks SET outcome = 'fax'", ("talks", "25")),
        ("UPDATE cards SET content = '{}'", ("cards", "27")),
        ("UPDATE remembered SET remark = NULL", ("remembered", "29")),
        ("UPDATE document_versions SET content = '{}'", ("document_versions", "11")),
        ("UPDATE parties SET content = '15499999999' WHERE id = 20", ("parties", "20")),
        ("UPDATE parties SET salt = zeroblob(16) WHERE id = 20", ("parties", "20")),
        ("UPDATE parties SET lookup = '15499999999' WHERE id = 20", ("parties", "20")),
        ("UPDATE parties SET kind = 'number' WHERE id = 21", ("parties", "21")),
        ("UPDATE parties SET commitment = 'ab' WHERE id = 20", ("parties", "20")),
        ("UPDATE parties SET content = NULL, salt = NULL, lookup = NULL WHERE id = 20", ("parties", "20")),
        ("UPDATE parties SET salt = NULL WHERE id = 20", ("parties", "20")),
        ("UPDATE parties SET erased_seq = 12, content = NULL, salt = NULL, lookup = NULL WHERE id = 20", ("parties", "20")),
        ("UPDATE parties SET lookup = '15400000002' WHERE id = 30", ("parties", "30")),
        ("DELETE FROM parties WHERE id = 20", ("parties", "20")),
        ("INSERT INTO parties (id, kind, commitment) VALUES (7, 'number', 'x')", ("parties", "7")),
        ("UPDATE journal SET wall = wall + 1 WHERE seq = 4", ("journal", "4")),
        ("UPDATE journal SET actor = 'clerk' WHERE seq = 1", ("journal", "1")),
        ("UPDATE journal SET body = replace(body, 'unknown', 'answered') WHERE seq = 4", ("journal", "4")),
        ("UPDATE journal SET body = 'x' WHERE seq = 4", ("journal", "4")),
        ("UPDATE journal SET kind = 'Nonsense' WHERE seq = 4", ("journal", "4")),
        ("UPDATE journal SET prev = zeroblob(32) WHERE seq = 5", ("journal", "5")),
        ("UPDATE journal SET digest = zeroblob(32) WHERE seq = 5", ("journal", "6")),
        ("DELETE FROM journal WHERE seq = 13", ("journal", "13")),
        ("DELETE FROM journal WHERE seq = 1", ("journal", "1")),
        ("UPDATE meta SET value = '00000000-0000-0000-0000-000000000000' WHERE name = 'epoch'", ("journal", "1")),
        ("UPDATE meta SET value = '1' WHERE name = 'created'", ("journal", "1")),
        ("DROP INDEX calls_hidden_unseen", ("schema", "calls_hidden_unseen")),
        ("CREATE TRIGGER hide AFTER INSERT ON calls BEGIN SELECT 1; END", ("schema", "hide")),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(copy: Path, sql: str, where: tuple[str, str]) -> None:
    tamper(copy, sql)
    assert where in found(copy)


def test_triggers_that_are_gone_are_missed(copy: Path) -> None:
    db = apsw.Connection(str(copy))
    db.execute("DROP TRIGGER journal_is_not_cut")
    db.close()
    assert found(copy) == {("schema", "journal_is_not_cut")}


def test_an_entry_forged_with_all_the_sums_after_it_shows_in_the_head_alone(copy: Path) -> None:
    """The chain proves nothing against one who holds the file; the head that the centre or the report keeps does."""
    head = verify(copy).head
    db = apsw.Connection(str(copy))
    db.execute("DROP TRIGGER journal_is_not_changed")
    meta: dict[str, Any] = dict(db.execute("SELECT name, value FROM meta").fetchall())  # type: ignore[arg-type]
    prev = genesis(str(meta["epoch"]), int(str(meta["created"])))
    for row in db.execute("SELECT seq, boot, mono, wall, actor, kind, version, body FROM journal").fetchall():
        wall = row[3] if row[0] != 13 else 5
        own = digest(prev, row[0], row[1], row[2], wall, *row[4:])  # type: ignore[arg-type]
        db.execute(
            "UPDATE journal SET wall = ?, prev = ?, digest = ? WHERE seq = ?", (wall, prev, own, row[0])
        )
        prev = own
    db.execute(
        "CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal\n"
        "BEGIN SELECT RAISE(ABORT, 'a journal entry is never changed'); END"
    )
    db.close()
    report = verify(copy)
    assert report.holds
    assert report.head != head


def test_an_entry_that_cannot_be_replayed_is_named(tmp_path: Path) -> None:
    """Two cases of one id cannot both be; the sums of this one are as they should be."""
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, entries.StillTalking("L1"))
    ledger.close()
    db = apsw.Connection(str(tmp_path / "ledger.db"))
    seq, prev = one(db, "SELECT seq, digest FROM journal") or (0, b"")
    body = '{"content":"{}","digest":"d","name":"x","version":1}'
    for following in (seq + 1, seq + 2):
        own = digest(prev, following, BOOT, 1, 1, "a", "SiteDocumentChanged", 1, body)
        db.execute(
            "INSERT INTO journal VALUES (?, ?, 1, 1, 'a', 'SiteDocumentChanged', 1, ?, ?, ?)",
            (following, BOOT, body, prev, own),
        )
        prev = own
    db.close()
    assert ("journal", "3") in found(tmp_path / "ledger.db")


def test_more_slices_than_one_and_more_findings_than_are_named(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    calls = 2 * SLICE + 1
    for start in range(0, calls, 100):
        record(ledger, *(call(f"k{index}") for index in range(start, min(start + 100, calls))))
    ledger.close()
    report = verify(tmp_path / "ledger.db")
    assert report.holds
    assert (report.entries, report.rows["calls"]) == (calls, calls)
    tamper(tmp_path / "ledger.db", "UPDATE calls SET ringing = 1")
    report = verify(tmp_path / "ledger.db")
    assert (len(report.findings), report.more_findings) == (MOST_FINDINGS, calls - MOST_FINDINGS)


def test_it_holds_while_the_monitor_goes_on_recording(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, *(call(f"before{index}", number=number(MOBILE)) for index in range(SLICE)))
    stop = threading.Event()

    def go_on() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            record(ledger, call(f"{turn}", "opened"), call(f"{turn}", number=number(f"154{turn % 9:08}")))
            record(ledger, entries.CallbackAttempted(1, "not_reached", "self_reported", False))

    writer = threading.Thread(target=go_on)
    writer.start()
    reports = [verify(tmp_path / "ledger.db") for _ in range(3)]
    stop.set()
    writer.join()
    ledger.close()
    assert [report.findings for report in reports] == [[], [], []]
    assert reports[0].entries < reports[2].entries


def test_no_ledger_is_not_a_ledger_that_holds(tmp_path: Path) -> None:
    with pytest.raises(LedgerAbsent):
        verify(tmp_path / "ledger.db")
    (tmp_path / "ledger.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(LedgerAbsent):
        verify(tmp_path / "ledger.db")
