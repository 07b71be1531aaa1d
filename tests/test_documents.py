"""Which site documents are refused, and why."""

from __future__ import annotations

import pytest

from firmware_app.records.documents import LONGEST, refusal_of


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("profile", {"id": "s", "name": "甲站", "address": "", "more": 1}),
        ("profile", {}),
        ("lines", {"L1": {"name": "窗口", "number": "03560000001"}}),
        (
            "lines",
            {"L1": {"outside_prefix": "9", "zero_before_mobile": True, "answered_by_machine_after_s": 20.5}},
        ),
        ("lines", {"L1": {"outside_prefix": "", "answered_by_machine_after_s": None}}),
        ("lines", {"L1": {"answered_by_machine_after_s": False}}),
        ("lines", {}),
        ("modules", {"cards": False, "kiosk": True}),
        ("modules", {}),
        ("callback_rules", {"timely_min": 20, "amber_min": 10, "red_min": 20}),
        ("service_hours", {"week": {"mon": [["08:30", "12:00"], ["14:30", "17:30"]]}}),
        ("holidays.2026", {"days": [1]}),
    ],
)
def test_a_document_that_fits(name: str, content: object) -> None:
    assert refusal_of(name, content) is None


@pytest.mark.parametrize(
    ("name", "content", "zh", "en"),
    [
        ("", {}, "文档名", "name"),
        ("Profile", {}, "文档名", "name"),
        ("a" * 65, {}, "文档名", "name"),
        ("profile", [], "对象", "object"),
        ("modules", {"today": False}, "today", "today"),
        ("modules", {"cards": 0}, "cards", "cards"),
        ("modules", {"cards": "no"}, "true", "true"),
        ("any", {"a": "b" * LONGEST}, str(LONGEST), str(LONGEST)),
        ("profile", {"name": 1, "id": None}, "id、name", "id, name"),
        ("lines", {"L1": "窗口"}, "线路 L1", "line L1"),
        ("lines", {"L1": {"name": 1}}, "L1.name", "L1.name"),
        ("lines", {"L1": {"outside_prefix": "9w"}}, "L1.outside_prefix", "at most 4 digits"),
        ("lines", {"L1": {"outside_prefix": 9}}, "L1.outside_prefix", "at most 4 digits"),
        ("lines", {"L1": {"zero_before_mobile": 1}}, "L1.zero_before_mobile", "true or false"),
        ("lines", {"L1": {"answered_by_machine_after_s": 0.5}}, "1 到 120", "1 to 120"),
        ("lines", {"L1": {"answered_by_machine_after_s": True}}, "1 到 120", "1 to 120"),
        ("callback_rules", {"timely_min": 0, "x": 1}, "timely_min", "x: unknown key"),
        (
            "service_hours",
            {"week": {"mon": [["12:00", "08:30"]], "dim": []}},
            "week.dim：未知的键",
            "week.mon[0]: must start",
        ),
    ],
)
def test_a_document_that_does_not_fit_is_refused_with_the_reason(
    name: str, content: object, zh: str, en: str
) -> None:
    wrong = refusal_of(name, content)
    assert wrong is not None
    assert zh in wrong.zh
    assert en in wrong.en
