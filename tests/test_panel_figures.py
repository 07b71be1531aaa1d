"""web_panel.figures_page on real ledgers: each number opens into exactly its calls, and no verdict says more than is known."""

from __future__ import annotations

import io
import json
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.month_figures import month_json
from firmware_app.records import entries
from firmware_app.records.figures import Figures
from firmware_app.records.reading import Reader
from tests.figures_box import NOVEMBER, ZONE, behind, counts_of, fill, query, set_hours
from tests.hours_support import closure
from tests.panel_box import NOON, Box, Desk, panel, words

DECEMBER = NOVEMBER + 30 * 86_400 * SECOND


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.fixture
def desk(box: Box) -> Iterator[Desk]:
    with panel(box) as running:
        desk = Desk(running[0].test_client())
        desk.sign_in()
        yield desk


def text(desk: Desk, period: str = "") -> str:
    return words(desk.client.get(f"/figures?period={period}").text)


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    calls=st.integers(0, 150),
    period=st.sampled_from(["2026-11", "24h", "30d", "90d"]),
    documented=st.booleans(),
)
def test_every_number_opens_into_exactly_its_calls(
    seed: int, calls: int, period: str, documented: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        box = Box(Path(folder), NOON)
        box.account()
        if documented:
            set_hours(box)
        fill(box, seed, calls)
        with panel(box) as running:
            desk = Desk(running[0].test_client())
            desk.sign_in()
            told = dict(counts_of(desk.client.get(f"/figures?period={period}").text))
            chosen = random.Random(seed).sample(sorted(told), min(60, len(told)))
            assert {address: behind(desk, address) for address in chosen} == {
                address: told[address] for address in chosen
            }
        box.close()


def test_numbers_of_a_busy_month_are_of_every_kind(box: Box, desk: Desk) -> None:
    fill(box, 7, 400)
    told = counts_of(desk.client.get("/figures?period=2026-11").text)
    asked = [query(address) for address, _ in told]
    assert {each["kind"] for each in asked} >= {
        "offered", "answered", "in_time", "late", "missed", "abandoned", "breaches", "rang_on", "out_of_hours",
        "every", "hidden", "timed", "short_talk",
    }  # fmt: skip
    assert {each.get("line") for each in asked} == {None, "L1", "L2", "L9"}
    assert {each["weekday"] for each in asked if "weekday" in each} == {"1", "2", "3", "4", "5"}
    assert len({each["hour"] for each in asked if "hour" in each}) >= 7
    assert len({each["from"] for each in asked}) >= 15
    for address, number in told:
        assert behind(desk, address) == number, address


def test_nothing_recorded_is_a_dash_and_no_verdict(box: Box, desk: Desk) -> None:
    for period in ("2026-11", "2026-10", "24h", "30d", "90d"):
        page = text(desk, period)
        assert "接通率 95 % 目标" in page
        assert "服务时间内没有来电。" in page
        assert "100" not in page
        assert "—" in page


def test_15_seconds_and_95_percent_are_two_statements(box: Box, desk: Desk) -> None:
    for nr in range(30):
        box.call(f"154{nr:08d}", 600 + nr, "answered")
    late = box.call_entry("15400000099", 30, "answered")
    box.write(
        replace(
            late,
            answered_mono=late.started_mono + 15 * SECOND + 1,
            answered_wall=late.started_wall + 15 * SECOND + 1,
        )
    )
    page = desk.client.get("/figures").text
    assert re.search(r"没有做到：响过 15 秒的来电\s*<a[^>]*>1</a>", page)
    assert "100.0 %" in page
    assert "响 15.000 秒后接起" in words(page)  # as the page of the call says it
    assert "这个月还没有过完" in page


def test_a_month_that_was_not_heard_has_no_verdict(box: Box, desk: Desk) -> None:
    set_hours(box)
    for nr in range(30):
        box.call(f"154{nr:08d}", 60 * 24 + nr, "answered")
    box.now = replace(NOON, wall=DECEMBER + 3600 * SECOND)
    page = text(desk, "2026-11")
    assert "监测覆盖率不足" in page
    assert "所以不作判定" in page
    assert "尚未开始监测" in page


@pytest.mark.parametrize(
    ("answered", "missed", "unknown", "said"),
    [
        (19, 0, 0, "样本不足"), (20, 0, 0, "达标"), (19, 1, 0, "达标"), (18, 2, 0, "接近"), (20, 20, 0, "未达标"),
        (20, 0, 5, "无法判定"),
    ],
)  # fmt: skip
def test_the_verdict_of_a_month_that_is_over(
    tmp_path: Path, answered: int, missed: int, unknown: int, said: str
) -> None:
    box = Box(tmp_path, NOON)
    box.account()
    week = {day: [["12:00", "13:00"]] for day in ("mon", "tue")}
    box.write(entries.SiteDocumentChanged("service_hours", 0, "", json.dumps({"week": week})))
    box.now = replace(NOON, wall=NOVEMBER - 86_400 * SECOND)
    box.write(entries.Started("test", "x"))
    box.now = NOON
    outcomes = ["answered"] * answered + ["no_answer"] * missed + ["unknown"] * unknown
    for nr, outcome in enumerate(outcomes):
        box.call(f"154{nr:08d}", nr, outcome)
    box.now = replace(NOON, wall=DECEMBER + SECOND)
    box.write(entries.Stopped("test"))
    with panel(box) as running:
        desk = Desk(running[0].test_client())
        desk.sign_in()
        page = desk.client.get("/figures?period=2026-11").text
    box.close()
    assert re.search(rf'class="verdict">{said} ', page), words(page)


def test_closures_name_the_calls_that_came_meanwhile(box: Box, desk: Desk) -> None:
    content = {"closures": [closure("2026-11-23T11:00", "2026-11-23T14:00")]}
    box.write(entries.SiteDocumentChanged("closures", 0, "", json.dumps(content)))
    set_hours(box)
    box.call("15400000001", 30, in_hours=False)
    box.call("15400000002", 61, in_hours=False)
    page = desk.client.get("/figures").text
    assert re.search(r"停电，王站长 同意 · 其间来电\s*<a[^>]*>1</a>", page)
    [(address, _)] = [each for each in counts_of(page) if "T" in query(each[0])["from"]]
    assert behind(desk, address) == 1
    assert "2026-11-23 11:00" in words(desk.client.get(address).text)


def test_a_closed_month_stays_and_later_changes_stand_beside_it(box: Box, desk: Desk) -> None:
    doubtful = box.call("15400000001", 60, "unknown")
    box.call("15400000002", 50, "answered")
    box.now = replace(NOON, wall=DECEMBER + 5 * 86_400 * SECOND)
    reader = Reader(box.folder / "ledger.db")
    figures = Figures(reader, ZONE, ("L1", "L2")).month("2026-11", box.now.wall)
    assert figures is not None
    outcome = box.write(entries.MonthClosed("2026-11", month_json(figures), ""))
    assert hasattr(outcome, "seq"), outcome
    reader.close()
    before = text(desk, "2026-11")
    assert "已结账：2026-12-06 12:00" in before or "已结账：2026-12-06" in before
    assert "又有变动" not in before
    box.write(entries.CallSettled(doubtful, "no_answer", "panel"), actor="wang")
    after = text(desk, "2026-11")
    assert "又有变动" in after
    assert f"通话 {doubtful}" in after
    assert "wang · 确认为漏接" in after
    assert "100.0 % 接听 / 呼入 1 / 1" in after
    assert "照现在的账本，接通率会是 50.0 %" in after


def test_what_is_not_a_month_is_said(desk: Desk) -> None:
    for period in ("2026-13", "2027-01", "x", "' OR 1", "9999-01"):
        page = text(desk, period)
        assert "没有看懂" in page
        assert "2026 年 11 月" in page


def test_a_few_calls_of_a_day_are_never_red(box: Box, desk: Desk) -> None:
    for nr in range(4):
        box.call(f"154{nr:08d}", 20 + nr)
    page = desk.client.get("/figures").text
    assert '<tr class="few">' in page
    assert '<tr class="bad">' not in page
    box.call("15400000009", 10)
    assert '<tr class="bad">' in desk.client.get("/figures").text


# ---- the carrier's bill


def send(desk: Desk, content: bytes, **fields: str) -> str:
    given = {"month": "2026-11", "line": "L1"} | fields
    answer = desk.client.post(
        "/figures/bill",
        data={"csrf_token": desk.token(), **given, "file": (io.BytesIO(content), "bill.csv")},
        follow_redirects=True,
    )
    return str(answer.text)


def test_a_bill_is_compared_and_only_counts_are_kept(box: Box, desk: Desk) -> None:
    box.call("15400000001", 60)
    rows = "开始时间,对方号码,状态\n2026-11-23 11:00:05,15400000001,接通\n2026-11-23 11:30:00,15400000002,用户忙\n"
    page = words(send(desk, (rows + "#" * 100_000).encode("gb18030")))
    assert "话单已核对" in page
    assert "时间 ← 开始时间" in page
    assert "相符 1" in page
    assert "遇忙 1" in page
    assert [kind for kind in box.kinds() if kind == "CarrierBill"] == ["CarrierBill"]
    assert "15400000002" not in json.dumps(box.asked)


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"", {}, "请选一条线路和话单文件"), (b"a,b\n1,2\n", {}, "找不到表头"), (b"\0\xff\xfe", {}, "文件"),
        (b"\xd0\xcf\x11\xe0", {}, "xls"), (b"x", {"line": "L7"}, "请选一条线路"),
        ("开始时间,对方号码\n".encode(), {"month": "x"}, "请选一个月份"), (b"x" * 495_000, {}, "太大"),
    ],
)  # fmt: skip
def test_a_bill_that_cannot_be_read_is_said_in_words(
    box: Box, desk: Desk, content: bytes, fields: dict[str, str], said: str
) -> None:
    assert said in words(send(desk, content, **fields))
    assert "CarrierBill" not in box.kinds()


# ---- for everybody


def test_nobody_looks_without_signing_in(box: Box) -> None:
    box.call("15400000001", 60)
    with panel(box) as running:
        answer = running[0].test_client().get("/figures")
        assert answer.status_code == 303


def test_english_has_no_chinese_left(box: Box, desk: Desk) -> None:
    content = {"closures": [closure("2026-11-23T11:00", "2026-11-23T14:00")]}
    content["closures"][0] |= {"reason": "power", "approved_by": "Wang"}
    box.write(entries.SiteDocumentChanged("closures", 0, "", json.dumps(content)))
    set_hours(box)
    fill(box, 5, 150)
    box.now = replace(NOON, wall=DECEMBER + 3600 * SECOND)
    desk.client.set_cookie("ringkeeper-language", "en")
    for period in ("2026-11", "24h", "90d", "x"):
        page = text(desk, period).replace("泽州县示范便民服务站", "").replace("中文", "")
        left = re.findall(r".{20}[一-鿿]+.{10}", page)
        assert left == []


def test_no_style_stands_in_the_page_and_no_number_in_clear(box: Box, desk: Desk) -> None:
    fill(box, 3, 60)
    page = desk.client.get("/figures").text
    assert "style=" not in page
    assert not re.search(r"154\d{8}", page)
