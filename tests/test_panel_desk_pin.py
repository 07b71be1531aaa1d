"""A paired desk computer: what it shows without anybody, how a name and a PIN let somebody act, and when that ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from firmware_app.records import entries
from tests.panel_box import NOON, Box, Desk, panel, password_hash
from web_panel.paired_desk import COOKIE

PIN, OTHER_PIN, NUMBER = "2846", "7395", "15400000001"
TOKEN = "t" * 43


def secret(content: str) -> entries.Personal:
    return entries.Personal("secret", content)


def person(box: Box, name: str, called: str, role: str = "clerk", pin: str | None = None) -> None:
    box.write(entries.AccountSet(name, called, role, active=True))
    box.write(entries.PasswordSet(name, secret(password_hash("quiet-river-42")), must_change=False))
    if pin:
        box.write(entries.PinSet(name, secret(password_hash(pin))))


def paired(app: Flask, box: Box, number: str = "d1") -> Desk:
    box.write(entries.DeskPaired(number, "柜台一", secret(hashlib.sha256(TOKEN.encode()).hexdigest())))
    desk = Desk(app.test_client())
    desk.client.set_cookie(COOKIE, f"{number}.{TOKEN}")
    return desk


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    person(box, "wang", "王芳", pin=PIN)
    person(box, "li", "李强", pin=OTHER_PIN)
    person(box, "zhao", "赵敏", "technician")
    box.start()
    yield box
    box.close()


@pytest.fixture
def app(box: Box) -> Iterator[Flask]:
    with panel(box) as (app, _):
        yield app


@pytest.fixture
def desk(app: Flask, box: Box) -> Desk:
    return paired(app, box)


def tapped(desk: Desk, address: str, who: str = "wang", pin: str = PIN, **fields: object) -> tuple[int, str]:
    answer = desk.send(address, pin_account=who, pin=pin, **fields)
    return answer.status_code, answer.text


def notes(box: Box) -> list[tuple[str, str, str, str | None]]:
    return [(note["account"], note["what"], note["how"], note["desk"]) for note in box.noted]


def test_a_paired_desk_shows_the_masked_page_and_nothing_else(box: Box, desk: Desk) -> None:
    call = box.call(NUMBER, 5)
    for address in ("/", "/today/fragment", "/waiting"):
        assert desk.client.get(address).status_code == 200
    assert "154****0001" in desk.page()
    assert "已回拨·接通" in desk.page(), "what a clerk may do is offered"
    box.later(90 * 24 * 3600)
    assert "154****0001" in desk.page(), "months later"
    for address in ("/callbacks", "/callbacks/1", f"/calls/{call}"):
        assert desk.client.get(address).location.startswith("/pin?onward=/c")
    assert box.asked == []


def test_a_computer_with_a_wrong_or_no_token_sees_nothing(app: Flask, desk: Desk) -> None:
    for cookie in ("d1.wrong", "d2." + TOKEN, "d1", "." + TOKEN, "", "d1." + "t" * 500, "d1\x00.x"):
        other = app.test_client()
        other.set_cookie(COOKIE, cookie)
        assert other.get("/").location == "/sign-in"
        assert other.get("/today/fragment").status_code == 401
        assert other.get("/pin").location == "/sign-in"
        assert other.get("/events").status_code == 401


def test_what_somebody_was_about_to_do_goes_on_after_name_and_pin(box: Box, desk: Desk) -> None:
    call = box.call(NUMBER, 5)
    asked = desk.send(f"/calls/{call}", do="reached", after=0)
    assert asked.status_code == 401
    for part in ('name="do" value="reached"', 'name="after" value="0"', f'action="/calls/{call}"', "王芳"):
        assert part in asked.text
    assert "赵敏" not in asked.text, "has no PIN"
    assert "李强" in asked.text
    assert box.asked == []
    assert tapped(desk, f"/calls/{call}", do="reached", after=0)[0] == 303
    assert [(kind, actor) for kind, _, actor in box.asked] == [("CallbackAttempted", "wang")]
    assert "王芳" in desk.page()
    assert desk.client.get("/callbacks").status_code == 200
    assert notes(box) == [("wang", "in", "pin", "d1")]


def test_in_a_page_that_htmx_keeps_the_question_takes_its_place(box: Box, desk: Desk) -> None:
    call = box.call(NUMBER, 5)
    asked = desk.send(f"/calls/{call}", htmx=True, do="show")
    assert (asked.headers["HX-Retarget"], asked.headers["HX-Reswap"]) == ("#main", "innerHTML")
    assert "<html" not in asked.text
    assert NUMBER not in asked.text


def test_a_page_that_was_asked_for_comes_after_name_and_pin(desk: Desk) -> None:
    where = desk.client.get("/callbacks?tab=open").location
    assert 'name="onward" value="/callbacks?tab=open"' in desk.page(where)
    answer = desk.send("/pin", pin_account="wang", pin=PIN, onward="/callbacks?tab=open")
    assert (answer.status_code, answer.location) == (303, "/callbacks?tab=open")


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example.com/", "https://evil.example.com", "/nowhere", "\\\\evil", "", "/calls/seen"],
)
def test_nobody_is_led_out_of_the_panel(desk: Desk, elsewhere: str) -> None:
    assert desk.send("/pin", pin_account="wang", pin=PIN, onward=elsewhere).location == "/"


def test_a_wrong_pin_says_how_many_tries_are_left_and_locks_on_record(box: Box, desk: Desk) -> None:
    call = box.call(NUMBER, 5)
    for left in (4, 3, 2, 1):
        status, text = tapped(desk, f"/calls/{call}", pin="9731", do="reached", after=0)
        assert status == 403
        assert f"还可以试 {left} 次" in text
        assert 'name="do" value="reached"' in text
    status, text = tapped(desk, f"/calls/{call}", pin="9731", do="reached", after=0)
    assert (status, "请等 10 分钟再试" in text) == (429, True)
    assert tapped(desk, "/pin", pin=PIN)[0] == 429, "also the right one"
    assert [what for _, what, _, _ in notes(box)] == ["failed"] * 4 + ["locked"]
    assert tapped(desk, "/pin", "li", OTHER_PIN)[0] == 303, "the colleague goes on"
    box.later(10 * 60)
    assert tapped(desk, "/pin")[0] == 303
    assert box.asked == []


def test_a_restart_of_the_panel_wins_no_tries(box: Box, desk: Desk) -> None:
    for _ in range(4):
        assert tapped(desk, "/pin", pin="9731")[0] == 403
    with panel(box) as (app, _):
        again = Desk(app.test_client())
        again.client.set_cookie(COOKIE, f"d1.{TOKEN}")
        assert tapped(again, "/pin", pin="9731")[0] == 429
        assert tapped(again, "/pin")[0] == 429
        box.later(10 * 60)
        assert tapped(again, "/pin")[0] == 303


def test_a_pin_is_worth_nothing_away_from_the_desk(app: Flask, box: Box, desk: Desk) -> None:
    stranger = Desk(app.test_client())
    assert stranger.send("/pin", pin_account="wang", pin=PIN).location == "/sign-in"
    assert stranger.sign_in("wang", PIN).status_code == 403
    tapped(desk, "/pin")
    session = desk.client.get_cookie("ringkeeper")
    assert session is not None
    stranger.client.set_cookie("ringkeeper", session.value)
    assert stranger.client.get("/").location == "/sign-in", "a copied session neither"


def test_five_minutes_drop_the_person_and_never_the_page(box: Box, desk: Desk) -> None:
    call = box.call(NUMBER, 5)
    tapped(desk, "/pin")
    assert "154 0000 0001" in desk.press(call, "show")
    box.later(4 * 60 + 59)
    assert desk.client.get("/callbacks").status_code == 200, "somebody who reads is here"
    box.later(4 * 60 + 59)
    desk.client.get("/today/fragment")
    box.later(1)
    page = desk.page()
    assert "154****0001" in page
    assert "王芳" not in page
    asked = desk.send(f"/calls/{call}", do="reached", after=0)
    assert asked.status_code == 401
    assert box.kinds() == ["NumberRevealed"]


def test_two_people_take_turns_within_one_tap(box: Box, desk: Desk) -> None:
    call = box.call(NUMBER, 5)
    token = desk.token()
    tapped(desk, "/pin")
    assert "154 0000 0001" in desk.press(call, "show")
    assert tapped(desk, "/pin", "li", OTHER_PIN)[0] == 303
    assert "154****0001" in desk.page(), "what one was shown the other is not"
    answer = desk.client.post(f"/calls/{call}", data={"csrf_token": token, "do": "reached", "after": 0})
    assert answer.status_code == 303, "the page stood open all the while"
    assert box.asked[-1][2] == "li"
    assert [(who, what) for who, what, _, _ in notes(box)] == [("wang", "in"), ("wang", "out"), ("li", "in")]


def test_unpairing_ends_it_at_once(box: Box, app: Flask, desk: Desk) -> None:
    tapped(desk, "/pin")
    assert desk.client.get("/").status_code == 200
    box.write(entries.DeskUnpaired("d1"))
    assert desk.client.get("/").location == "/sign-in"
    assert desk.client.get("/today/fragment").status_code == 401
    assert tapped(desk, "/pin")[0] == 303
    assert box.noted == [{"account": "wang", "what": "in", "how": "pin", "desk": "d1"}]


def test_signing_out_leaves_the_page_of_the_desk(box: Box, desk: Desk) -> None:
    tapped(desk, "/pin")
    copied = desk.client.get_cookie("ringkeeper")
    assert copied is not None
    assert desk.send("/sign-out").location == "/"
    assert "已退出登录" in desk.page()
    desk.client.set_cookie("ringkeeper", copied.value)
    assert "王芳" not in desk.page()
    assert notes(box)[-1] == ("wang", "out", "pin", "d1")


@pytest.mark.parametrize(
    ("who", "pin"), [("nobody", PIN), ("zhao", ""), ("", PIN), ("wang", ""), ("li", "x" * 900)]
)
def test_nothing_else_lets_in(desk: Desk, who: str, pin: str) -> None:
    assert tapped(desk, "/pin", who, pin)[0] in (403, 422)


def test_somebody_who_was_stopped_is_not_offered(box: Box, desk: Desk) -> None:
    box.write(entries.AccountSet("wang", "王芳", "clerk", active=False))
    assert "王芳" not in desk.page("/pin")
    assert tapped(desk, "/pin")[0] == 422


def test_a_password_at_the_desk_has_the_same_five_minutes(box: Box, desk: Desk) -> None:
    desk.sign_in("wang")
    assert desk.client.get("/callbacks").status_code == 200
    box.later(5 * 60)
    assert desk.client.get("/callbacks").location.startswith("/pin?")
    assert desk.client.get("/").status_code == 200
