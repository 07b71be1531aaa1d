"""[escalation] and [[reminder]]: what each key may hold, what a mistake is told as, and that no message repeats a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app import secret_files
from firmware_app.reminding import (
    SILENT,
    Escalation,
    Mail,
    Quiet,
    Reminder,
    Robot,
    Secret,
    Webhook,
    is_quiet,
)
from firmware_app.reminding_rules import is_url
from firmware_app.settings import Settings, SettingsError, parse
from firmware_app.wording import Text
from tests.test_settings import GOOD, HERE, wrong

TOKEN = "very-secret-token"
ROBOT = f"""
[[reminder]]
name = "群"
kind = "dingtalk"
url = "https://robot.example/send?access_token={TOKEN}"
secret = "SEC{TOKEN}"
"""
MAIL = f"""
[[reminder]]
name = "邮箱"
kind = "mail"
host = "smtp.example"
user = "point@mail.example"
password = "{TOKEN}"
to = ["head@mail.example"]
"""


def read(more: str) -> Settings:
    return parse((GOOD + more).encode(), HERE)


def one(more: str) -> Reminder:
    (reminder,) = read(more).reminders
    return reminder


def told(more: str) -> list[str]:
    return wrong(GOOD + more)


def test_all_of_it_is_off_unless_it_is_given() -> None:
    settings = read("")
    assert (settings.escalation, settings.reminders) == (SILENT, ())
    assert Escalation() == Escalation(None, None, ())


def test_the_desk() -> None:
    found = read('[escalation]\nbuzzer_every_minutes = 5\nvoice = "hw:0"\nquiet = ["22:00-07:00"]').escalation
    assert found == Escalation(5, "hw:0", (Quiet(22 * 60, 7 * 60),))


def test_a_robot_with_all_it_may_have() -> None:
    found = one(ROBOT + 'after_minutes = 15\nquiet = ["12:00-14:30"]\nca_file = "own.pem"\n')
    assert isinstance(found.by, Robot)
    assert found.by.url.value.endswith(TOKEN)
    assert (found.after_minutes, found.quiet, found.ca_file) == (
        15,
        (Quiet(720, 870),),
        "/etc/ringkeeper/own.pem",
    )


def test_a_secret_may_stand_in_a_file_beside_the_configuration() -> None:
    found = one('[[reminder]]\nname = "w"\nkind = "wecom"\nurl_file = "secrets/wecom.url"\n')
    assert found == Reminder("w", "wecom", Robot(Secret(file="/etc/ringkeeper/secrets/wecom.url")))
    assert found.after_minutes == 30
    assert found.help is False, "help that is asked for is told only where somebody wants it"
    assert one(ROBOT + "help = true").help is True


def test_a_webhook_needs_no_key() -> None:
    found = one('[[reminder]]\nname = "w"\nkind = "webhook"\nurl = "http://192.168.1.9:8000/hook"\n')
    assert found.by == Webhook(Secret("http://192.168.1.9:8000/hook"))
    [warning] = [
        each for each in read(ROBOT.replace("https", "http")).warnings if each.key.startswith("reminder")
    ]
    assert TOKEN not in warning.what.zh + warning.what.en


def test_a_mailbox_sends_under_its_login_unless_told_otherwise() -> None:
    found = one(MAIL)
    assert found.by == Mail(
        "smtp.example",
        465,
        "ssl",
        "point@mail.example",
        Secret(TOKEN),
        "point@mail.example",
        ("head@mail.example",),
    )
    other = one(MAIL + 'security = "starttls"\nsender = "a@b.example"\n').by
    assert isinstance(other, Mail)
    assert (other.port, other.sender) == (587, "a@b.example")


def test_two_channels_have_two_names() -> None:
    assert told(ROBOT + ROBOT) == ['reminder[2].name: found "群", which reminder[1].name has already']
    many = "".join(ROBOT.replace("群", f"群{nr}") for nr in range(9))
    assert told(many) == ["reminder: 9 tables; 8 at most"]


@pytest.mark.parametrize(
    ("more", "key"),
    [
        (ROBOT.replace("dingtalk", "fax"), "reminder[1].kind"),
        (ROBOT.replace("https:", "ftp:"), "reminder[1].url"),
        (ROBOT.replace("robot.example", ""), "reminder[1].url"),
        (ROBOT.replace("robot.example", "[::"), "reminder[1].url"),
        (ROBOT.replace(f"access_token={TOKEN}", f"{TOKEN} with blanks"), "reminder[1].url"),
        (ROBOT.replace(f'"SEC{TOKEN}"', f'["{TOKEN}"]'), "reminder[1].secret"),
        (ROBOT + 'secret_file = "x"', "reminder[1].secret"),
        (ROBOT.replace("dingtalk", "wecom"), "reminder[1].secret"),
        (ROBOT + 'host = "x"', "reminder[1].host"),
        (ROBOT + 'help = "yes"', "reminder[1].help"),
        (ROBOT + "after_minutes = 0", "reminder[1].after_minutes"),
        (ROBOT + 'quiet = ["12:00-12:00"]', "reminder[1].quiet"),
        (ROBOT + 'quiet = ["24:00-01:00"]', "reminder[1].quiet"),
        (ROBOT + 'quiet = "12:00-13:00"', "reminder[1].quiet"),
        ('[[reminder]]\nname = "w"\nkind = "wecom"\n', "reminder[1].url"),
        (MAIL.replace(f'password = "{TOKEN}"', f"password = {TOKEN.__len__()}"), "reminder[1].password"),
        (MAIL.replace('"head@mail.example"', ""), "reminder[1].to"),
        (MAIL.replace('"head@mail.example"', '"no address"'), "reminder[1].to"),
        (MAIL.replace("point@mail.example", "point"), "reminder[1].sender"),
        (MAIL + 'security = "none"', "reminder[1].security"),
        (MAIL.replace('host = "smtp.example"\n', ""), "reminder[1].host"),
        (f'reminder = ["https://robot.example/{TOKEN}"]', "reminder"),
        (f'[reminder]\nurl = "{TOKEN}"', "reminder"),
        ("[escalation]\nbuzzer_every_minutes = 121", "escalation.buzzer_every_minutes"),
        ('[escalation]\nvoices = "x"', "escalation.voices"),
    ],
)
def test_a_mistake_is_told_by_its_key_and_without_the_secret(more: str, key: str) -> None:
    more = more if more.startswith(("[", "\n")) else ""
    text = GOOD + more if more else f'reminder = ["https://robot.example/{TOKEN}"]\n' + GOOD
    for language in ("en", "zh_CN"):
        with pytest.raises(SettingsError) as caught:
            parse(text.replace('language = "en"', f'language = "{language}"').encode(), HERE)
        assert [problem.key for problem in caught.value.problems] == [key]
        assert TOKEN not in str(caught.value)


@given(
    word=st.sampled_from(("url", "secret", "password")),
    value=st.text(st.characters(codec="utf-8"), min_size=5, max_size=40),
)
def test_whatever_is_wrong_with_a_secret_it_is_not_repeated(word: str, value: str) -> None:
    """Also where it stands in a table of another kind, or is taken for a list."""
    written = "".join(f"\\U{ord(each):08x}" for each in value)
    for kind in ("dingtalk", "wecom", "mail", "webhook", "fax"):
        for form in (f'"{written}"', f'["{written}"]'):
            text = GOOD + f'[[reminder]]\nname = "n"\nkind = "{kind}"\n{word} = {form}\n'
            try:
                settings = parse(text.encode(), HERE)
            except SettingsError as error:
                allowed = str(error)
                assert value not in allowed or value in NAMED
            else:
                assert value not in repr(settings.reminders) or value in NAMED


NAMED = (
    str([kind for kind in ("reminder", "dingtalk", "wecom", "webhook", "not shown")])
    + "password secret file url missing"
)


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [(Quiet(720, 870), (720, 869), (719, 870, 0)), (Quiet(1320, 420), (1320, 1439, 0, 419), (420, 1319))],
)
def test_quiet_hours_are_half_open_and_go_over_midnight(
    span: Quiet, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    assert [is_quiet([Quiet(1, 2), span], minute) for minute in inside] == [True] * len(inside)
    assert [is_quiet([span], minute) for minute in outside] == [False] * len(outside)
    assert not is_quiet([], 0)


def test_an_address_is_one_that_can_be_posted_to() -> None:
    assert is_url("https://robot.example:8443/x?y=z")
    assert not is_url("robot.example/x")
    for rest in ("", "user:pw@robot.example/", "h:0/", "h:99999/", "钉.example/", "[::"):
        assert not is_url("https:" + "//" + rest), rest


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for content, value in (
        (b"  SECabc \n", "SECabc"),
        (b"two\nlines", None),
        (b"", None),
        (b"\xff", None),
        (b"a b", None),
    ):
        file.write_bytes(content)
        found = secret_files.read(Secret(file=str(file)))
        assert found == value if value else isinstance(found, Text)
    assert secret_files.read(Secret("plain")) == "plain"
    missing = secret_files.read(Secret(file=str(tmp_path / "no")))
    assert isinstance(missing, Text)
    assert "no" in missing.zh


def test_files_of_secrets_are_looked_at_when_the_configuration_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "token"
    reminder = Reminder("群", "dingtalk", Robot(Secret(file=str(file)), Secret("SEC")))
    [told] = secret_files.complaints(reminder)
    assert str(file) in told.en
    file.write_text("https://robot.example/x")
    file.chmod(0o644)
    [told] = secret_files.complaints(reminder)
    assert "chmod 640" in told.zh
    file.chmod(0o640)
    assert secret_files.complaints(reminder) == []
