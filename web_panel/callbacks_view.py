"""Call-back cases as their pages show them: rows of the ledger in, words ready for the templates out.

Pure: the present is an argument. Numbers come out masked, except that of the case this person has opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from device.signals import SECOND
from firmware_app.calls.callback import MEANS, OUTCOMES, REASONS, STATES, Means, Outcome, State
from firmware_app.calls.dial_plan import DialPlan
from firmware_app.calls.phone_number import parse
from firmware_app.calls.urgency import Level, Rank
from firmware_app.records.case_rows import (
    AttemptRow,
    CaseCall,
    CaseList,
    CaseRow,
    CaseView,
    MachineProposal,
)
from web_panel.calls_view import say, seconds_of
from web_panel.formatting import MINUTE, local, when
from web_panel.today_view import Audience
from web_panel.translating import Translator

LEVELS = {Level.RED: "red", Level.AMBER: "amber", Level.CALM: "calm"}
TOLD_OUTCOMES = (Outcome.REACHED, Outcome.NOT_REACHED, Outcome.BUSY, Outcome.VOICEMAIL, Outcome.VACANT)
TOLD_MEANS = (Means.LINE, Means.OTHER_LINE, Means.MOBILE, Means.WECHAT)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the list. level: red | amber | calm; clock: how long it has waited, or how late it is."""

    case: int
    level: str
    who: str
    name: str
    clock: str
    when: str
    line: str
    tags: Sequence[str]
    note: str
    unseen: bool
    later: str
    busy: str = ""  # who else is calling back right now


@dataclass(frozen=True, slots=True)
class CasesPart:
    """The list. more: how many there are beyond `cases`; digest: the same as long as it looks the same."""

    title: str
    cases: Sequence[CaseLine]
    more: int
    digest: str


def cases_part(title: str, cases: Sequence[CaseLine], more: int) -> CasesPart:
    digest = hashlib.sha256(repr((title, cases, more)).encode()).hexdigest()[:16]
    return CasesPart(title, cases, more, digest)


@dataclass(frozen=True, slots=True)
class MachineLine:
    """A line that a machine seems to answer. seconds: after how long, as the document of the lines holds it."""

    line: str
    seconds: float
    words: str


def machine_line(found: MachineProposal, t: Translator) -> MachineLine:
    delay = round(found.delay / SECOND, 1)
    words = t(
        "{line} 最近有 {n} 个来电都在振铃约 {s} 秒后被接起，快慢几乎一样，像是录音电话或传真机接的。",
        line=found.line,
        n=found.answers,
        s=f"{delay:g}",
    )
    return MachineLine(found.line, delay, words)


def case_line(row: CaseRow, desk: Audience, busy: str = "") -> CaseLine:
    t = desk.t
    return CaseLine(
        case=row.case,
        level="calm" if row.urgency.rank is Rank.LATER else LEVELS[row.urgency.level],
        who=desk.who(row.number, None, row.line),
        name=desk.name(row.name),
        clock=_clock(row, desk),
        when=desk.when(row.last_wall),
        line=row.line,
        tags=_tags(row, t),
        note=row.known.note or "",
        unseen=row.unseen,
        later=t("约好 {when}", when=future(row.postponed_wall, desk)) if row.postponed_wall else "",
        busy=busy,
    )


def _clock(row: CaseRow, desk: Audience) -> str:
    """How much time is left, or how late it is, in working time."""
    t = desk.t
    if row.attempts:
        return t("已回拨过，请再试")
    if row.due_wall is None:
        return t("等了 {n} 工作分钟", n=row.worked // MINUTE)
    if desk.now < row.clock_wall:
        return t("开门后 {when} 前回拨", when=future(row.due_wall, desk))
    if desk.now >= row.due_wall:
        return t("已超时，应在 {when} 前回拨", when=desk.when(row.due_wall))
    return t("等了 {n} 工作分钟，请在 {when} 前回拨", n=row.worked // MINUTE, when=future(row.due_wall, desk))


def future(wall: int, desk: Audience) -> str:
    """A moment to come (or just gone): 14:30, 明天 08:30, 11-26 08:30."""
    moment, today = local(wall, desk.zone), local(desk.now, desk.zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if moment.date() == today.date() + timedelta(days=1):
        return desk.t("明天 {time}", time=f"{moment:%H:%M}")
    return when(wall, desk.now, desk.zone, desk.t)


def _tags(row: CaseRow, t: Translator) -> list[str]:
    known = (
        (row.pending is not None, t("刚打过，请登记结果")),
        (row.urgency.promised, t("约好的时间到了")),
        (row.calls > 1, t("重复拨打 {n} 次", n=row.calls)),
        (row.attempts > 0, t("已回拨 {n} 次没接通", n=row.attempts)),
        (row.in_hours is False, t("非服务时间")),
        (row.by_machine, t("漏接（机器应答）")),
        (row.low, t("短振铃")),
        (row.remembered, t("人工补录")),
        (row.provisional, t("期限按周末推算")),
    )
    return [words for holds, words in known if holds]


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened: when, what, and a call to look at (None: none)."""

    when: str
    what: str
    call: int | None = None


@dataclass(frozen=True, slots=True)
class DialLine:
    """A way to dial: on which line, what to press, how it reads."""

    line: str
    form: str
    shown: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case. number: in full while this person has it open, else empty. dial: what to dial, best first."""

    case: int
    state: str
    open: bool
    line: CaseLine
    number: str
    other: str
    tel: str
    warning: str
    extension: str
    dial: Sequence[DialLine]
    attempts: int
    pending: str
    proposes: str
    calls: Sequence[Told]
    tried: Sequence[Told]
    ended: str
    earlier: int
    rules: str
    noted: str


def case_page(view: CaseView, plans: Sequence[tuple[str, DialPlan]], shown: bool, desk: Audience) -> CasePage:
    """plans: each line of the point with its plan, the line of the last call first. shown: whether the number may be seen."""
    t, row = desk.t, view.row
    plan = plans[0][1] if plans else DialPlan()
    full = desk.in_full(row.number, row.line) if shown else ""
    strings = [DialLine(line, each.form, each.shown) for line, known in plans for each in known.strings]
    return CasePage(
        case=row.case,
        state=say(STATES[row.state], t),
        open=view.end is None,
        line=case_line(row, desk),
        number=full,
        other=_other(row, desk) if shown else "",
        tel=plan.tel if shown else "",
        warning=say(plan.warning, t),
        extension=plan.extension if shown else "",
        dial=strings if shown else [],
        attempts=row.attempts,
        pending=_pending(row.pending, desk) if row.pending else "",
        proposes=row.proposal.value if row.proposal else "",
        calls=[Told(desk.when(each.started_wall), _call(each, t), each.call) for each in view.calls],
        tried=[Told(desk.when(each.wall), _attempt(each, t), each.call) for each in view.attempts],
        ended=_ended(view, desk),
        earlier=view.earlier,
        rules=t("回拨规则第 {n} 版", n=view.rules_version) if view.rules_version else "",
        noted=_noted(row, desk),
    )


def _other(row: CaseRow, desk: Audience) -> str:
    return parse(row.known.other, desk.own_numbers.get(row.line, "")).display if row.known.other else ""


def _call(call: CaseCall, t: Translator) -> str:
    if call.remembered:
        return t("打到 {line}，人工补录", line=call.line)
    return t("打到 {line}，响 {n} 声，{s} 秒", line=call.line, n=call.ring_bursts, s=seconds_of(call.ringing))


def _attempt(attempt: AttemptRow, t: Translator) -> str:
    outcome = say(OUTCOMES[_outcome(attempt.outcome)], t)
    means = say(MEANS[_means(attempt.means)], t)
    known = t("线路可证") if attempt.proven else t("自己登记")
    return " · ".join((outcome, means, known, attempt.by if attempt.by != "monitor" else t("盒子")))


def _outcome(word: str) -> Outcome:
    return next((each for each in Outcome if each.value == word), Outcome.UNKNOWN)


def _means(word: str) -> Means:
    return next((each for each in Means if each.value == word), Means.SELF_REPORTED)


def _pending(attempt: AttemptRow, desk: Audience) -> str:
    t = desk.t
    heard = say(OUTCOMES[_outcome(attempt.outcome)], t)
    if attempt.outcome == Outcome.UNKNOWN.value:
        return t("{when} 用本机打过这个号码。打通了吗？", when=desk.when(attempt.wall))
    return t(
        "{when} 用本机打过这个号码，线路上听起来是：{heard}。对吗？",
        when=desk.when(attempt.wall),
        heard=heard,
    )


def _ended(view: CaseView, desk: Audience) -> str:
    end = view.end
    if end is None:
        return ""
    t = desk.t
    words = [say(STATES[end.state], t), desk.when(end.wall), t("盒子") if end.by == "monitor" else end.by]
    reason = REASONS.get(end.state, {}).get(end.reason or "")
    if reason is not None:
        words.append(say(reason, t))
    if end.approved_by:
        words.append(t("{who} 同意", who=end.approved_by))
    if end.note:
        words.append(end.note)
    return " · ".join(words)


def _noted(row: CaseRow, desk: Audience) -> str:
    known = row.known
    if known.noted_wall is None or known.noted_by is None:
        return ""
    return desk.t("{who} 于 {when} 记", who=known.noted_by, when=desk.when(known.noted_wall))


def reasons(t: Translator) -> list[tuple[str, str]]:
    """What a person may end a case for: "state/reason" and its words."""
    return [
        (f"{state.value}/{code}", f"{say(STATES[state], t)}：{say(text, t)}")
        for state, known in REASONS.items()
        if state is not State.UNREACHABLE
        for code, text in known.items()
    ]


def outcomes(t: Translator) -> list[tuple[str, str]]:
    """What a person may say of an attempt that did not reach anybody."""
    return [(each.value, say(OUTCOMES[each], t)) for each in TOLD_OUTCOMES if each is not Outcome.REACHED]


def means(t: Translator) -> list[tuple[str, str]]:
    """By what a call-back was made."""
    return [(each.value, say(MEANS[each], t)) for each in TOLD_MEANS]


def summary(found: CaseList, t: Translator) -> str:
    """The heading of the list."""
    if not found.total:
        return t("要回拨的电话")
    words = [t("要回拨 {n} 个", n=found.total)]
    if found.red:
        words.append(t("超时 {n} 个", n=found.red))
    if found.later:
        words.append(t("约到以后 {n} 个", n=found.later))
    return " · ".join(words)


def agreed(text: str, now: int, zone: tzinfo) -> int | None:
    """A time a person typed (2026-11-24T15:00, or 15:00: today, else tomorrow) as ns of UTC; None when it is none to come."""
    today = local(now, zone)
    try:
        if len(text) <= len("00:00:00"):
            clock = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  a time of day, placed below
            moment = datetime.combine(today.date(), clock, zone)
            if moment.timestamp() * SECOND <= now:
                moment += timedelta(days=1)
        else:
            moment = datetime.fromisoformat(text).replace(tzinfo=zone)
        wall = int(moment.timestamp()) * SECOND
    except (ValueError, OverflowError):
        return None
    return wall if wall > now else None
