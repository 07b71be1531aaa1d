"""The forms of the service hours that change them: weekly hours from a date on, closures; a bad form keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hours_box import clerk_at, delivered, held, message, put, shown
from tests.hours_support import SEEDS, WEEK, closure
from tests.panel_box import Box, Desk

WINTER = {day: [["08:30", "12:00"], ["14:00", "17:00"]] for day in WEEK}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with delivered(tmp_path) as box:
        yield box


@pytest.fixture
def desk(box: Box) -> Iterator[Desk]:
    with clerk_at(box) as desk:
        yield desk


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
