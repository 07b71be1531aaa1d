"""web_panel.guarding and app: forged requests, foreign hosts, headers, languages, and what a person reads when something fails."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.panel_box import Box, Desk, panel
from web_panel.guarding import is_ours


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.fixture
def app(box: Box) -> Iterator[Flask]:
    with panel(box) as (app, _):
        yield app


@pytest.fixture
def desk(app: Flask) -> Desk:
    desk = Desk(app.test_client())
    desk.sign_in()
    return desk


CHANGES = (
    "/calls/1",
    "/calls/seen",
    "/callbacks/1",
    "/callbacks/machine",
    "/exports",
    "/exports/1/cancel",
    "/figures/bill",
    "/hours/calendar",
    "/hours/closure",
    "/hours/closure/withdraw",
    "/hours/duty",
    "/hours/week",
    "/hours/week/withdraw",
    "/lines/still-talking",
    "/presence",
    "/reminders/test",
    "/settings/line",
    "/settings/modules",
    "/settings/profile",
    "/settings/rules",
    "/reminders/clips",
    "/pin",
    "/sign-in",
    "/sign-out",
    "/password",
    "/language",
    "/text",
)


def test_every_change_is_in_the_list_of_changes(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {re.sub(r"<int:\w+>", "1", rule) for rule in rules} == set(CHANGES)


@pytest.mark.parametrize("address", CHANGES)
def test_a_change_without_the_token_of_a_form_is_refused(box: Box, desk: Desk, address: str) -> None:
    box.call("15400000001", 5)
    for fields in ({}, {"csrf_token": "forged"}):
        answer = desk.client.post(address, data={"do": "reached", **fields})
        assert answer.status_code == 400
        assert "请再按一次" in answer.text
    assert desk.client.get("/").status_code == 200, "nobody was signed out by it"
    assert box.asked == []


def test_the_token_of_another_session_is_refused(app: Flask, box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 5)
    stranger = Desk(app.test_client())
    stranger.sign_in()
    answer = desk.client.post(f"/calls/{call}", data={"do": "reached", "csrf_token": stranger.token()})
    assert answer.status_code == 400
    assert box.asked == []
    assert desk.send(f"/calls/{call}", do="reached", after=0).status_code == 303
    assert box.kinds() == ["CallbackAttempted"]


def test_htmx_loads_the_page_anew_when_its_token_is_stale(desk: Desk) -> None:
    answer = desk.client.post("/calls/1", data={"do": "seen"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (400, "true")
    assert "这个页面放得太久了" in desk.page()


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("LOCALHOST:8080", True),
        ("127.0.0.1:8080", True),
        ("192.168.1.20:8080", True),
        ("[::1]:8080", True),
        ("[fe80::1]", True),
        ("ringkeeper.local:8080", True),
        ("Ringkeeper.Local.", True),
        ("ringkeeper:8080", True),
        ("ringkeeper.lan", True),
        ("box.example.gov.cn", True),
        ("evil.local", False),
        ("evil.ringkeeper.local", False),
        ("ringkeeper.evil.local", False),
        (".local", False),
        ("evil.example.com", False),
        ("localhost.evil.example.com", False),
        ("local", False),
        ("evil.local.example.com", False),
        ("", False),
        ("[", False),
        ("1.2.3.4.evil.com", False),
    ],
)
def test_hosts(host: str, ours: bool) -> None:
    assert is_ours(host, "box.example.gov.cn", "Ringkeeper.lan") is ours


@pytest.mark.parametrize("host", ["", ".local", "local", "evil.local"])
def test_a_machine_without_a_name_lets_no_other_in(host: str) -> None:
    assert not is_ours(host, "127.0.0.1", "")


def test_a_page_under_a_foreign_name_gets_nothing(desk: Desk) -> None:
    answer = desk.client.get("/", headers={"Host": "evil.example.com"})
    assert answer.status_code == 421
    assert "这个网址不是铃守的" in answer.text
    assert desk.client.get("/sign-in", headers={"Host": "evil.local"}).status_code == 421
    own = socket.gethostname().partition(".")[0]
    for host in (own, f"{own}.local:8080"):
        assert desk.client.get("/", headers={"Host": host}).status_code != 421


@pytest.mark.parametrize("address", ["/", "/sign-in", "/today/fragment", "/nowhere", "/static/panel.css"])
def test_headers(desk: Desk, address: str) -> None:
    with desk.client.get(address) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ("no-store" in headers["Cache-Control"]) is not address.startswith("/static")


def test_no_page_holds_a_script_or_style_of_its_own(box: Box, desk: Desk) -> None:
    box.call("15400000001", 5)
    for address in ("/", "/password", "/nowhere"):
        html = desk.client.get(address).text
        assert " style=" not in html
        assert "<style" not in html
        assert html.count("<script") == html.count("<script src=")
        assert " onclick=" not in html


def test_what_is_too_large_is_refused(desk: Desk) -> None:
    answer = desk.client.post("/sign-in", data={"account": "a" * 70_000, "csrf_token": desk.token()})
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.text


def test_no_such_page(desk: Desk) -> None:
    answer = desk.client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text
    assert desk.client.get("/calls/seen").status_code == 405


@pytest.mark.parametrize("call", ["0", "999999", "9223372036854775807", "9223372036854775808", "9" * 5000])
def test_a_call_that_does_not_exist_does_no_harm(box: Box, desk: Desk, call: str) -> None:
    for do in ("reached", "seen", "show", "hide", "answered", "nonsense", ""):
        assert desk.send(f"/calls/{call}", do=do, after="9" * 5000).status_code in (303, 404)
    assert desk.send("/calls/seen", up_to="9" * 5000).status_code == 303
    assert desk.send("/calls/seen", up_to=call).status_code == 303
    assert box.asked == []
    assert desk.client.get("/").status_code == 200


def test_a_fault_of_ours_is_told_in_words_and_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    app = desk.client.application

    number = "".join(["154", "00000001"])

    def broken() -> str:
        raise RuntimeError(number)

    app.view_functions["sign_in.password"] = broken
    answer = desk.client.get("/password")
    assert answer.status_code == 500
    assert "面板出了差错" in answer.text
    assert "RuntimeError" not in answer.text
    assert "a page failed: sign_in.password, RuntimeError" in caplog.text
    assert "15400000001" not in caplog.text


def test_a_ledger_that_cannot_be_read_is_told(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 5)
    token = desk.token()
    box.close()
    for file in box.folder.glob("ledger.db*"):
        file.unlink()
    (box.folder / "ledger.db").write_bytes(b"not a ledger at all " * 100)
    for address in ("/", "/password", "/today/fragment"):
        answer = desk.client.get(address)
        assert answer.status_code == 503
        assert "暂时打不开记录" in answer.text
    assert desk.client.get("/nowhere").status_code == 404
    fields = {"csrf_token": token, "do": "reached", "after": 0}
    answer = desk.client.post(f"/calls/{call}", data=fields, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (503, "true")


def test_the_language_can_be_switched_and_stays(desk: Desk) -> None:
    assert "要处理的来电" in desk.page()
    answer = desk.send("/language", language="en", back="today.page")
    assert answer.location == "/"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "Calls to deal with" in desk.page()
    assert '<html lang="en">' in desk.page("/password")
    desk.send("/language", language="xx", back="https://evil.example.com/")
    assert "Calls to deal with" in desk.page()
    desk.send("/language", language="zh_CN", back="sign_in.change_password")
    assert "要处理的来电" in desk.page()


def test_the_configured_language_comes_first(box: Box) -> None:
    with panel(box, language="en") as (app, _):
        assert "Sign in" in app.test_client().get("/sign-in").text
