"""`python -m web_panel --config FILE`: serves the panel until SIGTERM or SIGINT; `--new-password` makes a new one and ends.

Reads the configuration, opens the port; heavy imports wait until it is known that there is something to serve.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import logging
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from firmware_app.settings import Settings, SettingsError, load
from firmware_app.wording import Text

log = logging.getLogger("web_panel")

FIRST_ACCOUNT = "admin"
M_ARENA_MAX = -8  # malloc.h

PORT_IN_USE = Text(
    "打不开 {host}:{port}：这个端口已被别的程序占用。请在 {path} 的 [panel] 里换一个 port，或停掉那个程序。",
    "cannot open {host}:{port}: another program uses this port. Choose another port in [panel] of {path}, or stop that program.",
)
NO_PORT = Text(
    "打不开 {host}:{port}（{reason}）。请检查 {path} 里的 [panel]。",
    "cannot open {host}:{port} ({reason}). Please check [panel] in {path}.",
)
NO_SECRET = Text(
    "不能在 {path} 保存面板的密钥（{reason}），这次只放在内存里：面板重新启动后，大家要重新登录。",
    "cannot keep the panel's secret in {path} ({reason}): it is held in memory, and everybody signs in again when the panel is restarted.",
)
NEW_PASSWORD = Text(
    "新密码（只显示这一次；登录后要换成自己的）：\n用户名 {account}\n密码 {password}",
    "New password (shown this once; to be changed after signing in):\naccount {account}\npassword {password}",
)
NO_ACCOUNT = Text(
    "没有账号 {account}；现有账号：{known}",
    "there is no account {account}; there are: {known}",
)
NOT_SET = Text(
    "没有换密码：监测程序没有运行或没有确认。请先启动它，再试一次。{reason}",
    "The password was not changed: the monitor is not running or did not confirm. Start it and try again. {reason}",
)


def panel_secret(data_dir: Path) -> bytes:
    """The key that signs sessions: made at the first start, readable by this user alone. Raises OSError."""
    data_dir.mkdir(
        parents=True, exist_ok=True, mode=0o700
    )  # on a first start the monitor may be a moment later
    path = data_dir / "panel-secret"
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_bytes()
        if len(kept) >= 32:
            return kept
        path.unlink()  # cut short by a power failure: sessions end, nothing else is lost
        return panel_secret(data_dir)
    with os.fdopen(made, "wb") as file:
        file.write(secrets.token_bytes(48))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()


def signing(settings: Settings) -> tuple[bytes, Path | None]:
    """The key that signs sessions, and where ended ones are kept. A panel that may not write into `data_dir`, because it runs
    as a user of its own, has a key for this run alone: when it ends all sign-ins do, and none need be kept."""
    try:
        return panel_secret(settings.data_dir), settings.data_dir / "panel-signed-out"
    except OSError as error:
        _say(NO_SECRET, settings.language, path=settings.data_dir, reason=error.strerror)
        return secrets.token_bytes(48), None


def _say(text: Text, language: str, **values: object) -> None:
    sys.stderr.write(text.in_language(language).format(**values) + "\n")


def new_password(settings: Settings, account: str) -> int:
    """Have the monitor record a new random password for `account`, and print it."""
    from firmware_app import passwords
    from firmware_app.monitor_link import MonitorLink
    from web_panel.ledger_door import LedgerDoor

    ledger = settings.data_dir / "ledger.db"
    known = LedgerDoor(ledger).account_names()
    if known and account not in known:
        _say(NO_ACCOUNT, settings.language, account=account, known=", ".join(known))
        return 1
    password = passwords.new_password()
    secret = {"kind": "secret", "content": passwords.password_hash(password)}
    body = {"account": account, "secret": secret, "must_change": True}
    answer = MonitorLink(settings.run_dir / "monitor.sock", ledger).record("PasswordSet", body, "shell")
    if not answer.ok:
        _say(NOT_SET, settings.language, reason=(answer.message or {}).get(settings.language, ""))
        return 1
    text = NEW_PASSWORD.in_language(settings.language)
    sys.stdout.write(text.format(account=account, password=password) + "\n")
    return 0


def one_heap() -> None:
    """Have all threads share one heap: 48 threads with one each cost 6 MB of a small box, measured (mallopt(3))."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc alone has it
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


def serve(settings: Settings) -> int:
    """Serve until a signal; 1 when the port cannot be had."""
    one_heap()
    from web_panel import serving
    from web_panel.assembling import assemble

    panel = settings.panel
    app, live = assemble(settings, *signing(settings))
    sockets: dict[int, Any] = {}
    try:
        server = serving.listen(app, panel.host, panel.port, sockets)
    except (OSError, ValueError) as error:  # ValueError: waitress, for a host it cannot resolve
        in_use = getattr(error, "errno", None) == errno.EADDRINUSE
        reason = getattr(error, "strerror", None) or error
        place = {"host": panel.host, "port": panel.port, "path": settings.path}
        _say(PORT_IN_USE if in_use else NO_PORT, settings.language, **place, reason=reason)
        return 1
    live.start()
    log.info("the panel serves http://%s:%s/", panel.host, panel.port)
    try:
        serving.run(server, sockets, live)
    finally:
        app.extensions["ringkeeper"].exports.close()
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ringkeeper panel", description="铃守的网页面板 · the web panel of Ringkeeper"
    )
    parser.add_argument("--config", type=Path, required=True, help="ringkeeper.toml")
    parser.add_argument(
        "--new-password",
        nargs="?",
        const=FIRST_ACCOUNT,
        metavar="ACCOUNT",
        help="给账号（默认 admin）一个新的随机密码，显示一次 · give the account (default admin) a new random password, shown once",
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line; gives the exit code."""
    given = _arguments().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # thirty pages opened at once are no news
    try:
        settings = load(given.config)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return new_password(settings, given.new_password) if given.new_password else serve(settings)


if __name__ == "__main__":
    sys.exit(main())
