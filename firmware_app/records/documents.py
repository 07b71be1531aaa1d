"""What a site document must look like: its name and content in, the sentence that says what is wrong, or None, out.

Pure. Known names have a shape of their own; others are kept as they are (a JSON object), so that the centre may add one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from firmware_app.calls import (
    callback_rules,
    closures,
    dial_plan,
    duty,
    holiday_calendar,
    machine_answers,
    modules,
    service_hours,
)
from firmware_app.records.entry_bytes import canonical
from firmware_app.wording import Text

MOST_DOCUMENTS = (
    2_000  # TinyDB rewrites the whole file at each change: 6 ms at 2,000 on the measuring box, 74 at 10,000
)
LONGEST = 200_000  # characters of one document

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


def refusal_of(name: str, content: object) -> Text | None:
    """What is wrong with a document, None when nothing is."""
    if not _NAME.fullmatch(name):
        return Text("文档名只能用小写字母、数字和 _ . -", "a document's name is made of a-z, 0-9, _ . and -")
    if not isinstance(content, dict):
        return Text("文档须是一个 JSON 对象", "a document is one JSON object")
    if len(canonical(content)) > LONGEST:
        return Text(f"文档超过 {LONGEST} 个字符", f"the document is longer than {LONGEST} characters")
    year = holiday_calendar.year_of(name)
    if year is not None:
        return _told(holiday_calendar.problems(content, year))
    shape = _SHAPES.get(name)
    return None if shape is None else shape(content)


def _profile(content: Mapping[str, Any]) -> Text | None:
    texts = ("id", "name", "address", "level", "phone", "head", "support")
    wrong = [key for key in texts if not isinstance(content.get(key, ""), str)]
    return _not_text(wrong) if wrong else None


def _lines(content: Mapping[str, Any]) -> Text | None:
    for line, known in content.items():
        if not isinstance(known, dict):
            return Text(f"线路 {line} 须是一个对象", f"line {line} must be an object")
        wrong = [f"{line}.{key}" for key in ("name", "number") if not isinstance(known.get(key, ""), str)]
        if wrong:
            return _not_text(wrong)
        told = [told for fits, told in _LINE_KEYS if not fits(known)]
        if told:
            return Text(f"{line}.{told[0].zh}", f"{line}.{told[0].en}")
    return None


_LINE_KEYS: tuple[tuple[Callable[[Mapping[str, Any]], bool], Text], ...] = (
    (
        dial_plan.prefix_fits,
        Text("outside_prefix：须是至多 4 位数字", "outside_prefix: must be at most 4 digits"),
    ),
    (
        lambda known: isinstance(known.get("zero_before_mobile", False), bool),
        Text("zero_before_mobile：须是 true 或 false", "zero_before_mobile: must be true or false"),
    ),
    (
        machine_answers.fits,
        Text(
            "answered_by_machine_after_s：须是 1 到 120 的秒数，没有机器写 false",
            "answered_by_machine_after_s: must be 1 to 120 seconds, or false where there is no machine",
        ),
    ),
)


def _not_text(keys: list[str]) -> Text:
    return Text(f"须是文字：{'、'.join(keys)}", f"must be text: {', '.join(keys)}")


def _told(wrong: Sequence[Text]) -> Text | None:
    return Text("；".join(each.zh for each in wrong), "; ".join(each.en for each in wrong)) if wrong else None


_SHAPES: Mapping[str, Callable[[Mapping[str, Any]], Text | None]] = {
    "profile": _profile,
    "lines": _lines,
    "service_hours": lambda content: _told(service_hours.problems(content)),
    "callback_rules": lambda content: _told(callback_rules.problems(content)),
    "closures": lambda content: _told(closures.problems(content)),
    "duty": lambda content: _told(duty.problems(content)),
    "modules": lambda content: _told(modules.problems(content)),
}
