"""Who is on duty: a weekly plan, dates that go before it, mistakes told with their place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from firmware_app.calls.duty import on_duty, problems

PLAN = {
    "week": {"mon": "王芳、李强", "tue": "张伟"},
    "dates": {"2026-11-24": "赵敏（上午）", "2026-11-30": ""},
}


@pytest.mark.parametrize(
    ("day", "names"),
    [("2026-11-23", "王芳、李强"), ("2026-11-24", "赵敏（上午）"), ("2026-11-30", ""), ("2026-11-25", "")],
)
def test_a_date_goes_before_its_weekday(day: str, names: str) -> None:
    assert on_duty(PLAN, date.fromisoformat(day)) == names


def test_without_a_plan_nobody_is_named() -> None:
    for content in (None, {}, {"week": 1}):
        assert on_duty(content, date(2026, 11, 23)) == ""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], "must be an object with the keys week and dates"),
        ({"weeks": {}}, "must be an object with the keys week and dates"),
        ({"week": []}, "week: must be an object with keys mon to sun"),
        ({"week": {"montag": ""}}, "week: must be an object with keys mon to sun"),
        ({"dates": []}, "dates: must be an object whose keys are dates, 800 at most"),
        ({"dates": {"11-24": ""}}, "dates: must be an object whose keys are dates, 800 at most"),
        ({"week": {"mon": 1}}, "week.mon: must be text of at most 100 characters"),
        ({"dates": {"2026-11-24": "王" * 101}}, "dates.2026-11-24: must be text of at most 100 characters"),
    ],
)
def test_each_mistake_is_told_with_its_place(content: Any, told: str) -> None:  # noqa: ANN401
    (wrong,) = problems(content)
    assert wrong.en == told
    assert wrong.zh != told


def test_too_many_dates() -> None:
    days = [date.fromordinal(739_000 + n).isoformat() for n in range(801)]
    assert problems({"dates": dict.fromkeys(days, "王芳")})
    assert problems({"dates": dict.fromkeys(days[:800], "王芳")}) == ()
