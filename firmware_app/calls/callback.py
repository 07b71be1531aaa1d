"""What is owed to a caller, as values and rules: states of a case, outcomes and means of attempts, reasons; what an attempt does.

Pure. A case stands for one number while it is open (DOMAIN 2.2). Whether a call was an attempt, and when, is decided in
`records.deciding_cases`; how urgent a case is, in `urgency`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from firmware_app.calls.callback_rules import Rules
from firmware_app.calls.phone_number import Kind, PhoneNumber
from firmware_app.wording import Text


class State(Enum):
    """A case as people see it. The first three are `open` in the tables, told apart by what was done so far."""

    NEW = "new"
    SEEN = "seen"
    ATTEMPTED = "attempted"
    REACHED = "reached"
    SELF_RESOLVED = "self_resolved"
    UNREACHABLE = "unreachable"
    NOT_CALLABLE = "not_callable"
    NOT_NEEDED = "not_needed"


OPEN = "open"
OPEN_STATES = (State.NEW, State.SEEN, State.ATTEMPTED)
ENDED_BY_A_PERSON = (State.REACHED, State.UNREACHABLE, State.NOT_CALLABLE, State.NOT_NEEDED)

STATES: Mapping[State, Text] = {
    State.NEW: Text("新的", "new"),
    State.SEEN: Text("已查看", "seen"),
    State.ATTEMPTED: Text("回拨过", "attempted"),
    State.REACHED: Text("已联系上", "reached"),
    State.SELF_RESOLVED: Text("对方又打来，已接听", "rang again and was answered"),
    State.UNREACHABLE: Text("多次回拨未接通", "not reached in several attempts"),
    State.NOT_CALLABLE: Text("无法回拨", "cannot be called back"),
    State.NOT_NEEDED: Text("不必回拨", "no call-back needed"),
}


class Outcome(Enum):
    """How an attempt came out. UNKNOWN only while it is pending; a voicemail is an attempt and nobody reached (DOMAIN 1.5)."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"  # it rang there, and nobody answered
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    VACANT = "vacant"  # no such number
    UNKNOWN = "unknown"


OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.REACHED: Text("已联系上", "reached"),
    Outcome.NOT_REACHED: Text("无人接听", "no answer"),
    Outcome.BUSY: Text("占线", "busy"),
    Outcome.VOICEMAIL: Text("语音信箱", "voicemail"),
    Outcome.VACANT: Text("空号", "no such number"),
    Outcome.UNKNOWN: Text("待登记结果", "not said yet"),
}
TOLD_OUTCOMES = tuple(each.value for each in Outcome if each is not Outcome.UNKNOWN)
"""What a person may say."""


class Means(Enum):
    """By what a call-back was made. Proven only where a call of the line stands behind it, whatever the word."""

    LINE = "line"  # this telephone
    OTHER_LINE = "other_line"
    MOBILE = "mobile"
    WECHAT = "wechat"
    SELF_REPORTED = "self_reported"  # nobody said


MEANS: Mapping[Means, Text] = {
    Means.LINE: Text("本机", "this line"),
    Means.OTHER_LINE: Text("另一部电话", "another line"),
    Means.MOBILE: Text("手机", "mobile"),
    Means.WECHAT: Text("微信", "WeChat"),
    Means.SELF_REPORTED: Text("未说明", "not said"),
}
TOLD_MEANS = tuple(each.value for each in Means)
BY_THIS_LINE = (Means.LINE.value, Means.SELF_REPORTED.value)
"""Words that a call of the line may stand behind."""

NOTE_NEEDED = "other"
REASONS: Mapping[State, Mapping[str, Text]] = {
    State.NOT_NEEDED: {
        "served_otherwise": Text("对方已到窗口办理，或已另行联系", "served at the counter or in another way"),
        "asked_not_to": Text("对方表示不必回拨", "the caller asked not to be called"),
        "wrong_number": Text("对方打错了", "a wrong number"),
        "nuisance": Text("推销、骚扰", "advertising or nuisance"),
        "own_test": Text("本单位的测试电话", "a test call of our own"),
        "same_person": Text("同一人的另一号码已联系上", "reached on another number"),
        NOTE_NEEDED: Text("其他（请说明）", "other (say what)"),
    },
    State.NOT_CALLABLE: {
        "vacant": Text("空号", "no such number"),
        "out_of_service": Text("停机", "out of service"),
        "no_incoming": Text("对方不能呼入", "takes no incoming calls"),
        "menu": Text("只有语音菜单，找不到人", "only a menu, nobody to be reached"),
        NOTE_NEEDED: Text("其他（请说明）", "other (say what)"),
    },
    State.UNREACHABLE: {
        "many_attempts": Text("多次回拨未接通", "several attempts without an answer"),
        NOTE_NEEDED: Text("其他（请说明）", "other (say what)"),
    },
}
"""Why a person ends a case without reaching anybody: the codes of each state, in the order a page offers them."""

BLOCKED, TEST, NO_MARK = "blocked", "test", "none"
MARKS = (BLOCKED, TEST)
"""What a number may be marked as; its calls then have that disposition."""

BAIT = Text("疑似响一声，勿回拨", "perhaps one-ring fraud: do not call back")
MENU = Text("可能是语音菜单，不一定找得到本人", "likely a menu, not the person")
_MENUS = ("95", "96", "100", "123")


@dataclass(frozen=True, slots=True)
class Told:
    """An attempt of which somebody said how it came out. half_day: in which it was made, None in older ones."""

    outcome: str
    half_day: str | None


def state_of(stored: str, attempts: int, seen: bool) -> State:
    """The state of a case that the tables hold as `stored`; one that no one understands (never written) is NEW."""
    if stored == OPEN:
        return State.ATTEMPTED if attempts else State.SEEN if seen else State.NEW
    return next((each for each in State if each.value == stored), State.NEW)


def after_attempt(outcome: str, half_day: str | None, earlier: Sequence[Told], rules: Rules) -> State | None:
    """The state that an attempt ends the case in, None when it stays open (DOMAIN 1.5: 3 attempts in 2 half-days)."""
    if outcome == Outcome.REACHED.value:
        return State.REACHED
    tried = [each for each in earlier if each.outcome != Outcome.REACHED.value]
    half_days = {each.half_day for each in tried} | {half_day}
    enough = len(tried) + 1 >= rules.attempts and len(half_days - {None}) >= rules.half_days
    return State.UNREACHABLE if enough else None


def heard_outcome(far_end: str | None, talk: int | None, rules: Rules) -> Outcome:
    """What a call of the line lets one suppose of its attempt, for a person to say. talk: ns from the last digit on."""
    known = {
        "answered": Outcome.REACHED,
        "busy": Outcome.BUSY,
        "no_answer": Outcome.NOT_REACHED,
        "vacant": Outcome.VACANT,
    }.get(far_end or "")
    if known is not None:
        return known
    return Outcome.REACHED if talk is not None and talk >= rules.talk else Outcome.UNKNOWN


def proposal(outcome: str, pending: bool) -> State | None:
    """How the case might be ended, going by its latest attempt: for a person to press, never done by itself."""
    if outcome == Outcome.VACANT.value:
        return State.NOT_CALLABLE
    return State.REACHED if pending and outcome == Outcome.REACHED.value else None


def warning_of(number: PhoneNumber) -> Text | None:
    """What to know before calling it: bait, a menu; None when there is nothing to say (DOMAIN 2.4, 4.1)."""
    if number.kind is Kind.FOREIGN:
        return BAIT
    short = (number.national or "").removeprefix(number.area) if number.kind is Kind.SHORT else ""
    if number.kind is Kind.SERVICE or short.startswith(_MENUS):
        return MENU
    return None
