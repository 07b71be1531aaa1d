"""The part *equipment* of the page today: open faults, checks and the monitor's state in, rows in words out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from web_panel.equipment_words import FAULTS, TROUBLES
from web_panel.ledger_door import CheckedLine, LedgerView, OpenFault
from web_panel.translating import Translator

When = Callable[[int], str]
"""A moment (ns UTC) in words."""


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A fact of the equipment. tone: calm | watch | trouble; detail: for the technician, as the driver told it."""

    tone: str
    words: str
    advice: str = ""
    detail: str = ""


def dicts(value: object) -> list[Mapping[str, Any]]:
    """The mappings in `value`: a state comes from another process, of perhaps another version."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def hears(line: Mapping[str, Any]) -> bool:
    """Whether a call on `line` would be noticed."""
    kinds = {trouble.get("kind") for trouble in dicts(line.get("troubles"))}
    return line.get("state") not in ("starting", "lost") and not kinds & {"line_lost", "no_loop"}


def deaf(state: Mapping[str, Any]) -> bool:
    """Whether there are lines and not one of them hears anything."""
    lines = dicts(state.get("lines"))
    return bool(lines) and not any(map(hears, lines))


def box_rows(held: LedgerView, state: Mapping[str, Any] | None, t: Translator, when: When) -> list[BoxRow]:
    """Every row, the monitor first."""
    rows = [_monitoring(state, t)]
    rows += [_fault(fault, t, when) for fault in held.faults]
    told: set[str] = set()
    for check in held.checks:
        rows.append(_check(check, t, when, told))
        told.add(check.detail)
    if not held.checks:
        rows.append(BoxRow("calm", t("还没有做过线路自查，每天会自动做一次")))
    return rows


def _monitoring(state: Mapping[str, Any] | None, t: Translator) -> BoxRow:
    if state is None:
        return BoxRow("trouble", t("监测程序没有运行"))
    if deaf(state):
        return BoxRow("trouble", t("没有一条线能听到来电"), t("请看上面每条线写的办法；刚开机请等一分钟。"))
    return BoxRow("calm", t("正在监测"))


def _fault(fault: OpenFault, t: Translator, when: When) -> BoxRow:
    words, advice = {**TROUBLES, **FAULTS}.get(fault.kind, ("有故障", "请告诉技术员。"))
    told = t("{fault}（{when} 起）", fault=t(words), when=when(fault.since))
    if fault.line is None:
        return BoxRow("trouble", told, t(advice))
    which = fault.detail if fault.kind in ("ear_lost", "line_lost") else ""
    return BoxRow("trouble", f"{fault.line} {told}", detail=which)  # what to do stands at the line


def _check(check: CheckedLine, t: Translator, when: When, told: Set[str]) -> BoxRow:
    what = t("指示灯") if check.line is None else check.line
    if check.passed:
        return BoxRow("calm", t("{what} 自查正常（{when}）", what=what, when=when(check.wall)))
    words = t("{what} 自查没有通过（{when}）", what=what, when=when(check.wall))
    if check.detail in told:  # the same, line after line: once is enough
        return BoxRow("watch", words)
    return BoxRow("watch", words, t("请告诉技术员。"), check.detail)
