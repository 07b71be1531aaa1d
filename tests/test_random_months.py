"""A hundred random months of the virtual exchange, faster than time, with a clerk who does this and that: the figures, the cases
and their clocks are those of a recount by hand from the journal, and a month that was closed never changes."""

from __future__ import annotations

import json
import random
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.signals import SECOND, Instant
from firmware_app.calls.month_figures import MonthFigures, month_json
from firmware_app.line_records import LineRecords
from firmware_app.records import case_list, entries
from firmware_app.records.database import rows
from firmware_app.records.desk_rules import Desk
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.figures import Figures
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded
from firmware_app.records.reading import Reader
from firmware_app.records.site_documents import Document
from firmware_app.records.verifying import verify
from tests.fast_exchange import NO_HOOK, SENSING, FastLine, random_plan
from tests.ledger_support import BOOT
from tests.recount import AHEAD, DAY, MINUTE, Hours, Recount, bodies

ZONE = ZoneInfo("Asia/Shanghai")
LINES = {"L1": "03560000000", "L2": "03560000009"}
MONTH = "2026-10"  # has a week of holidays and a Saturday of work
SINCE = 1_790_784_000 * SECOND  # 2026-10-01 00:00 in Shanghai
UNTIL = SINCE + 31 * DAY
BASE = SINCE - 2 * DAY
HOLIDAYS = {f"2026-10-{day:02d}": True for day in range(1, 8)} | {"2026-10-10": False}
WEEKS = (
    {day: [["08:30", "12:00"], ["14:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    {day: [["09:00", "12:00"], ["14:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")},
)
OUTCOMES = ("reached", "not_reached", "busy", "voicemail", "vacant")
MEANS = ("line", "other_line", "mobile", "wechat")


class Month:
    """A ledger that a month goes through. The moments of calls and of the clerk's acts come from `chance`."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.path = folder / "ledger.db"
        self.ledger = Ledger(self.path, BOOT, timezone=ZONE)
        self._pending: list[Pending] = []
        self._records = LineRecords(LINES, ZONE, self._put)
        self._documents: dict[str, Document] = {}
        self.hours: list[tuple[int, Hours]] = []  # from which seq on
        self._closures: list[dict[str, str]] = []
        days = [{"name": "国庆节", "date": day, "isOffDay": off} for day, off in HOLIDAYS.items()]
        self._document("calendar.2026", {"year": 2026, "papers": [], "days": days}, BASE)
        self._document("service_hours", {"week": WEEKS[0]}, BASE)
        senses = (SENSING, self.chance.choice((SENSING, NO_HOOK)))
        self._lines = [
            FastLine(name, self._records, BOOT, BASE, sensing)
            for name, sensing in zip(LINES, senses, strict=True)
        ]

    def _put(self, entry: entries.Entry, at: Instant) -> None:
        self._pending.append(Pending(entry, at, "monitor"))

    def _document(self, name: str, content: dict[str, object], wall: int) -> None:
        change = entries.SiteDocumentChanged(name, 0, "", canonical(content))
        outcome = self._record(change, wall)
        if isinstance(outcome, Recorded) and isinstance(outcome.entry, entries.SiteDocumentChanged):
            self._documents[name] = Document(name, outcome.entry.version, "", content)
            self._records.documents_are(self._documents)
            self.hours.append((outcome.seq, self._as_by_hand()))

    def _as_by_hand(self) -> Hours:
        known = self._documents.get("service_hours")
        week = known.content["week"] if known is not None else {}
        return Hours(week, HOLIDAYS, [(_wall(each["from"]), _wall(each["to"])) for each in self._closures])

    def _record(self, entry: entries.Entry, wall: int, actor: str = "wang") -> object:
        [outcome] = self.ledger.append([Pending(entry, Instant(wall - BASE, wall), actor)])
        return outcome

    def play(self, calls: int) -> None:
        """The month: some calls, perhaps two at once, then the clerk."""
        for start in sorted(self._starts(calls)):
            over = max(line.play(random_plan(self.chance), start) for line in self._some_lines())
            self._pending.sort(key=lambda pending: pending.at.wall)
            self.ledger.append(self._pending)
            self._pending.clear()
            self._act(BASE + over + self.chance.choice((1, 400)) * SECOND)

    def _starts(self, calls: int) -> Iterator[int]:
        """ns from BASE; one in three within seconds of an opening, a closing or a midnight."""
        for _ in range(calls):
            day = self.chance.randrange(33) * DAY
            if self.chance.random() < 0.35:
                border = self.chance.choice((0, 510, 720, 870, 1050)) * MINUTE
                yield max(SECOND, day + border + self.chance.choice((-20, -2, 0, 3)) * SECOND)
            else:
                yield day + self.chance.randrange(8 * 60 * MINUTE, 18 * 60 * MINUTE)

    def _some_lines(self) -> list[FastLine]:
        return self.chance.choice(([self._lines[0]], [self._lines[1]], self._lines))

    def _act(self, wall: int) -> None:
        """What a clerk does, or a head of the point: about two things after each call."""
        for _ in range(self.chance.choice((0, 1, 2, 4))):
            self.chance.choice(
                (
                    self._seen,
                    self._attempt,
                    self._attempt,
                    self._attempt,
                    self._end,
                    self._reopen,
                    self._settle,
                )
            )(wall)
        if self.chance.random() < 0.03:
            self._document("service_hours", {"week": self.chance.choice(WEEKS)}, wall)
        if self.chance.random() < 0.05:
            self._close_for_a_while(wall)

    def _any(self, sql: str) -> int | None:
        found = [row for (row,) in rows(self.ledger._db, sql)]
        return self.chance.choice(found) if found else None

    def _seen(self, wall: int) -> None:
        call = self._any("SELECT id FROM calls WHERE unseen = 1")
        if call is not None:
            self._record(entries.CallSeen(call), wall)

    def _attempt(self, wall: int) -> None:
        case = self._any("SELECT id FROM cases ORDER BY id DESC LIMIT 6")
        if case is not None:
            outcome, means = self.chance.choice(OUTCOMES), self.chance.choice(MEANS)
            self._record(entries.CallbackAttempted(case, outcome, means, False), wall)

    def _end(self, wall: int) -> None:
        case = self._any("SELECT id FROM cases WHERE state = 'open'")
        if case is not None and self.chance.random() < 0.3:
            self._record(entries.CaseClosed(case, "not_needed", "wrong_number", "李站长"), wall)

    def _reopen(self, wall: int) -> None:
        case = self._any("SELECT id FROM cases WHERE state <> 'open' ORDER BY id DESC LIMIT 3")
        if case is not None:
            self._record(entries.CaseReopened(case), wall)

    def _settle(self, wall: int) -> None:
        call = self._any("SELECT id FROM calls WHERE unsettled = 1")
        if call is not None:
            how = self.chance.choice(("answered", "no_answer"))
            self._record(entries.CallSettled(call, how, "panel"), wall)

    def _close_for_a_while(self, wall: int) -> None:
        """From the last minute on, so that it may stand before or after calls that were; never in the past beyond 24 h."""
        first = wall - wall % MINUTE - self.chance.choice((0, 60, 300)) * MINUTE
        closure = {
            "id": f"c{len(self._closures)}",
            "from": _local(first),
            "to": _local(first + self.chance.choice((30, 480)) * MINUTE),
            "reason": "停电",
            "approved_by": "李站长",
        }
        self._closures.append(closure)
        before = len(self.hours)
        self._document("closures", {"closures": list(self._closures)}, wall)
        if len(self.hours) == before:
            self._closures.pop()

    def recount(self, reader: Reader) -> Recount:
        keys: dict[int, str | None] = {}
        while part := reader.parties(max(keys, default=0), 2**62):
            keys |= {row.id: row.lookup for row in part}
        starts = [seq for seq, _ in self.hours]
        told = Recount(keys, lambda seq: self.hours[bisect_right(starts, seq) - 1][1])
        after = 0
        while journal := reader.journal(after):
            for seq, wall, kind, body in bodies(journal):
                told.take(seq, wall, kind, body)
                for call, in_hours in body.get("recounts", ()) if kind == "SiteDocumentChanged" else ():
                    told.in_hours[told.ids[call]] = in_hours
            after = journal[-1].seq
        return told


def _local(wall: int) -> str:
    return f"{datetime.fromtimestamp((wall + AHEAD) // SECOND, UTC):%Y-%m-%dT%H:%M}"


def _wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND - AHEAD


def same_calls(month: MonthFigures, by_hand: Recount) -> None:
    for line, level in [(None, month.whole), *month.by_line.items()]:
        expected = by_hand.counts(SINCE, UNTIL, line)
        told = {
            name: getattr(level.counts, name)
            for name in ("in_time", "late", "untimed", "abandoned", "missed", "unknown", "out_of_hours")
        }
        assert told == {name: expected[name] for name in told}, line
        assert level.counts.offered == sum(
            expected[name] for name in ("in_time", "late", "untimed", "abandoned", "missed")
        )


def same_hours(by_hand: Recount) -> None:
    """Whether a call counted as in hours is what the documents of that moment say, minute by minute; closures come later."""
    for seq, key in by_hand.ids.items():
        call = by_hand.calls[key]
        expected = by_hand.hours_at(seq).is_open(call["started_wall"])
        if by_hand.in_hours[key] != expected:
            assert closed_later(by_hand, seq, call["started_wall"]), key


def closed_later(by_hand: Recount, seq: int, wall: int) -> bool:
    """A closure approved after the call, up to 24 h late, took it out."""
    last = by_hand.hours_at(2**62)
    return any(start <= wall < end for start, end in last.closures)


def same_cases(reader: Reader, by_hand: Recount, now: int) -> None:
    with reader.snapshot() as db:
        told = {
            row[0]: row[1:]
            for row in rows(
                db,
                "SELECT cases.id, lookup, state, low, calls, attempts, clock_wall, due_wall FROM cases"
                " JOIN parties ON parties.id = cases.party",
            )
        }
        owed = case_list.waiting(db, now, Desk(db, ZONE), 1000)
    assert set(told) == set(by_hand.cases)
    for case, hand in by_hand.cases.items():
        expected = (hand.key, hand.state, hand.low, hand.calls, len(hand.attempts), hand.clock, hand.due)
        assert told[case] == expected, case
    assert {row.case for row in owed.rows} == {
        case for case, hand in by_hand.cases.items() if hand.state == "open"
    }
    for row in owed.rows:
        assert row.worked == by_hand.hours_at(2**62).worked(row.clock_wall, now)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**48), calls=st.sampled_from((3, 20, 30)))
def test_a_random_month_is_what_a_recount_by_hand_says(seed: int, calls: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        month = Month(Path(folder), seed)
        month.play(calls)
        reader = Reader(month.path)
        now = UNTIL + 4 * DAY
        by_hand = month.recount(reader)
        figures = Figures(reader, ZONE, tuple(LINES))
        told = figures.month(MONTH, now)
        assert told is not None
        same_calls(told, by_hand)
        same_hours(by_hand)
        same_cases(reader, by_hand, now)
        a_closed_month_stays(month, figures, told, now)
        month.ledger.close()
        reader.close()
        assert verify(month.path).holds


def a_closed_month_stays(month: Month, figures: Figures, told: MonthFigures, now: int) -> None:
    closing = entries.MonthClosed(MONTH, month_json(told), "")
    assert isinstance(month._record(closing, now, "monitor"), Recorded)
    before = figures.closed_month(MONTH)
    month._settle(now + MINUTE)
    month._attempt(now + MINUTE)
    month._document("service_hours", {"week": {"sun": [["00:00", "24:00"]]}}, now + 2 * MINUTE)
    assert not isinstance(month._record(closing, now + DAY, "monitor"), Recorded)
    assert figures.closed_month(MONTH) == before
    assert before is not None
    assert json.loads(closing.figures) == before.figures
