"""Who rings and what is known of them, a talk and its form, as pages show them: rows of the ledger in, words for the templates out.

Pure: the present is an argument. Numbers and names come out masked; what people said only for who may work with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from device.signals import SECOND
from firmware_app.calls.area_places import place
from firmware_app.calls.phone_number import parse
from firmware_app.calls.talk import TALK_OUTCOMES, TalkOutcome, with_own_name
from firmware_app.records.call_list import CallRow
from firmware_app.records.talk_list import CallerFacts, HelpRow, TalkRow
from web_panel.calls_view import outcome, say
from web_panel.formatting import local
from web_panel.today_view import Audience
from web_panel.translating import Translator

TOPICS = (
    "社保",
    "医保",
    "户口身份证",
    "低保救助",
    "养老助残",
    "不动产住房",
    "营业执照",
    "税务",
    "公积金",
    "水电气暖",
    "投诉举报",
    "其他",
)
"""What people call about, until a point's own cards of questions name their topics; recorded as it stands here."""
FIRST = (TalkOutcome.SETTLED, TalkOutcome.REGISTERED, TalkOutcome.TRANSFERRED)
"""Outcomes of a talk about a matter; the others say why there was none."""


@dataclass(frozen=True, slots=True)
class Tap:
    """An outcome as a button. about: it has a matter, so a topic may be told."""

    value: str
    words: str
    about: bool


def taps(t: Translator) -> list[Tap]:
    """All outcomes, in the order of the buttons."""
    return [Tap(each.value, say(text, t), each in FIRST) for each, text in TALK_OUTCOMES.items()]


def outcome_words(value: str, t: Translator) -> str:
    """An outcome in words, also of a ledger that knows one more."""
    return next((say(text, t) for each, text in TALK_OUTCOMES.items() if each.value == value), t("未知"))


def topic_words(
    topics: Sequence[str], own: Sequence[str], used: Sequence[str], t: Translator
) -> list[tuple[str, str]]:
    """The topics to choose from, each as it is recorded and as it is shown: those of the cards first, the most used before others."""
    known = dict.fromkeys([*own, *topics])
    order = {topic: place for place, topic in enumerate(used)}
    return [(each, t(each)) for each in sorted(known, key=lambda each: order.get(each, len(order)))]


# ---- who it is


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a caller. promised: of what is still under way; note, mark: of the number; case: its open call-back."""

    calls: str = ""
    last: str = ""
    note: str = ""
    mark: str = ""
    promised: tuple[str, ...] = ()
    talks: tuple[str, ...] = ()
    case: int | None = None
    case_words: str = ""


@dataclass(frozen=True, slots=True)
class TalkCard:
    """One call while it rings, while they talk, or after it. kind: ringing | talking | ended | noted.

    call: its id, None until it is recorded; since: wall ns when it was answered; stands: the id of the outcome that stands, 0: none.
    """

    kind: str
    line: str
    call: int | None
    who: str
    name: str
    place: str
    past: Past = Past()
    since: int | None = None
    age: int = 0
    when: str = ""
    outcome: str = ""
    stands: int = 0
    helped: bool = False


def place_of(number: str | None, line: str, desk: Audience) -> str:
    """Where a fixed number comes from; empty for a mobile, and for who sees nothing of callers."""
    if not number or not desk.sees_people:
        return ""
    return say(place(parse(number, desk.own_numbers.get(line, "")).area), desk.t)


def past(facts: CallerFacts, desk: Audience, works: bool) -> Past:
    """works: whether this person may read what callers said."""
    t = desk.t
    if not desk.sees_people:
        return Past()
    last = facts.last
    calls = t("以前打来过 {n} 次", n=facts.calls) if facts.calls else t("第一次打来")
    owed = ""
    if facts.case is not None:
        owed = t("还欠一个回拨")
        if facts.postponed_wall is not None and facts.postponed_wall > desk.now:
            owed = t("约好 {when} 回拨", when=desk.when(facts.postponed_wall))
    return Past(
        calls=calls,
        last=""
        if last is None
        else t("最近一次 {when}：{what}", when=desk.when(last.started_wall), what=outcome(last, t)),
        note=(facts.known.note or "") if works else "",
        mark={"blocked": t("已屏蔽的号码"), "test": t("自查用的号码")}.get(facts.known.mark or "", ""),
        promised=tuple(_promise(each, desk) for each in facts.promised) if works else (),
        talks=tuple(_said(each, desk) for each in facts.talks) if works else (),
        case=facts.case if works else None,
        case_words=owed,
    )


def _promise(talk: TalkRow, desk: Audience) -> str:
    """As the standard's own example says it (5.3.1): 您×月×日的问题正在办理."""
    day = local(talk.started_wall, desk.zone)
    about = desk.t("“{topic}”", topic=desk.t(talk.topic)) if talk.topic else ""
    if talk.outcome == TalkOutcome.TRANSFERRED.value:
        return desk.t("您 {m} 月 {d} 日的{about}问题已转办，正在办理", m=day.month, d=day.day, about=about)
    return desk.t("您 {m} 月 {d} 日的{about}问题已登记，正在办理", m=day.month, d=day.day, about=about)


def _said(talk: TalkRow, desk: Audience) -> str:
    words = [desk.when(talk.started_wall), outcome_words(talk.outcome, desk.t)]
    return " · ".join([*words, desk.t(talk.topic)] if talk.topic else words)


def live_card(
    kind: str,
    line: str,
    call: Mapping[str, Any],
    call_id: int | None,
    known: Past,
    desk: Audience,
    since: int | None,
) -> TalkCard:
    """A call of the monitor's state, ringing or talking."""
    number = call.get("number")
    return TalkCard(
        kind=kind,
        line=line,
        call=call_id,
        who=desk.who(number, call.get("absence"), line),
        name=desk.name(call.get("name")),
        place=place_of(number, line, desk),
        past=known,
        since=since,
        age=0 if since is None else max(0, desk.now - since) // SECOND,
    )


def ended_card(row: CallRow, desk: Audience) -> TalkCard:
    """A talk that is over, of which nobody has said what came of it."""
    return TalkCard(
        kind="ended",
        line=row.line,
        call=row.id,
        who=desk.who(row.number, row.absence, row.line),
        name=desk.name(row.name),
        place=place_of(row.number, row.line, desk),
        when=talked(row.talk, row.started_wall, desk),
    )


def noted_card(talk: TalkRow, desk: Audience) -> TalkCard:
    """A talk whose outcome was told just now, without its topic."""
    return TalkCard(
        kind="noted",
        line=talk.line,
        call=talk.call,
        who=desk.who(talk.number, talk.absence, talk.line),
        name="",
        place=place_of(talk.number, talk.line, desk),
        when=talked(talk.talk, talk.started_wall, desk),
        outcome=outcome_words(talk.outcome, desk.t),
        stands=talk.id,
    )


def talked(talk: int | None, started: int, desk: Audience) -> str:
    """When it was and how long they talked."""
    moment = desk.when(started)
    if talk is None:
        return moment
    return desk.t("{when}，谈了 {n}", when=moment, n=lasted(talk, desk.t))


def lasted(duration: int, t: Translator) -> str:
    """A talk's length, no finer than anybody needs."""
    seconds = duration // SECOND
    return t("{n} 秒", n=seconds) if seconds < 60 else t("{m} 分 {s} 秒", m=seconds // 60, s=seconds % 60)


# ---- help


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Help that was asked for. mine: by who looks; came: by now somebody has come, and `words` say who."""

    id: int
    words: str
    mine: bool
    came: bool
    call: int | None


def help_line(row: HelpRow, asked: str, came: str | None, mine: bool, t: Translator) -> HelpLine:
    """asked, came: how the people are called; came None while nobody did."""
    if came is not None:
        return HelpLine(row.id, t("{name} 来支援了。", name=came), mine, True, row.call)
    if mine:
        return HelpLine(row.id, t("已请支援，正在等同事过来。"), mine, False, row.call)
    words = (
        t("{name} 在 {line} 请支援", name=asked, line=row.line)
        if row.line
        else t("{name} 请支援", name=asked)
    )
    return HelpLine(row.id, words, mine, False, row.call)


# ---- what to say


@dataclass(frozen=True, slots=True)
class SayCard:
    """A card that is read while one speaks: what to say, and steps."""

    title: str
    say: str
    steps: tuple[str, ...] = ()


def greeting(content: Mapping[str, Any] | None, site: str, t: Translator) -> SayCard:
    """How the telephone is answered here (4.2.3): the point's own card, else ours."""
    own = "" if content is None else str(content.get("say", "")).strip()
    text = with_own_name(own, site) if own else t("您好，这里是{site}，请问有什么可以帮您？", site=site)
    return SayCard(t("开头语"), text)


def calming(content: Mapping[str, Any] | None, t: Translator) -> SayCard:
    """What to do when a caller is upset (5.1.7): the point's own card, else ours."""
    if content is not None:
        steps = tuple(str(each) for each in content.get("steps", ()))
        return SayCard(str(content.get("title", "")), str(content.get("say", "")), steps)
    steps = (
        t("听：让对方把话说完，不打断、不辩解"),
        t("体谅：“您着急，我很理解”"),
        t("复述：“您说的是……，对吗？”"),
        t("方案：说清楚接下来怎么办、由谁办"),
        t("时限：说一个做得到的日子，并记下来"),
    )
    return SayCard(t("情绪安抚"), t("您别着急，慢慢说，我在听。"), steps)
