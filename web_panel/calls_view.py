"""Calls as pages show them: rows and steps of the ledger in, words ready for the template out. Numbers come out masked.

Pure: the present is an argument.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from device.signals import SECOND, Means
from firmware_app.calls.call import Disposition, Doubt, FarEnd
from firmware_app.event_words import DISPOSITIONS, DOUBTS, FAR_ENDS, MEANS
from firmware_app.records.call_history import Burst, CallStep, DocumentVersion
from firmware_app.records.call_list import CallRow
from firmware_app.wording import Text
from web_panel.formatting import DAY, local, midnight
from web_panel.today_view import Audience
from web_panel.translating import Translator

KINDS: Mapping[str, str] = {
    "all": "全部通话",
    "inbound": "全部来电",
    "every": "已结束的全部来电",
    "offered": "服务时间内的来电（计入呼入量）",
    "answered": "已接听",
    "in_time": "15 秒内接听",
    "late": "超过 15 秒才接听",
    "untimed": "已接听，多久接起没有测到",
    "timed": "已接听，多久接起已测到",
    "near_limit": "接听时间在 15 秒上下，误差内说不准",
    "missed": "漏接",
    "by_machine": "漏接（机器应答）",
    "abandoned": "短振铃放弃",
    "unknown": "待确认",
    "short_talk": "接起不到 3 秒就挂断",
    "rang_on": "响过 15 秒仍没人接",
    "breaches": "响过 15 秒的来电（不论接没接）",
    "out_of_hours": "非服务时间来电",
    "hours_unknown": "不知道是否服务时间",
    "hidden": "服务时间内，没有号码的来电",
    "outbound": "打出的电话",
    "remembered": "人工补录的来电",
    "test": "自查拨测",
    "blocked": "骚扰屏蔽",
    "non_voice": "传真或数据",
}
LONGEST = 3700  # days of one search
_MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
STEP_WORDS: Mapping[str, str] = {
    "CallSettled": "确认了结果",
    "CallSeen": "看过",
    "CallEntered": "人工补录",
    "CallbackAttempted": "登记了一次回拨",
    "CallbackPostponed": "约定了回拨时间",
    "CaseClosed": "办结（未接通）",
    "CaseReopened": "撤销办结",
}
STAGE_WORDS = {"opened": "电话开始", "changed": "有新情况", "closed": "电话结束"}
DOCUMENTS = {"service_hours": "服务时间", "closures": "临时关闭"}


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both included; since, until: ns of UTC, [since, until). begin, end: how an address says the same.

    exact: from one minute to another, not whole days.
    """

    first: date
    last: date
    since: int
    until: int
    begin: str
    end: str
    exact: bool = False


def period(first: str, last: str, now: int, zone: tzinfo) -> tuple[Period, bool]:
    """The days a person asked for, as dates; today for what is no date. The second: whether all was understood.

    A figure may ask to the minute: from 2026-11-24T14:30 up to, not including, 2026-11-24T17:30.
    """
    exact = _exact(first, last, zone)
    if exact is not None:
        return exact, True
    today = local(now, zone).date()
    begins, ends = _date(first), _date(last)
    understood = (begins is not None or not first) and (ends is not None or not last)
    begins = begins or ends or today
    ends = ends or max(begins, today if not last and first else begins)
    if ends < begins or (ends - begins).days > LONGEST:
        begins, ends, understood = today, today, False
    since, until = midnight(begins, zone), midnight(ends + timedelta(days=1), zone)
    return Period(begins, ends, since, until, begins.isoformat(), ends.isoformat()), understood


def _exact(first: str, last: str, zone: tzinfo) -> Period | None:
    """Two moments, one before the other, at most LONGEST apart; None for all else."""
    if not (_MINUTE.fullmatch(first) and _MINUTE.fullmatch(last)):
        return None
    try:
        begins, ends = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (first, last))
        since, until = (int(moment.timestamp()) * SECOND for moment in (begins, ends))
    except (ValueError, OverflowError):
        return None
    if not (begins.year > 1970 and ends.year < 9000 and 0 < until - since <= LONGEST * DAY):
        return None
    return Period(begins.date(), ends.date(), since, until, first, last, exact=True)


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 < found.year < 9000 else None


def narrowed(asked: Period, hour: int | None, weekday: int | None, t: Translator) -> str:
    """To what the days are narrowed, in words; empty when they are whole."""
    words = []
    if asked.exact:
        words.append(
            t("{begin} 到 {end}", begin=asked.begin.replace("T", " "), end=asked.end.replace("T", " "))
        )
    if weekday is not None:
        words.append(t(WEEKDAYS[weekday - 1]))
    if hour is not None:
        words.append(f"{hour:02}:00–{hour + 1:02}:00")
    return " · ".join(words)


def presets(now: int, zone: tzinfo, t: Translator) -> list[tuple[str, str, str]]:
    """What is asked for most: words, first day, last day."""
    today = local(now, zone).date()
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    found = (
        ("今天", today, today),
        ("昨天", today - timedelta(days=1), today - timedelta(days=1)),
        ("近 7 天", today - timedelta(days=6), today),
        ("本月", month, today),
        ("上月", before, month - timedelta(days=1)),
    )
    return [(t(words), first.isoformat(), last.isoformat()) for words, first, last in found]


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call in a list. tone: ok | late | bad | ask | calm."""

    call: int
    when: str
    line: str
    who: str
    name: str
    what: str
    tone: str
    tags: Sequence[str]


def call_line(row: CallRow, desk: Audience) -> CallLine:
    t = desk.t
    tags = [t("人工补录")] if row.direction == "remembered" else []
    if row.direction in ("inbound", "remembered") and row.in_hours is False:
        tags.append(t("非服务时间"))
    if row.settled:
        tags.append(t("由人确认"))
    return CallLine(
        row.id,
        desk.when(row.started_wall),
        row.line,
        desk.who(row.number, row.absence, row.line),
        desk.name(row.name),
        outcome(row, t),
        tone(row),
        tags,
    )


def say(text: Text | None, t: Translator) -> str:
    """A text that carries both languages, in the reader's."""
    return "" if text is None else text.en if t.language == "en" else text.zh


def outcome(row: CallRow, t: Translator) -> str:
    """How it came out, with its times."""
    if row.stage != "closed":
        return t("还没有结束")
    if row.direction == "outbound":
        return _far_end(row, t)
    words = say(DISPOSITIONS.get(Disposition(row.disposition)) if row.disposition else None, t) or t("未知")
    if row.answer_delay is not None:
        return t("{what}，响 {n} 秒后接起", what=words, n=seconds_of(row.answer_delay))
    if row.ringing is not None:
        return t("{what}，响了 {n} 秒", what=words, n=seconds_of(row.ringing))
    return words


def _far_end(row: CallRow, t: Translator) -> str:
    if row.far_end == "answered":
        return t("打出，对方接听")
    known = FAR_ENDS.get(FarEnd(row.far_end)) if row.far_end else None
    return t("打出，{far}", far=say(known, t)) if known else t("打出，对方接没接不知道")


def tone(row: CallRow) -> str:
    if row.direction == "outbound" or row.disposition in ("test", "blocked", "non_voice"):
        return "calm"
    if row.disposition == "answered":
        return "late" if (row.answer_delay or 0) > 15 * SECOND else "ok"
    return {"no_answer": "bad", "unknown": "ask"}.get(row.disposition or "", "calm")


def seconds_of(duration: int | None) -> str:
    """Seconds to a hundredth, cut off: 15.001 s is not told as 15.00 s in time, so it has three places near 15."""
    if duration is None:
        return "—"
    thousandths = duration * 1000 // SECOND
    if thousandths % 10 or abs(thousandths - 15_000) < 100:
        return f"{thousandths / 1000:.3f}"
    return f"{thousandths / 1000:.1f}" if thousandths % 100 == 0 else f"{thousandths / 1000:.2f}"


@dataclass(frozen=True, slots=True)
class Fact:
    """label, value, and by what it is known."""

    label: str
    value: str
    by: str = ""


def facts(row: CallRow, desk: Audience) -> list[Fact]:
    """What is known of a call, each fact with its source."""
    t = desk.t
    found = [
        Fact(t("线路"), row.line),
        Fact(t("开始"), _clock(desk, row.started_wall), _means(row.started_by, t)),
        Fact(
            t("对方"),
            desk.who(row.number, row.absence, row.line),
            _means(row.caller_id_by or row.digits_by, t),
        ),
    ]
    if row.name:
        found.append(Fact(t("姓名"), desk.name(row.name)))
    if row.direction == "inbound":
        found.append(Fact(t("响铃"), t("{n} 声，{s} 秒", n=row.ring_bursts, s=seconds_of(row.ringing))))
    if row.answered_wall is not None:
        known = t("响 {n} 秒后接起", n=seconds_of(row.answer_delay))
        if row.uncertainty:
            known = t("{what}，误差 ±{n} 秒", what=known, n=_at_least(row.uncertainty))
        found.append(Fact(t("接听"), known, _means(row.answered_by, t)))
    if row.far_answered_wall is not None:
        found.append(Fact(t("对方接听"), _clock(desk, row.far_answered_wall), _means(row.far_answered_by, t)))
    if row.talk is not None:
        found.append(Fact(t("通话时长"), t("{n} 秒", n=seconds_of(row.talk))))
    if row.ended_wall is not None:
        found.append(Fact(t("结束"), _clock(desk, row.ended_wall), _means(row.ended_by, t)))
    found.append(Fact(t("结果"), outcome(row, t), _settled(row, t)))
    return found


def _settled(row: CallRow, t: Translator) -> str:
    """Who says so, where it was a person; else why it is not known."""
    if row.direction == "remembered":
        return t("人工补录：照话机上的来电记录补写，不计入 15 秒的数字")
    return t("由人确认") if row.settled else _doubt(row, t)


def _clock(desk: Audience, wall: int) -> str:
    return f"{local(wall, desk.zone):%Y-%m-%d %H:%M:%S}"


def _at_least(duration: int) -> str:
    """Rounded up: no error is told smaller than it is."""
    return f"{-(-duration * 100 // SECOND) / 100:.2f}"


def _doubt(row: CallRow, t: Translator) -> str:
    return say(DOUBTS.get(Doubt(row.doubt)), t) if row.doubt in {each.value for each in Doubt} else ""


def _means(word: str | None, t: Translator) -> str:
    known = {each.value: each for each in Means}
    return t("按{means}", means=say(MEANS[known[word]], t)) if word in known else ""


def hours_words(row: CallRow, basis: Sequence[DocumentVersion], provisional: bool, desk: Audience) -> Fact:
    """Whether it counts as in service hours, and by which versions of which documents."""
    t = desk.t
    known = {True: t("服务时间内"), False: t("非服务时间"), None: t("不知道")}[row.in_hours]
    names = [
        t(
            "{name}第 {n} 版（{when}）",
            name=t(_document(each.name)),
            n=each.version,
            when=desk.when(each.wall),
        )
        for each in basis
    ]
    if not names and row.hours_version:
        names = [t("{name}第 {n} 版", name=t("服务时间"), n=row.hours_version)]
    if provisional:
        names.append(t("当年放假安排未导入，按周末推算"))
    return Fact(t("是否服务时间"), known, "，".join(names))


def _document(name: str) -> str:
    return "放假安排" if name.startswith("calendar.") else DOCUMENTS.get(name, "站点资料")


@dataclass(frozen=True, slots=True)
class BurstLine:
    """A burst of ringing. left, width: per mille of the drawing."""

    words: str
    left: int
    width: int


@dataclass(frozen=True, slots=True)
class Ringing:
    """bursts to scale; limit, answer: per mille, where 15 s and the answer are."""

    bursts: Sequence[BurstLine]
    limit: int
    answer: int | None


def ringing(bursts: Sequence[Burst], answered_after: int | None, t: Translator) -> Ringing:
    """The ringing, drawn to scale and in words."""
    span = max(
        [burst.after + (burst.lasted or SECOND) for burst in bursts] + [answered_after or 0, 15 * SECOND]
    )
    found = []
    for nr, burst in enumerate(bursts, start=1):
        lasted = t("响 {n} 秒", n=seconds_of(burst.lasted)) if burst.lasted else t("多长没有测到")
        words = t("第 {nr} 声：第 {after} 秒，{lasted}", nr=nr, after=seconds_of(burst.after), lasted=lasted)
        width = max(4, 1000 * (burst.lasted or SECOND) // span)
        found.append(BurstLine(words, 1000 * burst.after // span, width))
    answer = None if answered_after is None else 1000 * answered_after // span
    return Ringing(found, 1000 * 15 * SECOND // span, answer)


@dataclass(frozen=True, slots=True)
class StepLine:
    seq: int
    when: str
    who: str
    what: str


def step_lines(steps: Sequence[CallStep], desk: Audience) -> list[StepLine]:
    """The journal's entries about a call, in words."""
    return [
        StepLine(
            step.seq,
            f"{local(step.wall, desk.zone):%m-%d %H:%M:%S}",
            desk.t("盒子") if step.actor == "monitor" else step.actor,
            _step(step, desk.t),
        )
        for step in steps
    ]


def _step(step: CallStep, t: Translator) -> str:
    body = step.body
    if step.kind == "CallRecorded":
        words = [t(STAGE_WORDS.get(str(body.get("stage")), "有新情况"))]
        if body.get("direction") == "inbound" and isinstance(body.get("ring_bursts"), int):
            words.append(t("响铃 {n} 声", n=body["ring_bursts"]))
        if body.get("number"):
            words.append(t("已有号码"))
        if body.get("answered_mono") is not None:
            words.append(t("已接起"))
        decided = {
            "opens_case": "记为待回拨",
            "joins_case": "并入同一号码的回拨",
            "closes_case": "该号码的回拨就此办结",
        }
        words += [t(text) for key, text in decided.items() if body.get(key)]
        return " · ".join(words)
    words = [t(STEP_WORDS.get(step.kind, "有新情况"))]
    disposition = body.get("disposition")
    if disposition in {each.value for each in Disposition}:
        words.append(say(DISPOSITIONS[Disposition(disposition)], t))
    return " · ".join(words)
