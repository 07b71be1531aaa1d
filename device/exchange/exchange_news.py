"""What happened at the exchange in, one line of text about it out, in both languages and with the number masked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from device.exchange.planned import (
    Action,
    FalseKind,
    FalseTrigger,
    FarEnd,
    Fault,
    FaultKind,
    PlannedCall,
    PlannedDialling,
    PlannedLift,
    Sent,
)
from device.exchange.virtual_modem import Printed
from device.signals import SECOND, Absence, CallerId


class NewsKind(Enum):
    BEGAN = "began"  # an action began; `action` says which
    ANSWERED = "answered"
    ENDED = "ended"
    OVER = "over"  # a fault is over
    REFUSED = "refused"  # it could not be done: `zh` and `en` say why
    HEARD = "heard"  # the monitor listens on this line
    UNHEARD = "unheard"  # it listens no more
    PRINTED = "printed"  # the modem wrote something: `printed`; `at` is just after the write
    OUTPUT = "output"  # an output pin changed: `pin`, `level`


@dataclass(frozen=True, slots=True)
class News:
    """`at`: ns of CLOCK_MONOTONIC, the scheduled moment where there is one."""

    at: int
    line: str
    kind: NewsKind
    action: Action | None = None
    zh: str = ""
    en: str = ""
    printed: Printed | None = None
    pin: int = 0
    level: int = 0


FAULT_WORDS = {
    FaultKind.UNPLUG: ("拔掉猫的 USB", "modem unplugged"),
    FaultKind.HANG: ("猫死机", "modem hangs"),
    FaultKind.GARBLE: ("猫输出乱码", "modem garbles"),
    FaultKind.CUT: ("断线", "line cut"),
    FaultKind.ONU_RESTART: ("光猫重启", "ONU restarts"),
}
FALSE_WORDS = {
    FalseKind.REVERSAL: ("极性反转", "polarity reversal"),
    FalseKind.LIGHTNING: ("雷击脉冲", "lightning"),
    FalseKind.INDUCTION: ("工频感应", "mains induction"),
    FalseKind.LINE_TEST: ("线路测试电压", "line test voltage"),
    FalseKind.LOOSE_WIRE: ("接线松动", "loose wire"),
    FalseKind.HANG_UP: ("挂机瞬变", "hang-up transient"),
    FalseKind.FLASH: ("拍叉", "hook flash"),
}
FAR_WORDS = {
    FarEnd.ANSWERS: ("", ""),
    FarEnd.REVERSES: ("，对方接听时极性反转", ", the polarity reverses at the answer"),
    FarEnd.NOBODY: ("，无人接", ", nobody answers"),
    FarEnd.BUSY: ("，对方忙", ", it is busy"),
    FarEnd.VACANT: ("，空号", ", no such number"),
    FarEnd.FAX: ("，对方是传真机", ", a fax machine answers"),
}
ABSENCE_WORDS = {
    Absence.PRIVATE: ("私人号码", "number withheld"),
    Absence.OUT_OF_AREA: ("无法显示号码", "out of area"),
    None: ("无来电显示", "no caller ID"),
}


def masked(number: str) -> str:
    """A number with its middle hidden: 154****0001, 0356-***1234, other numbers but for the last two (DOMAIN.md 3.1)."""
    if len(number) == 11 and number.startswith("1"):
        return f"{number[:3]}****{number[-4:]}"
    if len(number) == 11 and number.startswith("0"):
        return f"{number[:4]}-***{number[-4:]}"
    return number if len(number) <= 6 else "*" * (len(number) - 2) + number[-2:]


def told(news: News) -> tuple[str, str] | None:
    """The news in Chinese and in English; None for what is not for a person."""
    match news.kind:
        case NewsKind.BEGAN:
            return _began(news.action)
        case NewsKind.ANSWERED:
            return "接听", "answered"
        case NewsKind.ENDED:
            return "线路空闲", "line idle"
        case NewsKind.OVER | NewsKind.REFUSED:
            return news.zh, news.en
        case NewsKind.HEARD:
            return "监测程序已就绪", "the monitor listens"
        case NewsKind.UNHEARD:
            return "监测程序不在", "nobody listens"
        case NewsKind.PRINTED | NewsKind.OUTPUT:
            return None
        case _:
            assert_never(news.kind)


def fault_over(kind: FaultKind) -> tuple[str, str]:
    zh, en = FAULT_WORDS[kind]
    return f"{zh}：恢复", f"{en}: over"


def _began(action: Action | None) -> tuple[str, str] | None:
    match action:
        case PlannedCall():
            return _call(action)
        case PlannedDialling():
            return _dialling(action)
        case PlannedLift(lasts):
            return f"摘机 {_s(lasts)} 秒，不拨号", f"off-hook for {_s(lasts)} s, no digits"
        case Fault(kind, lasts):
            zh, en = FAULT_WORDS[kind]
            return f"故障：{zh} {_s(lasts)} 秒", f"fault: {en} for {_s(lasts)} s"
        case FalseTrigger(kind):
            zh, en = FALSE_WORDS[kind]
            return f"假触发：{zh}", f"false trigger: {en}"
        case _:
            return None


def _dialling(dialling: PlannedDialling) -> tuple[str, str]:
    number, lasts = masked(dialling.digits), _s(dialling.talk)
    zh, en = FAR_WORDS[dialling.far]
    if dialling.far in (FarEnd.ANSWERS, FarEnd.REVERSES):
        return f"去电 {number}{zh}，通话 {lasts} 秒", f"dials {number}{en}, talks {lasts} s"
    return f"去电 {number}{zh}，{lasts} 秒后挂机", f"dials {number}{en}, hangs up after {lasts} s"


def _call(call: PlannedCall) -> tuple[str, str]:
    zh, en = _who(call.caller_id, call.sent)
    if call.answer_after is None:
        rings = f"{call.bursts:g}"
        return f"来电 {zh}，响 {rings} 声，无人接", f"call, {en}: {rings} bursts, nobody answers"
    after, talk = _s(call.answer_after), _s(call.talk)
    return (
        f"来电 {zh}，{after} 秒后接，通话 {talk} 秒",
        f"call, {en}: answered after {after} s, talks {talk} s",
    )


def _who(caller_id: CallerId, sent: Sent) -> tuple[str, str]:
    if sent is Sent.NEVER:
        return ABSENCE_WORDS[None]
    if caller_id.number:
        number = masked(caller_id.number)
        return (
            (number, number)
            if sent is not Sent.BROKEN
            else (f"{number}（来显损坏）", f"{number} (caller ID broken)")
        )
    return ABSENCE_WORDS[caller_id.absence]


def _s(duration: int) -> str:
    return f"{duration / SECOND:g}"
