"""Accounts, PINs, sign-ins, desk computers, recovery codes, hand-overs and papers: what is decided, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_app.records import entries
from firmware_app.records.database import open_reader, rows
from firmware_app.records.deciding_people import SECRETS_KEPT
from firmware_app.records.entries import Personal
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, call, number, record

WANG = entries.AccountSet("wang", "王芳", "clerk", active=True)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    told(made, entries.PasswordSet("admin", secret("first"), True))
    yield made
    report = verify(made.path)
    made.close()
    assert report.holds, report.findings


def secret(content: str) -> Personal:
    return Personal("secret", content)


def told(ledger: Ledger, entry: entries.Entry) -> entries.Entry:
    (outcome,) = record(ledger, entry)
    assert isinstance(outcome, Recorded), outcome
    return outcome.entry


def code(ledger: Ledger, entry: entries.Entry) -> str:
    (outcome,) = record(ledger, entry)
    assert isinstance(outcome, Refused), outcome
    assert outcome.message.zh
    assert outcome.message.en
    return outcome.code


def found(ledger: Ledger, sql: str) -> list[tuple[object, ...]]:
    db = open_reader(ledger.path)
    answer = rows(db, sql)
    db.close()
    return answer


def test_an_account_is_made_then_gets_a_password_and_a_pin(ledger: Ledger) -> None:
    told(ledger, WANG)
    told(ledger, entries.PasswordSet("wang", secret("p"), False))
    told(ledger, entries.PinSet("wang", secret("1")))
    assert found(
        ledger,
        "SELECT name, person, role, active, word.content, code.content FROM accounts JOIN parties AS word ON word.id = secret"
        " LEFT JOIN parties AS code ON code.id = pin ORDER BY name",
    ) == [("admin", "admin", "admin", 1, "first", None), ("wang", "王芳", "clerk", 1, "p", "1")]
    told(ledger, entries.AccountSet("wang", "王芳", "clerk", active=False))
    assert found(ledger, "SELECT active, pin IS NULL FROM accounts WHERE name = 'wang'") == [(0, 0)]


def test_only_the_first_account_comes_with_its_password(ledger: Ledger) -> None:
    assert code(ledger, entries.PasswordSet("wang", secret("p"), False)) == "not_found"
    assert code(ledger, entries.PinSet("wang", secret("1"))) == "not_found"


def test_five_passwords_are_kept_so_that_none_comes_again_and_older_ones_are_gone(ledger: Ledger) -> None:
    for turn in range(7):
        told(ledger, entries.PasswordSet("admin", secret(f"p{turn}"), False))
    assert found(
        ledger, "SELECT content FROM secrets JOIN parties ON parties.id = secret ORDER BY secrets.id"
    ) == [(f"p{turn}",) for turn in range(7 - SECRETS_KEPT, 7)]
    assert found(ledger, "SELECT COUNT(*) FROM parties WHERE content IS NULL AND erased_seq IS NOT NULL") == [
        (3,)
    ]


def test_a_new_pin_erases_the_one_before_and_none_takes_it_away(ledger: Ledger) -> None:
    told(ledger, entries.PinSet("admin", secret("1")))
    told(ledger, entries.PinSet("admin", secret("2")))
    told(ledger, entries.PinSet("admin"))
    assert found(ledger, "SELECT pin FROM accounts") == [(None,)]
    assert found(ledger, "SELECT content FROM parties WHERE content IN ('1', '2')") == []
    assert code(ledger, entries.PinSet("admin")) == "no_change"


def test_one_administrator_who_can_sign_in_always_remains(ledger: Ledger) -> None:
    assert code(ledger, entries.AccountSet("admin", "admin", "head", active=True)) == "invalid"
    assert code(ledger, entries.AccountSet("admin", "admin", "admin", active=False)) == "invalid"
    told(ledger, entries.AccountSet("other", "李工", "admin", active=True))
    assert code(ledger, entries.AccountSet("admin", "admin", "head", active=True)) == "invalid", (
        "no password yet"
    )
    told(ledger, entries.PasswordSet("other", secret("p"), False))
    told(ledger, entries.AccountSet("admin", "老王", "head", active=True))
    assert code(ledger, entries.AccountSet("admin", "老王", "head", active=True)) == "no_change"


@pytest.mark.parametrize(
    "entry",
    [
        entries.AccountSet("", "x", "clerk", True),
        entries.AccountSet(" x", "x", "clerk", True),
        entries.AccountSet("x" * 65, "x", "clerk", True),
        entries.AccountSet("x", "", "clerk", True),
        entries.AccountSet("x", "字" * 33, "clerk", True),
        entries.AccountSet("x", "a\nb", "clerk", True),
        entries.AccountSet("x", "x", "king", True),
        entries.PasswordSet("admin", Personal("number", "x"), True),
        entries.PasswordSet("admin", secret(""), True),
        entries.PinSet("admin", Personal("text", "x")),
        entries.SignInNoted("admin", "came", "pin"),
        entries.SignInNoted("admin", "in", "eye"),
        entries.DeskPaired("", "柜台", secret("x")),
        entries.DeskPaired("d", "柜台", Personal("text", "x")),
        entries.RecoveryMade(Personal("text", "x"), BOOT, 1),
        entries.PaperMade("admin", "calls", "doc", "", "", 1, False),
        entries.PaperMade("admin", "", "csv", "", "", 1, False),
    ],
)
def test_what_is_not_allowed(ledger: Ledger, entry: entries.Entry) -> None:
    assert code(ledger, entry) == "invalid"


def test_what_was_typed_as_a_name_but_is_none_is_not_kept(ledger: Ledger) -> None:
    told(ledger, entries.SignInNoted("my password", "failed", "password"))
    told(ledger, entries.SignInNoted("admin", "in", "password", "d1"))
    assert found(ledger, "SELECT account, what, desk FROM sign_ins ORDER BY id") == [
        ("", "failed", None),
        ("admin", "in", "d1"),
    ]
    assert found(ledger, "SELECT 1 FROM journal WHERE body LIKE '%my password%'") == []


def test_a_desk_computer_is_paired_once_and_its_token_ends_with_it(ledger: Ledger) -> None:
    told(ledger, entries.DeskPaired("d1", "柜台", secret("token")))
    assert code(ledger, entries.DeskPaired("d1", "柜台", secret("other"))) == "no_change"
    told(ledger, entries.DeskUnpaired("d1"))
    assert code(ledger, entries.DeskUnpaired("d1")) == "not_found"
    assert found(ledger, "SELECT content FROM parties WHERE content = 'token'") == []
    assert found(ledger, "SELECT ended_seq IS NULL FROM desks") == [(0,)]


def test_a_recovery_code_is_good_once_and_the_newest_alone(ledger: Ledger) -> None:
    assert code(ledger, entries.RecoveryUsed("admin")) == "not_found"
    told(ledger, entries.RecoveryMade(secret("one"), BOOT, 5))
    told(ledger, entries.RecoveryMade(secret("two"), BOOT, 6))
    assert found(ledger, "SELECT content FROM parties WHERE content IN ('one', 'two')") == [("two",)]
    assert code(ledger, entries.RecoveryUsed("nobody")) == "not_found"
    told(ledger, entries.RecoveryUsed("admin"))
    assert found(ledger, "SELECT used_seq IS NULL FROM recoveries ORDER BY id") == [(1,), (0,)]
    assert found(ledger, "SELECT content FROM parties WHERE content IN ('one', 'two')") == []
    assert code(ledger, entries.RecoveryUsed("admin")) == "not_found"


def test_what_is_handed_over_are_the_open_cases(ledger: Ledger) -> None:
    told(ledger, WANG)
    first, second = record(ledger, call("a", number=number(MOBILE)), call("b", number=number(OTHER_MOBILE)))
    cases = [row[0] for row in found(ledger, "SELECT id FROM cases ORDER BY id")]
    record(ledger, entries.CallbackAttempted(int(str(cases[0])), "reached", "line", False))
    entry = told(ledger, entries.HandedOver("admin", "wang", (*(int(str(case)) for case in cases), 999)))
    assert isinstance(entry, entries.HandedOver)
    assert entry.cases == (cases[1],)
    assert code(ledger, entries.HandedOver("admin", "admin", ())) == "not_found"
    assert code(ledger, entries.HandedOver("admin", "nobody", ())) == "not_found"
    assert first != second


def test_a_paper_names_who_made_it(ledger: Ledger) -> None:
    paper = entries.PaperMade("admin", "calls", "xlsx", "2026-11-01", "2026-11-30", 12, True, "迎检")
    told(ledger, paper)
    assert found(ledger, "SELECT account, paper, form, since, until, amount, whole, reason FROM papers") == [
        ("admin", "calls", "xlsx", "2026-11-01", "2026-11-30", 12, 1, "迎检")
    ]
    assert code(ledger, entries.PaperMade("nobody", "calls", "xlsx", "", "", 1, False)) == "not_found"
