"""Calls and call-backs as rows of a paper: rows of the ledger in, columns and cells out. Pure.

Numbers come out masked, except on a paper that was asked for in full, with a reason; free text only on that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from device.signals import SECOND
from firmware_app.calls.callback import REASONS, STATES
from firmware_app.calls.phone_number import parse
from firmware_app.papers.paper import Column, Row
from firmware_app.records.call_list import CallRow
from firmware_app.records.paper_rows import RegisterRow
from firmware_app.records.privacy import mask_name, mask_number
from web_panel.calls_view import outcome, say
from web_panel.formatting import local
from web_panel.translating import Translator

TRIES = 3  # columns of the register


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a paper is: language, zone of the point, the lines' own numbers, and whether numbers stand in full."""

    t: Translator
    zone: tzinfo
    own_numbers: Mapping[str, str]
    full: bool = False

    def who(self, number: str | None, absence: str | None, line: str) -> str:
        if number:
            own = self.own_numbers.get(line, "")
            return parse(number, own).display if self.full else mask_number(number, own)
        return self.t("私人号码") if absence == "private" else self.t("号码未知")

    def name(self, name: str | None) -> str:
        return (name if self.full else mask_name(name)) if name else ""

    def at(self, wall: int | None) -> datetime | str:
        return "" if wall is None else local(wall, self.zone)

    def in_hours(self, known: bool | None) -> str:
        return self.t({True: "是", False: "否", None: "不清楚"}[known])


def _seconds(duration: int | None) -> float | str:
    """Cut off, never rounded up: what rang on past 15 s is told by the outcome."""
    return "" if duration is None else duration * 1000 // SECOND / 1000


def call_columns(t: Translator) -> tuple[Column, ...]:
    heads = (
        ("开始时间", 24, 27),
        ("线路", 6, 6),
        ("方向", 8, 6),
        ("号码", 18, 18),
        ("姓名", 10, 10),
        ("结果", 30, 28),
        ("响铃（秒）", 10, 9),
        ("接起用了（秒）", 12, 11),
        ("通话（秒）", 10, 9),
        ("服务时间", 10, 9),
        ("说明", 14, 12),
    )
    return tuple(Column(t(words), *widths) for words, *widths in heads)


def call_row(row: CallRow, reader: Reader) -> Row:
    t = reader.t
    outbound = row.direction == "outbound"
    said = [t("人工补录")] if row.direction == "remembered" else []
    said += [t("由人确认")] if row.settled else []
    return Row(
        (
            reader.at(row.started_wall),
            row.line,
            t("打出") if outbound else t("打进"),
            reader.who(row.number, row.absence, row.line),
            reader.name(row.name),
            outcome(row, t),
            "" if outbound else _seconds(row.ringing),
            "" if outbound else _seconds(row.answer_delay),
            _seconds(row.talk),
            "" if outbound else reader.in_hours(row.in_hours),
            " ".join(said),
        )
    )


def register_columns(t: Translator) -> tuple[Column, ...]:
    heads = (
        ("来电时间", 24, 18),
        ("号码", 18, 18),
        ("次数", 6, 6),
        ("振铃时长（秒）", 10, 10),
        ("是否服务时间", 10, 9),
        ("查看人", 10, 10),
        ("查看时间", 24, 18),
        ("第一次回拨", 24, 18),
        ("第二次回拨", 24, 18),
        ("第三次回拨", 24, 18),
        ("结果", 18, 14),
        ("备注", 30, 20),
    )
    return tuple(Column(t(words), *widths) for words, *widths in heads)


def register_row(row: RegisterRow, reader: Reader) -> Row:
    tried = [reader.at(each.wall) for each in row.attempts[:TRIES]]
    return Row(
        (
            reader.at(row.since_wall),
            reader.who(row.number, row.absence, row.line),
            row.calls,
            _seconds(row.ringing),
            reader.in_hours(row.in_hours),
            row.seen_by or "",
            reader.at(row.seen_wall),
            *tried,
            *[""] * (TRIES - len(tried)),
            _result(row, reader.t),
            _remarks(row, reader),
        )
    )


def _result(row: RegisterRow, t: Translator) -> str:
    if row.state is not None:
        return say(STATES[row.state], t)
    if row.unsettled:
        return t("待确认")
    return t("没有号码，无法回拨")


def _remarks(row: RegisterRow, reader: Reader) -> str:
    t = reader.t
    found = [row.line] if len(reader.own_numbers) > 1 else []
    found += [reader.name(row.name)] if row.name else []
    if row.state is not None and row.reason is not None:
        text = REASONS.get(row.state, {}).get(row.reason)
        found += [say(text, t)] if text else []
    if row.note:
        found.append(row.note if reader.full else t("另有备注"))
    if len(row.attempts) > TRIES:
        found.append(t("一共回拨 {n} 次", n=len(row.attempts)))
    return " · ".join(found)
