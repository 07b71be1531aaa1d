"""The tables [escalation] and [[reminder]] of the configuration in, their values out; what is wrong goes to the reading.

A value that is, or may hold, a secret is never repeated in a message. It opens nothing: whether a file with a secret can be
read is seen by `secret_files`, when it is needed.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from firmware_app.reminding import (
    AFTER_MINUTES,
    KINDS,
    SMTP_PORTS,
    SSL,
    Escalation,
    Mail,
    Quiet,
    Reminder,
    Robot,
    Secret,
    Webhook,
)
from firmware_app.settings_rules import Rule, Table, choice, printable, whole
from firmware_app.wiring_rules import below
from firmware_app.wording import Text

MOST_REMINDERS = 8
MOST_QUIET = 8
MOST_RECEIVERS = 8
DINGTALK, WECOM, MAIL, WEBHOOK = KINDS
COMMON = ("name", "kind", "after_minutes", "quiet", "ca_file", "help")
BY_URL = ("url", "url_file")
SIGNED = ("secret", "secret_file")
BY_MAIL = ("host", "port", "security", "user", "password", "password_file", "sender", "to")
KEYS = {DINGTALK: (*BY_URL, *SIGNED), WECOM: BY_URL, MAIL: BY_MAIL, WEBHOOK: (*BY_URL, *SIGNED)}

KIND = choice(*KINDS)
EVERY = whole(1, 120)
AFTER = whole(1, 1440)
TRUTH: Rule[bool] = Rule(bool, Text("true 或 false", "true or false"))
NAME = printable(
    32, '1 到 32 个字的名称，例如 "站长群"', "a name of 1 to 32 characters, as pages and records show it"
)
VOICE = printable(
    128, '播放声音的 ALSA 设备，例如 "default"', 'the ALSA device that plays, such as "default"'
)
FILE = printable(4096, "文件路径", "the path of a file")
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
QUIET = Rule(
    list,
    Text(
        f'最多 {MOST_QUIET} 个免打扰时段，例如 ["12:00-14:30", "22:00-07:00"]',
        f'up to {MOST_QUIET} spans of quiet hours, such as ["12:00-14:30", "22:00-07:00"]',
    ),
    lambda value: len(value) <= MOST_QUIET and all(_is_span(each) for each in value),
)
HOST = Rule(
    str,
    Text("主机名", "the name of a host"),
    lambda value: re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", value) is not None,
)
SECURITY = choice(*SMTP_PORTS)
TCP_PORT = whole(1, 65535)
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}"
)  # RFC 5321, 4.1.2, without quotes
ADDRESS = Rule(str, Text("邮件地址", "a mail address"), lambda value: _ADDRESS.fullmatch(value) is not None)
ADDRESSES = Rule(
    list,
    Text(f"1 到 {MOST_RECEIVERS} 个邮件地址的列表", f"a list of 1 to {MOST_RECEIVERS} mail addresses"),
    lambda value: 0 < len(value) <= MOST_RECEIVERS and all(ADDRESS.admits(each) for each in value),
)
USER = printable(256, "邮箱的登录名", "the login of the mailbox")
URL = Text("一个 https 或 http 网址", "an address of the web, https or http")
WORD = Text("1 到 512 个可见字符", "1 to 512 visible characters")


def escalation(table: Table) -> Escalation:
    """The table [escalation]; everything off when there is none."""
    found = Escalation(
        table.optional("buzzer_every_minutes", EVERY),
        table.optional("voice", VOICE),
        _quiet(table),
    )
    table.finish()
    return found


def reminders(top: Table, path: Path) -> tuple[Reminder, ...]:
    """The tables [[reminder]]; relative paths start at the folder of the file `path`."""
    given = top.values.get("reminder", [])
    if not (isinstance(given, list) and all(isinstance(each, dict) for each in given)):
        top.known("reminder")  # not shown: a secret may stand in it
        top.complain(
            "reminder", "应写成 [[reminder]]（两层方括号）", "must be written [[reminder]] (double brackets)"
        )
        return ()
    tables = top.tables("reminder")
    if len(tables) > MOST_REMINDERS:
        top.complain(
            "reminder",
            f"有 {len(tables)} 节，最多 {MOST_REMINDERS} 节",
            f"{len(tables)} tables; {MOST_REMINDERS} at most",
        )
    found = [_reminder(table, path) for table in tables]
    return tuple(each for each in found if each is not None)


def _reminder(table: Table, path: Path) -> Reminder | None:
    name = table.take("name", NAME)
    if name is not None:
        table.claim("name", "reminder", name)
    kind = table.take("kind", KIND)
    after = table.take_or("after_minutes", AFTER, AFTER_MINUTES)
    quiet = _quiet(table)
    ca_file = table.optional("ca_file", FILE)
    asked = table.take_or("help", TRUTH, default=False)
    if kind is None:
        table.known(*(key for keys in KEYS.values() for key in keys))
        table.finish()
        return None
    by = _mail(table, path) if kind == MAIL else _by_url(table, path, kind)
    strangers = tuple(key for keys in KEYS.values() for key in keys if key not in KEYS[kind])
    table.belongs_elsewhere(strangers, f'不属于 kind = "{kind}"', f'does not belong to kind = "{kind}"')
    table.finish()
    trusted = str(below(path, ca_file)) if ca_file else ""
    return None if by is None else Reminder(name or "", kind, by, after, quiet, trusted, asked)


def _by_url(table: Table, path: Path, kind: str) -> Robot | Webhook | None:
    url = _secret(table, path, "url", URL, must=True)
    if url is not None and url.value and not is_url(url.value):
        _wrong(table, "url", URL)
    elif url is not None and _is_open(url.value):
        table.warn(
            "url",
            "http 不加密，途中的人看得到令牌和内容",
            "http is not encrypted: token and content can be read on the way",
        )
    secret = _secret(table, path, "secret", WORD, must=False) if "secret" in KEYS[kind] else None
    if url is None:
        return None
    return Webhook(url, secret) if kind == WEBHOOK else Robot(url, secret)


def _mail(table: Table, path: Path) -> Mail | None:
    host, user = table.take("host", HOST), table.take("user", USER)
    security = table.take_or("security", SECURITY, SSL)
    port = table.take_or("port", TCP_PORT, SMTP_PORTS[security])
    password = _secret(table, path, "password", WORD, must=True)
    sender = table.optional("sender", ADDRESS)
    if "sender" not in table.values and user is not None and ADDRESS.admits(user):
        sender = user
    elif "sender" not in table.values:
        table.complain("sender", "缺少此项：登录名不是邮件地址", "missing; the login is no mail address")
    to = table.take("to", ADDRESSES)
    if host is None or user is None or password is None or sender is None or to is None:
        return None
    return Mail(host, port, security, user, password, sender, tuple(to))


def _quiet(table: Table) -> tuple[Quiet, ...]:
    written = table.optional("quiet", QUIET)
    return tuple(_span(each) for each in written or ())


def _secret(table: Table, path: Path, name: str, allowed: Text, *, must: bool) -> Secret | None:
    """`name`, or the path in `name`_file; its value is never shown."""
    file = table.optional(f"{name}_file", FILE)
    table.known(name)
    value = table.values.get(name)
    if value is None:
        if must and file is None and f"{name}_file" not in table.values:
            table.complain(name, f"缺少此项（或 {name}_file）", f"missing (or {name}_file)")
        return None if file is None else Secret(file=str(below(path, file)))
    if f"{name}_file" in table.values:
        table.complain(name, f"与 {name}_file 只能写一个", f"give this or {name}_file, not both")
    if not (
        isinstance(value, str)
        and 0 < len(value) <= 512
        and value.isascii()
        and value.isprintable()
        and " " not in value
    ):
        _wrong(table, name, allowed)
        return None
    return Secret(value)


def _wrong(table: Table, name: str, allowed: Text) -> None:
    table.complain(
        name,
        f"内容不合规定（为保密不显示），应为：{allowed.zh}",
        f"not allowed (not shown, it is secret); it must be {allowed.en}",
    )


def _is_span(value: object) -> bool:
    return isinstance(value, str) and _SPAN.fullmatch(value) is not None and value[:5] != value[6:]


def _span(written: str) -> Quiet:
    start, end = (int(each[:2]) * 60 + int(each[3:]) for each in written.split("-"))
    return Quiet(start, end)


def is_url(value: str) -> bool:
    """Whether something can be posted to `value`."""
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and named and value.isascii()


def _is_open(value: str) -> bool:
    """Whether what is sent there can be read on the way."""
    return urlsplit(value).scheme == "http" and urlsplit(value).hostname not in (
        "127.0.0.1",
        "localhost",
        "::1",
    )
