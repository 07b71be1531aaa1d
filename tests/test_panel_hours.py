"""The pages of the service hours: what holds, the holiday calendar, duty, who may; a bad form keeps what was typed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hours_box import clerk_at, delivered, held, message, put, shown
from tests.panel_box import NOON, Box, Desk, panel

YEAR = {"year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with delivered(tmp_path) as box:
        yield box


@pytest.fixture
def desk(box: Box) -> Iterator[Desk]:
    with clerk_at(box) as desk:
        yield desk


# ---- what holds


def test_it_says_whether_the_point_is_open_and_what_two_weeks_bring(box: Box, desk: Desk) -> None:
    page = shown(desk)
    assert "现在：服务时间外，14:30 开始" in page
    assert "11-23 周一 今天 08:30-12:00 14:30-17:30" in page
    assert "12-06 周日 休息" in page
    assert "周一至周五 08:30-12:00 14:30-17:30" in page
    assert "春节 02-15 – 02-23 放假；02-14、02-28 上班" in page
    box.later(3 * 3600)
    assert "现在：服务时间内，到 17:30" in shown(desk)
    box.later(3 * 3600)
    assert "现在：服务时间外，明天 08:30 开始" in shown(desk)
    box.later(4 * 24 * 3600)
    desk.sign_in()
    assert "现在：服务时间外，11-30 周一 08:30 开始" in shown(desk)


def test_it_can_be_reached_from_every_page_and_speaks_english(desk: Desk) -> None:
    assert 'href="/hours"' in desk.page("/")
    desk.send("/language", language="en", back="hours.page")
    page = shown(desk)
    assert "Now: out of service hours, opens 14:30" in page
    assert "Mon to Fri 08:30-12:00 14:30-17:30" in page


def test_holidays_and_make_up_days_are_named(box: Box, desk: Desk) -> None:
    box.later(-45 * 24 * 3600)  # Friday 2026-10-09
    page = shown(desk)
    assert "10-07 周三 休息 国庆节放假" in page
    assert "10-10 周六 08:30-12:00 14:30-17:30 国庆节调休上班" in page


@pytest.mark.parametrize("address", ["/", "/hours", "/hours/week", "/password"])
def test_a_missing_year_is_said_on_every_page(desk: Desk, address: str) -> None:
    assert "2027 年的放假安排未发布或没有导入，暂按周末推算。" in desk.page(address)


def test_a_year_that_is_there_is_not_missed(box: Box, desk: Desk) -> None:
    put(box, "calendar.2027", YEAR)
    assert "未发布" not in desk.page("/")


def test_who_is_not_signed_in_sees_nothing(box: Box) -> None:
    with panel(box) as (app, _live):
        page = app.test_client().get("/hours", follow_redirects=True).text
    assert "08:30" not in page
    assert "放假安排" not in page


def test_a_point_without_hours_is_asked_for_them(tmp_path: Path) -> None:
    box = Box(tmp_path, NOON)
    box.account()
    box.start()
    with panel(box) as (app, _live):
        desk = Desk(app.test_client())
        desk.sign_in()
        assert "还没有设置服务时间" in shown(desk)
        assert "放假安排" not in desk.page("/")
        assert desk.send("/hours/week", **{"from": "2026-11-23", "mon0": "9:00-10:00"}).status_code == 303
        assert "11-23 周一 今天 09:00-10:00" in shown(desk)
    box.close()


# ---- the holiday calendar


def test_a_year_is_imported_by_pasting(box: Box, desk: Desk) -> None:
    pasted = json.dumps({"$schema": "x", **YEAR}, ensure_ascii=False)
    assert desk.send("/hours/calendar", pasted=pasted).status_code == 303
    assert held(box, "calendar.2027") == YEAR
    page = shown(desk)
    assert "已导入 2027 年放假安排，共 1 天" in page
    assert "未发布" not in page


def test_a_year_is_imported_from_a_file(box: Box, desk: Desk) -> None:
    file = (io.BytesIO(b"\xef\xbb\xbf" + json.dumps(YEAR).encode()), "2027.json")
    assert desk.send("/hours/calendar", pasted="", file=file).status_code == 303
    assert held(box, "calendar.2027") == YEAR


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("", "请粘贴内容，或选一个文件"),
        ("元旦放假三天", "这不是 JSON 格式的放假安排"),
        ("[" * 10_000, "这不是 JSON 格式的放假安排"),
        ("[1]", "放假安排须是一个对象"),
        ('{"year": 2027}', "days：须是 1 到 120 天的列表"),
        (
            '{"year": 2027, "days": [{"name": "元旦", "date": "2028-01-01", "isOffDay": true}]}',
            "days[0].date",
        ),
    ],
)
def test_a_bad_calendar_is_told_and_what_was_pasted_stays(
    box: Box, desk: Desk, pasted: str, told: str
) -> None:
    answer = desk.send("/hours/calendar", pasted=pasted)
    assert answer.status_code == 422
    assert told in message(answer.text)
    assert pasted[:20].replace('"', "&#34;") in answer.text
    assert "calendar.2027" not in box.ledger.documents()


def test_the_same_calendar_again_changes_nothing(box: Box, desk: Desk) -> None:
    put(box, "calendar.2027", YEAR)
    answer = desk.send("/hours/calendar", pasted=json.dumps(YEAR))
    assert answer.status_code == 422
    assert "内容没有变化" in message(answer.text)


# ---- duty


def test_the_duty_plan_is_shown_day_by_day(box: Box, desk: Desk) -> None:
    answer = desk.send(
        "/hours/duty", mon="王芳、李强", tue="张伟", date=["2026-11-24", ""], names=["赵敏", ""]
    )
    assert answer.status_code == 303
    page = shown(desk)
    assert "今天 08:30-12:00 14:30-17:30 值班：王芳、李强" in page
    assert "11-24 周二 08:30-12:00 14:30-17:30 值班：赵敏" in page
    assert "12-01 周二 08:30-12:00 14:30-17:30 值班：张伟" in page
    assert 'value="赵敏"' in desk.page("/hours/duty")


def test_a_day_that_is_cleared_goes_back_to_the_week_and_past_days_stay(box: Box, desk: Desk) -> None:
    put(box, "duty", {"week": {"mon": "王芳"}, "dates": {"2026-11-01": "李强", "2026-11-24": "赵敏"}})
    desk.send("/hours/duty", mon="王芳", shown="2026-11-24", date=[""], names=[""])
    assert held(box, "duty") == {"week": {"mon": "王芳"}, "dates": {"2026-11-01": "李强"}}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mon": "王" * 101}, "名字太长"),
        ({"date": ["明天"], "names": ["赵敏"]}, "“明天”不是日期"),
        ({"date": ["2026-11-24"], "names": ["王" * 101]}, "名字太长"),
    ],
)
def test_a_bad_duty_plan_is_told_and_what_was_typed_stays(
    box: Box, desk: Desk, fields: dict[str, Any], told: str
) -> None:
    answer = desk.send("/hours/duty", **{"tue": "阿依古丽", **fields})
    assert answer.status_code == 422
    assert told in message(answer.text)
    assert 'value="阿依古丽"' in answer.text
    typed = [fields["mon"]] if "mon" in fields else [*fields["date"], *fields["names"]]
    assert all(f'value="{value}"' in answer.text for value in typed)
    assert "duty" not in box.ledger.documents()


# ---- who may


def test_a_form_without_its_token_changes_nothing(box: Box, desk: Desk) -> None:
    for address in ("/hours/week", "/hours/closure", "/hours/calendar", "/hours/duty", "/hours/week/withdraw", "/hours/closure/withdraw"):  # fmt: skip
        assert desk.client.post(address, data={"from": "2026-11-23"}).status_code == 400
    assert box.asked == []


def test_who_was_away_long_gives_the_password_before_filling_in_a_form(box: Box, desk: Desk) -> None:
    box.later(31 * 60)
    assert "请先再输入一次密码" in desk.page("/hours/week")
    answer = desk.sign_in()
    assert answer.headers["Location"] == "/hours/week"
