"""Any history of calls, attempts and words, against a recount by brute force: cases, clocks, attempts, order and counters."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import Instant, seconds
from firmware_app.call_entries import number_of
from firmware_app.calls.callback import State
from firmware_app.records import case_list, entries
from firmware_app.records.database import open_reader, rows
from firmware_app.records.desk_rules import Desk
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.verifying import verify
from tests.case_model import BY_PERSON, MINUTE, Model, is_open, worked
from tests.case_support import ZONE, wall
from tests.ledger_support import BOOT, answered, call

LINE = "03562217001"
DAY = [["08:30", "12:00"], ["14:30", "17:30"]]
HOURS = {"versions": [{"week": {day: DAY for day in ("mon", "tue", "wed", "thu", "fri")}}]}
SPELLINGS = {
    "15400000001": ("15400000001", "015400000001", "17951015400000001"),
    "03560123456": ("0123456", "03560123456"),
    "+15551230000": ("0015551230000",),
}
NUMBERS = st.sampled_from(["15400000001"] * 6 + ["03560123456", "+15551230000"])
PAUSES = st.sampled_from([0, 1, 14, 15, 29, 30, 31, 60, 149, 150, 151, 240, 600, 900, 1440, 4000])
TOLD = st.sampled_from(["reached", "not_reached", "not_reached", "busy", "voicemail", "vacant"])


@dataclass(frozen=True)
class Step:
    what: str
    number: str
    spelling: int
    pause: int  # minutes
    how: str = ""
    means: str = ""


def steps(what: str, how: st.SearchStrategy[str], means: st.SearchStrategy[str]) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(what), NUMBERS, st.integers(0, 2), PAUSES, how, means)


NONE = st.just("")
STEPS = st.one_of(
    steps("rings", st.sampled_from(["no_answer", "abandoned"]), NONE),
    steps("rings", st.sampled_from(["no_answer", "answered"]), NONE),
    steps("dials", st.sampled_from(["answered", "busy", "vacant", "unknown"]), st.just("") | TOLD),
    steps("says", TOLD, st.sampled_from(["line", "self_reported", "mobile", "wechat"])),
    steps("says", st.sampled_from(["not_reached", "busy"]), st.just("mobile")),
    steps("closes", st.sampled_from(["not_needed", "not_callable", "unreachable"]), NONE),
    steps("reopens", st.sampled_from(["latest", "latest", "before"]), NONE),
    steps("postpones", NONE, NONE),
    steps("marks", st.sampled_from(["blocked", "test", "none", "none", "none"]), NONE),
)
MISSED = steps("rings", st.sampled_from(["no_answer", "no_answer", "abandoned"]), NONE)
ONE = "15400000001"
BLOCKS = st.sampled_from(
    [  # what chance alone hardly ever puts in this order
        [
            Step("says", ONE, 0, 1, "reached", "mobile"),
            Step("rings", ONE, 0, 1, "no_answer"),
            Step("reopens", ONE, 0, 1, "before"),
        ],
        [Step("says", ONE, 0, 1, "not_reached", "line"), Step("dials", ONE, 0, 1, "busy")],
        [Step("says", ONE, 0, pause, "busy", "mobile") for pause in (1, 1, 240)],
    ]
)
HISTORIES = st.builds(
    lambda first, *parts: [step for part in ([first], *parts) for step in part],
    MISSED,
    *[st.lists(STEPS, min_size=1, max_size=5), st.lists(STEPS, max_size=3) | BLOCKS] * 2,
)


class History:
    """Plays the same steps to a ledger and to the model."""

    def __init__(self, folder: str) -> None:
        self.ledger = Ledger(Path(folder) / "ledger.db", BOOT, timezone=ZONE)
        self.model = Model()
        self.now = wall("23 08:00:00")
        self._calls = 0
        self._tell(entries.SiteDocumentChanged("service_hours", 0, "", json.dumps(HOURS)))

    def _tell(self, entry: entries.Entry) -> Recorded | Refused:
        (outcome,) = self.ledger.append([Pending(entry, Instant(self.now, self.now), "clerk")])
        return outcome

    def play(self, step: Step) -> None:
        self.now += step.pause * MINUTE
        getattr(self, f"_{step.what}")(step, number_of(self._spelled(step), LINE))

    def _spelled(self, step: Step) -> str:
        ways = SPELLINGS[step.number]
        return ways[step.spelling % len(ways)]

    def _key(self) -> str:
        self._calls += 1
        return f"k{self._calls}"

    def _case(self, number: str) -> int:
        """The case of a number that stands open, or else the latest; one that never was, where there is none."""
        db = open_reader(self.ledger.path)
        found = rows(
            db,
            "SELECT cases.id FROM cases JOIN parties ON parties.id = party WHERE lookup = ?"
            " ORDER BY state = 'open' DESC, cases.id DESC LIMIT 1",
            (number,),
        )
        db.close()
        return found[0][0] if found else 999_999

    def _ids(self) -> list[int]:
        db = open_reader(self.ledger.path)
        found = [case for (case,) in rows(db, "SELECT id FROM cases ORDER BY id")]
        db.close()
        return found

    def _rings(self, step: Step, number: entries.Personal) -> None:
        start = self.now - MINUTE
        values: dict[str, Any] = {"number": number, "started_wall": start, "in_hours": is_open(start)}
        if step.how == "answered":
            entry = answered(self._key(), answered_wall=self.now, ended_wall=self.now, **values)
        else:
            entry = call(self._key(), ended_wall=self.now, disposition=step.how, **values)
        self._tell(entry)
        self.model.rang(step.number, step.how, start, self.now)

    def _dials(self, step: Step, number: entries.Personal) -> None:
        """Off-hook, perhaps a word while it goes on, on-hook."""
        key, begun = self._key(), self.now
        out: dict[str, Any] = {"direction": "outbound", "disposition": None, "started_wall": begun}
        self._tell(call(key, "opened", **out))
        told_of = self.model.standing(step.number) is not None
        if step.means:
            self.now += MINUTE
            case = self._case(step.number)
            pending = self.model.standing(step.number)
            if pending is not None and any(each.pending for each in pending.tries):
                step = Step(
                    step.what, step.number, step.spelling, 0, step.how
                )  # the word would be about another call
            else:
                self._tell(entries.CallbackAttempted(case, step.means, "line", False))
        base = call(key).started_mono
        over = {"ended_mono": base + seconds(30), "talk": seconds(30), "dialled_mono": base + seconds(25)}
        self._tell(call(key, digits=number, far_end=step.how, ringing=None, **over, **out))
        heard = {"answered": "reached", "unknown": "unknown"}.get(step.how, step.how)
        if told_of:
            self.model.dialled(step.number, begun, heard, step.means or None, self.now)

    def _says(self, step: Step, _number: entries.Personal) -> None:
        self._tell(entries.CallbackAttempted(self._case(step.number), step.how, step.means, False))
        self.model.said(step.number, step.how, step.means, self.now)

    def _closes(self, step: Step, _number: entries.Personal) -> None:
        note = entries.Personal("text", "停用")
        self._tell(entries.CaseClosed(self._case(step.number), step.how, "other", "站长", note))
        self.model.closed(step.number, step.how, self.now)

    def _reopens(self, step: Step, _number: entries.Personal) -> None:
        """The latest case of the number, or the one before it: another may stand open meanwhile."""
        place = self.model.reopened(step.number, step.how == "before", self.now)
        self._tell(entries.CaseReopened(999_999 if place is None else self._ids()[place]))

    def _postpones(self, step: Step, _number: entries.Personal) -> None:
        until = self.now + 60 * MINUTE
        self._tell(entries.CallbackPostponed(self._case(step.number), until))
        self.model.postponed(step.number, until)

    def _marks(self, step: Step, number: entries.Personal) -> None:
        self._tell(entries.NumberMarked(number, step.how, "站长"))
        self.model.marks.pop(step.number, None)
        if step.how != "none":
            self.model.marks[step.number] = step.how

    def compare(self) -> None:
        db = open_reader(self.ledger.path)
        held = rows(
            db,
            "SELECT cases.id, lookup, state, calls, low, clock_wall, due_wall, postponed_wall, closed_worked"
            " FROM cases JOIN parties ON parties.id = party ORDER BY cases.id",
        )
        expected = [
            (each.number, each.state, each.calls, each.low, each.clock, each.due, each.postponed, each.worked)
            for each in self.model.cases
        ]
        assert [row[1:] for row in held] == expected
        for row, case in zip(held, self.model.cases, strict=True):
            made = rows(
                db,
                "SELECT outcome, call IS NOT NULL, pending, half_day, worked FROM attempts WHERE case_id = ? ORDER BY id",
                (row[0],),
            )
            tries = [
                (each.outcome, each.proven, each.pending, each.half, worked(case.clock, each.wall))
                for each in case.tries
            ]
            assert made == tries
        self._compare_list(db, [row[0] for row in held])
        db.close()

    def _compare_list(self, db: Any, ids: list[int]) -> None:  # noqa: ANN401
        """The list is the open cases, each as the model has it; its tally is kept."""
        found = case_list.waiting(db, self.now, Desk(db, ZONE))
        standing = {
            number: case for number, case in zip(ids, self.model.cases, strict=True) if case.state == "open"
        }
        assert {row.case for row in found.rows} == set(standing)
        assert found.total == len(standing) == self.ledger.standing().due
        for row in found.rows:
            case = standing[row.case]
            told = [each for each in case.tries if not each.pending]
            assert (row.calls, row.attempts, row.low) == (case.calls, len(told), case.low)
            assert row.worked == worked(case.clock, self.now)
            assert (row.pending is not None) == (len(told) < len(case.tries))
        view = case_list.one_case(db, ids[-1], self.now, Desk(db, ZONE)) if ids else None
        if view is not None:
            assert len(view.calls) == self.model.cases[-1].calls
            assert (view.end is None) == (self.model.cases[-1].state == "open")


@settings(max_examples=80)
@given(HISTORIES)
def test_cases_clocks_and_attempts_equal_a_recount_by_brute_force(history: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        played = History(folder)
        for step in history:
            played.play(step)
        played.compare()
        report = verify(played.ledger.path)
        played.ledger.close()
        assert report.holds, report.findings


def test_the_model_knows_the_states_a_person_may_end_a_case_in() -> None:
    assert set(BY_PERSON) < {state.value for state in State}
