"""Service hours, closures and duty in; what their page says of today, two weeks, seasons and versions, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firmware_app.calls.civil_time import civil, date_of, day_of, text_of
from firmware_app.calls.closures import LATEST, Closure
from firmware_app.calls.duty import on_duty
from firmware_app.calls.holiday_calendar import HolidayCalendar
from firmware_app.calls.opening_hours import DayKind, OpeningHours
from firmware_app.calls.service_hours import DAYS, versions_of
from firmware_app.records.hours_history import ClosureRow, DocumentChange
from firmware_app.records.outcomes import SEED
from web_panel.formatting import when
from web_panel.hours_forms import DAY_WORDS, typed_windows
from web_panel.translating import Translator

HOLIDAY_WORDS = {"closed": "放假日不办公", "open": "放假日照常"}
BRIEF = 24  # characters of a reason in a row of a day


@dataclass(frozen=True, slots=True)
class DayRow:
    """tone: open | shut | change (something out of the ordinary) | guess."""

    when: str
    weekday: str
    windows: Sequence[str]
    about: str
    duty: str
    tone: str
    today: bool


@dataclass(frozen=True, slots=True)
class WeekRow:
    """Days whose windows are the same, together: 周一至周五 08:30-12:00."""

    days: str
    windows: Sequence[str]


@dataclass(frozen=True, slots=True)
class SeasonRow:
    name: str
    start: str
    weeks: Sequence[WeekRow]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """state: past | now | coming."""

    start: str
    begins: str
    state: str
    policy: str
    seasons: Sequence[SeasonRow]


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """open: it may still be changed."""

    id: str
    span: str
    reason: str
    approved_by: str
    calls: int
    told: str
    open: bool
    now: bool


@dataclass(frozen=True, slots=True)
class CalendarYear:
    year: int
    holidays: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Clock:
    """The present at the point, and the words to say it in."""

    now: int
    zone: ZoneInfo
    t: Translator

    @property
    def today(self) -> date:
        return date_of(day_of(civil(self.now, self.zone))) or date.min

    def time(self, wall: int) -> str:
        return text_of(civil(wall, self.zone))[11:]


def _semicolon(t: Translator) -> str:
    return "; " if t.language == "en" else "；"


def _brief(reason: str) -> str:
    """A reason where there is little room; the list of closures has it whole."""
    return reason if len(reason) <= BRIEF else f"{reason[: BRIEF - 1]}…"


def _comma(t: Translator) -> str:
    return ", " if t.language == "en" else "、"


def state_now(hours: OpeningHours, clock: Clock) -> tuple[str, str]:
    """Whether the point is open, and until when or from when: tone and sentence."""
    now, t = clock.now, clock.t
    if hours.in_hours(now):
        end = next((end for start, end in hours.windows(clock.today) if start <= now < end), now)
        return "open", t("现在：服务时间内，到 {time}", time=_end_of(end, clock))
    closure = hours.closed_by(now)
    if closure is not None:
        text = t("现在：临时停止服务（{reason}），到 {time}", reason=_brief(closure.reason), time=when(closure.end, now, clock.zone, t))  # fmt: skip
        return "change", text
    opens = hours.next_opening(now)
    if opens is None:
        return "shut", t("现在：服务时间外")
    return "shut", t("现在：服务时间外，{time} 开始", time=_moment(opens, clock))


def _moment(wall: int, clock: Clock) -> str:
    day = date_of(day_of(civil(wall, clock.zone))) or clock.today
    if day == clock.today:
        return clock.time(wall)
    if day == clock.today + timedelta(days=1):
        return clock.t("明天 {time}", time=clock.time(wall))
    return f"{day:%m-%d} {clock.t(DAY_WORDS[day.weekday()])} {clock.time(wall)}"


def days(hours: OpeningHours, duty: object, clock: Clock, count: int = 14) -> list[DayRow]:
    """From the Monday of this week on: two weeks."""
    monday = clock.today - timedelta(days=clock.today.weekday())
    return [_day(hours, duty, monday + timedelta(days=n), clock) for n in range(count)]


def _day(hours: OpeningHours, duty: object, day: date, clock: Clock) -> DayRow:
    t, windows, kind = clock.t, hours.windows(day), hours.day_kind(day)
    about = [_kind_words(kind, t)]
    about += [t("停止服务：{reason}", reason=_brief(each.reason)) for each in _closures_of(hours, day)]
    told = [each for each in about if each]
    return DayRow(
        when=f"{day:%m-%d}",
        weekday=t(DAY_WORDS[day.weekday()]),
        windows=[f"{clock.time(start)}-{_end_of(end, clock)}" for start, end in windows] or [t("休息")],
        about=_semicolon(t).join(told),
        duty=on_duty(duty, day),
        tone="change" if told else "open" if windows else "shut",
        today=day == clock.today,
    )


def _end_of(end: int, clock: Clock) -> str:
    text = clock.time(end)
    return "24:00" if text == "00:00" else text


def _kind_words(kind: DayKind, t: Translator) -> str:
    if kind.is_off is None:
        return ""
    return t("{holiday}放假", holiday=kind.name) if kind.is_off else t("{holiday}调休上班", holiday=kind.name)


def _closures_of(hours: OpeningHours, day: date) -> list[Closure]:
    """The closures that take something from the day."""
    ordinary = hours.without_closures().windows(day) if hours.closures else ()
    return [
        each
        for each in hours.closures
        if any(each.start < end and each.end > start for start, end in ordinary)
    ]


def week_rows(week: Mapping[str, Any], t: Translator) -> list[WeekRow]:
    """A week, days with the same windows together where they follow each other."""
    found: list[tuple[int, int, list[str]]] = []
    for place, day in enumerate(DAYS):
        windows = typed_windows(week.get(day, [])).split() or [t("休息")]
        if found and found[-1][2] == windows:
            found[-1] = (found[-1][0], place, windows)
        else:
            found.append((place, place, windows))
    return [WeekRow(_span(first, last, t), windows) for first, last, windows in found]


def _span(first: int, last: int, t: Translator) -> str:
    names = t(DAY_WORDS[first]), t(DAY_WORDS[last])
    return names[0] if first == last else t("{first}至{last}", first=names[0], last=names[1])


def versions(content: Mapping[str, Any], clock: Clock) -> list[VersionRow]:
    """The versions of the hours, the newest first."""
    found = list(versions_of(content))
    today = clock.today.isoformat()
    begun = [each.get("from", "") for each in found if each.get("from", "") <= today]
    rows = [_version(each, today, max(begun, default=None), clock.t) for each in found]
    return rows[::-1]


def _version(content: Mapping[str, Any], today: str, current: str | None, t: Translator) -> VersionRow:
    start = content.get("from", "")
    several = len(content["seasons"]) > 1
    return VersionRow(
        start=start,
        begins=t("从 {date} 起", date=start) if start else t("一直以来"),
        state="now" if start == current else "coming" if start > today else "past",
        policy=_policy(content, t),
        seasons=[
            SeasonRow(
                season.get("name", ""),
                t("每年 {date} 起", date=season["from"]) if several else "",
                week_rows(season["week"], t),
            )
            for season in content["seasons"]
        ],
    )


def _policy(content: Mapping[str, Any], t: Translator) -> str:
    makeup = content.get("makeup", "mon")
    return _semicolon(t).join(
        (
            t(HOLIDAY_WORDS[content.get("holidays", "closed")]),
            t("调休上班日：{as_on}", as_on=makeup_words(makeup, t)),
        )
    )


def makeup_words(makeup: str, t: Translator) -> str:
    """Whose windows a make-up working day has."""
    if makeup in DAYS:
        return t("按{day}的时间", day=t(DAY_WORDS[DAYS.index(makeup)]))
    return t("不办公") if makeup == "closed" else t("按当天星期几的时间")


def changes(found: Sequence[DocumentChange], clock: Clock) -> list[str]:
    """Who recorded which version of the document, and when."""
    return [
        clock.t(
            "第 {version} 版 · {when} · {who}",
            version=each.version,
            when=when(each.wall, clock.now, clock.zone, clock.t),
            who=_who(each.actor, clock.t),
        )
        for each in found
    ]


def _who(actor: str, t: Translator) -> str:
    return t("随程序") if actor == SEED else actor


def closure_lines(found: Sequence[ClosureRow], clock: Clock) -> list[ClosureLine]:
    return [
        ClosureLine(
            id=row.closure.id,
            span=_closure_span(row, clock),
            reason=row.closure.reason,
            approved_by=row.closure.approved_by,
            calls=row.calls,
            told=_told(row, clock),
            open=row.closure.start + LATEST >= clock.now,
            now=row.closure.start <= clock.now < row.closure.end,
        )
        for row in found
    ]


def _closure_span(row: ClosureRow, clock: Clock) -> str:
    start, end = (text_of(civil(wall, clock.zone)) for wall in (row.closure.start, row.closure.end))
    until = end[11:] if start[:10] == end[:10] else end.replace("T", " ")
    return f"{start.replace('T', ' ')} – {until}"


def _told(row: ClosureRow, clock: Clock) -> str:
    who, moment = _who(row.told_by, clock.t), when(row.told_wall, clock.now, clock.zone, clock.t)
    if row.told_wall > row.closure.start:
        return clock.t("{who} 于 {when} 补登记", who=who, when=moment)
    return clock.t("{who} 于 {when} 登记", who=who, when=moment)


def calendar_years(hours: OpeningHours, t: Translator) -> list[CalendarYear]:
    """The holiday calendars that are there, the newest first."""
    return [
        CalendarYear(year, _holidays(calendar, t))
        for year, calendar in sorted(hours.calendars.items(), reverse=True)
    ]


def _holidays(calendar: HolidayCalendar, t: Translator) -> list[tuple[str, str]]:
    """Each holiday with its days off as spans, and its make-up working days."""
    named: dict[str, tuple[list[int], list[int]]] = {}
    for day, (name, is_off) in sorted(calendar.days.items()):
        named.setdefault(name, ([], []))[0 if is_off else 1].append(day)
    found = []
    for name, (off, made_up) in named.items():
        words = [t("{days} 放假", days=_comma(t).join(_spans(off)))] if off else []
        words += [t("{days} 上班", days=_comma(t).join(_spans(made_up)))] if made_up else []
        found.append((name, _semicolon(t).join(words)))
    return found


def _spans(numbers: Sequence[int]) -> list[str]:
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return [_short(first) if first == last else f"{_short(first)} – {_short(last)}" for first, last in spans]


def _short(number: int) -> str:
    day = date_of(number)
    return "" if day is None else f"{day:%m-%d}"


def closure_begun(hours: OpeningHours | None, clock: Clock) -> dict[str, str]:
    """What a new closure most often is: from now until the point would have closed for the day."""
    start = civil(clock.now, clock.zone)
    windows = () if hours is None else hours.windows(clock.today)
    ends = [text_of(civil(end, clock.zone)) for _, end in windows if end > clock.now]
    return {"from": text_of(start), "to": ends[-1] if ends else ""}


def duty_dates(content: Mapping[str, Any], clock: Clock) -> list[tuple[str, str]]:
    """The single days of the duty plan from today on."""
    known: Mapping[str, str] = content.get("dates", {})
    return sorted((day, names) for day, names in known.items() if day >= clock.today.isoformat())
