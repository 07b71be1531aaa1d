"""The names of counts, exclusions and parts of figures, in both languages; and durations and moments as they are shown.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from device.signals import SECOND
from firmware_app.calls.rate import DASH
from firmware_app.wording import Text

COUNT_WORDS: Mapping[str, Text] = {
    "every": Text("呼入总数", "all inbound calls"),
    "offered": Text("呼入量（服务时间内）", "offered in service hours"),
    "answered": Text("接听", "answered"),
    "in_time": Text("15 秒内接听", "answered within 15 s"),
    "late": Text("超过 15 秒接听", "answered after 15 s"),
    "late_untimed": Text("其中时刻未测到，但振铃已满 15 秒", "of them, moment not sensed, but it rang 15 s"),
    "untimed": Text("已接听，时延不明（人工认定）", "answered, delay not known (settled by a person)"),
    "abandoned": Text("短振铃（不足 5 秒放弃）", "given up within 5 s"),
    "missed": Text("漏接", "missed"),
    "by_machine": Text("其中机器应答", "of them answered by a machine"),
    "unknown": Text("待确认", "unknown, to be settled"),
    "unknown_late": Text("待确认且振铃已满 15 秒", "unknown, and it rang 15 s"),
    "breaches": Text("振铃超过 15 秒", "rang on past 15 s"),
    "rang_on": Text("振铃满 15 秒而未知有人接听", "rang 15 s and nobody is known to have answered"),
    "near_limit": Text("时延与 15 秒之差在误差之内", "delay within its error of 15 s"),
    "short_talk": Text("接起不足 3 秒即挂（存疑）", "lifted and put down within 3 s (suspect)"),
    "staff_busy": Text("当时另一条线正在通话", "rang while another line was off-hook"),
    "out_of_hours": Text("非服务时间", "out of service hours"),
    "in_closure": Text("其中临时停止服务期间", "of them during a closure"),
    "hours_unknown": Text("是否服务时间不明", "service hours not known"),
    "test": Text("自查拨测", "test calls"),
    "blocked": Text("屏蔽号码", "blocked numbers"),
    "non_voice": Text("传真、数据", "fax and data"),
    "callers": Text("来电人数（不同号码）", "distinct callers"),
    "hidden": Text("未送号码的来电", "calls without a number"),
    "not_callable": Text("无法回拨", "cannot be called back"),
    "pending": Text("时限未到、尚未回拨", "not yet due"),
    "not_known_yet": Text("7 天未满，尚不能判断", "7 days not over yet"),
    "proven": Text("本机证实", "proven by the line"),
    "told": Text("人工登记", "told by a person"),
    "by_caller": Text("对方再次来电已接听", "the caller rang again and was answered"),
}
"""By the names that Counts, Rate.exclusions, proofs_of and Repeats use."""

REFERENCE = Text("参考", "for information")
BILL_WORDS: Mapping[str, Text] = {
    "theirs": Text("话单中的来电", "inbound calls on the carrier's bill"),
    "ours": Text("本机记录的来电", "inbound calls of ours"),
    "matched": Text("相符", "matched"),
    "met_busy": Text("遇忙", "met a busy line"),
    "ours_only": Text("仅本机有", "ours only"),
    "theirs_only": Text("仅话单有", "theirs only"),
    "outgoing": Text("话单中的去电（不比对）", "outgoing records, left out"),
    "unread": Text("读不出时间的行", "rows without a readable time"),
}


def name_of(word: str) -> Text:
    """The name of a count or an exclusion; the word itself where there is none."""
    return COUNT_WORDS.get(word, Text(word, word))


def shown_seconds(duration: int | None) -> str:
    """ns as seconds with three decimals, rounded up: a delay above 15 s is never shown as 15.000 s; a dash for None."""
    if duration is None:
        return DASH
    thousandths = -(-duration // 1_000_000)
    return f"{thousandths // 1000}.{thousandths % 1000:03} s"


def shown_minutes(duration: int | None) -> str:
    """ns as minutes with one decimal, rounded up; a dash for None."""
    if duration is None:
        return DASH
    tenths = -(-duration // (6 * SECOND))
    return f"{tenths // 10}.{tenths % 10} min"


def shown_interval(interval: tuple[float, float] | None) -> str:
    """ "90.1–99.9 %", each end with one decimal; a dash for None."""
    return DASH if interval is None else f"{100 * interval[0]:.1f}–{100 * interval[1]:.1f} %"
