"""callattendant (thess, PyPI) in an environment of its own under .bench, run as its users run it, as a logger of calls.

Its code is installed by pip and started by its own command; nothing of it is here. Everything it writes stays in its folder. The web
page listens on the loopback address; callers are not answered (`ignore`), for it would lift the line by itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping

import apsw

from device.exchange.exchange_loop import ExchangeLoop
from tests.bench.appliance import BENCH, loopback_port
from tests.bench.directory_watch import RemovalWatch
from tests.bench.emulated_modem import EmulatedModem, wait_until

PACKAGE = "callattendant==2.4.0"
HOME = BENCH / "callattendant"
COMMAND = HOME / "bin" / "callattendant"
DATABASE = "callattendant.db"

CONFIGURATION = """
MODEM_DEVICE = "{port}"
HOST = "127.0.0.1"
PORT = {web_port}
STATUS_INDICATORS = "NULL"
BLOCKED_ACTIONS = ("ignore",)
SCREENED_ACTIONS = ("ignore",)
PERMITTED_ACTIONS = ("ignore",)
"""


def install() -> str:
    """Its version, installed when it was not; CalledProcessError when pip cannot."""
    if not COMMAND.exists():
        shutil.rmtree(HOME, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        pip = [str(HOME / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", PACKAGE]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    told = subprocess.run([str(COMMAND), "--version"], capture_output=True, text=True, check=True)
    return told.stdout.strip().removeprefix("Callattendant ")


class CallAttendant:
    """One run of it on an emulated modem, with an empty database."""

    def __init__(self, loop: ExchangeLoop) -> None:
        self._folder = BENCH / "callattendant-data"  # always the same: its installation holds a link into it
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "messages").mkdir(parents=True)
        self.modem = EmulatedModem(
            self._folder / "ttyBENCH", loop
        )  # it opens only ports with "tty" in the name
        self._log = self._folder / "log"
        self._process = self._start()
        self.commits = RemovalWatch(self._folder, f"{DATABASE}-journal")

    def _start(self) -> subprocess.Popen[bytes]:
        text = CONFIGURATION.format(port=self.modem.path, web_port=loopback_port())
        (self._folder / "app.cfg").write_text(text, encoding="utf-8")
        environment: Mapping[str, str] = {**os.environ, "HOME": str(self._folder)}
        with self._log.open("wb") as out:
            process = subprocess.Popen(
                [str(COMMAND), "--config", "app.cfg", "--data-path", str(self._folder)],
                cwd=self._folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        if not wait_until(lambda: b"Waiting for call" in self.log(), 30):
            process.kill()
            raise TimeoutError(f"callattendant did not start:\n{self.log().decode()}")
        return process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def log(self) -> bytes:
        """What it printed and flushed."""
        return self._log.read_bytes()

    def numbers(self) -> list[str]:
        """The numbers in its call log, oldest first."""
        db = apsw.Connection(str(self._folder / DATABASE), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return [str(number) for (number,) in db.execute("SELECT Number FROM CallLog ORDER BY CallLogID")]
        finally:
            db.close()

    def close(self) -> None:
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self.modem.unplug()
