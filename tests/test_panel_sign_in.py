"""web_panel.sign_in and sessions: who gets in, for how long, and how a password is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.security import check_password_hash

from firmware_app import passwords
from firmware_app.wording import Text
from tests.panel_box import PASSWORD, Box, Desk, panel

NEW = "three-tall-herons"


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
    return Desk(app.test_client())


def test_nobody_sees_anything_before_signing_in(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 5)
    for address in ("/", "/password"):
        answer = desk.client.get(address)
        assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert desk.client.get("/today/fragment").status_code == 401
    assert desk.client.get("/events").status_code == 401
    for address in (f"/calls/{call}", "/calls/seen", "/lines/still-talking", "/password"):
        answer = desk.send(address, do="reached")
        assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert box.asked == []


def test_the_right_password_opens_the_page(desk: Desk) -> None:
    answer = desk.sign_in()
    assert (answer.status_code, answer.location) == (303, "/")
    assert "没有要回拨的电话" in desk.page()
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_the_first_password_of_the_monitor_is_understood(tmp_path: Path) -> None:
    folder = tmp_path / "first"
    folder.mkdir()
    box = Box(folder)
    first = passwords.new_password()
    box.account(must_change=True, hashed=passwords.password_hash(first))
    with panel(box) as (app, _):
        assert Desk(app.test_client()).sign_in(password=first).location == "/password"
    box.close()


@pytest.mark.parametrize(
    ("account", "password"), [("admin", "wrong"), ("nobody", PASSWORD), ("", ""), ("admin", "x" * 5000)]
)
def test_a_wrong_password_does_not(desk: Desk, account: str, password: str) -> None:
    answer = desk.sign_in(account, password)
    assert answer.status_code == 403
    assert "用户名或密码不对，请重新输入" in answer.text
    assert desk.client.get("/").location == "/sign-in"


def test_five_wrong_ones_and_even_the_right_one_waits(box: Box, desk: Desk) -> None:
    for _ in range(5):
        assert desk.sign_in(password="wrong").status_code == 403
    answer = desk.sign_in()
    assert answer.status_code == 429
    assert "请等 10 分钟再试" in answer.text
    box.later(10 * 60)
    assert desk.sign_in().status_code == 303


def answers_to_guesses(app: Flask, name: str) -> list[str]:
    """What somebody reads who guesses six times from one address, the name left out."""
    desk = Desk(app.test_client())
    texts = [desk.sign_in(name, "wrong").text for _ in range(6)]
    hidden = re.compile(r'(?<=value=")[^"]*')
    return [hidden.sub("", text) for text in texts]


def test_a_name_that_exists_is_answered_like_one_that_does_not(box: Box, app: Flask) -> None:
    box.account(name="second")  # where there is one account its name stands in the form
    assert (
        answers_to_guesses(app, "admin") == answers_to_guesses(app, "nobody") == answers_to_guesses(app, "x")
    )


def test_guesses_from_many_addresses_slow_down_and_the_clerk_does_not_notice(app: Flask, desk: Desk) -> None:
    desk.sign_in()
    here = app.extensions["ringkeeper"]
    for n in range(12):
        guesser = Desk(app.test_client())
        guesser.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{n}"
        assert guesser.sign_in(password="wrong").status_code == 403
    assert here.attempts.pause("admin", "198.51.100.11") > 0
    with here.attempts._turn(here.attempts._pausing):
        assert desk.sign_in(password="wrong").status_code == 403
        assert desk.sign_in().status_code == 303


def test_the_name_is_filled_in_where_there_is_one_account(box: Box, desk: Desk) -> None:
    assert 'value="admin"' in desk.page("/sign-in")
    box.account(name="second")
    assert 'value="admin"' not in desk.page("/sign-in")


def test_what_is_typed_is_never_taken_for_html(desk: Desk) -> None:
    answer = desk.sign_in(account='"><script>alert(1)</script>', password="x")
    assert "<script>alert" not in answer.text


def test_signing_out_ends_every_copy_of_the_cookie(app: Flask, desk: Desk) -> None:
    desk.sign_in()
    copied = desk.client.get_cookie("ringkeeper")
    assert copied is not None
    assert desk.send("/sign-out").location == "/sign-in"
    assert desk.client.get("/").location == "/sign-in"
    thief = app.test_client()
    thief.set_cookie("ringkeeper", copied.value)
    assert thief.get("/").location == "/sign-in"


def test_twelve_hours_end_a_sign_in(box: Box, desk: Desk) -> None:
    desk.sign_in()
    box.later(12 * 3600 - 1)
    assert desk.client.get("/").status_code == 200
    box.later(1)
    assert desk.client.get("/").location == "/sign-in"


def test_after_half_an_hour_the_page_stays_and_acting_asks_the_password(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 5)
    desk.sign_in()
    box.later(30 * 60 - 1)
    desk.press(call, "not_reached")
    assert box.kinds() == ["CallbackAttempted"]
    box.later(30 * 60)
    assert "154****0001" in desk.page()
    answer = desk.send(f"/calls/{call}", do="show")
    assert answer.location == "/sign-in"
    assert "请再输入一次密码" in desk.page("/sign-in")
    htmx = desk.send(f"/calls/{call}", htmx=True, do="show")
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (200, "/sign-in")
    assert box.kinds() == ["CallbackAttempted"]
    token = desk.token()
    desk.sign_in()
    assert desk.client.post("/calls/seen", data={"csrf_token": token}).status_code == 303, (
        "other tabs' forms stay good"
    )
    desk.press(call, "show")
    assert box.kinds() == ["CallbackAttempted", "NumberRevealed"]


def test_a_cookie_of_another_boot_or_another_key_is_worth_nothing(desk: Desk) -> None:
    desk.sign_in()
    with desk.client.session_transaction() as session:
        session["boot"] = "another"
    assert desk.client.get("/").location == "/sign-in"
    desk.client.set_cookie("ringkeeper", "eyJ3aG8iOiJhZG1pbiJ9.aaaaaa.bbbbbbbbbbbb")
    assert desk.client.get("/").location == "/sign-in"


# ---- choosing a password


def choose(
    desk: Desk, present: str = PASSWORD, chosen: str = NEW, again: str | None = None
) -> tuple[int, str]:
    answer = desk.send("/password", present=present, chosen=chosen, again=chosen if again is None else again)
    return answer.status_code, answer.text


def test_a_first_password_is_asked_to_be_changed_until_it_is(box: Box, desk: Desk) -> None:
    box.account(must_change=True)
    assert desk.sign_in().location == "/password"
    assert "请换一个自己的密码" in desk.page("/password")
    assert "现在用的还是首次启动时生成的密码" in desk.page(), "calls that wait are shown all the same"
    assert choose(desk, present="")[0] == 303
    page = desk.page()
    assert "新密码已保存" in page
    assert "首次启动时生成的密码" not in page
    [(kind, body, actor)] = box.asked
    assert (kind, body["account"], body["must_change"], actor) == ("PasswordSet", "admin", False, "admin")
    assert body["secret"]["content"].startswith("scrypt:16384:8:5$")
    assert check_password_hash(body["secret"]["content"], NEW)


@pytest.mark.parametrize("first", [True, False], ids=["first password", "own password"])
def test_at_a_desk_that_was_left_the_password_is_asked_before_it_can_be_changed(
    box: Box, desk: Desk, first: bool
) -> None:
    box.account(must_change=first)
    desk.sign_in()
    box.later(30 * 60)
    answer = desk.send("/password", present=PASSWORD, chosen=NEW, again=NEW)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert box.asked == []
    assert desk.client.get("/password").location == "/sign-in"
    assert "请先再输入一次密码" in desk.page("/sign-in")
    assert desk.sign_in(password="wrong").status_code == 403
    assert desk.client.get("/password").location == "/sign-in"
    assert desk.sign_in().location == "/password", "and the way goes on to the form"
    assert choose(desk)[0] == 303
    assert box.kinds() == ["PasswordSet"]
    desk.send("/sign-out")
    assert desk.sign_in(password=NEW).location == "/", "once"


def test_a_new_password_ends_the_sign_ins_elsewhere(app: Flask, desk: Desk) -> None:
    other = Desk(app.test_client())
    other.sign_in()
    desk.sign_in()
    assert choose(desk)[0] == 303
    assert desk.client.get("/").status_code == 200
    assert other.client.get("/").location == "/sign-in"
    assert other.sign_in().status_code == 403
    assert other.sign_in(password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("present", "chosen", "again", "told"),
    [
        ("wrong", NEW, NEW, "现在的密码不对"),
        (PASSWORD, NEW, "another-one", "不一样"),
        (PASSWORD, "short-7", "short-7", "至少要 8 个字符"),
        (PASSWORD, "x" * 129, "x" * 129, "至少要 8 个字符"),
        (PASSWORD, "11111111", "11111111", "太容易猜到"),
        (PASSWORD, PASSWORD, PASSWORD, "不能和现在的一样"),
    ],
)
def test_what_is_not_a_good_password_is_told(
    box: Box, desk: Desk, present: str, chosen: str, again: str, told: str
) -> None:
    desk.sign_in()
    status, text = choose(desk, present, chosen, again)
    assert status == 422
    assert told in text
    assert box.asked == []


def test_guessing_the_present_password_has_the_same_limit(box: Box, desk: Desk) -> None:
    desk.sign_in()
    for _ in range(5):
        assert "现在的密码不对" in choose(desk, present="wrong")[1]
    assert "请等 10 分钟再试" in choose(desk)[1]
    assert box.asked == []


def test_a_password_that_was_not_recorded_is_not_changed(box: Box, desk: Desk) -> None:
    desk.sign_in()
    box.refuse = Text("存储卡已满", "the card is full")
    status, text = choose(desk)
    assert status == 503
    assert "没有记上：存储卡已满" in text
    box.stop()
    status, text = choose(desk)
    assert status == 503
    assert "监测程序现在没有运行" in text
    assert desk.client.get("/").status_code == 200


def test_without_a_ledger_the_page_says_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    box = Box(folder)
    box.close()
    for file in folder.iterdir():
        file.unlink()
    with panel(box) as (app, _):
        client = app.test_client()
        assert "监测程序第一次启动后就能登录" in client.get("/sign-in").text
        assert client.get("/", follow_redirects=True).status_code == 200
        assert Desk(client).sign_in().status_code == 503
