"""What the page *today* shows: rows of the ledger and the monitor's state in, words and numbers ready for the template out.

Pure: the present moment is an argument. Numbers come out masked, except those that this person has just asked to see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from device.signals import SECOND
from firmware_app.calls.phone_number import parse
from firmware_app.records.privacy import mask_name, mask_number
from web_panel.box_view import BoxRow, box_rows, deaf, dicts
from web_panel.equipment_words import DOUBTS, MEANS, STAGE_WORDS, STATES, TROUBLES
from web_panel.formatting import minutes, waited, when
from web_panel.ledger_door import DoneCall, LedgerView, WaitingCall
from web_panel.presence_view import DeskRow, desk_row
from web_panel.translating import Translator

STEPS = (5, 10, 15)  # seconds; the stages of the ring lamp
DONE_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above everything. tone: urgent | watch."""

    tone: str
    words: str
    advice: str


@dataclass(frozen=True, slots=True)
class LineCard:
    """One telephone line now. tone: calm | ring | talk | ask | trouble; age: whole seconds it has been ringing.

    how: when it was answered, and by which means that is known.
    """

    name: str
    tone: str
    words: str
    stage: int | None = None
    age: int | None = None
    who: str = ""
    caller_name: str = ""
    how: str = ""
    advice: str = ""
    question: bool = False


@dataclass(frozen=True, slots=True)
class TodoRow:
    """A call that wants something of a person. kind: due | unsettled | hidden-number. shown_for: seconds the full number stays."""

    kind: str
    call: int
    who: str
    caller_name: str
    has_number: bool
    shown_for: int | None
    line: str
    when: str
    waited: str
    times: int
    attempts: int
    out_of_hours: bool
    unseen: bool
    note: str
    case: int | None = None


@dataclass(frozen=True, slots=True)
class DoneRow:
    who: str
    what: str
    line: str
    when: str


@dataclass(frozen=True, slots=True)
class Digests:
    """What each part of the page shows, as one short word: a part whose word is the same is left alone."""

    notices: str
    lines: str
    todo: str
    counts: str
    done: str
    box: str
    presence: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The page, part by part. todo_total: how many there are of which `todo` are the first; more_than: there are even more.

    hearing: a call that nobody answers would come into the list by itself.
    """

    notices: Sequence[Notice]
    lines: Sequence[LineCard]
    todo: Sequence[TodoRow]
    todo_total: int
    more_than: bool
    unseen: int
    newest_call: int
    counts: Sequence[tuple[str, int]]
    done: Sequence[DoneRow]
    box: Sequence[BoxRow]
    presence: DeskRow
    ledger_there: bool
    hearing: bool


@dataclass(frozen=True, slots=True)
class Today:
    parts: Parts
    digests: Digests


def _digests(parts: Parts) -> Digests:
    """Ages and stages are left out: the browser counts them by itself."""
    lines = [line if line.stage is None else replace(line, age=0, stage=0, words="") for line in parts.lines]
    rows = [row if row.shown_for is None else replace(row, shown_for=0) for row in parts.todo]
    todo = (rows, parts.todo_total, parts.more_than, parts.unseen, parts.ledger_there, parts.hearing)
    shown = (parts.notices, lines, todo, parts.counts, parts.done, parts.box, parts.presence)
    return Digests(*(hashlib.sha256(repr(part).encode()).hexdigest()[:16] for part in shown))


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom the page is: language, zone, the moment (ns UTC), the lines' own numbers, and whose numbers are shown (call → ns).

    sees_people: whether this person may see a part of numbers and names at all (DOMAIN 3.2).
    """

    t: Translator
    zone: tzinfo
    now: int
    own_numbers: Mapping[str, str]
    shown: Mapping[int, int]
    sees_people: bool = True

    def who(self, number: str | None, absence: str | None, line: str) -> str:
        """The caller as a list shows it: masked, or why there is no number."""
        if number and not self.sees_people:
            return self.t("有号码")
        if number:
            return mask_number(number, self.own_numbers.get(line, ""))
        return self.t("私人号码") if absence == "private" else self.t("号码未知")

    def in_full(self, number: str | None, line: str) -> str:
        """The number as one reads it out and dials it: 154 0000 0001, 0356-2217000; empty when there is none."""
        return parse(number, self.own_numbers.get(line, "")).display if number else ""

    def name(self, name: str | None) -> str:
        return mask_name(name) if name and self.sees_people else ""

    def when(self, wall: int) -> str:
        return when(wall, self.now, self.zone, self.t)


def today(
    ledger: LedgerView | None,
    state: Mapping[str, Any] | None,
    desk: Audience,
    presence: DeskRow | None = None,
    more: Sequence[BoxRow] = (),
) -> Today:
    """The whole page. ledger None: there is none to read yet; state None: the monitor is away; more: of the box."""
    held = ledger or LedgerView()
    parts = Parts(
        notices=_notices(ledger, state, desk),
        lines=_line_cards(state, desk),
        todo=[_todo_row(call, desk) for call in held.waiting],
        todo_total=held.waiting_total,
        more_than=held.more_than,
        unseen=held.unseen,
        newest_call=held.newest_call,
        counts=_counts(held, desk.t),
        done=[_done_row(call, desk) for call in held.done[:DONE_SHOWN]],
        box=[*box_rows(held, state, desk.t, desk.when), *more],
        presence=presence or desk_row(None, desk.t, desk.when),
        ledger_there=ledger is not None,
        hearing=state is not None and not deaf(state),
    )
    return Today(parts, _digests(parts))


def wall_of(text: object) -> int | None:
    """ISO 8601 from the state to ns of UTC."""
    try:
        return round(datetime.fromisoformat(str(text)).timestamp() * SECOND)
    except (ValueError, OverflowError):
        return None


# ---- above everything


def _notices(ledger: LedgerView | None, state: Mapping[str, Any] | None, desk: Audience) -> list[Notice]:
    t = desk.t
    found = []
    if state is None:
        advice = t(
            "现在来电不会被记录，话机本身照常能用。请看盒子是否通电；重新插电后仍这样，请告诉技术员。下面是已经记下的。"
        )
        found.append(Notice("urgent", t("监测程序没有运行。"), advice))
    if ledger is None:
        found.append(
            Notice(
                "urgent", t("暂时打不开记录。"), t("监测程序第一次启动后就有了；若一直这样，请告诉技术员。")
            )
        )
    recorder = (state or {}).get("recorder")
    if isinstance(recorder, dict) and recorder.get("ok") is False:
        words = t("存储卡写不进去，有 {n} 条记录在排队。", n=recorder.get("waiting", 0))
        found.append(Notice("urgent", words, t("请不要断电，马上告诉技术员。")))
    return found


# ---- lines


def _line_cards(state: Mapping[str, Any] | None, desk: Audience) -> list[LineCard]:
    told = dicts((state or {}).get("lines"))
    if not told:  # the places stay, so that nothing moves under the hand when the monitor comes back
        return [LineCard(name, "calm", desk.t("状态未知")) for name in desk.own_numbers]
    return [_line_card(line, desk) for line in told]


def _line_card(line: Mapping[str, Any], desk: Audience) -> LineCard:
    t, name = desk.t, str(line.get("name", ""))
    kinds = {trouble.get("kind"): trouble for trouble in dicts(line.get("troubles"))}
    if line.get("state") == "ringing" and isinstance(line.get("call"), dict):
        return _ringing(name, line["call"], desk)
    in_use = line.get("state") in ("talking", "outbound", "off_hook")
    for kind, (words, advice) in TROUBLES.items():
        if kind in kinds and not (kind == "ear_lost" and in_use):  # the others hear what goes on
            return LineCard(name, "trouble", t(words), advice=t(advice))
    if "still_talking" in kinds:
        return _question(name, line, desk)
    tone, words = STATES.get(str(line.get("state")), ("calm", "状态未知"))
    advice = t(TROUBLES["line_lost"][1]) if tone == "trouble" else ""
    call = line.get("call")
    if tone == "talk" and isinstance(call, dict) and call.get("direction") == "inbound":
        who = desk.who(call.get("number"), call.get("absence"), name)
        caller_name = desk.name(call.get("name"))
        return LineCard(name, tone, t(words), who=who, caller_name=caller_name, how=_how(call, t))
    return LineCard(name, tone, t(words), advice=advice)


def _how(call: Mapping[str, Any], t: Translator) -> str:
    """After how long it was answered, and how exactly that is known; empty where the ear does not say."""
    started, answered = wall_of(call.get("started_at")), wall_of(call.get("answered_at"))
    means, error = MEANS.get(str(call.get("answered_by"))), call.get("uncertainty_s")
    if started is None or answered is None or means is None or not isinstance(error, int | float):
        return ""
    after = max(0, answered - started) / SECOND
    return t(
        "响铃 {n} 秒后接听 · 按{means}判断，误差 ±{error} 秒", n=f"{after:.1f}", means=t(means), error=error
    )


def _ringing(name: str, call: Mapping[str, Any], desk: Audience) -> LineCard:
    started = wall_of(call.get("started_at"))
    age = max(0, desk.now - (desk.now if started is None else started)) // SECOND
    stage = sum(age >= step for step in STEPS)
    who = desk.who(call.get("number"), call.get("absence"), name)
    return LineCard(
        name, "ring", desk.t(STAGE_WORDS[stage]), stage, age, who, caller_name=desk.name(call.get("name"))
    )


def _question(name: str, line: Mapping[str, Any], desk: Audience) -> LineCard:
    call = line.get("call")
    answered = call.get("answered_at") if isinstance(call, dict) else None
    since = wall_of(answered) or wall_of(line.get("since")) or desk.now
    words = desk.t("{line} 摘机已 {n} 分钟，还在通话吗？", line=name, n=minutes(desk.now - since))
    return LineCard(name, "ask", words, advice=desk.t("不是的话，请看看话筒有没有放好。"), question=True)


# ---- calls


def _todo_row(call: WaitingCall, desk: Audience) -> TodoRow:
    t = desk.t
    masked, full = desk.who(call.number, call.absence, call.line), desk.in_full(call.number, call.line)
    shown = desk.shown.get(call.call) if full else None
    moment = desk.when(call.last_wall)
    notes = {
        "unsettled": t(DOUBTS.get(call.doubt or "", "没有听清这个来电有没有人接。请您确认。")),
        "hidden-number": t("这个号码不能回拨，看过就行。") if full else t("没有号码，不能回拨，看过就行。"),
    }
    return TodoRow(
        kind=call.kind,
        call=call.call,
        who=masked if shown is None else full,
        caller_name=desk.name(call.name),
        has_number=full not in ("", masked),  # the number of a service is not masked
        shown_for=None if shown is None else max(1, shown // SECOND),
        line=call.line,
        when=t("最近一次 {when}", when=moment) if call.times > 1 else moment,
        waited=waited(desk.now - call.since_wall, t),
        times=call.times,
        attempts=call.attempts,
        out_of_hours=call.in_hours is False,
        unseen=call.unseen,
        note=notes.get(call.kind, ""),
        case=call.case if call.kind == "due" else None,
    )


_WHAT = {
    "reached": "已回拨，接通",
    "self_resolved": "对方又打来，已接听",
    "unreachable": "多次回拨未接通",
    "not_callable": "无法回拨",
    "not_needed": "不必回拨",
    "answered": "确认为已接听",
    "seen": "看过",
}


def _done_row(call: DoneCall, desk: Audience) -> DoneRow:
    who = desk.who(call.number, call.absence, call.line)
    return DoneRow(who, desk.t(_WHAT.get(call.what, "看过")), call.line, desk.when(call.wall))


def _counts(held: LedgerView, t: Translator) -> list[tuple[str, int]]:
    found = [
        (t("来电"), held.counts.inbound),
        (t("接听"), held.counts.answered),
        (t("漏接"), held.counts.missed),
        (t("已回拨"), held.called_back),
    ]
    if held.counts.unsettled:
        found.append((t("待确认"), held.counts.unsettled))
    return found
