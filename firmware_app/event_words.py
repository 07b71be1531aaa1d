"""A call event in, its moment and one line that tells it in both languages out. Pure. Numbers are in full: for the owner's shell."""

from __future__ import annotations

from device.signals import SECOND, Absence, Instant
from firmware_app.calls.call import (
    Anomaly,
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Direction,
    Disposition,
    Trouble,
    TroubleBegan,
)
from firmware_app.wording import Text

INBOUND = Text("来电", "inbound call")
OUTBOUND = Text("去电", "outbound call")
DISPOSITIONS = {
    Disposition.ANSWERED: Text("已接听", "answered"),
    Disposition.NO_ANSWER: Text("漏接", "missed"),
    Disposition.ABANDONED: Text("短振铃放弃", "given up early"),
    Disposition.UNKNOWN: Text("待确认", "not known"),
    Disposition.TEST: Text("自查拨测", "test"),
    Disposition.BLOCKED: Text("骚扰屏蔽", "blocked"),
    Disposition.NON_VOICE: Text("传真或数据", "fax or data"),
}
ABSENCES = {
    Absence.PRIVATE: Text("私人号码", "number withheld"),
    Absence.OUT_OF_AREA: Text("无号码", "no number"),
}
TROUBLES = {
    Trouble.LINE_LOST: Text("听不到这条线", "interface lost"),
    Trouble.NO_LOOP: Text("线路断开", "line cut"),
    Trouble.LEFT_OFF_HOOK: Text("听筒未挂好", "handset left off the hook"),
    Trouble.HOOK_SENSOR: Text("摘挂机检测与响铃矛盾", "hook sensor contradicts the ringing"),
    Trouble.STILL_TALKING: Text("摘机已 20 分钟，还在通话吗？", "off-hook for 20 minutes, still talking?"),
}


def words_of(event: CallEvent) -> tuple[Instant, Text]:
    """When it was, and what."""
    match event:
        case CallOpened(call):
            return call.started, _call(call, Text("开始", "begins"))
        case CallChanged(call, at):
            return at, _call(call, Text("", ""))
        case CallClosed(call, at):
            return at, _call(call, Text("结束", "is over"))
        case Anomaly(_, at, kind, detail):
            return at, _with(Text("异常", "anomaly"), f"{kind} {detail}".strip())
        case TroubleBegan(_, at, trouble, detail):
            return at, _with(Text("出现", "began"), TROUBLES[trouble], detail)
        case _:
            return event.at, _with(Text("消除", "ended"), TROUBLES[event.trouble])


def _with(first: Text, *rest: Text | str) -> Text:
    zh = [first.zh, *(part.zh if isinstance(part, Text) else part for part in rest)]
    en = [first.en, *(part.en if isinstance(part, Text) else part for part in rest)]
    return Text("　".join(filter(None, zh)), " · ".join(filter(None, en)))


def _call(call: Call, stage: Text) -> Text:
    kind = OUTBOUND if call.direction is Direction.OUTBOUND else INBOUND
    details = _details(call)
    zh, en = "，".join(text.zh for text in details), ", ".join(text.en for text in details)
    head = Text(kind.zh + stage.zh, f"{kind.en} {stage.en}".strip())
    return Text(f"{head.zh}：{zh}", f"{head.en}: {en}") if details else head


def _details(call: Call) -> list[Text]:
    found: list[Text] = []
    if call.disposition is not None:
        found.append(DISPOSITIONS[call.disposition])
    if call.direction is Direction.INBOUND:
        bursts = call.ring_bursts
        found.append(Text(f"响铃 {bursts} 次", "1 burst" if bursts == 1 else f"{bursts} bursts"))
    if call.answered is None and call.ended is not None and call.ringing is not None:
        found.append(_duration(Text("响了", "rang"), call.ringing))
    if call.answer_delay is not None:
        found.append(_duration(Text("接听用时", "answered after"), call.answer_delay, call.uncertainty))
    if call.talk is not None:
        found.append(_duration(Text("通话", "talked"), call.talk))
    return found + _who(call)


def _duration(what: Text, length: int, uncertainty: int | None = None) -> Text:
    value = f"{length / SECOND:.2f} s" + (f" ± {uncertainty / SECOND:.2f} s" if uncertainty else "")
    return Text(f"{what.zh} {value}", f"{what.en} {value}")


def _who(call: Call) -> list[Text]:
    heard = call.caller_id
    found: list[Text] = []
    if heard and heard.number:
        found.append(Text(f"号码 {heard.number}", f"number {heard.number}"))
    if heard and heard.absence:
        found.append(ABSENCES[heard.absence])
    if heard and heard.name:
        found.append(Text(f"姓名 {heard.name}", f"name {heard.name}"))
    if call.digits:
        found.append(Text(f"拨号 {call.digits}", f"dialled {call.digits}"))
    return found
