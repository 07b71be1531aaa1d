"""What a person typed about service hours in; the document it stands for, or sentences that say what to mend, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from firmware_app.calls.civil_time import reading_of
from firmware_app.calls.closures import LONGEST_TEXT
from firmware_app.calls.duty import LONGEST as LONGEST_NAMES
from firmware_app.calls.service_hours import DAYS, is_date, versions_of
from firmware_app.calls.typed_times import is_same, moment_of, season_start_of, windows_of
from web_panel.translating import Translator

DAY_WORDS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
BLOCKS = 4  # seasons that a form has at most
DUTY_ROWS = 6  # empty rows for single days

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What to mend. field: its name in the form."""

    field: str
    text: str


def typed_windows(windows: Sequence[Sequence[str]]) -> str:
    """Windows as the form shows them."""
    return " ".join(f"{start}-{end}" for start, end in windows)


# ---- the weekly hours


def hours_fields(content: Mapping[str, Any] | None, today: date) -> dict[str, str]:
    """The form, filled with what holds today; from: today."""
    held = _held(content, today)
    fields = {
        "from": today.isoformat(),
        "holidays": held.get("holidays", "closed"),
        "makeup": held.get("makeup", "mon"),
    }
    for place, season in enumerate(held.get("seasons", [])):
        fields[f"name{place}"] = season.get("name", "")
        fields[f"start{place}"] = season["from"] if len(held["seasons"]) > 1 else ""
        for day in DAYS:
            fields[f"{day}{place}"] = typed_windows(season["week"].get(day, []))
    return fields


def _held(content: Mapping[str, Any] | None, today: date) -> Mapping[str, Any]:
    """The version that holds on `today`, else the first there will be."""
    versions = [] if content is None else versions_of(content)
    begun = [each for each in versions if each.get("from", "") <= today.isoformat()]
    return (begun[-1:] or list(versions[:1]) or [{}])[0]


def hours_document(
    form: Form, content: Mapping[str, Any] | None, today: date, t: Translator
) -> tuple[dict[str, Any], list[Wrong]]:
    """The document `service_hours` with one version more, or in the place of one that begins on the same day."""
    start = form.get("from", "").strip()
    wrong: list[Wrong] = []
    if not is_date(start):
        wrong.append(Wrong("from", t("请选从哪一天起执行，例如 2026-10-01。")))
    elif start < today.isoformat():
        wrong.append(
            Wrong("from", t("新的服务时间最早从今天起执行：以前的来电已按当时的规定判定，不会改变。"))
        )
    blocks = [place for place in range(BLOCKS) if place == 0 or _is_used(form, place)]
    seasons = [_season(form, place, len(blocks) > 1, wrong, t) for place in blocks]
    if len({season["from"] for season in seasons}) < len(seasons):
        wrong.append(Wrong("start1", t("两个季节不能同一天开始。")))
    version = {
        "from": start,
        "holidays": form.get("holidays", "closed"),
        "makeup": form.get("makeup", "mon"),
        "seasons": seasons,
    }
    others = [] if content is None else [each for each in versions_of(content) if each.get("from") != start]
    return {"versions": sorted([*others, version], key=lambda each: each.get("from", ""))}, wrong


def _is_used(form: Form, place: int) -> bool:
    return any(form.get(f"{key}{place}", "").strip() for key in ("name", "start", *DAYS))


def _season(form: Form, place: int, several: bool, wrong: list[Wrong], t: Translator) -> dict[str, Any]:
    name = form.get(f"name{place}", "").strip()
    start = season_start_of(form.get(f"start{place}", "")) if several else "01-01"
    if start is None:
        wrong.append(Wrong(f"start{place}", t("季节从哪天开始没有看懂，请写成 05-01。")))
    if len(name) > 20:
        wrong.append(Wrong(f"name{place}", t("季节的名称太长，请用 20 个字以内。")))
    week: dict[str, list[list[str]]] = {}
    before: list[list[str]] = []
    for day, word in zip(DAYS, DAY_WORDS, strict=True):
        typed = form.get(f"{day}{place}", "")
        found = before if is_same(typed) else windows_of(typed)
        if found is None:
            text = t("{day}的“{typed}”没有看懂：请按先后写成 08:30-12:00 14:30-17:30，休息就空着。", day=t(word), typed=typed.strip())  # fmt: skip
            wrong.append(Wrong(f"{day}{place}", text))
        before = week[day] = found or []
    return {"name": name, "from": start or "", "week": week}


def without_version(content: Mapping[str, Any], start: str, today: date) -> dict[str, Any] | None:
    """The document without the version that begins on `start`; None where there is none, or it holds already."""
    versions = list(versions_of(content))
    left = [each for each in versions if each.get("from") != start]
    return {"versions": left} if left and len(left) < len(versions) and start > today.isoformat() else None


# ---- closures


def closure_of(form: Form, name: str, t: Translator) -> tuple[dict[str, str], list[Wrong]]:
    """A closure with the id `name`."""
    found = {"id": name} | {key: form.get(key, "").strip() for key in ("from", "to", "reason", "approved_by")}
    wrong: list[Wrong] = []
    for key, text in (("from", t("请填写什么时候开始，例如 2026-11-24 14:30。")), ("to", t("请填写什么时候结束，例如 2026-11-24 17:30。"))):  # fmt: skip
        found[key] = moment_of(found[key])
        if reading_of(found[key]) is None:
            wrong.append(Wrong(key, text))
    if not wrong and found["from"] >= found["to"]:
        wrong.append(Wrong("to", t("结束须在开始之后。")))
    for key, text in (("reason", t("请写明原因，例如：停电、培训、集中活动。")), ("approved_by", t("请写明谁批准的，例如站长姓名。"))):  # fmt: skip
        if not 0 < len(found[key]) <= LONGEST_TEXT:
            wrong.append(Wrong(key, text))
    return found, wrong


# ---- duty


def duty_document(
    form: Form, days: Sequence[tuple[str, str]], known: Mapping[str, Any], t: Translator
) -> tuple[dict[str, Any], list[Wrong]]:
    """The duty plan. days: dates and names as typed; known: the plan until now, whose past dates stay."""
    week = {day: form.get(day, "").strip() for day in DAYS}
    dates: dict[str, str] = dict(known.get("dates", {}))
    for day in form.get("shown", "").split():
        dates.pop(day, None)
    wrong = [
        Wrong(day, t("值班人员的名字太长，请用 {n} 个字以内。", n=LONGEST_NAMES))
        for day, names in (*week.items(), *days)
        if len(names) > LONGEST_NAMES
    ]
    for day, names in days:
        if not day and not names.strip():
            continue
        if not is_date(day):
            wrong.append(Wrong("dates", t("“{typed}”不是日期，请写成 2026-11-25。", typed=day)))
        else:
            dates[day] = names.strip()
    return {"week": {day: names for day, names in week.items() if names}, "dates": dates}, wrong
