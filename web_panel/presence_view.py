"""Whether the clerk is at the desk, and the channels to the head of the point, in; the words of the pages for it out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firmware_app.records.presence_list import PresenceNow
from firmware_app.records.reminder_rows import MessageRow
from firmware_app.reminding import Reminder
from web_panel.box_view import BoxRow
from web_panel.translating import Translator

When = Callable[[int], str]

BECAUSE = {
    "missed_call": "有来电没人接",
    "button": "按过按钮",
    "panel": "在页面上按过",
}
KINDS = {"dingtalk": "钉钉群机器人", "wecom": "企业微信群机器人", "mail": "邮件", "webhook": "网址推送"}


@dataclass(frozen=True, slots=True)
class DeskRow:
    """present: what is believed, and so which button is offered. about: since when and why, of an absence."""

    present: bool
    words: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel. tone: calm | watch | trouble; last: what became of its last message."""

    name: str
    kind: str
    after: str
    tone: str
    last: str
    detail: str


def desk_row(now: PresenceNow | None, t: Translator, when: When) -> DeskRow:
    """Present unless something says away."""
    if now is None or now.present:
        return DeskRow(True, t("在岗"))
    because = next((BECAUSE[source] for source in reversed(now.sources) if source in BECAUSE), None)
    about = t("{when} 起", when=when(now.since_wall))
    return DeskRow(False, t("已离岗"), about if because is None else f"{about} · {t(because)}")


def channel_rows(
    reminders: Sequence[Reminder], messages: Mapping[str, MessageRow], t: Translator, when: When
) -> list[ChannelRow]:
    """Every channel of the configuration, with its last message."""
    return [_channel(each, messages.get(each.name), t, when) for each in reminders]


def _channel(reminder: Reminder, last: MessageRow | None, t: Translator, when: When) -> ChannelRow:
    after = t("来电人等满 {n} 分钟（服务时间）还没有回拨时", n=reminder.after_minutes)
    kind = t(KINDS.get(reminder.kind, "网址推送"))
    if last is None:
        return ChannelRow(reminder.name, kind, after, "calm", t("还没有发送过"), "")
    moment = when(last.wall)
    if last.outcome == "failed":
        words = (
            t("测试没有送到（{when}）", when=moment)
            if last.occasion == "test"
            else t("发不出去（{when}）", when=moment)
        )
        return ChannelRow(reminder.name, kind, after, "trouble", words, last.detail)
    words = (
        t("测试已送到（{when}）", when=moment)
        if last.occasion == "test"
        else t("提醒已送到（{when}）", when=moment)
    )
    return ChannelRow(reminder.name, kind, after, "calm", words, "")


def uplink_rows(
    reminders: Sequence[Reminder],
    messages: Mapping[str, MessageRow],
    state: Mapping[str, Any] | None,
    t: Translator,
) -> list[BoxRow]:
    """What the page today says of the channels; nothing where none is configured, or all is well."""
    if not reminders or state is None:
        return []
    if state.get("uplink") is not True:
        return [BoxRow("watch", t("提醒程序没有运行，负责人收不到提醒"), t("请告诉技术员。"))]
    failing = [
        each.name for each in reminders if each.name in messages and messages[each.name].outcome == "failed"
    ]
    return [
        BoxRow("watch", t("提醒发不出去：{name}", name=name), t("请告诉技术员。"), messages[name].detail)
        for name in failing
    ]
