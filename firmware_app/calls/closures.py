"""The document `closures` in; when the point is closed for a while, what is wrong, and whether a change is still allowed, out. Pure.

    {"closures": [{"id": "c1", "from": "2026-11-24T14:30", "to": "2026-11-24T17:30", "reason": "停电", "approved_by": "王站长"}]}

Times are those of the point's clock; [from, to). A closure takes calls out of the count, so it needs a reason and somebody who
approved it, and is put on record before or at most 24 h after it begins; from then on it never changes (DOMAIN 2.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from firmware_app.calls.civil_time import DAY, HOUR, reading_of, wall_of
from firmware_app.wording import Text

LATEST = 24 * HOUR  # after its beginning
LONGEST = 366 * DAY
MOST = 2_000  # of a point in all its years
LONGEST_TEXT = 200  # characters of a reason; of who approved it, too

KEYS = ("id", "from", "to", "reason", "approved_by")


@dataclass(frozen=True, slots=True)
class Closure:
    """start, end: walls, ns of UTC, [start, end)."""

    id: str
    start: int
    end: int
    reason: str
    approved_by: str


def from_document(content: object, zone: ZoneInfo) -> tuple[Closure, ...]:
    """The closures of a document, by their beginning; none of one that is not as it must be (see `problems`)."""
    if problems(content) or not isinstance(content, Mapping):
        return ()
    found = [_closure(each, zone) for each in content["closures"]]
    return tuple(sorted(found, key=lambda closure: (closure.start, closure.id)))


def _closure(content: Mapping[str, Any], zone: ZoneInfo) -> Closure:
    start, end = (wall_of(reading_of(content[key]) or 0, zone) for key in ("from", "to"))
    return Closure(content["id"], start, end, content["reason"], content["approved_by"])


def intervals(closures: Sequence[Closure]) -> tuple[tuple[int, int], ...]:
    """When the point is closed, as disjoint intervals in order."""
    merged: list[tuple[int, int]] = []
    for closure in closures:
        if merged and closure.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closure.end))
        elif closure.start < closure.end:
            merged.append((closure.start, closure.end))
    return tuple(merged)


def changed(before: Sequence[Closure], after: Sequence[Closure]) -> tuple[Closure, ...]:
    """What differs: the closures that went, came, or were otherwise."""
    return tuple(closure for closure in {*before, *after} if not (closure in before and closure in after))


def late_change(before: Sequence[Closure], after: Sequence[Closure], now: int) -> Text | None:
    """Why these closures may not take the place of those at `now` (ns of UTC); None when they may."""
    known = {closure.id for closure in before}
    for closure in sorted(changed(before, after), key=lambda closure: (closure.start, closure.id)):
        if closure.start + LATEST >= now:
            continue
        if closure.id in known:
            return Text(
                f"停止服务“{closure.reason}”开始已超过 24 小时，不能再更改或撤销；需要时请另登记一条",
                f"the closure “{closure.reason}” began more than 24 hours ago and cannot be changed any more; record another one if need be",
            )
        return Text(
            "停止服务须在开始前登记，最迟在开始后 24 小时内；这一条开始得太早，已不能登记",
            "a closure is recorded before it begins, or at most 24 hours after; this one began too long ago",
        )
    return None


# ---- what is wrong


def problems(content: object) -> tuple[Text, ...]:
    """Everything that is wrong with a document: what, where, and what is allowed. Empty when nothing is."""
    if not isinstance(content, Mapping) or set(content) != {"closures"}:
        return (Text("须是一个对象，只有一个键 closures", "must be an object with the one key closures"),)
    closures = content["closures"]
    if not isinstance(closures, list) or len(closures) > MOST:
        return (Text(f"closures：须是列表，最多 {MOST} 条", f"closures: must be a list of at most {MOST}"),)
    wrong: list[Text] = []
    known: set[str] = set()
    for place, closure in enumerate(closures):
        wrong += _problems_of(f"closures[{place}]", closure, known)
    return tuple(wrong)


def _problems_of(where: str, closure: object, known: set[str]) -> list[Text]:
    if not isinstance(closure, Mapping) or set(closure) != set(KEYS):
        names = ", ".join(KEYS)
        return [
            Text(f"{where}：须是一个对象，键是 {names}", f"{where}: must be an object with the keys {names}")
        ]
    wrong = [
        Text(
            f"{where}.{key}：须是 1 到 {LONGEST_TEXT} 个字",
            f"{where}.{key}: must be 1 to {LONGEST_TEXT} characters",
        )
        for key in ("id", "reason", "approved_by")
        if not (isinstance(closure[key], str) and 0 < len(closure[key].strip()) <= LONGEST_TEXT)
    ]
    if closure["id"] in known if isinstance(closure["id"], str) else False:
        wrong.append(Text(f"{where}.id：重复", f"{where}.id: is there twice"))
    elif isinstance(closure["id"], str):
        known.add(closure["id"])
    return wrong + _problems_of_times(where, closure)


def _problems_of_times(where: str, closure: Mapping[str, Any]) -> list[Text]:
    readings = {key: _reading(closure[key]) for key in ("from", "to")}
    wrong = [
        Text(
            f"{where}.{key}：须是时刻，如 2026-11-24T14:30",
            f"{where}.{key}: must be a moment, e.g. 2026-11-24T14:30",
        )
        for key, reading in readings.items()
        if reading is None
    ]
    start, end = readings["from"], readings["to"]
    if start is None or end is None:
        return wrong
    if start >= end:
        wrong.append(Text(f"{where}：开始须早于结束", f"{where}: must begin before it ends"))
    elif end - start > LONGEST:
        wrong.append(Text(f"{where}：最长 366 天", f"{where}: 366 days at most"))
    return wrong


def _reading(value: object) -> int | None:
    return reading_of(value) if isinstance(value, str) else None
