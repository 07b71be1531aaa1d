"""A carrier's records (话单) as a table of texts in; beside our calls: matched, met busy, ours only, theirs only out.

Pure. Numbers are compared and forgotten: what comes out are counts. Which column is which is guessed from the usual Chinese
headers and shown to whoever imports it. Calls pair by number and time; the two clocks may differ by `APART`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from zoneinfo import ZoneInfo

from device.signals import SECOND
from firmware_app.calls.civil_time import DAY, HOUR, MINUTE, day_number, wall_of
from firmware_app.calls.phone_number import parse
from firmware_app.wording import Text

APART = 120 * SECOND  # carriers stamp the answer or the beginning, by a clock of their own
HEADER_WITHIN = 30  # rows: above the table stand titles and the account
COUNTS = ("theirs", "ours", "matched", "met_busy", "ours_only", "theirs_only", "outgoing", "unread")

Table = Sequence[Sequence[str]]

COLUMNS: Mapping[str, Text] = {
    "time": Text("时间", "time"),
    "day": Text("日期", "date"),
    "number": Text("对方号码", "number of the other end"),
    "called": Text("被叫号码", "number that was called"),
    "way": Text("呼叫方向", "direction"),
    "outcome": Text("呼叫结果", "how it came out"),
}
# The words of headers, without blanks and brackets; the first column that fits is taken, exact words before parts.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "time": ("起始时间", "开始时间", "通话开始时间", "通话起始时间", "呼叫时间", "来电时间", "呼入时间", "通话时间", "话单时间", "时间"),
    "day": ("通话日期", "呼叫日期", "日期"),
    "number": ("对方号码", "主叫号码", "来电号码", "主叫", "呼入号码", "对端号码", "用户号码", "号码"),
    "called": ("被叫号码", "被叫", "接听号码"),
    "way": ("呼叫类型", "通话类型", "通信类型", "通信方式", "呼叫方向", "方向", "类型"),
    "outcome": ("呼叫结果", "接通状态", "通话状态", "呼叫状态", "释放原因", "失败原因", "结果", "状态"),
}  # fmt: skip
_NEITHER = re.compile(r"时长|费|秒|序号|本机")
_BUSY = re.compile(r"忙|占线|busy", re.IGNORECASE)
_OUT = re.compile(r"^(主叫|呼出|去电|拨出|打出|outgoing|out)", re.IGNORECASE)
_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})[-/.年]?(?P<month>[0-9]{1,2})[-/.月]?(?P<day>[0-9]{1,2})日?[ T]*"
    r"(?:(?P<hour>[0-9]{1,2})[:：时]?(?P<minute>[0-9]{2})(?:[:：分]?(?P<second>[0-9]{2}))?(?:\.[0-9]+)?秒?)?"
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands: header is the row of the headings, the others are columns; None where there is none."""

    header: int
    time: int
    number: int
    day: int | None = None
    called: int | None = None
    way: int | None = None
    outcome: int | None = None

    def named(self, table: Table) -> dict[str, str]:
        """The headings as they stand, by the keys of COLUMNS: for a person to check."""
        places = {key: getattr(self, key) for key in COLUMNS}
        return {key: table[self.header][place] for key, place in places.items() if place is not None}


@dataclass(frozen=True, slots=True)
class BillRecord:
    """A call as the carrier has it. wall: ns of UTC; key: of the other number, None where it is hidden."""

    wall: int
    key: str | None
    met_busy: bool = False
    outgoing: bool = False


@dataclass(frozen=True, slots=True)
class OurCall:
    """An inbound call of ours that began at `wall`, ns of UTC."""

    wall: int
    key: str | None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """theirs, ours: inbound calls. theirs = matched + met_busy + theirs_only, ours = matched + ours_only. outgoing: records
    of theirs that are no inbound calls; unread: rows without a time that can be read."""

    theirs: int
    ours: int
    matched: int
    met_busy: int
    ours_only: int
    theirs_only: int
    outgoing: int
    unread: int

    def counts(self) -> dict[str, int]:
        """What is recorded of it."""
        return asdict(self)


def guess_columns(table: Table) -> Columns | None:
    """Which row holds the headings and which column what; None where no row has both a time and a number."""
    for place, row in enumerate(table[:HEADER_WITHIN]):
        found = _columns_of(row)
        if "number" in found and ("time" in found or "day" in found):
            time = found.pop("time", None)
            day = found.pop("day", None)
            if time is None:
                time, day = day, None
            assert time is not None
            return Columns(place, time=time, day=day, **found)
    return None


def _columns_of(row: Sequence[str]) -> dict[str, int]:
    headings = [re.sub(r"[\s（(\[【].*", "", cell.strip()) for cell in row]
    whole = [cell.strip() for cell in row]
    found: dict[str, int] = {}
    for key, words in _HEADERS.items():
        free = [place for place in range(len(row)) if place not in found.values()]
        exact = [place for word in words for place in free if headings[place] == word]
        part = [
            place
            for word in words
            for place in free
            if word in headings[place] and not _NEITHER.search(whole[place])
        ]
        if exact or part:
            found[key] = (exact or part)[0]
    return found


def read_records(
    table: Table, columns: Columns, zone: ZoneInfo, line_number: str = ""
) -> tuple[list[BillRecord], int]:
    """The records below the headings, and how many rows that hold something could not be read."""
    found: list[BillRecord] = []
    unread = 0
    own = parse(line_number, line_number).key if line_number else None
    for row in table[columns.header + 1 :]:
        if not any(cell.strip() for cell in row):
            continue
        record = _record(row, columns, zone, line_number, own)
        if record is None:
            unread += 1
        else:
            found.append(record)
    return found, unread


def _record(
    row: Sequence[str], columns: Columns, zone: ZoneInfo, line_number: str, own: str | None
) -> BillRecord | None:
    moment = f"{_cell(row, columns.day)} {_cell(row, columns.time)}".strip()
    wall = _wall(moment, zone)
    if wall is None:
        return None
    key = parse(_cell(row, columns.number), line_number).key
    called = _cell(row, columns.called)
    dialled = called and own is not None and key == own and parse(called, line_number).key != own
    outgoing = bool(dialled or _OUT.match(_cell(row, columns.way)))
    busy = _BUSY.search(_cell(row, columns.outcome)) is not None
    return BillRecord(wall, key, met_busy=busy and not outgoing, outgoing=outgoing)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _wall(text: str, zone: ZoneInfo) -> int | None:
    """ns of UTC of "2026-11-24 09:15:02", "2026/11/24 9:15", "20261124091502", "2026年11月24日 9时15分"; None of others."""
    found = _MOMENT.fullmatch(text)
    if found is None or found["hour"] is None:
        return None
    year, month, day, hour, minute, second = (int(found[part] or 0) for part in _PARTS)
    if hour > 23 or minute > 59 or second > 59:
        return None
    try:
        number = day_number(date(year, month, day))
    except ValueError:
        return None
    return wall_of(number * DAY + hour * HOUR + minute * MINUTE + second * SECOND, zone)


def reconcile(
    theirs: Iterable[BillRecord],
    ours: Iterable[OurCall],
    busy: Iterable[tuple[int, int]] = (),
    unread: int = 0,
    period: tuple[int, int] | None = None,
) -> Reconciled:
    """busy: when our line was off-hook, [start, end) ns of UTC: whom only the carrier knows met it busy then.

    period: [since, until) of the bill; calls of ours outside it only serve to pair with its first and last records.
    """
    records = list(theirs)
    inbound = [record for record in records if not record.outgoing]
    calls = list(ours)
    through = [record for record in inbound if not record.met_busy]
    pairs, lone_theirs, lone_ours = _paired(through, calls)
    if period is not None:
        lone_ours = [call for call in lone_ours if period[0] <= call.wall < period[1]]
    spans = list(busy)
    during = sum(any(start <= record.wall < end for start, end in spans) for record in lone_theirs)
    met_busy = len(inbound) - len(through) + during
    return Reconciled(
        theirs=len(inbound),
        ours=pairs + len(lone_ours),
        matched=pairs,
        met_busy=met_busy,
        ours_only=len(lone_ours),
        theirs_only=len(lone_theirs) - during,
        outgoing=len(records) - len(inbound),
        unread=unread,
    )


def _paired(
    theirs: Sequence[BillRecord], ours: Sequence[OurCall]
) -> tuple[int, list[BillRecord], list[OurCall]]:
    """How many pair, and who is left alone: first those of one number, then those of whom one side knows no number."""
    matched = 0
    left_theirs: list[BillRecord] = []
    left_ours: list[OurCall] = []
    of_key: dict[str | None, tuple[list[BillRecord], list[OurCall]]] = {}
    for record in theirs:
        of_key.setdefault(record.key, ([], []))[0].append(record)
    for call in ours:
        of_key.setdefault(call.key, ([], []))[1].append(call)
    for both in of_key.values():
        same = _in_order(*both)
        matched += same[0]
        left_theirs += same[1]
        left_ours += same[2]
    hidden_ours = [call for call in left_ours if call.key is None]
    by_time = _in_order(left_theirs, hidden_ours)
    matched, left_theirs = matched + by_time[0], by_time[1]
    left_ours = [call for call in left_ours if call.key is not None] + by_time[2]
    hidden_theirs = [record for record in left_theirs if record.key is None]
    by_time = _in_order(hidden_theirs, left_ours)
    kept = [record for record in left_theirs if record.key is not None]
    return matched + by_time[0], kept + by_time[1], by_time[2]


def _in_order(
    theirs: Sequence[BillRecord], ours: Sequence[OurCall]
) -> tuple[int, list[BillRecord], list[OurCall]]:
    """The most pairs no more than APART from each other: in order of time, each with the first that is near enough."""
    waiting = sorted(ours, key=lambda call: call.wall)
    lone: list[BillRecord] = []
    alone: list[OurCall] = []
    matched = place = 0
    for record in sorted(theirs, key=lambda record: record.wall):
        while place < len(waiting) and waiting[place].wall < record.wall - APART:
            alone.append(waiting[place])
            place += 1
        if place < len(waiting) and waiting[place].wall <= record.wall + APART:
            matched += 1
            place += 1
        else:
            lone.append(record)
    return matched, lone, alone + waiting[place:]
