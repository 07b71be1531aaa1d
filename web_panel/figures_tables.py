"""The figures of a period in; its tables, bars and lists out: by line, hour, weekday and day, breaches, coverage, what decided.

Pure. A day of fewer than five calls is never red: it says too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from device.signals import SECOND
from firmware_app.calls.call import Disposition
from firmware_app.calls.carrier_bill import COUNTS as BILL_COUNTS
from firmware_app.calls.erlang import BusyEstimate
from firmware_app.calls.figure_words import BILL_WORDS
from firmware_app.calls.heard_time import WHY, Coverage, Gap
from firmware_app.calls.rate import Rate, percent
from firmware_app.calls.service_level import Counts
from firmware_app.event_words import DISPOSITIONS
from firmware_app.records.bills import BillRow
from firmware_app.records.figures import LaterChange
from web_panel.calls_view import DOCUMENTS, WEEKDAYS, say, seconds_of
from web_panel.figures_choice import Choice
from web_panel.figures_door import Closing, Decided, Sheet
from web_panel.figures_view import Formula, Links, Number, formula, links_of
from web_panel.formatting import HOUR, MINUTE, local
from web_panel.today_view import Audience
from web_panel.translating import Translator

FEW_A_DAY = 5  # calls below which a row has no colour
GAPS = 40  # listed
LATER = 200
COLUMNS: Mapping[str, str] = {
    "offered": "呼入",
    "answered": "接听",
    "missed": "漏接",
    "abandoned": "短振铃",
    "unknown": "待确认",
    "breaches": "超 15 秒",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Lengths, of 1000: answered, not answered, unknown, one after the other."""

    answered: int
    lost: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Row:
    """tone: none | few | ok | watch | bad."""

    label: str
    tone: str
    percent: str
    bar: Bar
    cells: Sequence[tuple[str, Number]]


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    rows: Sequence[Row]


def tone_of(counts: Counts) -> str:
    """Red only where 95 % is missed by more than chance."""
    rate = Rate(counts.answered, counts.offered)
    if not counts.offered:
        return "none"
    if counts.offered < FEW_A_DAY:
        return "few"
    if rate.reaches():
        return "ok"
    interval = rate.interval
    return "bad" if interval is None or 100 * interval[1] < 95 else "watch"


def tables(sheet: Sheet, choice: Choice, t: Translator) -> list[Table]:
    """By line, hour, weekday and day, as far as the period is long enough for it."""
    links = links_of(choice)
    clock = sheet.clock
    lines = {name: (links_with(links, line=name), counts) for name, counts in sheet.by_line.items()}
    hours = {
        f"{hour:02}:00–{hour + 1:02}:00": (links_with(links, hour=hour), counts)
        for hour, counts in clock.by_hour.items()
    }
    weekdays = {
        t(WEEKDAYS[day - 1]): (links_with(links, weekday=day), counts)
        for day, counts in clock.by_weekday.items()
    }
    days = {_day(day, t): (Links(day, day), counts) for day, counts in clock.by_day.items()}
    whole_days = choice.begin != choice.end and "T" not in choice.begin
    found = [(t("按线路"), lines), (t("按小时"), hours)]
    if whole_days:
        found += [(t("按星期"), weekdays), (t("按日期"), days)]
    made = [Table(title, _rows(parts, t)) for title, parts in found]
    return [table for table in made if table.rows]


def links_with(links: Links, **more: str | int) -> Links:
    return replace(links, more={**links.more, **more})


def _day(day: str, t: Translator) -> str:
    return f"{day[5:]} {t(WEEKDAYS[date.fromisoformat(day).weekday()])}"


def _rows(parts: Mapping[str, tuple[Links, Counts]], t: Translator) -> list[Row]:
    held = {
        label: (links, counts) for label, (links, counts) in parts.items() if counts.offered + counts.unknown
    }
    most = max((counts.offered + counts.unknown for _, counts in held.values()), default=1)
    return [
        Row(
            label=label,
            tone=tone_of(counts),
            percent=Rate(counts.answered, counts.offered).percent,
            bar=_bar(counts, most),
            cells=[(t(words), links.counted(kind, counts)) for kind, words in COLUMNS.items()],
        )
        for label, (links, counts) in held.items()
    ]


def _bar(counts: Counts, most: int) -> Bar:
    lost = counts.offered - counts.answered
    return Bar(*(1000 * part // most for part in (counts.answered, lost, counts.unknown)))


@dataclass(frozen=True, slots=True)
class Column:
    """One of 24. x, and heights from below, in a drawing of 240 by 60; words: what it stands for."""

    x: int
    tone: str
    answered: int
    lost: int
    unknown: int
    words: str


def columns(by_hour: Mapping[int, Counts], t: Translator) -> list[Column]:
    """The hours of the day as small bars; none where there were no calls."""
    held = {hour: by_hour.get(hour, Counts()) for hour in range(24)}
    most = max(counts.offered + counts.unknown for counts in held.values())
    return [_column(hour, counts, most, t) for hour, counts in held.items() if most]


def _column(hour: int, counts: Counts, most: int, t: Translator) -> Column:
    words = t("{hour} 点：呼入 {n}，接听 {a}", hour=hour, n=counts.offered, a=counts.answered)
    parts = (counts.answered, counts.offered - counts.answered, counts.unknown)
    answered, lost, unknown = (56 * part // most for part in parts)
    return Column(10 * hour + 1, tone_of(counts), answered, lost, unknown, words)


# ---- which calls


@dataclass(frozen=True, slots=True)
class BreachLine:
    call: int
    when: str
    line: str
    words: str
    busy: bool


def breach_lines(sheet: Sheet, desk: Audience) -> list[BreachLine]:
    """Each call that rang on past 15 s, and for how long."""
    t = desk.t
    return [
        BreachLine(
            each.call,
            f"{local(each.started_wall, desk.zone):%m-%d %H:%M:%S}",
            each.line,
            t("响 {n} 秒后接起", n=seconds_of(each.waited))
            if each.sensed
            else t("响了 {n} 秒，没有测到有人接", n=seconds_of(each.waited)),
            each.staff_busy,
        )
        for each in sheet.breaches
    ]


# ---- how much was heard


def lasted(duration: int, t: Translator) -> str:
    """ns, in hours and minutes; less than a minute in seconds."""
    if duration < MINUTE:
        return t("{n} 秒", n=-(-duration // SECOND))
    if duration < HOUR:
        return t("{n} 分钟", n=duration // MINUTE)
    if not duration % HOUR // MINUTE:
        return t("{h} 小时", h=duration // HOUR)
    return t("{h} 小时 {m} 分", h=duration // HOUR, m=duration % HOUR // MINUTE)


@dataclass(frozen=True, slots=True)
class CoverageSaid:
    """tone: ok | bad | calm; gaps: when, how long, where, why; more: how many are not listed."""

    tone: str
    percent: str
    by_line: Sequence[tuple[str, str]]
    gaps: Sequence[str]
    more: int


def coverage(found: Coverage | None, desk: Audience) -> CoverageSaid:
    if found is None:
        return CoverageSaid("calm", "—", (), (), 0)
    enough = 100 * found.heard >= 95 * found.service
    return CoverageSaid(
        "ok" if enough else "bad",
        found.percent,
        [(line, percent(share)) for line, share in found.by_line.items()] if len(found.by_line) > 1 else [],
        [_gap(gap, desk) for gap in found.gaps[:GAPS]],
        max(0, len(found.gaps) - GAPS),
    )


def _gap(gap: Gap, desk: Audience) -> str:
    t = desk.t
    start, end = local(gap.start, desk.zone), local(gap.end, desk.zone)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%m-%d %H:%M}"
    why = say(WHY[gap.why], t) if gap.why in WHY else gap.why
    words = (f"{start:%m-%d %H:%M}–{until}", lasted(gap.end - gap.start, t), gap.line or t("全部线路"), why)
    return " · ".join(words)


# ---- who met a busy line


@dataclass(frozen=True, slots=True)
class BusyLine:
    """estimate: in plain words; bill: what the carrier's records say, empty where there are none."""

    line: str
    estimate: str
    bill: Sequence[tuple[str, int]]
    told: str


def busy_lines(
    estimates: Mapping[str, BusyEstimate], bills: Iterable[BillRow], desk: Audience
) -> list[BusyLine]:
    t = desk.t
    of_line = {bill.line: bill for bill in bills}
    return [
        BusyLine(
            line,
            say(estimates[line].words, t) if line in estimates else "",
            [(say(BILL_WORDS[word], t), of_line[line].counts[word]) for word in BILL_COUNTS]
            if line in of_line
            else [],
            t("{who} 于 {when} 核对", who=of_line[line].actor, when=desk.when(of_line[line].wall))
            if line in of_line
            else "",
        )
        for line in sorted({*estimates, *of_line})
    ]


# ---- closures, what it was decided by, what came after the month was closed


@dataclass(frozen=True, slots=True)
class ClosureLine:
    words: str
    number: Number


def closure_lines(sheet: Sheet, choice: Choice, desk: Audience) -> list[ClosureLine]:
    """Each closure with reason, who approved it, and the calls that came meanwhile."""
    t = desk.t
    found = []
    for closure, calls in sheet.closures:
        begin, end = (
            f"{local(wall, desk.zone):%Y-%m-%dT%H:%M}"
            for wall in (max(closure.start, choice.since), min(closure.end, choice.until))
        )
        words = t(
            "{begin} 到 {end}：{reason}，{who} 同意",
            begin=begin.replace("T", " "),
            end=end.replace("T", " "),
            reason=closure.reason,
            who=closure.approved_by,
        )
        found.append(ClosureLine(words, Links(begin, end).number("out_of_hours", calls)))
    return found


def basis(decided: Decided, desk: Audience) -> list[str]:
    """By which versions of what, up to which entry."""
    t = desk.t
    versions: dict[str, set[str]] = {}
    provisional = False
    for word in " ".join(decided.hours_basis).split():
        name, _, version = word.partition(":")
        provisional |= word == "provisional"
        if version:
            versions.setdefault(_document(name, t), set()).add(version)
    known = decided.thresholds or {}
    words = [
        t("{name}第 {n} 版", name=name, n="、".join(sorted(each, key=lambda nr: nr.rjust(9))))
        for name, each in versions.items()
    ]
    words += [t("当年放假安排未导入，按周末推算")] if provisional else []
    words += [t("回拨规则第 {n} 版", n=nr) for nr in decided.rules if nr]
    words += [t("指标定义第 {n} 版", n=known["metrics_def"])] if "metrics_def" in known else []
    if "timely_ns" in known:
        words.append(t("回拨及时按 {n} 工作分钟算", n=known["timely_ns"] // MINUTE))
    words.append(t("算到 {when}", when=f"{local(decided.asof, desk.zone):%Y-%m-%d %H:%M:%S}"))
    if decided.head is not None:
        words.append(t("账本到第 {n} 条，摘要 {digest}", n=decided.head[0], digest=decided.head[1]))
    return words


def _document(name: str, t: Translator) -> str:
    kind, _, year = name.partition(".")
    if kind == "calendar":
        return t("{year} 年放假安排", year=year)
    return t(DOCUMENTS.get(name, "站点资料"))


@dataclass(frozen=True, slots=True)
class ClosingSaid:
    """now: R1 as the ledger would have it today, None where nothing came after."""

    words: str
    later: Sequence[tuple[int, str]]
    more: int
    now: Formula | None


def closing(found: Closing, choice: Choice, desk: Audience) -> ClosingSaid:
    t = desk.t
    month = found.month
    return ClosingSaid(
        t(
            "已结账：{when}，账本第 {n} 条，摘要 {digest}。下面的数不再改变。",
            when=f"{local(month.wall, desk.zone):%Y-%m-%d %H:%M}",
            n=month.seq,
            digest=month.digest,
        ),
        [(each.call, _later(each, desk)) for each in found.later[:LATER]],
        max(0, len(found.later) - LATER),
        None
        if found.now is None
        else formula("R1", found.now.counts, found.now.rates["R1"], links_of(choice), t),
    )


def _later(change: LaterChange, desk: Audience) -> str:
    t = desk.t
    if change.kind == "recounted":
        what = t("改算在服务时间内") if change.in_hours else t("改算在服务时间外")
    else:
        known = {each.value: each for each in Disposition}
        text = DISPOSITIONS.get(known[change.disposition]) if change.disposition in known else None
        what = t("确认为{what}", what=say(text, t) or t("未知"))
    who = t("盒子") if change.actor == "monitor" else change.actor
    return f"{local(change.wall, desk.zone):%m-%d %H:%M} · {who} · {what}"
