"""How many callers wait, and for how long, in; the words for the head of the point out. Pure.

A message is made of nothing else: no number and no name can get into it, for none comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from device.signals import SECOND
from firmware_app.wording import Text

MINUTE = 60 * SECOND
NO_REASON = Text("", "")
WAITING, HELP, TEST = "waiting", "help", "test"  # occasions of a message


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends. waiting: callers; oldest: whole working minutes that the first of them has waited."""

    occasion: str
    site: str
    site_name: str
    subject: str
    text: str
    waiting: int = 0
    oldest: int = 0


class Fate(Enum):
    """What became of a message. UNSURE: it was sent and no answer came; it may have arrived."""

    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Outcome:
    """why: for the technician; without secrets, and without numbers for none is known."""

    fate: Fate
    why: Text = NO_REASON


SENT = Outcome(Fate.SENT)


def failed(zh: str, en: str) -> Outcome:
    return Outcome(Fate.FAILED, Text(zh, en))


def unsure(zh: str, en: str) -> Outcome:
    return Outcome(Fate.UNSURE, Text(zh, en))


def reminder(site: str, site_name: str, waiting: int, oldest: int, language: str) -> Message:
    """`waiting` callers have not been called back; the first has waited `oldest` ns of opening time."""
    minutes = max(0, oldest // MINUTE)
    hours, rest = divmod(minutes, 60)
    zh = f"{hours} 小时 {rest} 分钟" if hours else f"{rest} 分钟"
    en = f"{hours} h {rest} min" if hours else f"{rest} min"
    text = Text(
        f"【铃守】{site_name}：有 {waiting} 个漏接来电还没有回拨，等得最久的已等 {zh}（只算服务时间）。请安排回拨。",
        f"[Ringkeeper] {site_name}: {waiting} missed calls have not been called back; the first has waited {en}"
        " of opening time. Please see to it.",
    )
    subject = Text(
        f"铃守：{waiting} 个漏接来电等待回拨", f"Ringkeeper: {waiting} missed calls wait for a call back"
    )
    return Message(
        WAITING, site, site_name, subject.in_language(language), text.in_language(language), waiting, minutes
    )


def call_for_help(site: str, site_name: str, line: str | None, language: str) -> Message:
    """Somebody at the desk, on `line` as far as known, needs another beside them; of the caller nothing is told."""
    place = Text(f"{line} 线上的值守人员", f"whoever is on {line}") if line else Text("值守人员", "the desk")
    text = Text(
        f"【铃守】{site_name}：{place.zh}请支援，请马上过去或派人过去。",
        f"[Ringkeeper] {site_name}: {place.en} asks for help. Please go there, or send somebody, at once.",
    )
    subject = Text("铃守：有人请支援", "Ringkeeper: help is asked for")
    return Message(HELP, site, site_name, subject.in_language(language), text.in_language(language))


def trial(site: str, site_name: str, channel: str, language: str) -> Message:
    """A message that only shows that `channel` works."""
    text = Text(
        f"【铃守】{site_name}：这是一条测试消息。收到它，说明提醒通道“{channel}”已接通。",
        f"[Ringkeeper] {site_name}: this is a test. That you read it shows that the channel {channel} works.",
    )
    subject = Text("铃守：测试消息", "Ringkeeper: a test")
    return Message(TEST, site, site_name, subject.in_language(language), text.in_language(language))
