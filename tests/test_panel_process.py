"""`python -m web_panel` as a process: it serves, it ends at once with streams open, and it says what is wrong."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.panel_box import SOON, Box
from tests.panel_process import Browser, PanelProcess, free_port, running_panel, start_panel, write_config
from web_panel.__main__ import panel_secret


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.mark.parametrize("monitor", ["up", "down"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_with_streams_open(box: Box, number: signal.Signals, monitor: str) -> None:
    if monitor == "down":
        box.stop()
    with running_panel(box) as panel, closing(Browser(panel.port)) as browser:
        browser.sign_in()
        streams = [browser.ask("GET", "/events") for _ in range(5)]
        for stream in streams:
            assert stream.readline() == b"retry: 3000\n"
        panel.process.send_signal(number)
        assert panel.process.wait(timeout=3) == 0, "waitress alone would wait 5 s for the streams"
        assert panel.process.stderr is not None
        assert panel.process.stderr.read() == ""


def test_a_change_reaches_an_open_stream_and_a_page_is_served_beside_full_streams(box: Box) -> None:
    with running_panel(box) as panel, closing(Browser(panel.port)) as browser:
        browser.sign_in()
        streams = [browser.ask("GET", "/events") for _ in range(24)]
        assert [stream.status for stream in streams] == [200] * 24
        assert browser.ask("GET", "/events").status == 503
        assert browser.ask("GET", "/").status == 200
        for stream in streams:
            while stream.readline() != b"\n":
                continue
        box.call("15400000001", 1)
        for stream in streams:
            assert stream.readline() == b"event: changed\n"


def test_a_port_that_is_taken_is_told_in_the_language(box: Box) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for language, words in (("zh_CN", "已被别的程序占用"), ("en", "another program uses this port")):
            panel = start_panel(box.folder, language=language, port=port)
            code, errors = end_by_itself(panel)
            assert code == 1
            assert f"127.0.0.1:{port}" in errors
            assert words in errors


def end_by_itself(panel: PanelProcess) -> tuple[int, str]:
    panel.process.wait(timeout=3 * SOON)
    return panel.end()


def test_a_configuration_that_is_wrong_is_told(tmp_path: Path) -> None:
    config = write_config(tmp_path, free_port())
    config.write_text(config.read_text(encoding="utf-8") + "hosst = 1\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "web_panel", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=3 * SOON,
        check=False,
    )
    assert done.returncode == 1
    assert "hosst" in done.stderr
    assert "Traceback" not in done.stderr


def new_password(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    config = write_config(folder, free_port())
    return subprocess.run(
        [sys.executable, "-m", "web_panel", "--config", str(config), "--new-password", *more],
        capture_output=True,
        text=True,
        timeout=3 * SOON,
        check=False,
    )


def test_a_new_password_is_recorded_and_shown_once(box: Box) -> None:
    done = new_password(box.folder)
    assert done.returncode == 0, done.stderr
    [(kind, body, actor)] = box.asked
    assert (kind, body["account"], body["must_change"], actor) == ("PasswordSet", "admin", True, "shell")
    shown = re.search(r"密码 (\S+)", done.stdout)
    assert shown is not None
    from werkzeug.security import check_password_hash

    assert check_password_hash(body["secret"]["content"], shown.group(1))
    mistyped = new_password(box.folder, "amdin")
    assert mistyped.returncode == 1
    assert "没有账号 amdin；现有账号：admin" in mistyped.stderr
    box.account(name="second")
    assert new_password(box.folder, "second").returncode == 0
    assert [body["account"] for _, body, _ in box.asked] == ["admin", "second"]


def test_without_the_monitor_the_password_stays(box: Box) -> None:
    box.stop()
    done = new_password(box.folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "没有换密码" in done.stderr


def test_the_secret_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secret = panel_secret(folder)
    assert panel_secret(folder) == secret
    assert len(secret) == 48
    assert stat.S_IMODE((folder / "panel-secret").stat().st_mode) == 0o600
    (folder / "panel-secret").write_bytes(b"cut short")
    assert len(panel_secret(folder)) == 48


@pytest.fixture
def closed_folder(box: Box) -> Iterator[list[str]]:
    """The data folder without leave to write, and how to run a panel that is bound by it."""
    write_config(box.folder, free_port())
    box.folder.chmod(0o500)
    yield ["setpriv", "--bounding-set=-dac_override"] if os.getuid() == 0 else []
    box.folder.chmod(0o700)


def test_a_panel_that_may_not_write_beside_the_ledger_serves_all_the_same(
    box: Box, closed_folder: list[str]
) -> None:
    with running_panel(box, under=closed_folder) as panel, closing(Browser(panel.port)) as browser:
        browser.sign_in()
        assert browser.ask("GET", "/").status == 200
        _, errors = panel.end()
    assert "不能在" in errors
    assert "只放在内存里" in errors
    assert len(errors.splitlines()) == 1
    assert not list(box.folder.glob("panel-*"))


def test_who_signed_out_stays_so_when_the_panel_is_restarted(box: Box) -> None:
    with (
        running_panel(box) as panel,
        closing(Browser(panel.port)) as browser,
        closing(Browser(panel.port)) as other,
    ):
        browser.sign_in()
        other.sign_in()
        copied, staying = dict(browser.cookies), dict(other.cookies)
        browser.sign_out()
    with running_panel(box) as panel, closing(Browser(panel.port)) as thief:
        thief.cookies = copied
        assert thief.ask("GET", "/").headers["Location"] == "/sign-in"
        thief.cookies = staying
        assert thief.ask("GET", "/").status == 200
    assert stat.S_IMODE((box.folder / "panel-signed-out").stat().st_mode) == 0o600
