"""web_panel.calls_page and calls_view, on a real ledger: what was, how it is known, and nobody's number in clear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.signals import SECOND, seconds
from firmware_app.records import call_search, entries
from tests.panel_box import NOON, Box, Desk, panel, words
from web_panel.calls_view import KINDS, period, seconds_of
from web_panel.formatting import local

PAGES = ("/calls", "/calls?kind=late&from=2026-11-01&to=2026-11-30&line=L2")


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


def text(desk: Desk, path: str) -> str:
    return words(desk.client.get(path).text)


def test_today_s_calls_are_found_latest_first_and_masked(box: Box, desk: Desk) -> None:
    box.call("15400000001", 60, name="张三丰")
    box.call("15400000002", 30, "answered", line="L2")
    page = text(desk, "/calls")
    assert "全部通话 · 2 个" in page
    assert page.index("154****0002") < page.index("154****0001")
    assert "已接听，响 7.0 秒后接起" in page
    assert "漏接，响了 11.0 秒" in page
    assert "15400000001" not in desk.client.get("/calls").text


def test_a_kind_a_line_and_days_narrow_it(box: Box, desk: Desk) -> None:
    box.call("15400000001", 60)
    box.call("15400000002", 30, "answered", line="L2")
    box.call("15400000003", 60 * 24 * 3)
    assert "154****0002" not in text(desk, "/calls?kind=missed")
    assert "154****0001" not in text(desk, "/calls?line=L2")
    page = text(desk, "/calls?from=2026-11-20&to=2026-11-20")
    assert ("154****0003" in page, "154****0001" in page) == (True, False)


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-13-01", "from=2026-11-24&to=2026-11-20", "kind=' OR 1", "from=0001-01-01&to=9999-12-31",
        "from=99999-01-01", "to=今天",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_and_today_is_shown(box: Box, desk: Desk, query: str) -> None:
    box.call("15400000001", 60)
    page = text(desk, f"/calls?{query}")
    assert "没有看懂" in page
    assert "154****0001" in page


@pytest.mark.parametrize("before", ["x", "1", "9" * 30 + ".1", "-1.-1", "1.1.1", "."])
def test_a_page_mark_that_is_none_is_the_first_page(box: Box, desk: Desk, before: str) -> None:
    box.call("15400000001", 60)
    assert "154****0001" in text(desk, f"/calls?before={before}")


def test_many_calls_come_page_by_page_none_twice(box: Box, desk: Desk) -> None:
    for nr in range(120):
        box.call(f"154{nr:08d}", 200 - nr)
    seen: list[str] = []
    path = "/calls"
    for _ in range(3):
        html = desk.client.get(path).text
        seen += [part.split('"')[0] for part in html.split('href="/calls/')[1:]]
        path = (
            html.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
            if "更早的" in html
            else ""
        )
    assert (len(seen), len(set(seen)), path) == (120, 120, "")


def test_a_call_tells_how_each_fact_is_known(box: Box, desk: Desk) -> None:
    box.write(entries.SiteDocumentChanged("service_hours", 0, "", '{"week":{"mon":[["08:30","12:00"]]}}'))
    entry = box.call_entry("15400000001", 20, "answered", name="张三丰")
    facts: dict[str, Any] = {
        "uncertainty": seconds(0.251),
        "answered_by": "line_voltage",
        "started_by": "modem",
        "caller_id_by": "sound",
        "talk": seconds(61.5),
        "hours_basis": "service_hours:1 calendar.2026:1 provisional",
    }
    call = box.write(replace(entry, **facts)).row
    page = text(desk, f"/calls/{call}")
    for part in (
        "按线路电压",
        "按调制解调器",
        "按线路声音",
        "误差 ±0.26 秒",
        "61.5 秒",
        "154****0001",
        "张**",
        "服务时间内",
    ):
        assert part in page, part
    assert "服务时间第 1 版" in page
    assert "按周末推算" in page
    assert "15400000001" not in page


def test_a_call_that_is_not_there(desk: Desk) -> None:
    for path in ("/calls/999", "/calls/99999999999999999999999999"):
        assert desk.client.get(path).status_code == 404


def test_nobody_looks_without_signing_in(box: Box) -> None:
    call = box.call("15400000001", 60)
    with panel(box) as running:
        client = running[0].test_client()
        for path in (*PAGES, f"/calls/{call}"):
            answer = client.get(path)
            assert answer.status_code == 303
            assert "154" not in answer.text


def test_english_has_no_chinese_left(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 20, "answered")
    desk.client.set_cookie("ringkeeper-language", "en")
    for path in ("/calls", f"/calls/{call}", "/calls?from=x"):
        page = text(desk, path).replace("泽州县示范便民服务站", "").replace("中文", "")
        assert not any("一" <= sign <= "鿿" for sign in page), page


@given(st.integers(0, 40 * SECOND))
def test_no_late_answer_looks_as_if_it_was_in_time(delay: int) -> None:
    shown = float(seconds_of(delay))
    assert shown <= delay / SECOND < shown + 0.01
    if delay >= 15 * SECOND + SECOND // 1000:
        assert shown > 15


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_words_for_days_give_days(first: str, last: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    found, _ = period(first, last, NOON.wall, zone)
    assert found.since < found.until
    assert local(found.since, zone).date() == found.first <= found.last


def test_every_kind_of_the_search_has_words() -> None:
    assert set(KINDS) == set(call_search.KINDS)
