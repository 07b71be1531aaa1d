"""The adapters against real servers on the loopback: right ones, wrong ones, slow ones, and those that cannot be trusted."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from base64 import b64encode
from dataclasses import replace
from email import message_from_string
from email.header import decode_header, make_header
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from device.signals import Instant
from firmware_app.reminding import Mail, Reminder, Robot, Secret, Webhook
from firmware_app.uplink import channels
from firmware_app.uplink.dingtalk import signed
from firmware_app.uplink.messages import MINUTE, SENT, Fate, Message, Outcome, reminder
from firmware_app.uplink.posting import Patience
from tests.uplink_servers import PEM, PostOffice, answering, drips, silent, talking

NOW = Instant(0, 1_795_406_400_000_000_000)
KEY = "SECkey"
OPENSSL_SAYS = "sSFWELbV2YwjdDQhWZwTcWlX5BWUx5J6TPpsZmuPii0%3D"
WORDS: Message = reminder("jc-zezhou-0001", "示例站", 3, 45 * MINUTE, "zh_CN")
QUICK = Patience(step=1.0, total=3.0)
IMPATIENT = Patience(step=0.3, total=0.4)


def robot(url: str, kind: str = "dingtalk", secret: str | None = None, ca_file: str = "") -> Reminder:
    return Reminder("群", kind, Robot(Secret(url), (secret and Secret(secret)) or None), ca_file=ca_file)


def send(channel: Reminder, patience: Patience = QUICK) -> Outcome:
    outcome = channels.send(channel, WORDS, NOW, patience)
    for text in (outcome.why.zh, outcome.why.en):
        assert KEY not in text
        assert "abc" not in text
    assert bool(outcome.why.zh) is (outcome.fate is not Fate.SENT)
    return outcome


# ---- DingTalk and WeCom


def test_dingtalk_is_signed_as_its_documentation_says() -> None:
    with answering() as server:
        assert send(robot(server.url, secret=KEY)) == SENT
        taken = server.wait()
    query = parse_qs(urlsplit(taken.path).query)
    stamp = query["timestamp"][0]
    expected = b64encode(hmac.new(KEY.encode(), f"{stamp}\n{KEY}".encode(), hashlib.sha256).digest()).decode()
    assert (query["access_token"], stamp, query["sign"]) == (["abc"], "1795406400000", [expected])
    assert json.loads(taken.body) == {"msgtype": "text", "text": {"content": WORDS.text}}
    assert taken.headers["Content-Type"].startswith("application/json")
    assert signed("https://robot.example/send", KEY, 1).startswith(
        "https://robot.example/send?timestamp=1&sign="
    )


def test_a_signature_worked_out_elsewhere() -> None:
    """By openssl: printf '1700000000000\\nthis is secret' | openssl dgst -sha256 -hmac 'this is secret' -binary | base64."""
    assert signed("u?a=b", "this is secret", 1_700_000_000_000).endswith("&sign=" + OPENSSL_SAYS)


def test_a_robot_without_a_key_gets_no_signature() -> None:
    with answering() as server:
        for kind in ("dingtalk", "wecom"):
            assert send(robot(server.url, kind)) == SENT
            assert server.wait().path == "/send?access_token=abc"


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("dingtalk", b'{"errcode":310000,"errmsg":"sign not match"}', "加签密钥"),
        ("dingtalk", b'{"errcode":300005,"errmsg":"token abc is not exist"}', "地址"),
        ("dingtalk", b'{"errcode":-1,"errmsg":"busy"}', "errcode -1"),
        ("wecom", b'{"errcode":93000,"errmsg":"invalid webhook url"}', "地址"),
        ("wecom", b'{"errcode":45009,"errmsg":"api freq out of limit"}', "稍后"),
    ],
)
def test_a_robot_that_refuses_says_why(kind: str, answer: bytes, words: str) -> None:
    with answering() as server:
        server.answer = answer
        outcome = send(robot(server.url, kind))
    assert outcome.fate is Fate.FAILED
    assert words in outcome.why.zh


# ---- HTTP in general


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirection_is_followed(status: int) -> None:
    with answering() as elsewhere, answering() as server:
        server.status, server.more = status, {"Location": elsewhere.url}
        assert send(robot(server.url)).fate is Fate.FAILED
        assert elsewhere.taken == []


def test_a_server_that_fails() -> None:
    with answering() as server:
        server.status = 503
        assert "503" in send(robot(server.url)).why.zh


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert send(robot(f"http://127.0.0.1:{port}/abc")).fate is Fate.FAILED


def test_a_name_that_does_not_exist() -> None:
    assert send(robot("http://robot.invalid/abc")).fate is Fate.FAILED
    assert send(robot(f"http://{'a' * 64}.invalid/abc")).fate is Fate.FAILED, "not even a name"


@pytest.mark.parametrize("talk", [silent, drips], ids=["silent", "dripping"])
def test_a_server_that_hangs_holds_nobody_and_may_have_it(talk: object) -> None:
    with talking(talk) as port:  # type: ignore[arg-type]
        assert send(robot(f"http://127.0.0.1:{port}/abc"), IMPATIENT).fate is Fate.UNSURE


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"\x00" * 70_000,
        b"HTTP/1.1 9 \r\n\r\n",
    ],
)
def test_a_server_that_talks_nonsense(answer: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with talking(talk) as port:
        assert send(robot(f"http://127.0.0.1:{port}/abc")).fate is Fate.UNSURE


def test_an_endless_answer_is_read_no_further_than_is_of_use() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with talking(talk) as port:
        assert send(robot(f"http://127.0.0.1:{port}/abc")).fate is Fate.UNSURE


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_said() -> None:
    with answering(tls=True) as server:
        outcome = send(robot(server.url))
        assert outcome.fate is Fate.FAILED
        assert "证书" in outcome.why.zh
        assert server.taken == []
        assert send(robot(server.url, ca_file=str(PEM))) == SENT
    with answering(tls=True, host="127.0.0.2") as other:
        assert "证书" in send(robot(other.url, ca_file=str(PEM))).why.zh, (
            "another name than the certificate's"
        )
        assert other.taken == []


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    for name in ("x.pem", "missing.pem"):
        assert "ca_file" in send(robot("https://127.0.0.1:9/abc", ca_file=str(tmp_path / name))).why.zh
    assert "ca_file" in send(mailbox(9, "ssl", ca_file=str(tmp_path / "missing.pem"))).why.zh


def test_a_server_without_tls_where_it_is_wanted() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"hello\r\n")
        silent(connection)

    with talking(talk) as port:
        assert send(robot(f"https://127.0.0.1:{port}/abc")).fate is Fate.FAILED
    with talking(silent) as port:
        assert send(robot(f"https://127.0.0.1:{port}/abc"), IMPATIENT).fate is Fate.FAILED, (
            "a handshake that hangs"
        )


# ---- a webhook of one's own


def test_a_webhook_says_how_many_wait_and_signs_it() -> None:
    with answering() as server:
        server.status, server.answer = 204, b""
        assert send(Reminder("w", "webhook", Webhook(Secret(server.url), Secret(KEY)))) == SENT
        taken = server.wait()
        assert send(Reminder("w", "webhook", Webhook(Secret(server.url)))) == SENT
        assert "X-Ringkeeper-Signature" not in server.wait().headers
    told = json.loads(taken.body)
    assert (told["waiting"], told["oldest_minutes"], told["occasion"], told["site"]) == (
        3,
        45,
        "waiting",
        "jc-zezhou-0001",
    )
    stamp = taken.headers["X-Ringkeeper-Timestamp"]
    expected = hmac.new(KEY.encode(), f"{stamp}.".encode() + taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["X-Ringkeeper-Signature"] == f"sha256={expected}"


# ---- secrets in files


def test_secrets_are_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "robot.url"
    channel = Reminder("群", "wecom", Robot(Secret(file=str(file))))
    assert str(file) in send(channel).why.zh
    file.write_text("ftp://robot.example")
    assert send(channel).fate is Fate.FAILED
    with answering() as server:
        file.write_text(server.url + "\n")
        assert send(channel) == SENT
    box = mailbox(9, "ssl")
    assert isinstance(box.by, Mail)
    lost = replace(box, by=replace(box.by, password=Secret(file=str(tmp_path / "none"))))
    assert "none" in send(lost).why.en


# ---- mail


def mailbox(
    port: int, security: str, ca_file: str = str(PEM), to: tuple[str, ...] = ("head@mail.example",)
) -> Reminder:
    by = Mail("127.0.0.1", port, security, "point@mail.example", Secret(KEY), "point@mail.example", to)
    return Reminder("邮箱", "mail", by, ca_file=ca_file)


@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_a_mail_arrives_over_tls_and_with_a_login(security: str) -> None:
    office = PostOffice(security)
    with talking(office) as port:
        assert send(mailbox(port, security, to=("head@mail.example", "deputy@mail.example"))) == SENT
    assert office.logins == ["\0point@mail.example\0" + KEY]
    mail = message_from_string(office.mails[0])
    assert str(make_header(decode_header(mail["Subject"]))) == WORDS.subject
    assert (mail["From"], mail["To"]) == ("point@mail.example", "head@mail.example, deputy@mail.example")
    assert mail["Date"].endswith("+0000")
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == WORDS.text


def test_without_starttls_nothing_is_said_in_the_clear() -> None:
    office = PostOffice("none")
    with talking(office) as port:
        assert send(mailbox(port, "starttls")).fate is Fate.FAILED
    assert not [said for said in office.said if said.startswith(("AUTH", "MAIL"))]
    assert office.logins == []


@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_a_mail_server_that_is_not_trusted_gets_no_password(security: str) -> None:
    office = PostOffice(security)
    with talking(office) as port:
        assert "证书" in send(mailbox(port, security, ca_file="")).why.zh
    assert office.logins == []


@pytest.mark.parametrize(
    ("refuse", "fate", "words"),
    [
        ({"AUTH": b"535 no\r\n"}, Fate.FAILED, "授权码"),
        ({"MAIL": b"550 5.7.1 SECkey not you\r\n"}, Fate.FAILED, "550"),
        ({"RCPT": b"550 nobody here\r\n"}, Fate.FAILED, "所有收件人"),
        ({"DATA": b"451 later\r\n"}, Fate.FAILED, "451"),
        ({"END": b"554 spam\r\n"}, Fate.FAILED, "554"),
        ({"HELLO": b"554 go away\r\n"}, Fate.FAILED, "554"),
        ({"HELLO": b"nonsense\r\n"}, Fate.FAILED, "-1"),
        ({"EHLO": b"250 post.example\r\n"}, Fate.FAILED, "登录"),
        ({"HELLO": b""}, Fate.FAILED, ""),
        ({"AUTH": b""}, Fate.FAILED, ""),
        ({"END": b""}, Fate.UNSURE, ""),
    ],
    ids=str,
)
def test_a_mail_server_that_refuses_or_hangs(refuse: dict[str, bytes], fate: Fate, words: str) -> None:
    office = PostOffice("ssl", refuse)
    with talking(office) as port:
        outcome = send(mailbox(port, "ssl"), Patience(step=0.4, total=2.0))
    assert outcome.fate is fate
    assert words in outcome.why.zh


def test_one_of_two_receivers_is_refused() -> None:
    office = PostOffice("ssl")
    real = office._plain
    office._plain = lambda command, words: b"550 no\r\n" if "deputy" in words else real(command, words)  # type: ignore[method-assign]
    with talking(office) as port:
        outcome = send(mailbox(port, "ssl", to=("head@mail.example", "deputy@mail.example")))
    assert outcome.fate is Fate.FAILED
    assert "1" in outcome.why.zh


def test_a_mail_server_that_drips_holds_nobody() -> None:
    with talking(drips) as port:
        assert send(mailbox(port, "ssl"), IMPATIENT).fate is Fate.FAILED
        assert send(mailbox(port, "starttls"), IMPATIENT).fate is Fate.FAILED
