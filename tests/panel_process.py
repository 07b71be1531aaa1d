"""The panel as it really runs, `python -m web_panel`, beside a `Box`."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from device import clock
from device.signals import SECOND
from tests.panel_box import PASSWORD, SOON, Box

CONFIG = """
language = "{language}"
timezone = "Asia/Shanghai"
data_dir = "."
run_dir = "."
[site]
id = "jc-zezhou-0001"
name = "泽州县示范便民服务站"
[[line]]
name = "L1"
number = "03562217000"
interface = "modem"
port = "modem"
[[line]]
name = "L2"
number = "03562217001"
interface = "gpio"
chip = "simulated"
ring_pin = 17
hook_pin = 27
[panel]
host = "127.0.0.1"
port = {port}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_config(folder: Path, port: int, language: str = "zh_CN") -> Path:
    path = folder / "ringkeeper.toml"
    path.write_text(CONFIG.format(language=language, port=port), encoding="utf-8")
    return path


@dataclass(slots=True)
class PanelProcess:
    """A running panel. `end` gives its exit code and what it wrote to stderr."""

    process: subprocess.Popen[str]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_it_answers(self) -> None:
        deadline = clock.now().mono + int(3 * SOON) * SECOND
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/static/icon.svg", timeout=SOON).close()
            except OSError:
                assert self.process.poll() is None, self.process.communicate()[1]
                assert clock.now().mono < deadline, "the panel does not answer"
                Event().wait(0.05)
            else:
                return

    def end(self) -> tuple[int, str]:
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=SOON)
        return self.process.returncode, errors


def start_panel(
    folder: Path, *more: str, language: str = "zh_CN", port: int | None = None, under: Sequence[str] = ()
) -> PanelProcess:
    """`under`: a command that starts the command that follows it, such as setpriv."""
    port = port or free_port()
    config = write_config(folder, port, language)
    command = [*under, sys.executable, "-m", "web_panel", "--config", str(config), *more]
    return PanelProcess(
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), port
    )


@contextmanager
def running_panel(
    box: Box, language: str = "zh_CN", port: int | None = None, under: Sequence[str] = ()
) -> Iterator[PanelProcess]:
    panel = start_panel(box.folder, language=language, port=port, under=under)
    try:
        panel.wait_until_it_answers()
        yield panel
    finally:
        panel.end()


class Browser:
    """Plain HTTP with cookies, from a loopback address of its own: sign in, then open what one likes."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.port = port
        self.address = address
        self.cookies: dict[str, str] = {}
        self._open: list[http.client.HTTPConnection | http.client.HTTPResponse] = []

    def close(self) -> None:
        for end in self._open:
            end.close()

    def ask(self, method: str, address: str, body: str = "") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=SOON, source_address=(self.address, 0)
        )
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        self._open += [answer, connection]
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def send(self, form: str, to: str, **fields: str) -> http.client.HTTPResponse:
        """Post to `to` with the token of the page `form`."""
        html = self.ask("GET", form).read().decode()
        token = re.findall(r'name="csrf_token" value="([^"]*)"', html)[0]
        return self.ask("POST", to, urllib.parse.urlencode({"csrf_token": token, **fields}))

    def sign_in(self) -> None:
        assert self.send("/sign-in", "/sign-in", account="admin", password=PASSWORD).status == 303

    def sign_out(self) -> None:
        assert self.send("/", "/sign-out").status == 303
