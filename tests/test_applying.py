"""Whatever is recorded, in whatever order: the tables are what a replay of the journal gives, and they balance."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.records import applying, entries
from firmware_app.records.database import one, open_reader, open_scratch, rows
from firmware_app.records.entry_bytes import Unreadable, read_entry
from firmware_app.records.ledger import Ledger
from firmware_app.records.migrations import DERIVED
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, answered, call, number, record
from tests.support import at

KEYS = st.sampled_from("abcd")
NUMBERS = st.sampled_from(
    [None, number(MOBILE), number(OTHER_MOBILE), entries.Personal("number", "0" + MOBILE, MOBILE)]
)
NAMES = st.sampled_from([None, entries.Personal("name", "张三"), entries.Personal("name", "李四")])
IDS = st.integers(1, 14)
DISPOSITIONS = st.sampled_from(["no_answer", "no_answer", "unknown", "answered", "abandoned"])
SOME = NUMBERS.filter(lambda found: found is not None)
NOTES = st.sampled_from([None, entries.Personal("text", "听力不便"), entries.Personal("text", "方言")])
OUTCOMES = st.sampled_from(["reached", "not_reached", "not_reached", "busy", "voicemail", "vacant"])
MEANS = st.sampled_from(["line", "self_reported", "mobile"])
UNTIL = st.sampled_from([None, at(500_000).wall])
KINDS = st.sampled_from(["no_loop", "line_lost"])
LINES = st.sampled_from(["L1", None])
WHO = st.sampled_from(["admin", "wang", "li"])
SECRETS = st.sampled_from([entries.Personal("secret", "x"), entries.Personal("secret", "y")])


def parties(seqs: st.SearchStrategy[int]) -> st.SearchStrategy[int]:
    return st.builds(lambda seq, place: seq * 10 + place, seqs, st.integers(0, 1))


TOLD: st.SearchStrategy[entries.Entry] = st.one_of(
    st.builds(lambda key, n, name: call(key, "opened", number=n, name=name), KEYS, NUMBERS, NAMES),
    st.builds(
        lambda key, n, name: call(key, "changed", ring_bursts=4, number=n, name=name), KEYS, NUMBERS, NAMES
    ),
    st.builds(
        lambda key, n, how: call(key, number=n, disposition=how),
        st.uuids().map(str) | KEYS,
        NUMBERS,
        DISPOSITIONS,
    ),
    st.builds(lambda key, n: answered(key, number=n), st.uuids().map(str) | KEYS, NUMBERS),
    st.builds(
        lambda key, n, far: call(key, direction="outbound", disposition=None, digits=n, far_end=far),
        st.uuids().map(str) | KEYS,
        NUMBERS,
        st.sampled_from([None, "answered", "busy", "vacant"]),
    ),
    st.builds(entries.CallSeen, IDS),
    st.builds(entries.CallbackPostponed, IDS, UNTIL),
    st.builds(entries.CaseReopened, IDS),
    st.builds(entries.NumberNoted, SOME, NOTES, NUMBERS),
    st.builds(
        entries.NumberMarked, SOME, st.sampled_from(["blocked", "test", "none", "none"]), st.just("站长")
    ),
    st.builds(entries.DialAsked, st.just("L1"), IDS, st.just("mobile")),
    st.builds(entries.CallSettled, IDS, st.sampled_from(["answered", "no_answer"]), st.just("panel")),
    st.builds(
        entries.CallbackAttempted,
        IDS,
        OUTCOMES,
        MEANS,
        st.booleans(),
    ),
    st.builds(entries.Presence, st.booleans(), st.just("panel")),
    st.builds(entries.FaultBegan, KINDS, LINES),
    st.builds(entries.FaultEnded, KINDS, LINES),
    st.builds(entries.CheckRun, LINES, st.just("start"), st.just((("answers", None, ""),))),
    st.builds(
        lambda text: entries.SiteDocumentChanged("profile", 0, "", text),
        st.sampled_from(["{}", '{"name":"x"}']),
    ),
    st.builds(
        lambda c: entries.PasswordSet("admin", entries.Personal("secret", c), True), st.sampled_from("xy")
    ),
    st.builds(entries.NumberRevealed, st.just("admin"), IDS),
    st.builds(entries.PartyErased, parties(IDS), st.just("asked")),
    st.builds(entries.StillTalking, st.just("L1")),
    st.builds(entries.AccountSet, WHO, WHO, st.sampled_from(["clerk", "admin"]), st.booleans()),
    st.builds(entries.PinSet, WHO, SECRETS | st.none()),
    st.builds(entries.SignInNoted, WHO, st.just("in"), st.just("pin")),
    st.builds(entries.DeskPaired, st.sampled_from("de"), st.just("柜台"), SECRETS),
    st.builds(entries.DeskUnpaired, st.sampled_from("de")),
    st.builds(entries.RecoveryMade, SECRETS, st.just(BOOT), st.just(1)),
    st.builds(entries.RecoveryUsed, WHO),
    st.builds(entries.HandedOver, WHO, WHO, st.lists(IDS, max_size=3).map(tuple), NOTES),
    st.builds(entries.TalkNoted, IDS, st.sampled_from(["settled", "fax"]), st.none(), NAMES, NOTES),
    st.builds(entries.HelpAsked, LINES, IDS | st.none()),
    st.builds(entries.HelpEnded, IDS),
    st.builds(
        entries.CardSaved,
        st.just("phrase"),
        st.sampled_from(['{"title":"a"}', '{"title":"b"}']),
        st.just(""),
        IDS | st.none(),
    ),
    st.builds(entries.CardRetired, IDS),
    st.builds(entries.NoticeGiven, IDS, st.just(1), IDS | st.none(), st.just((0,)), st.booleans()),
    st.builds(
        lambda n, when, note: entries.CallEntered("L1", at(when).wall, n, None, note),
        NUMBERS,
        st.integers(0, 200),
        NOTES,
    ),
)


@dataclass(frozen=True)
class Aimed:
    """What a person does with one of the rows there are: ids drawn blindly would miss nearly always."""

    rows: str
    turn: int
    make: Callable[[int], entries.Entry]

    def entry(self, path: Path) -> entries.Entry:
        db = open_reader(path)
        found = [row for (row,) in rows(db, self.rows)] or [999]
        db.close()
        return self.make(found[self.turn % len(found)])


def settled(how: str) -> Callable[[int], entries.Entry]:
    return lambda row: entries.CallSettled(row, how, "panel")


def attempted(outcome: str, means: str) -> Callable[[int], entries.Entry]:
    return lambda row: entries.CallbackAttempted(row, outcome, means, False)


def ended(state: str) -> Callable[[int], entries.Entry]:
    note = entries.Personal("text", "停用")
    return lambda row: entries.CaseClosed(row, state, "other", "站长", note)


def postponed(until: int | None) -> Callable[[int], entries.Entry]:
    return lambda row: entries.CallbackPostponed(row, until)


TURNS = st.integers(0, 5)
DONE = st.one_of(
    st.builds(Aimed, st.just("SELECT id FROM calls"), TURNS, st.just(entries.CallSeen)),
    st.builds(
        Aimed,
        st.just("SELECT id FROM calls WHERE unsettled = 1"),
        TURNS,
        st.sampled_from(["answered", "no_answer", "no_answer"]).map(settled),
    ),
    st.builds(
        Aimed,
        st.just("SELECT id FROM cases"),
        TURNS,
        st.builds(attempted, OUTCOMES, MEANS)
        | st.sampled_from(["not_needed", "not_callable", "unreachable"]).map(ended)
        | UNTIL.map(postponed)
        | st.just(entries.CaseReopened),
    ),
    st.builds(
        Aimed,
        st.just("SELECT id FROM parties"),
        TURNS,
        st.just(lambda row: entries.PartyErased(row, "asked")),
    ),
)
CALLS = st.builds(
    lambda key, n, how: call(key, number=n, disposition=how), st.uuids().map(str), NUMBERS, DISPOSITIONS
)
HISTORIES = st.lists(
    st.lists(TOLD, min_size=1, max_size=5) | st.lists(CALLS, min_size=1, max_size=4) | DONE, max_size=12
)


def play(path: Path, history: Sequence[Sequence[entries.Entry] | Aimed]) -> Ledger:
    ledger = Ledger(path, BOOT)
    for step in history:
        record(ledger, *([step.entry(path)] if isinstance(step, Aimed) else step))
    return ledger


WRONG_CASES = """
SELECT cases.id FROM cases LEFT JOIN attempts ON case_id = cases.id GROUP BY cases.id HAVING COUNT(attempts.id) <> attempts
UNION ALL SELECT id FROM cases WHERE (state = 'open') <> (closed_seq IS NULL) OR (state <> 'open' AND postponed_wall > 0)
    OR state NOT IN ('open', 'reached', 'self_resolved', 'unreachable', 'not_callable', 'not_needed') OR due_wall < clock_wall
UNION ALL SELECT MIN(id) FROM attempts WHERE call IS NOT NULL GROUP BY call HAVING COUNT(*) > 1
UNION ALL SELECT id FROM attempts WHERE pending = 1 AND (call IS NULL OR settled_seq IS NOT NULL OR half_day IS NOT NULL)
UNION ALL SELECT MIN(marks.id) FROM marks JOIN parties ON parties.id = number WHERE stands = 1 AND lookup IS NOT NULL
    GROUP BY lookup HAVING COUNT(*) > 1
UNION ALL SELECT MIN(notes.id) FROM notes JOIN parties ON parties.id = number WHERE stands = 1 AND lookup IS NOT NULL
    GROUP BY lookup HAVING COUNT(*) > 1
UNION ALL SELECT calls.id FROM calls WHERE disposition IN ('blocked', 'test') AND (case_id IS NOT NULL OR unseen = 1)
"""


def balance(path: Path) -> None:
    db = open_reader(path)
    tally = dict(rows(db, "SELECT name, amount FROM tallies"))
    counted = {
        "unseen": "SELECT COUNT(*) FROM calls WHERE unseen = 1",
        "unsettled": "SELECT COUNT(*) FROM calls WHERE unsettled = 1",
        "due": "SELECT COUNT(*) FROM cases WHERE state = 'open'",
    }
    assert {name: one(db, sql) for name, sql in counted.items()} == {
        name: (amount,) for name, amount in tally.items()
    }
    assert (
        rows(
            db,
            "SELECT cases.id FROM cases JOIN calls ON case_id = cases.id GROUP BY cases.id"
            " HAVING COUNT(*) <> cases.calls OR MAX(calls.id) <> last_call OR low <> MIN(disposition = 'abandoned')"
            " OR SUM(disposition NOT IN ('no_answer', 'abandoned'))",
        )
        == []
    )
    assert (
        rows(
            db,
            "SELECT lookup FROM cases JOIN parties ON parties.id = party WHERE state = 'open' AND lookup IS NOT NULL"
            " GROUP BY lookup HAVING COUNT(*) > 1",
        )
        == []
    )
    assert rows(db, f"SELECT id FROM ({WRONG_CASES})") == []
    assert (
        rows(
            db,
            "SELECT id FROM calls WHERE unsettled = 1 AND disposition <> 'unknown' OR unseen = 1 AND seen_seq > 0",
        )
        == []
    )
    db.close()


@settings(max_examples=120)
@given(HISTORIES)
def test_the_tables_are_the_replay_of_the_journal_and_balance(
    history: list[list[entries.Entry] | Aimed],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        ledger = play(path, history)
        report = verify(path)
        ledger.close()
        assert report.holds, report.findings
        balance(path)


@settings(max_examples=40)
@given(HISTORIES)
def test_replaying_needs_no_person_s_data_and_no_chance(history: list[list[entries.Entry] | Aimed]) -> None:
    """Twice replayed from the stored bytes alone, the derived tables are the same."""
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder) / "ledger.db", history).close()
        db = open_reader(Path(folder) / "ledger.db")
        journal = rows(db, "SELECT seq, kind, version, body FROM journal ORDER BY seq")
        real = contents(db)
        db.close()
    for _ in range(2):
        scratch = open_scratch()
        for seq, kind, version, body in journal:
            entry = read_entry(kind, version, body)
            assert not isinstance(entry, Unreadable)
            applying.place_parties(scratch, entry)
            applying.apply(scratch, seq, entry)
        assert contents(scratch) == real
        scratch.close()


def contents(db: apsw.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: rows(db, f"SELECT * FROM {table} ORDER BY {key}") for table, key in DERIVED}


def test_a_call_that_caller_id_announced_starts_with_its_first_burst(tmp_path: Path) -> None:
    """Its number is owed from then on, too; whether it is in service hours stays decided."""
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    announced = call("a", "opened", start=99.5, number=number(MOBILE), in_hours=True)
    record(ledger, announced, call("a", "changed", start=101, number=number(MOBILE)))
    record(ledger, call("a", start=101, number=number(MOBILE)))
    ledger.close()
    balance(tmp_path / "ledger.db")
    db = open_reader(tmp_path / "ledger.db")
    begun = call("a", start=101)
    found = rows(
        db,
        "SELECT started_mono, started_wall, since_wall, in_hours FROM calls JOIN cases ON case_id = cases.id",
    )
    assert found == [(begun.started_mono, begun.started_wall, begun.started_wall, 1)]
    db.close()


def test_every_kind_of_entry_has_its_rule() -> None:
    assert set(applying.RULES) == set(get_args(entries.Entry))
