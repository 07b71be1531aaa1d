"""The document `callback_rules` in; the rules of call-backs, or all that is wrong with the document, out. Pure.

    {"timely_min": 30, "timely_after_opening_min": 60, "amber_min": 15, "red_min": 30, "look_within_min": 5, "attempts": 3, …}

Every key may be left out: it then has our own default (建议值, DOMAIN 1.5; the standard names no value). A version of the
document never changes: what was decided by it names it (`rules_version`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from device.signals import SECOND
from firmware_app.wording import Text

MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Rule:
    """A key of the document. least, most: what is allowed; unit: ns of one, 1 where it is a count."""

    key: str
    default: float
    least: float
    most: float
    unit: int
    what: Text


_MINUTES, _COUNTS, _SECONDS, _DAYS = MINUTE, 1, SECOND, DAY

RULES: tuple[Rule, ...] = (
    Rule("timely_min", 30, 1, 600, _MINUTES, Text("首次回拨时限（工作分钟）", "first call-back within (working minutes)")),
    Rule("timely_after_opening_min", 60, 1, 600, _MINUTES,
         Text("非服务时间来电：开门后首次回拨时限（分钟）", "out of hours: within, after the next opening (minutes)")),
    Rule("amber_min", 15, 0, 600, _MINUTES, Text("变黄（工作分钟）", "amber after (working minutes)")),
    Rule("red_min", 30, 1, 600, _MINUTES, Text("变红（工作分钟）", "red after (working minutes)")),
    Rule("look_within_min", 5, 1, 120, _MINUTES, Text("返岗后查看时限（分钟）", "look at the list after coming back within (minutes)")),
    Rule("attempts", 3, 1, 10, _COUNTS, Text("回拨几次未接通可办结", "attempts before a case ends as not reached")),
    Rule("half_days", 2, 1, 10, _COUNTS, Text("分在几个不同的半天", "in how many different half-days")),
    Rule("within_working_days", 2, 1, 10, _COUNTS, Text("这几次应在几个工作日内", "attempts are made within (working days)")),
    Rule("talk_proposes_reached_s", 20, 1, 600, _SECONDS,
         Text("拨完号通话多少秒建议登记为接通", "talk after the last digit that proposes reached (s)")),
    Rule("short_ring_s", 5, 1, 30, _SECONDS, Text("短振铃（秒）", "given up early: rang less than (s)")),
    Rule("longest_snooze_days", 14, 1, 60, _DAYS, Text("最长可约几天后再回拨", "a call-back may be put off by at most (days)")),
    Rule("machine_calls", 10, 5, 200, _COUNTS, Text("判断机器应答至少要几个电话", "calls from which a machine is learnt")),
    Rule("machine_sigma_s", 0.3, 0.05, 2, _SECONDS, Text("机器应答的离散程度（标准差，秒）", "spread of a machine's answers (sigma, s)")),
    Rule("machine_tolerance_s", 1, 0.1, 5, _SECONDS, Text("机器应答时刻的误差（±秒）", "tolerance of a machine's answer (±s)")),
)  # fmt: skip
OPTIONS: Mapping[str, Text] = {
    "abandoned_opens_case": Text(
        "短振铃也要回拨（低优先）", "a call given up early is called back, too (low)"
    ),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """A checked document, durations in ns. version: as the ledger counts it; 0: the defaults, of no document."""

    version: int = 0
    timely: int = 30 * MINUTE
    timely_after_opening: int = 60 * MINUTE
    amber: int = 15 * MINUTE
    red: int = 30 * MINUTE
    look_within: int = 5 * MINUTE
    attempts: int = 3
    half_days: int = 2
    within_working_days: int = 2
    talk: int = 20 * SECOND
    short_ring: int = 5 * SECOND
    longest_snooze: int = 14 * DAY
    machine_calls: int = 10
    machine_sigma: int = 3 * SECOND // 10
    machine_tolerance: int = SECOND
    abandoned_opens_case: bool = True

    @classmethod
    def from_document(cls, content: object, version: int = 0) -> Rules | tuple[Text, ...]:
        """The rules, or all that is wrong with them."""
        wrong = problems(content)
        if wrong or not isinstance(content, Mapping):
            return wrong
        values = [round(content.get(rule.key, rule.default) * rule.unit) for rule in RULES]
        return cls(version, *values, **{key: content.get(key, True) for key in OPTIONS})


def problems(content: object) -> tuple[Text, ...]:
    """Everything that is wrong with a document: what, where, and what is allowed. Empty when nothing is."""
    if not isinstance(content, Mapping):
        return (Text("回拨规则须是一个对象", "the call-back rules must be an object"),)
    known = [*(rule.key for rule in RULES), *OPTIONS]
    names = ", ".join(known)
    wrong = [
        Text(f"{key}：未知的键；可用：{names}", f"{key}: unknown key; allowed: {names}")
        for key in content
        if key not in known
    ]
    for rule in RULES:
        if not _fits(rule, content.get(rule.key, rule.default)):
            wrong.append(_bounds(rule))
    for key in OPTIONS:
        if not isinstance(content.get(key, True), bool):
            wrong.append(Text(f"{key}：须是 true 或 false", f"{key}: must be true or false"))
    return tuple(wrong) or _order(content)


def _fits(rule: Rule, value: Any) -> bool:  # noqa: ANN401  whatever JSON holds
    whole = isinstance(value, int) and not isinstance(value, bool)
    return (whole or (isinstance(value, float) and rule.unit == SECOND)) and rule.least <= value <= rule.most


def _bounds(rule: Rule) -> Text:
    least, most = f"{rule.least:g}", f"{rule.most:g}"
    whole = rule.unit != SECOND
    return Text(
        f"{rule.key}（{rule.what.zh}）：须是 {least} 到 {most} 的{'整数' if whole else '数'}",
        f"{rule.key} ({rule.what.en}): must be a {'whole number' if whole else 'number'} from {least} to {most}",
    )


def _order(content: Mapping[Any, Any]) -> tuple[Text, ...]:
    """amber <= red <= timely: the colours count towards the deadline."""
    value = {rule.key: content.get(rule.key, rule.default) for rule in RULES}
    wrong = []
    for early, late in (("amber_min", "red_min"), ("red_min", "timely_min")):
        if value[early] > value[late]:
            wrong.append(Text(f"{early} 不能大于 {late}", f"{early} must not be above {late}"))
    return tuple(wrong)
