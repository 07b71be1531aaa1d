"""web_panel.navigation, modules_door and text_page: whose menu has what, what a point does not use, large letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from firmware_app.calls.modules import MODULES
from firmware_app.records import entries
from firmware_app.roles import RIGHTS, Role
from tests.panel_box import NOON, PASSWORD, Box, Desk, panel, password_hash
from web_panel.navigation import MODULE_OF, PLACES, places

EVERYTHING = {place.endpoint for place in PLACES}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    for name, role in (("wang", "clerk"), ("head", "head")):
        box.write(entries.AccountSet(name, "王芳", role, active=True))
        box.write(entries.PasswordSet(name, entries.Personal("secret", password_hash(PASSWORD)), False))
    box.start()
    yield box
    box.close()


@pytest.fixture
def app(box: Box) -> Iterator[Flask]:
    with panel(box) as (app, _):
        yield app


def desk_of(app: Flask, account: str) -> Desk:
    desk = Desk(app.test_client())
    desk.sign_in(account)
    return desk


def modules(box: Box, content: str) -> None:
    box.write(entries.SiteDocumentChanged("modules", 0, "", content))


def test_a_clerk_has_four_places() -> None:
    found = [place.words for place in places(EVERYTHING, RIGHTS[Role.CLERK])]
    assert found == ["今天", "回拨", "登记", "帮助"]


def test_others_have_theirs() -> None:
    names = {role: {place.words for place in places(EVERYTHING, RIGHTS[role])} for role in Role}
    assert names[Role.TECHNICIAN] == {"今天", "帮助"}
    assert names[Role.AUDITOR] == {"今天", "通话", "数字", "审计", "帮助"}
    assert names[Role.HEAD] >= {
        "今天",
        "回拨",
        "登记",
        "通话",
        "数字",
        "卡片",
        "服务时间",
        "提醒",
        "人员",
        "站点设置",
    }


def test_a_place_that_is_not_built_or_not_used_is_not_offered() -> None:
    assert [place.words for place in places({"today.page", "help.page"}, RIGHTS[Role.CLERK])] == [
        "今天",
        "帮助",
    ]
    assert "登记" not in {place.words for place in places(EVERYTHING, RIGHTS[Role.CLERK], {"register"})}
    assert set(MODULE_OF.values()) == set(MODULES)


def test_the_menu_of_a_clerk_on_the_page(app: Flask) -> None:
    menu = desk_of(app, "wang").page().split('<nav class="places"', 1)[1].split("</nav>", 1)[0]
    assert set(re.findall(r">([^<]+)</a>", menu)) <= {"今天", "回拨", "登记", "帮助"}


def test_a_module_that_is_switched_off_is_gone_with_its_pages(box: Box, app: Flask) -> None:
    head = desk_of(app, "head")
    assert head.client.get("/reminders").status_code == 200
    modules(box, '{"reminders":false}')
    assert head.client.get("/reminders").status_code == 404
    assert head.send("/reminders/test", channel="x").status_code == 404
    assert 'href="/reminders"' not in head.page()
    modules(box, '{"reminders":true}')
    assert 'href="/reminders"' in head.page()


# ---- large letters


def test_large_letters_stay_and_go_back_to_where_the_switch_was(app: Flask) -> None:
    desk = desk_of(app, "wang")
    assert 'class="large"' not in desk.page()
    answer = desk.send("/text", size="large", back="/callbacks?x=1")
    assert (answer.status_code, answer.location) == (303, "/callbacks?x=1")
    assert "Max-Age=31536000" in answer.headers["Set-Cookie"]
    page = desk.page()
    assert 'class="large"' in page
    assert "标准字" in page
    desk.send("/text", size="plain", back="/")
    assert 'class="large"' not in desk.page()


@pytest.mark.parametrize(
    "back",
    ["", "//evil.example.com", "/\\evil.example.com", "https://evil.example.com/", "/nowhere", "/presence"],
)
def test_no_way_back_leads_elsewhere(app: Flask, back: str) -> None:
    assert desk_of(app, "wang").send("/text", size="large", back=back).location == "/"


def test_before_signing_in_too(app: Flask) -> None:
    desk = Desk(app.test_client())
    assert desk.send("/text", size="large", back="/sign-in").location == "/sign-in"
    assert 'class="large"' in desk.page("/sign-in")
