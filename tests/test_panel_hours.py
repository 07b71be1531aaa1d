"""The pages of the service hours: what holds, and forms that work without JavaScript, say what to mend and keep what was typed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_app.records import entries
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.outcomes import Recorded
from tests.hours_support import SEEDS, WEEK, closure
from tests.panel_box import NOON, Box, Desk, panel, words

WINTER = {day: [["08:30", "12:00"], ["14:00", "17:00"]] for day in WEEK}
YEAR = {"year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]}


def put(box: Box, name: str, content: object, actor: str = "seed") -> None:
    outcome = box.write(entries.SiteDocumentChanged(name, 0, "", canonical(content)), actor)
    assert isinstance(outcome, Recorded), outcome


def held(box: Box, name: str) -> Any:  # noqa: ANN401
    return json.loads(box.ledger.documents()[name][2])


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Monday 2026-11-23, noon, at a point with the hours it was delivered with."""
    box = Box(tmp_path, NOON)
    for name, content in SEEDS.items():
        put(box, name, content)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.fixture
def desk(box: Box) -> Iterator[Desk]:
    with panel(box) as (app, _live):
        desk = Desk(app.test_client())
        desk.sign_in()
        yield desk


def shown(desk: Desk, address: str = "/hours") -> str:
    return words(desk.page(address))


def message(html: str) -> str:
    return words(html.split('role="alert"', 1)[-1].split("</div>", 1)[0])


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


# ---- the weekly hours


def test_new_hours_hold_from_their_date_and_the_old_ones_stay(box: Box, desk: Desk) -> None:
    answer = desk.send(
        "/hours/week",
        **{"from": "2026-11-30", "holidays": "open", "makeup": "own"},
        **{
            "mon0": "8:30～12:00、14:00-17:00",
            "tue0": "同上",
            "sat0": "９：００至１１：３０",
            "sun0": "休息",
        },
    )
    assert answer.status_code == 303
    old, new = held(box, "service_hours")["versions"]
    assert old == {"holidays": "closed", "makeup": "mon", "seasons": [{"name": "", "from": "01-01", "week": SEEDS["service_hours"]["versions"][0]["week"]}]}  # fmt: skip
    assert new["from"] == "2026-11-30"
    assert (new["holidays"], new["makeup"]) == ("open", "own")
    assert new["seasons"][0]["week"] == WINTER | {day: [] for day in ("wed", "thu", "fri", "sun")} | {"sat": [["09:00", "11:30"]]}  # fmt: skip
    page = shown(desk)
    assert "已记下：新的服务时间从 2026-11-30 起执行" in page
    assert "11-24 周二 08:30-12:00 14:30-17:30" in page
    assert "12-01 周二 08:30-12:00 14:00-17:00" in page
    assert "将要执行" in page
    assert "第 2 版 · 今天 12:00 · admin" in page
    assert box.asked[-1][2] == "admin"


def test_two_seasons(box: Box, desk: Desk) -> None:
    fields = {"from": "2026-11-23", "name0": "夏令", "start0": "5月1日", "mon0": "08:30-12:00", "name1": "冬令", "start1": "10-1", "mon1": "09:00-12:00"}  # fmt: skip
    assert desk.send("/hours/week", **fields).status_code == 303
    seasons = held(box, "service_hours")["versions"][-1]["seasons"]
    assert [(season["name"], season["from"]) for season in seasons] == [("夏令", "05-01"), ("冬令", "10-01")]
    assert "11-23 周一 今天 09:00-12:00" in shown(desk)
    form = desk.page("/hours/week")
    assert 'name="start1" placeholder="10-01" value="10-01"' in form


def test_hours_of_the_same_day_take_each_other_s_place(box: Box, desk: Desk) -> None:
    for windows in ("08:30-12:00", "09:00-12:00"):
        desk.send("/hours/week", **{"from": "2026-11-23", "mon0": windows})
    versions = held(box, "service_hours")["versions"]
    assert [version.get("from") for version in versions] == [None, "2026-11-23"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"from": ""}, "请选从哪一天起执行"),
        ({"from": "2026-11-22"}, "最早从今天起执行"),
        ({"wed0": "上午都在"}, "周三的“上午都在”没有看懂"),
        ({"wed0": "14:00-17:00 08:30-12:00"}, "没有看懂：请按先后写成"),
        ({"mon1": "08:30-12:00"}, "季节从哪天开始没有看懂"),
        ({"start0": "10-01", "start1": "10-01"}, "两个季节不能同一天开始"),
        ({"name0": "很" * 21}, "名称太长"),
        ({"holidays": "short"}, "没有记上：versions[1].holidays"),
    ],
)
def test_bad_hours_are_told_and_what_was_typed_stays(
    box: Box, desk: Desk, fields: dict[str, str], told: str
) -> None:
    before = held(box, "service_hours")
    answer = desk.send("/hours/week", **{"from": "2026-11-30", "mon0": "07:15-11:45", **fields})
    assert answer.status_code == 422
    assert told in message(answer.text)
    assert 'value="07:15-11:45"' in answer.text
    assert all(f'value="{typed}"' in answer.text for key, typed in fields.items() if key != "holidays")
    assert held(box, "service_hours") == before


def test_hours_that_do_not_hold_yet_can_be_withdrawn_and_others_cannot(box: Box, desk: Desk) -> None:
    desk.send("/hours/week", **{"from": "2026-11-30", "mon0": "08:30-12:00"})
    desk.send("/hours/week", **{"from": "2026-11-23", "mon0": "08:30-12:00"})
    for start, left in (("2026-11-30", 2), ("2026-11-30", 2), ("2026-11-23", 2), ("", 2)):
        desk.send("/hours/week/withdraw", **{"from": start})
        assert len(held(box, "service_hours")["versions"]) == left
    assert "这一条已经不能撤销" in shown(desk)


def test_when_the_monitor_is_away_what_was_typed_stays(box: Box, desk: Desk) -> None:
    box.stop()
    answer = desk.send("/hours/week", **{"from": "2026-11-30", "mon0": "07:15-11:45"})
    assert answer.status_code == 422
    assert "没有记上" in message(answer.text)
    assert 'value="07:15-11:45"' in answer.text


# ---- closures


def test_a_closure_is_recorded_with_the_calls_it_takes_out(box: Box, desk: Desk) -> None:
    box.call("15400000001", 90)
    box.call("15400000002", 240)
    form = desk.page("/hours/closure")
    assert 'name="from" required value="2026-11-23T12:00"' in form
    assert 'name="to" required value="2026-11-23T17:30"' in form
    answer = desk.send("/hours/closure", **{"from": "2026-11-23 10:00", "to": "2026/11/23 11:30", "reason": "停电", "approved_by": "王站长"})  # fmt: skip
    assert answer.status_code == 303
    page = shown(desk)
    assert "其间的 1 个来电不计入服务时间" in page
    assert "2026-11-23 10:00 – 11:30 停电 批准：王站长 admin 于 今天 12:00 补登记 其间来电 1 个" in page
    assert "今天 08:30-10:00 11:30-12:00 14:30-17:30 停止服务：停电" in page


def test_a_closure_can_be_changed_and_withdrawn_for_a_day(box: Box, desk: Desk) -> None:
    desk.send("/hours/closure", **{"from": "2026-11-23T10:00", "to": "2026-11-23T11:00", "reason": "停电", "approved_by": "王"})  # fmt: skip
    (known,) = held(box, "closures")["closures"]
    form = desk.page(f"/hours/closure?id={known['id']}")
    assert 'value="停电"' in form
    assert desk.send("/hours/closure", **{**known, "to": "2026-11-23T12:00"}).status_code == 303
    assert held(box, "closures")["closures"] == [{**known, "to": "2026-11-23T12:00"}]
    box.later(22 * 3600 + 1)
    desk.sign_in()
    assert "更改或撤销" not in shown(desk)
    late = desk.send("/hours/closure", **{**known, "to": "2026-11-23T11:30"})
    assert late.status_code == 422
    assert "开始已超过 24 小时，不能再更改或撤销" in message(late.text)
    desk.send("/hours/closure/withdraw", id=known["id"])
    assert "开始已超过 24 小时" in shown(desk)
    box.later(-3600)
    desk.sign_in()
    desk.send("/hours/closure/withdraw", id=known["id"])
    assert held(box, "closures") == {"closures": []}
    assert "已撤销：这段时间照常服务" in shown(desk)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"from": ""}, "请填写什么时候开始"),
        ({"to": "下午"}, "请填写什么时候结束"),
        ({"to": "2026-11-23T10:00"}, "结束须在开始之后"),
        ({"reason": " "}, "请写明原因"),
        ({"approved_by": ""}, "请写明谁批准的"),
        ({"from": "2026-11-21T10:00"}, "这一条开始得太早，已不能登记"),
        ({"to": "2027-11-30T10:00"}, "最长 366 天"),
    ],
)
def test_a_bad_closure_is_told_and_what_was_typed_stays(
    box: Box, desk: Desk, fields: dict[str, str], told: str
) -> None:
    typed = {"from": "2026-11-23T10:00", "to": "2026-11-23T11:00", "reason": "变压器检修", "approved_by": "王站长", **fields}  # fmt: skip
    answer = desk.send("/hours/closure", **typed)
    assert answer.status_code == 422
    assert told in message(answer.text)
    assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert "closures" not in box.ledger.documents()


def test_a_closure_that_is_not_there(desk: Desk) -> None:
    assert desk.client.get("/hours/closure?id=c9").status_code == 404
    desk.send("/hours/closure/withdraw", id="c9")
    assert "这一条已经不能撤销" in shown(desk)


def test_while_it_is_closed_the_page_says_why(box: Box, desk: Desk) -> None:
    long = "供电公司对本辖区线路进行计划检修，全站停电，急事请拨打县政务服务中心"
    put(box, "closures", {"closures": [{**closure("2026-11-23T11:00", "2026-11-24T09:00"), "reason": long}]})
    page = shown(desk)
    assert f"现在：临时停止服务（{long[:23]}…），到 11-24 09:00" in page
    assert long in page
    assert "正在停止服务" in page


def test_older_closures_are_folded_away(box: Box, desk: Desk) -> None:
    many = [
        closure(f"2026-{month:02}-05T09:00", f"2026-{month:02}-05T10:00", f"c{month}")
        for month in range(1, 10)
    ]
    put(box, "closures", {"closures": many})
    assert "更早的 3 条" in shown(desk)


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
