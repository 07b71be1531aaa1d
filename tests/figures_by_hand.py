"""What the tests of the figures share: calls near every limit, a ledger that holds them, and a count that is as plain as can be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import apsw
from hypothesis import strategies as st

from device.signals import SECOND, Instant
from firmware_app.calls.call_groups import CountedCall
from firmware_app.calls.service_level import Counts
from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded
from tests.ledger_support import BOOT, call, number

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOUR, DAY = 3600 * SECOND, 86400 * SECOND
NUMBERS = (
    "15400000001",
    "15400000002",
    "015400000001",
    "03560000001",
    None,
)  # the third is the first, written otherwise


def wall(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    """ns of UTC of a local time "2026-11-24 09:00:00"."""
    moment = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    return round(moment.timestamp()) * SECOND


# Around: midnight and month borders of both zones, the hours, summer time of Berlin 2026 (29 March, 25 October, 01:00 UTC).
BORDERS = (
    wall("2026-11-01 00:00:00"), wall("2026-12-01 00:00:00"), wall("2026-11-24 00:00:00"), wall("2026-11-24 09:00:00"),
    wall("2026-11-01 00:00:00", BERLIN), wall("2026-11-24 00:00:00", BERLIN), wall("2026-10-25 00:30:00", BERLIN),
    wall("2026-10-25 01:00:00", ZoneInfo("UTC")), wall("2026-03-29 01:00:00", ZoneInfo("UTC")), wall("2026-11-29 23:00:00"),
)  # fmt: skip
LIMITS = (15 * SECOND, 15 * SECOND, 15 * SECOND, 3 * SECOND, 5 * SECOND, 0, 40 * SECOND)

moments = st.builds(
    lambda border, off: border + off,
    st.sampled_from(BORDERS),
    st.sampled_from((-DAY, -HOUR, -1, 0, 1, SECOND, HOUR, 3 * DAY)) | st.integers(-2 * HOUR, 2 * HOUR),
)
spans = st.builds(
    lambda limit, off: max(0, limit + off),
    st.sampled_from(LIMITS),
    st.sampled_from((-SECOND, -1, 0, 1, SECOND)),
)
errors = st.sampled_from((None, 0, 1, SECOND, SECOND, 2 * SECOND))


@st.composite
def counted_calls(draw: st.DrawFn) -> CountedCall:
    """A call that is over, near a limit or far from all."""
    disposition = draw(
        st.sampled_from(
            (
                "answered",
                "answered",
                "no_answer",
                "no_answer",
                "abandoned",
                "unknown",
                "test",
                "blocked",
                "non_voice",
            )
        )
    )
    sensed = draw(st.booleans())
    ringing = draw(st.none() | spans)
    return CountedCall(
        id=0,
        line=draw(st.sampled_from(("L1", "L2"))),
        started_wall=draw(moments),
        disposition=disposition,
        in_hours=draw(st.sampled_from((True, True, True, True, False, None))),
        delay=draw(spans) if disposition == "answered" and sensed else None,
        ringing=ringing,
        talk=draw(st.none() | spans) if disposition == "answered" else None,
        uncertainty=draw(errors),
        by_machine=draw(st.sampled_from((None, None, None, False, True)))
        if disposition == "no_answer"
        else None,
        caller=draw(st.sampled_from(NUMBERS)),
    )


def entry_of(known: CountedCall, key: str) -> entries.CallRecorded:
    """The closing entry of such a call; monotonic and wall time differ by a constant."""
    mono = known.started_wall % (400 * DAY)
    ringing = known.ringing if known.delay is None else known.delay
    return replace(
        call(key),
        line=known.line,
        started_mono=mono,
        started_wall=known.started_wall,
        last_edge_mono=None if ringing is None else mono + ringing,
        answered_mono=None if known.delay is None else mono + known.delay,
        answered_wall=None if known.delay is None else known.started_wall + known.delay,
        ended_mono=mono + 60 * SECOND,
        ended_wall=known.started_wall + 60 * SECOND,
        ringing=ringing,
        talk=known.talk,
        uncertainty=known.uncertainty,
        disposition=known.disposition,
        in_hours=known.in_hours,
        by_machine=known.by_machine,
        number=None if known.caller is None else number_of(str(known.caller)),
    )


def number_of(raw: str) -> entries.Personal:
    personal = number(raw)
    return replace(personal, lookup=raw.removeprefix("0") if raw.startswith("01") else raw)


def ledger_of(folder: Path, calls: Iterable[CountedCall]) -> Ledger:
    """A ledger that holds these calls as they are: what is decided of their cases may be as it is."""
    ledger = Ledger(folder / "ledger.db", BOOT)
    batch = [
        Pending(entry_of(known, f"{BOOT}:{known.line}:{place}"), Instant(place, known.started_wall))
        for place, known in enumerate(calls)
    ]
    outcomes = ledger.append(batch)
    assert all(isinstance(outcome, Recorded) for outcome in outcomes), outcomes
    return ledger


_ALL = """
SELECT calls.id, line, started_wall, disposition, in_hours, answered_mono - started_mono, ringing, talk, uncertainty,
    by_machine, COALESCE(lookup, number) FROM calls LEFT JOIN parties ON parties.id = number
WHERE direction = 'inbound' AND stage = 'closed' ORDER BY calls.id
"""


def calls_in(db: apsw.Connection, closed: Sequence[tuple[int, int]] = ()) -> list[CountedCall]:
    """Every inbound call of a ledger that is over, row by row, without the columns that counting made for itself."""
    found = []
    for row in db.execute(_ALL).fetchall():
        values: Any = list(row)
        values[4] = None if values[4] is None else bool(values[4])
        values[9] = None if values[9] is None else bool(values[9])
        made = CountedCall(*values)
        found.append(replace(made, in_closure=any(a <= made.started_wall < b for a, b in closed)))
    return found


@dataclass(slots=True)
class Sheet:
    """A tally sheet: each field is counted up by hand."""

    marks: dict[str, int]

    def mark(self, name: str, amount: int = 1) -> None:
        self.marks[name] = self.marks.get(name, 0) + amount


def by_hand(calls: Iterable[CountedCall]) -> Counts:
    """The counts, as somebody with paper and the table of DOMAIN 2.2 would make them."""
    sheet = Sheet({})
    callers = set()
    for each in calls:
        if each.disposition in ("test", "blocked", "non_voice"):
            sheet.mark(str(each.disposition))
        elif each.in_hours is None:
            sheet.mark("hours_unknown")
        elif not each.in_hours:
            sheet.mark("out_of_hours")
            sheet.mark("in_closure", int(each.in_closure))
        else:
            if each.caller is None:
                sheet.mark("hidden")
            else:
                callers.add(each.caller)
            _mark_inside(sheet, each)
    return Counts(**{name: amount for name, amount in sheet.marks.items() if amount}, callers=len(callers))


def _mark_inside(sheet: Sheet, each: CountedCall) -> None:
    rang = each.delay if each.delay is not None else each.ringing
    if each.disposition == "answered" and not each.by_machine:
        _mark_answered(sheet, each)
        return
    if each.disposition == "abandoned":
        sheet.mark("abandoned")
    elif each.disposition == "unknown":
        sheet.mark("unknown")
    else:
        sheet.mark("missed")
        sheet.mark("by_machine", int(bool(each.by_machine)))
    if each.disposition in ("no_answer", "abandoned") and not each.by_machine and rang is not None:
        sheet.mark("gave_up")
        sheet.mark("gave_up_after", rang)
    if each.disposition != "abandoned" and rang is not None and rang >= 15 * SECOND:
        sheet.mark("rang_on")
        sheet.mark("unknown_late", int(each.disposition == "unknown"))


def _mark_answered(sheet: Sheet, each: CountedCall) -> None:
    if each.talk is not None and each.talk < 3 * SECOND:
        sheet.mark("short_talk")
    if each.delay is None:
        surely_late = each.ringing is not None and each.ringing >= 15 * SECOND
        sheet.mark("late" if surely_late else "untimed")
        sheet.mark("late_untimed", int(surely_late))
        return
    sheet.mark("in_time" if each.delay <= 15 * SECOND else "late")
    sheet.mark("timed")
    sheet.mark("waited", each.delay)
    if (
        each.uncertainty is not None
        and 15 * SECOND - each.uncertainty <= each.delay <= 15 * SECOND + each.uncertainty
    ):
        sheet.mark("near_limit")


def document(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)
