"""What the ledger decides for an entry: cases opened, joined and closed, versions, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_app.alerts import Standing
from firmware_app.records import entries
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, answered, call, number, record, row_of, seq_of


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    report = verify(made.path)  # whatever a test here does, tables and journal stay one
    made.close()
    assert report.holds, report.findings


@pytest.fixture
def reader(ledger: Ledger) -> Iterator[Reader]:
    made = Reader(ledger.path)
    yield made
    made.close()


def decided(ledger: Ledger, entry: entries.Entry) -> entries.CallRecorded | entries.CallSettled:
    (outcome,) = record(ledger, entry)
    assert isinstance(outcome, Recorded)
    assert isinstance(outcome.entry, entries.CallRecorded | entries.CallSettled)
    return outcome.entry


def code(ledger: Ledger, entry: entries.Entry) -> str:
    (outcome,) = record(ledger, entry, actor="clerk")
    assert isinstance(outcome, Refused), outcome
    assert outcome.message.zh
    assert outcome.message.en
    return outcome.code


def cases(reader: Reader) -> dict[int, tuple[str | None, int, int]]:
    """Of each open case: state, calls, attempts."""
    return {
        row.case: (row.case_state, row.times_called, row.attempts) for row in reader.missed_list() if row.case
    }


# ---- calls and cases


def test_a_missed_call_opens_a_case_and_the_next_one_of_that_number_joins_it(
    ledger: Ledger, reader: Reader
) -> None:
    first = record(ledger, call("a", number=number(MOBILE)))[0]
    assert isinstance(first, Recorded)
    assert isinstance(first.entry, entries.CallRecorded)
    assert (first.entry.opens_case, first.entry.joins_case) == (True, None)
    assert decided(ledger, call("b", number=number(MOBILE))).joins_case == first.seq
    assert decided(ledger, call("c", number=number(OTHER_MOBILE))).opens_case
    assert cases(reader) == {1: ("open", 2, 0), 3: ("open", 1, 0)}
    assert ledger.standing() == Standing(unseen=3, due=2, unsettled=0, faults=(), present=True)


def test_both_calls_of_one_batch_see_each_other(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number(MOBILE)), call("b", line="L2", number=number(MOBILE)))
    assert cases(reader) == {1: ("open", 2, 0)}


@pytest.mark.parametrize(
    "changes",
    [
        {"number": None, "absence": "private"},
        {"number": entries.Personal("number", "P?", lookup=None)},
        {"number": entries.Personal("number", "", lookup="")},
        {"number": entries.Personal("number", "0085223456789", lookup="0085223456789")},
        {"number": entries.Personal("number", "+15551230000", "+15551230000"), "disposition": "abandoned"},
        {"number": None, "disposition": "abandoned"},
        {"number": number(MOBILE), "disposition": "unknown"},
        {"number": number(MOBILE), "disposition": "test"},
        {"number": number(MOBILE), "disposition": None, "direction": "outbound"},
    ],
    ids=[
        "hidden",
        "no key",
        "empty key",
        "foreign",
        "one ring, foreign",
        "one ring, hidden",
        "unknown",
        "test",
        "outbound",
    ],
)
def test_what_is_owed_to_nobody_opens_no_case(ledger: Ledger, changes: dict[str, Any]) -> None:
    assert not decided(ledger, call("a", **changes)).opens_case
    assert ledger.standing().due == 0


@pytest.mark.parametrize(
    ("disposition", "unseen", "unsettled"),
    [("no_answer", 1, 0), ("unknown", 1, 1), ("abandoned", 0, 0), ("answered", 0, 0), ("test", 0, 0)],
)
def test_missed_and_possibly_missed_calls_want_a_look(
    ledger: Ledger, disposition: str, unseen: int, unsettled: int
) -> None:
    record(ledger, call("a", "opened"))
    assert ledger.standing().unseen == 0
    record(ledger, call("a", disposition=disposition))
    assert (ledger.standing().unseen, ledger.standing().unsettled) == (unseen, unsettled)


def test_an_outgoing_call_wants_no_look(ledger: Ledger) -> None:
    record(ledger, call("a", direction="outbound", disposition=None))
    assert ledger.standing().unseen == 0


def test_their_later_call_that_was_answered_closes_the_case(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number(MOBILE)), call("z", number=number(OTHER_MOBILE)))
    entry = decided(ledger, answered("b", number=number(MOBILE)))
    assert (entry.closes_case, entry.opens_case, entry.joins_case) == (1, False, None)
    assert ledger.standing() == Standing(unseen=1, due=1, unsettled=0, faults=(), present=True)
    assert [(row.outcome, row.case, row.number) for row in reader.recently_done()] == [
        ("self_resolved", 1, MOBILE)
    ]


def test_an_answered_call_of_a_stranger_closes_nothing(ledger: Ledger) -> None:
    record(ledger, call("a", number=number(MOBILE)))
    assert decided(ledger, answered("b", number=number(OTHER_MOBILE))).closes_case is None
    assert decided(ledger, answered("c")).closes_case is None


def test_an_answer_that_began_before_the_last_miss_serves_nobody(ledger: Ledger) -> None:
    """Line 1 is answered and goes on while the same number, on line 2, is missed: that one is still owed."""
    record(ledger, call("a", number=number(MOBILE)))
    record(ledger, call("long", "opened", number=number(MOBILE)))
    record(ledger, call("b", line="L2", number=number(MOBILE)), call("c", "opened", line="L2"))
    record(ledger, call("c", line="L2", number=number(MOBILE)))
    assert decided(ledger, answered("long", number=number(MOBILE))).closes_case is None
    assert ledger.standing().due == 1


def test_after_a_case_is_closed_the_next_miss_opens_another(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number(MOBILE)), answered("b", number=number(MOBILE)))
    assert decided(ledger, call("c", number=number(MOBILE))).opens_case
    assert cases(reader) == {3: ("open", 1, 0)}


def test_a_call_is_in_hours_as_it_was_when_it_began(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", "opened", in_hours=True, hours_version=4))
    record(ledger, call("a", "closed", in_hours=False, hours_version=5))
    found = reader.call(1)
    assert found is not None
    assert (found.in_hours, found.hours_version) == (True, 4)


def test_a_call_that_is_over_does_not_change_any_more(ledger: Ledger) -> None:
    record(ledger, call("a"))
    assert [code(ledger, call("a", stage)) for stage in ("opened", "changed", "closed")] == [
        "already_closed"
    ] * 3


def test_a_call_whose_opening_was_never_recorded_is_recorded_all_the_same(
    ledger: Ledger, reader: Reader
) -> None:
    record(ledger, call("a", "changed", ring_bursts=2))
    found = reader.call(1)
    assert found is not None
    assert (found.stage, found.ring_bursts) == ("open", 2)


@pytest.mark.parametrize("changes", [{"disposition": "lost"}, {"direction": "sideways"}])
def test_words_that_are_not_in_the_vocabulary_are_refused(ledger: Ledger, changes: dict[str, Any]) -> None:
    assert code(ledger, call("a", **changes)) == "invalid"


# ---- what a person says


def test_an_unknown_call_settled_as_missed_is_owed_from_then_on(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", disposition="unknown", number=number(MOBILE)))
    entry = decided(ledger, entries.CallSettled(1, "no_answer", "panel"))
    assert (entry.opens_case, entry.joins_case) == (True, None)
    assert ledger.standing() == Standing(unseen=0, due=1, unsettled=0, faults=(), present=True)
    found = reader.call(1)
    assert found is not None
    assert (found.disposition, found.settled, found.seen, found.case) == ("no_answer", True, True, 2)


def test_an_older_call_settled_after_the_caller_was_reached_owes_nothing(ledger: Ledger) -> None:
    record(
        ledger,
        call("a", disposition="unknown", number=number(MOBILE)),
        call("b", number=number(MOBILE)),
        entries.CallbackAttempted(2, "reached", "self_reported", closes=False),
        call("c", disposition="unknown", number=number(MOBILE)),
    )
    assert not decided(ledger, entries.CallSettled(1, "no_answer", "panel")).opens_case
    assert decided(ledger, entries.CallSettled(4, "no_answer", "panel")).opens_case, "that one came later"


def test_an_unknown_call_settled_as_missed_joins_what_is_owed_already(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", disposition="unknown", number=number(MOBILE)), call("b", number=number(MOBILE)))
    assert decided(ledger, entries.CallSettled(1, "no_answer", "panel")).joins_case == 2
    (row,) = reader.missed_list()
    assert (row.call, row.times_called) == (2, 2)  # its last call is the later one, whenever it was settled


def test_a_call_settled_as_answered_closes_what_stood_open_before_it(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number(MOBILE)), call("b", disposition="unknown", number=number(MOBILE)))
    assert decided(ledger, entries.CallSettled(2, "answered", "panel")).closes_case == 1
    assert ledger.standing() == Standing(unseen=0, due=0, unsettled=0, faults=(), present=True)
    assert {row.outcome for row in reader.recently_done()} == {"self_resolved", "answered"}


def test_a_call_settled_as_answered_does_not_close_what_came_after_it(ledger: Ledger) -> None:
    record(ledger, call("a", disposition="unknown", number=number(MOBILE)), call("b", number=number(MOBILE)))
    assert decided(ledger, entries.CallSettled(1, "answered", "panel")).closes_case is None
    assert ledger.standing().due == 1


def test_settling_is_for_calls_that_wait_for_it(ledger: Ledger) -> None:
    record(ledger, call("a"), call("b", "opened"), call("c", disposition="unknown"))
    assert code(ledger, entries.CallSettled(99, "answered", "panel")) == "not_found"
    assert code(ledger, entries.CallSettled(1, "answered", "panel")) == "already_settled"
    assert code(ledger, entries.CallSettled(2, "answered", "panel")) == "invalid"
    assert code(ledger, entries.CallSettled(3, "abandoned", "panel")) == "invalid"
    record(ledger, entries.CallSettled(3, "answered", "panel"))
    assert code(ledger, entries.CallSettled(3, "no_answer", "panel")) == "already_settled"


def test_seeing_a_row_sees_the_earlier_calls_of_its_case(ledger: Ledger) -> None:
    record(ledger, *(call(key, number=number(MOBILE)) for key in ("a", "b", "c")), call("other"))
    record(ledger, entries.CallSeen(2))
    assert ledger.standing().unseen == 2  # c rang after the page was drawn, and nobody has seen `other`
    record(ledger, entries.CallSeen(2))
    record(ledger, entries.CallSeen(3))
    assert ledger.standing().unseen == 1


def test_only_a_missed_call_is_seen(ledger: Ledger) -> None:
    record(ledger, answered("a"), call("b", "opened"), call("c", disposition="unknown"))
    assert code(ledger, entries.CallSeen(99)) == "not_found"
    assert code(ledger, entries.CallSeen(1)) == "invalid"
    assert code(ledger, entries.CallSeen(2)) == "invalid"
    record(ledger, entries.CallSeen(3), entries.CallSettled(3, "answered", "panel"))
    assert seq_of(record(ledger, entries.CallSeen(3))[0])  # a second tab that shows the old row
    assert ledger.standing().unseen == 0


def test_reaching_them_closes_the_case_not_reaching_counts(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number(MOBILE)))
    for outcome, closes in (("not_reached", False), ("not_reached", False), ("reached", True)):
        (done,) = record(
            ledger, entries.CallbackAttempted(1, outcome, "self_reported", not closes), actor="clerk"
        )
        assert isinstance(done, Recorded)
        assert isinstance(done.entry, entries.CallbackAttempted)
        assert done.entry.closes is closes
    (row,) = reader.recently_done()
    assert (row.outcome, row.attempts, row.done_by, row.number) == ("reached", 3, "clerk", MOBILE)
    assert ledger.standing() == Standing(unseen=0, due=0, unsettled=0, faults=(), present=True)
    assert code(ledger, entries.CallbackAttempted(1, "reached", "self_reported", False)) == "already_closed"
    assert code(ledger, entries.CallbackAttempted(9, "reached", "self_reported", False)) == "not_found"
    assert code(ledger, entries.CallbackAttempted(1, "perhaps", "self_reported", False)) == "invalid"


def test_a_call_back_said_twice_is_recorded_once(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number(MOBILE)))
    for seen in (0, 0, 1, 0, 2):
        record(ledger, entries.CallbackAttempted(1, "not_reached", "self_reported", False, after=seen))
    assert cases(reader)[1][2] == 3
    late = entries.CallbackAttempted(1, "reached", "self_reported", False, after=2)
    assert code(ledger, late) == "already_done"
    record(ledger, entries.CallbackAttempted(1, "reached", "self_reported", False))
    assert code(ledger, late) == "already_closed"


def test_who_calls_back_has_seen_the_calls(ledger: Ledger) -> None:
    record(ledger, call("a", number=number(MOBILE)), call("b", number=number(MOBILE)))
    record(ledger, entries.CallbackAttempted(1, "not_reached", "self_reported", False))
    assert ledger.standing() == Standing(unseen=0, due=1, unsettled=0, faults=(), present=True)


# ---- the rest


def test_a_fault_is_open_once_and_ends_once(ledger: Ledger, reader: Reader) -> None:
    record(ledger, entries.FaultBegan("no_loop", "L1", "0 V"), entries.FaultBegan("no_loop", "L2"))
    assert code(ledger, entries.FaultBegan("no_loop", "L1")) == "no_change"
    (ended,) = record(ledger, entries.FaultEnded("no_loop", "L1"))
    assert isinstance(ended, Recorded)
    assert ended.entry == entries.FaultEnded("no_loop", "L1", fault=1)
    assert code(ledger, entries.FaultEnded("no_loop", "L1")) == "no_change"
    assert code(ledger, entries.FaultEnded("no_loop", None)) == "no_change"
    assert [(row.kind, row.line) for row in reader.faults_open()] == [("no_loop", "L2")]


def test_a_document_gets_its_version_and_digest_here(ledger: Ledger, reader: Reader) -> None:
    for version, name in enumerate(("甲站", "乙站"), start=1):
        content = json.dumps({"name": name, "id": "x"}, indent=4)
        (outcome,) = record(ledger, entries.SiteDocumentChanged("profile", 99, "no", content))
        assert isinstance(outcome, Recorded)
        text = canonical({"name": name, "id": "x"})
        assert outcome.entry == entries.SiteDocumentChanged("profile", version, content_digest(text), text)
    assert (
        code(ledger, entries.SiteDocumentChanged("profile", 0, "", '{"id":"x","name":"乙站"}')) == "no_change"
    )
    found = reader.site_document("profile")
    assert found is not None
    assert (found.version, dict(found.content)) == (2, {"id": "x", "name": "乙站"})
    assert reader.site_document("lines") is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a":NaN}', '{"name":1}', "[" * 100_000])
def test_a_document_that_is_none_is_refused(ledger: Ledger, content: str) -> None:
    assert code(ledger, entries.SiteDocumentChanged("profile", 0, "", content)) == "invalid"


def test_two_thousand_documents_are_the_most(ledger: Ledger) -> None:
    batch = [entries.SiteDocumentChanged(f"d{index}", 0, "", "{}") for index in range(2000)]
    assert all(isinstance(outcome, Recorded) for outcome in record(ledger, *batch))
    assert code(ledger, entries.SiteDocumentChanged("one.more", 0, "", "{}")) == "invalid"
    assert seq_of(record(ledger, entries.SiteDocumentChanged("d7", 0, "", '{"a":1}'))[0]) == 2001


def test_an_account_and_what_it_may_ask_for(ledger: Ledger, reader: Reader) -> None:
    secret = entries.Personal("secret", "scrypt:1:1:1$salt$abc")
    record(ledger, entries.PasswordSet("admin", secret, True))
    first = reader.account("admin")
    record(ledger, entries.PasswordSet("admin", entries.Personal("secret", "other"), False), call("a"))
    second = reader.account("admin")
    assert first is not None
    assert second is not None
    assert (first.secret, first.must_change, first.seq) == ("scrypt:1:1:1$salt$abc", True, 1)
    assert (second.secret, second.must_change, second.seq) == ("other", False, 2)
    assert reader.account("nobody") is None
    assert code(ledger, entries.NumberRevealed("nobody", 3)) == "not_found"
    assert code(ledger, entries.NumberRevealed("admin", 99)) == "not_found"
    assert code(ledger, entries.NumberRevealed("admin", 3)) == "not_found"
    shown = row_of(record(ledger, call("b", number=number(MOBILE)))[0])
    assert isinstance(record(ledger, entries.NumberRevealed("admin", shown))[0], Recorded)


@pytest.mark.parametrize(
    ("account", "secret"),
    [("", entries.Personal("secret", "x")), ("a" * 65, entries.Personal("secret", "x")), ("a", number("1"))],
)
def test_an_account_without_name_or_secret_is_refused(
    ledger: Ledger, account: str, secret: entries.Personal
) -> None:
    assert code(ledger, entries.PasswordSet(account, secret, False)) == "invalid"


def test_the_latest_word_on_presence_counts(ledger: Ledger) -> None:
    record(
        ledger,
        entries.Presence(False, "button"),
        entries.Presence(True, "panel"),
        entries.Presence(False, "panel"),
    )
    assert not ledger.standing().present


def test_the_latest_check_of_each_line_is_shown(ledger: Ledger, reader: Reader) -> None:
    passed = (("answers", True, ""), ("loop", None, "cannot tell"))
    record(
        ledger,
        entries.CheckRun("L1", "schedule", (("answers", False, "no reply"),)),
        entries.CheckRun(None, "start", (("missed", True, ""),)),
        entries.CheckRun("L1", "panel", passed),
    )
    assert [(row.line, row.trigger, row.results) for row in reader.last_checks()] == [
        (None, "start", (("missed", True, ""),)),
        ("L1", "panel", passed),
    ]
