"""A call event in, its moment and one line that tells it in both languages out. Pure. Numbers are in full: for the owner's shell."""

from __future__ import annotations

from device.signals import SECOND, Absence, Instant, Means
from firmware_app.calls.call import (
    Anomaly,
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Direction,
    Disposition,
    Doubt,
    FarEnd,
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
MEANS = {
    Means.RING_PIN: Text("振铃引脚", "ring pin"),
    Means.HOOK_PIN: Text("摘挂机引脚", "hook pin"),
    Means.REVERSAL_PIN: Text("极性引脚", "reversal pin"),
    Means.MODEM: Text("调制解调器", "modem"),
    Means.LINE_VOLTAGE: Text("线路电压", "line voltage"),
    Means.TELEPHONE_JACK: Text("调制解调器的话机插口", "telephone jack of the modem"),
    Means.SERIAL_BOX: Text("串口盒", "serial box"),
    Means.SOUND: Text("线路声音", "sound"),
    Means.FSK_CHIP: Text("FSK 芯片", "FSK chip"),
    Means.DTMF_CHIP: Text("DTMF 芯片", "DTMF chip"),
    Means.CALLER_ID_BOARD: Text("来电显示板", "caller-ID board"),
}
FAR_ENDS = {
    FarEnd.BUSY: Text("对方占线", "the far end was busy"),
    FarEnd.NO_ANSWER: Text("对方无人接听", "nobody answered there"),
    FarEnd.VACANT: Text("空号", "no such number"),
}
DOUBTS = {
    Doubt.NO_HOOK: Text("这条线测不出摘挂机", "this line does not sense the hook"),
    Doubt.HOOK_AWAY: Text(
        "响铃时测摘挂机的监听口失联", "the ear that senses the hook was away while it rang"
    ),
    Doubt.HOOK_SENSOR: Text("摘挂机检测与响铃矛盾", "the hook sensor contradicts the ringing"),
    Doubt.FOUND_OFF_HOOK: Text("恢复监听时已经摘机", "the line was found off-hook"),
    Doubt.LINE_LOST: Text("响铃时接口失联", "the interface was lost while it rang"),
    Doubt.NO_LOOP: Text("响铃时线路断开", "the line was cut while it rang"),
    Doubt.RESTART: Text("当时监测程序没有运行", "the monitor was not running"),
    Doubt.CALL_WAITING: Text("通话中另有来电", "it came during another call"),
}
TROUBLES = {
    Trouble.LINE_LOST: Text("听不到这条线", "interface lost"),
    Trouble.EAR_LOST: Text("一个监听口失联", "one of the ears is lost"),
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
    if call.doubt is not None:
        found.append(DOUBTS[call.doubt])
    if call.direction is Direction.INBOUND:
        bursts = call.ring_bursts
        found.append(Text(f"响铃 {bursts} 次", "1 burst" if bursts == 1 else f"{bursts} bursts"))
    if call.answered is None and call.ended is not None and call.ringing is not None:
        found.append(_duration(Text("响了", "rang"), call.ringing))
    if call.answer_delay is not None:
        delay = _duration(Text("接听用时", "answered after"), call.answer_delay, call.uncertainty)
        found.append(_by(delay, call.answered_by))
    if call.talk is not None:
        found.append(_duration(Text("通话", "talked"), call.talk))
    return found + _far_end(call) + _who(call)


def _far_end(call: Call) -> list[Text]:
    if call.far_end is None or call.far_end is FarEnd.UNKNOWN:
        return []
    if call.far_answered is None:
        return [FAR_ENDS[call.far_end]]
    after = _seconds(call.far_answered.since(call.started), call.far_answer_error)
    words = Text(f"对方在 {after} 后接听", f"the far end answered after {after}")
    return [_by(words, call.far_answered_by)]


def _by(what: Text, means: Means | None) -> Text:
    """With the means by which it was sensed, where the ear says so."""
    if means is None:
        return what
    return Text(f"{what.zh}（按{MEANS[means].zh}）", f"{what.en} (by {MEANS[means].en})")


def _duration(what: Text, length: int, uncertainty: int | None = None) -> Text:
    value = _seconds(length, uncertainty)
    return Text(f"{what.zh} {value}", f"{what.en} {value}")


def _seconds(length: int, uncertainty: int | None = None) -> str:
    return f"{length / SECOND:.2f} s" + (f" ± {uncertainty / SECOND:.2f} s" if uncertainty else "")


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
