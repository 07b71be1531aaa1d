"""What each role may see and do on the pages: a page that is not theirs is refused, and no button leads to one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from firmware_app.records import entries
from firmware_app.roles import Role
from tests.panel_box import NOON, PASSWORD, Box, Desk, panel, password_hash

PAGES = {
    "/": set(Role),
    "/callbacks": {Role.CLERK, Role.HEAD},
    "/callbacks/CASE": {Role.CLERK, Role.HEAD},
    "/calls": {Role.HEAD, Role.AUDITOR},
    "/calls/CALL": {Role.CLERK, Role.HEAD, Role.AUDITOR},
    "/figures": {Role.HEAD, Role.AUDITOR},
    "/hours": set(Role),
    "/hours/week": {Role.HEAD},
    "/hours/duty": {Role.HEAD},
    "/reminders": {Role.HEAD},
    "/settings": {Role.HEAD, Role.ADMIN},
    "/settings/rules": {Role.HEAD, Role.ADMIN},
    "/help": set(Role),
    "/exports": {Role.HEAD, Role.AUDITOR},
    "/password": set(Role),
}
CHANGES = {
    "/calls/CALL": {Role.CLERK, Role.HEAD},
    "/calls/seen": {Role.CLERK, Role.HEAD},
    "/callbacks/CASE": {Role.CLERK, Role.HEAD},
    "/callbacks/machine": {Role.CLERK, Role.HEAD},
    "/presence": {Role.CLERK, Role.HEAD},
    "/lines/still-talking": {Role.CLERK, Role.HEAD},
    "/figures/bill": {Role.HEAD},
    "/exports": {Role.HEAD, Role.AUDITOR},
    "/exports/1/cancel": {Role.HEAD, Role.AUDITOR},
    "/hours/week": {Role.HEAD},
    "/reminders/test": {Role.HEAD},
    "/settings/line": {Role.HEAD, Role.ADMIN},
    "/settings/modules": {Role.HEAD, Role.ADMIN},
    "/settings/profile": {Role.HEAD, Role.ADMIN},
    "/settings/rules": {Role.HEAD, Role.ADMIN},
}
NUMBER = "15400000001"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    for role in Role:
        if role is not Role.ADMIN:
            box.write(entries.AccountSet(role.value, f"{role.value}某", role.value, active=True))
            box.write(
                entries.PasswordSet(role.value, entries.Personal("secret", password_hash(PASSWORD)), False)
            )
    box.call(NUMBER, 25, name="张三")
    box.start()
    yield box
    box.close()


@pytest.fixture
def app(box: Box) -> Iterator[Flask]:
    with panel(box) as (app, _):
        yield app


def desk_of(app: Flask, role: Role) -> Desk:
    desk = Desk(app.test_client())
    desk.sign_in(role.value)
    return desk


def filled(address: str) -> str:
    """With the ids of the one call, and of its case, which the same entry opened."""
    return address.replace("CASE", "10").replace("CALL", "10")


@pytest.mark.parametrize("role", Role)
def test_a_page_is_for_those_whose_it_is(box: Box, app: Flask, role: Role) -> None:
    assert box.ledger.head()[0] == 10
    desk = desk_of(app, role)
    for address, whose in PAGES.items():
        answer = desk.client.get(filled(address))
        assert answer.status_code == (200 if role in whose else 403), address
        assert NUMBER not in answer.text
        assert ("您的账号没有这个权限" in answer.text) == (role not in whose)


@pytest.mark.parametrize("role", Role)
def test_no_button_or_link_of_a_page_leads_to_a_refusal(app: Flask, role: Role) -> None:
    desk = desk_of(app, role)
    for address, whose in PAGES.items():
        if role not in whose:
            continue
        text = desk.client.get(filled(address)).text
        for link in set(re.findall(r'<a [^>]*href="(/[^"#]*)"', text)):
            assert desk.client.get(link.replace("&amp;", "&")).status_code < 400, (address, link)
        for action in set(re.findall(r'<form [^>]*action="(/[^"]*)"', text)):
            known = [whose for change, whose in CHANGES.items() if filled(change) == action]
            assert all(role in allowed for allowed in known), (address, action)


@pytest.mark.parametrize("role", Role)
def test_a_change_by_somebody_whose_it_is_not_is_refused_and_nothing_recorded(
    box: Box, app: Flask, role: Role
) -> None:
    desk = desk_of(app, role)
    for address, whose in CHANGES.items():
        if role not in whose:
            assert desk.send(filled(address), do="seen", line="L1", present="yes").status_code == 403, address
    assert [kind for kind in box.kinds() if kind != "SignInNoted"] == []


def test_a_technician_sees_that_somebody_rang_and_nothing_of_who(app: Flask) -> None:
    text = desk_of(app, Role.TECHNICIAN).page()
    assert "有号码" in text
    assert "0001" not in text
    assert "张" not in text
    assert "154****0001" in desk_of(app, Role.AUDITOR).page("/calls")


def test_an_administrator_works_until_there_is_a_head(tmp_path: Path) -> None:
    box = Box(tmp_path, NOON)
    box.account()
    box.start()
    with panel(box) as (app, _):
        desk = Desk(app.test_client())
        desk.sign_in()
        assert desk.client.get("/callbacks").status_code == 200
        box.write(entries.AccountSet("wang", "王芳", "head", active=True))
        assert desk.client.get("/callbacks").status_code == 403, "at once, within the same sign-in"
        box.write(entries.AccountSet("wang", "王芳", "head", active=False))
        assert desk.client.get("/callbacks").status_code == 200
    box.close()


def test_an_account_that_is_stopped_is_out_at_once(box: Box, app: Flask) -> None:
    desk = desk_of(app, Role.CLERK)
    assert desk.client.get("/callbacks").status_code == 200
    box.write(entries.AccountSet("clerk", "clerk某", "clerk", active=False))
    assert desk.client.get("/callbacks").status_code == 303
    assert desk.sign_in("clerk").status_code == 403


def test_a_clerk_cannot_block_a_number(box: Box, app: Flask) -> None:
    desk = desk_of(app, Role.CLERK)
    assert "屏蔽这个号码" not in desk.page("/callbacks/10")
    desk.send("/callbacks/10", do="block", approved_by="站长")
    assert "屏蔽号码要由站长来做" in desk.page("/callbacks/10")
    assert "NumberMarked" not in box.kinds()
    assert "屏蔽这个号码" in desk_of(app, Role.HEAD).page("/callbacks/10")
