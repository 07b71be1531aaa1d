"""The pages of settings and help, and the one plain page for browsers that can show none of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.calls import callback_rules, modules
from firmware_app.records import entries
from firmware_app.records.documents import refusal_of
from tests.panel_box import NOON, Box, Desk, panel, words
from web_panel import settings_forms as forms
from web_panel.translating import Translator

ZH = Translator("zh_CN")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    box.write(
        entries.SiteDocumentChanged("profile", 0, "", '{"id":"p-1","name":"示范站","address":"老街 1 号"}')
    )
    box.write(
        entries.SiteDocumentChanged(
            "lines", 0, "", '{"L1":{"name":"L1","number":"03560000001"},"L2":{"number":"7"}}'
        )
    )
    box.start()
    yield box
    box.close()


@pytest.fixture
def desk(box: Box) -> Iterator[Desk]:
    with panel(box) as (app, _):
        desk = Desk(app.test_client())
        desk.sign_in()
        yield desk


def put(desk: Desk, page: str, **fields: str) -> Any:  # noqa: ANN401
    return desk.client.post(page, data={"csrf_token": desk.token(), **fields})


def said(box: Box, name: str) -> dict[str, Any]:
    """What was recorded last, of that document."""
    kind, body, actor = box.asked[-1]
    assert (kind, body["name"], actor) == ("SiteDocumentChanged", name, "admin")
    content: dict[str, Any] = json.loads(str(body["content"]))
    return content


def test_everything_that_can_be_set_stands_on_one_page(desk: Desk) -> None:
    page = words(desk.page("/settings"))
    assert "地址 老街 1 号" in page
    assert "技术支持电话 没有填" in page
    assert "首次回拨时限（工作分钟） 30 （建议值）" in page
    assert "外线前缀 不用拨" in page
    assert "提醒 使用" in page
    assert "第 1 版" in page


def test_what_the_point_is_changes_and_its_name_stays(box: Box, desk: Desk) -> None:
    fields = {
        "level": "village",
        "address": " 新街  2 号 ",
        "phone": "0356-0000001",
        "head": "王芳",
        "support": "112",
    }
    put(desk, "/settings/profile", **fields)
    assert said(box, "profile") == {
        "id": "p-1",
        "name": "示范站",
        **fields,
        "address": "新街 2 号",
    }
    page = words(desk.page("/settings"))
    assert "站点信息已保存。" in page
    assert "村（社区）级" in page
    assert "技术支持：112" in words(desk.page("/help"))


def test_a_form_that_is_wrong_comes_back_with_what_was_typed(box: Box, desk: Desk) -> None:
    answer = put(desk, "/settings/profile", address="长" * 81, level="moon", head="王芳")
    assert answer.status_code == 422
    assert "还没有保存，请先改这 2 处" in answer.text
    assert "地址：最多 80 个字，现在有 81 个。" in answer.text
    assert 'value="王芳"' in answer.text
    assert box.asked == []


def test_a_line_changes_and_the_others_stay(box: Box, desk: Desk) -> None:
    fields = {"outside_prefix": "9", "zero_before_mobile": "yes", "machine": "after", "machine_s": "２０"}
    put(desk, "/settings/line", line="L1", **fields)
    known = {"outside_prefix": "9", "zero_before_mobile": True, "answered_by_machine_after_s": 20}
    assert said(box, "lines") == {
        "L1": {"name": "L1", "number": "03560000001", **known},
        "L2": {"number": "7"},
    }
    assert "振铃约 20 秒后由机器接，算漏接" in words(desk.page("/settings"))
    assert 'value="20"' in desk.page("/settings/line?line=L1")
    put(desk, "/settings/line", line="L1", machine="none")
    assert said(box, "lines")["L1"]["answered_by_machine_after_s"] is False
    put(desk, "/settings/line", line="L1", machine="unsaid")
    assert "answered_by_machine_after_s" not in said(box, "lines")["L1"]
    assert desk.client.get("/settings/line?line=L9").status_code == 404
    answer = put(desk, "/settings/line", line="L1", outside_prefix="12345", machine="after", machine_s="soon")
    assert "外线前缀最多 4 位数字" in answer.text
    assert "请写 1 到 120 之间的秒数" in answer.text


def test_the_rules_change_whole_and_hold_from_then_on(box: Box, desk: Desk) -> None:
    fields = forms.rule_fields({}) | {"timely_min": "20", "amber_min": "10", "red_min": "20"}
    put(desk, "/settings/rules", **fields)
    assert said(box, "callback_rules")["timely_min"] == 20
    assert "首次回拨时限（工作分钟） 20" in words(desk.page("/settings"))
    put(desk, "/settings/rules", **fields)
    assert "没有改动，不用保存。" in words(desk.page("/settings"))
    answer = put(desk, "/settings/rules", **fields | {"attempts": "0", "red_min": ""})
    assert "回拨几次未接通可办结：请写 1 到 10 之间的数。" in answer.text
    assert "变红（工作分钟）：请写 1 到 600 之间的数。" in answer.text
    before = len(box.asked)
    answer = put(desk, "/settings/rules", **fields | {"amber_min": "30"})  # amber after red
    assert answer.status_code == 422
    assert len(box.asked) == before


def test_a_part_that_is_not_ticked_is_switched_off(box: Box, desk: Desk) -> None:
    put(desk, "/settings/modules")
    assert said(box, "modules")["reminders"] is False
    assert desk.client.get("/reminders").status_code == 404
    put(desk, "/settings/modules", **dict.fromkeys(modules.MODULES, "yes"))
    assert desk.client.get("/reminders").status_code == 200
    held = {"cards": False, "reminders": True}
    assert forms.modules_document({}, held, {"reminders"}) == {"cards": False, "reminders": False}, (
        "as it was held"
    )


def test_a_refusal_is_told(box: Box, desk: Desk) -> None:
    box.stop()
    put(desk, "/settings/profile", address="新街")
    assert 'class="message failed"' in desk.page("/settings")


texts = st.text(max_size=90) | st.sampled_from(
    ["", "0", "1", "0.5", "600", "601", "yes", "１２", "nan", "inf", "-1", "1e9"]
)


@given(
    st.dictionaries(
        st.sampled_from([rule.key for rule in callback_rules.RULES] + ["abandoned_opens_case"]), texts
    )
)
def test_any_form_of_rules_is_a_document_or_says_what_is_wrong(form: dict[str, str]) -> None:
    content, wrong = forms.rules_document(forms.rule_fields({}) | form, ZH)
    assert all(each.text for each in wrong)
    assert wrong or refusal_of("callback_rules", content) is None


@given(
    st.dictionaries(st.sampled_from(["outside_prefix", "zero_before_mobile", "machine", "machine_s"]), texts)
)
def test_any_form_of_a_line_is_a_document_or_says_what_is_wrong(form: dict[str, str]) -> None:
    for machine in ("unsaid", "none", "after"):
        known, wrong = forms.line_document(form | {"machine": machine}, {"name": "L1"}, ZH)
        assert wrong or refusal_of("lines", {"L1": known}) is None
        assert wrong or forms.line_document(forms.line_fields(known), {"name": "L1"}, ZH) == (known, [])


@given(st.dictionaries(st.sampled_from(["level", *(field.key for field in forms.PROFILE)]), texts))
def test_any_form_of_the_point_is_a_document_or_says_what_is_wrong(form: dict[str, str]) -> None:
    content, wrong = forms.profile_document(form, {"id": "p"}, ZH)
    assert wrong or refusal_of("profile", content) is None
    assert content["id"] == "p"


# ---- help, and browsers that are too old


def test_help_is_for_everybody_and_names_the_lamps(desk: Desk) -> None:
    page = words(desk.page("/help"))
    assert "漏接灯 闪：有新的漏接" in page
    assert "技术支持电话没有填" in page


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; 360SE)",
    ],
)
def test_internet_explorer_gets_one_plain_page(desk: Desk, agent: str) -> None:
    for address in ("/", "/sign-in", "/calls"):
        answer = desk.client.get(address, headers={"User-Agent": agent})
        assert answer.status_code == 200
        assert "请切换到极速模式" in answer.text
        assert "<script" not in answer.text
    assert desk.client.get("/", headers={"User-Agent": "Mozilla/5.0 Chrome/86.0"}).status_code == 200
    assert "请切换到极速模式" not in desk.page("/")
