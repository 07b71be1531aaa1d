"""`ringkeeper run`: starts monitor, panel (uplink where a reminder is configured, the virtual exchange of a trial) as processes
of their own, keeps them up, and draws on the terminal what the box shows: the lamps as they change, a line for each missed call.

One thread, one selector. It touches no ledger and no hardware; systemd does its work on an installed appliance.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from device import clock
from device.signals import SECOND
from firmware_app.settings import Settings
from firmware_app.wording import Text

PR_SET_PDEATHSIG = 1  # prctl(2): a child is told to end when this process is killed
GREETING_PATIENCE = 10 * SECOND  # ns; a panel that does not come up must not hide the lamps
LOOK_AGAIN = 0.2  # seconds between attempts to reach the monitor's socket or the panel's port
RESTART_AFTER = 1 * SECOND  # ns a child that died stays down; twice as long each time it dies young
LONGEST_REST = 30 * SECOND
STEADY = 60 * SECOND  # ns after which a child counts as well
PATIENCE = 1.5  # seconds a child has to end in good order

LAMP_NAMES = {
    "ring": Text("来电灯", "ring"),
    "ring_red": Text("红灯", "red"),
    "missed": Text("漏接灯", "missed"),
    "fault": Text("故障灯", "fault"),
    "buzzer": Text("蜂鸣器", "buzzer"),
}
PATTERNS = {
    "off": Text("○ 灭", "○ off"),
    "slow": Text("◐ 慢闪", "◐ slow"),
    "fast": Text("◑ 快闪", "◑ fast"),
    "solid": Text("● 常亮", "● solid"),
    "chirp": Text("♪ 短鸣", "♪ chirp"),
    "ring": Text("♫ 长鸣", "♫ ring"),
    "blip": Text("◌ 一闪", "◌ blip"),
}
MISSED = Text("漏接", "missed")
TO_SETTLE = Text("待确认", "to be settled")
UNKNOWN_NUMBER = Text("号码未知", "number unknown")
NAMES = {
    "monitor": Text("监测", "monitor"),
    "panel": Text("面板", "panel"),
    "uplink": Text("提醒", "uplink"),
    "exchange": Text("虚拟交换机", "exchange"),
}


@dataclass(slots=True)
class Child:
    """One process of the appliance and when it may be started again (monotonic ns)."""

    name: str
    command: list[str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    began: int = 0
    rest: int = RESTART_AFTER // 2
    start_at: int = 0


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Runs the appliance of `settings` until SIGINT or SIGTERM; prints to `out`."""

    def __init__(self, settings: Settings, out: TextIO) -> None:
        self._settings = settings
        self._out = out
        self._zone = ZoneInfo(settings.timezone)
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._code = 0
        self._lamps: dict[str, str] = {}
        self._socket: socket.socket | None = None
        self._received: dict[str, bytearray] = {}
        self._password: tuple[str, str] | None = None  # account and first password, when one was made
        self._has_password = False
        self._monitor_ready = False
        self._greeted = False
        self._held_back: list[str] = []  # what happened before the greeting, which comes first
        self._greet_by = clock.now().mono + GREETING_PATIENCE
        announce_in, announce_out = os.pipe()
        os.set_blocking(announce_in, False)
        self._announce = (announce_in, announce_out)
        self._children = self._plan()

    def run(self) -> int:
        """0 when it was asked to end, 1 when a part could not be started at all."""
        wake_in, wake_out = socket.socketpair()
        for end in (wake_in, wake_out):
            end.setblocking(False)
        signal.set_wakeup_fd(wake_in.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop())
        self._selector.register(wake_out, selectors.EVENT_READ, lambda: wake_out.recv(64))
        self._selector.register(self._announce[0], selectors.EVENT_READ, self._hear_announcement)
        try:
            while not self._stopping:
                self._look_after_children()
                self._connect()
                self._greet()
                for key, _ in self._selector.select(timeout=self._patience()):
                    key.data()
            return self._code
        finally:
            self._end_children()

    def _plan(self) -> list[Child]:
        config = ["--config", str(self._settings.path)]
        program = [sys.executable, "-m", "firmware_app"]
        announce = str(self._announce[1])
        exchange = Child("exchange", [*program, "exchange", *config, "--quiet"])
        monitor = Child(
            "monitor", [*program, "monitor", *config, "--announce", announce], (self._announce[1],)
        )
        panel = Child("panel", [sys.executable, "-m", "web_panel", *config])
        uplink = Child("uplink", [*program, "uplink", *config])
        # the exchange first: a trial should not begin with lines that are not there yet
        first = [] if self._settings.exchange is None else [exchange]
        return [*first, monitor, panel, *([uplink] if self._settings.reminders else [])]

    def _stop(self) -> None:
        self._stopping = True

    def _patience(self) -> float | None:
        if (
            self._socket is None
            or not self._greeted
            or any(child.process is None for child in self._children)
        ):
            return LOOK_AGAIN
        return None

    # ---- children

    def _look_after_children(self) -> None:
        now = clock.now().mono
        for child in self._children:
            if child.process is None and child.start_at <= now:
                self._start(child)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command, pass_fds=child.pass_fds, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent
        )
        child.began = clock.now().mono
        ended = os.pidfd_open(child.process.pid)
        self._selector.register(ended, selectors.EVENT_READ, self._when_ended(child, ended))

    def _when_ended(self, child: Child, ended: int) -> Callable[[], None]:
        def reap() -> None:
            self._selector.unregister(ended)
            os.close(ended)
            code = child.process.wait() if child.process else 0
            child.process = None
            child.rest = (
                RESTART_AFTER
                if clock.now().mono - child.began > STEADY
                else min(2 * child.rest, LONGEST_REST)
            )
            child.start_at = clock.now().mono + child.rest
            if not self._stopping:
                self._tell_of_end(child, code)

        return reap

    def _tell_of_end(self, child: Child, code: int) -> None:
        """On stderr, behind what the child itself said. A monitor that never came up will not by being asked again."""
        name = NAMES[child.name].in_language(self._settings.language)
        if child.name == "monitor" and not self._monitor_ready:
            self._code, self._stopping = 1, True
            told = Text(
                f"{name}程序没有启动（{code}），全部结束",
                f"the {name} did not start ({code}); everything ends",
            )
        else:
            told = Text(
                f"{name}进程退出（{code}），将重新启动", f"{name} ended ({code}); it is started again"
            )
        sys.stderr.write(told.in_language(self._settings.language) + "\n")

    def _end_children(self) -> None:
        """All are asked at once, the panel first; who does not end is killed."""
        running = [child.process for child in reversed(self._children) if child.process is not None]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = clock.now().mono + int(PATIENCE * SECOND)
        for process in running:
            left = max(0.01, (deadline - clock.now().mono) / SECOND)
            try:
                process.wait(left)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # ---- what the monitor says

    def _hear_announcement(self) -> None:
        for message in self._lines("announce", os.read(self._announce[0], 65536)):
            if message.get("event") == "first_password":
                self._password = (str(message.get("account")), str(message.get("password")))
            if message.get("event") == "has_password":
                self._has_password = True
            if message.get("event") == "ready":
                self._monitor_ready = True

    def _connect(self) -> None:
        if self._socket is not None or not self._monitor_ready:
            return
        folder = None
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            folder = os.open(self._settings.run_dir, os.O_PATH | os.O_DIRECTORY)
            connection.connect(f"/proc/self/fd/{folder}/monitor.sock")
            connection.sendall(b'{"verb":"subscribe"}\n')
        except OSError:
            connection.close()
            return
        finally:
            if folder is not None:
                os.close(folder)
        self._socket = connection
        self._received.pop("monitor", None)
        self._selector.register(connection, selectors.EVENT_READ, self._hear_monitor)

    def _hear_monitor(self) -> None:
        if self._socket is None:
            return
        try:
            received = self._socket.recv(65536)
        except OSError:
            received = b""
        if not received:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None
            return
        for message in self._lines("monitor", received):
            if message.get("event") == "state":
                self._draw_lamps(message.get("state", {}).get("lamps", {}))
            elif message.get("event") == "missed":
                self._draw_missed(message)

    def _lines(self, source: str, received: bytes) -> Sequence[dict[str, Any]]:
        buffer = self._received.setdefault(source, bytearray())
        buffer += received
        *lines, rest = buffer.split(b"\n")
        self._received[source] = bytearray(rest)
        found = []
        for line in lines:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    found.append(message)
        return found

    # ---- the terminal

    def _greet(self) -> None:
        """The two lines: where the panel is, how to sign in. Once, when both parts answer."""
        knows = self._has_password or self._password is not None
        if self._greeted:
            return
        if not knows or not self._panel_answers():
            if clock.now().mono > self._greet_by:
                self._flush()
            return
        self._greeted = True
        self._say_how_to_sign_in()
        self._flush()

    def _flush(self) -> None:
        self._greet_by = 0
        for line in self._held_back:
            self._write(line)
        self._held_back.clear()

    def _say_how_to_sign_in(self) -> None:
        panel = self._settings.panel
        host = "127.0.0.1" if panel.host in ("0.0.0.0", "::", "") else panel.host
        self._say(
            Text(f"面板 panel：http://{host}:{panel.port}/", f"panel: http://{host}:{panel.port}/"),
            stamp=False,
        )
        if self._password is not None:
            account, password = self._password
            self._say(
                Text(
                    f"登录：用户 {account}，密码 {password}（只显示这一次，登录后请更改）",
                    f"sign in: user {account}, password {password} (shown this once; change it after signing in)",
                ),
                stamp=False,
            )
            return
        command = f"ringkeeper panel --new-password --config {_short(self._settings.path)}"
        self._say(
            Text(
                f"登录：用户 admin，密码是您设置的；忘记了：{command}",
                f"sign in: user admin, with your password; forgotten: {command}",
            ),
            stamp=False,
        )

    def _panel_answers(self) -> bool:
        host = (
            "127.0.0.1" if self._settings.panel.host in ("0.0.0.0", "::", "") else self._settings.panel.host
        )
        try:
            socket.create_connection((host, self._settings.panel.port), timeout=0.2).close()
        except OSError:
            return False
        return True

    def _draw_lamps(self, lamps: dict[str, str]) -> None:
        if lamps == self._lamps:
            return
        self._lamps = dict(lamps)
        drawn = [
            f"{LAMP_NAMES[name].in_language(self._settings.language)} "
            f"{PATTERNS.get(pattern, Text(pattern, pattern)).in_language(self._settings.language)}"
            for name, pattern in lamps.items()
            if name in LAMP_NAMES
        ]
        line = "   ".join(drawn)
        self._say(Text(line, line))

    def _draw_missed(self, message: dict[str, Any]) -> None:
        who = message.get("masked")
        settle = message.get("disposition") == "unknown"
        line = message.get("line")
        zh = f"{(TO_SETTLE if settle else MISSED).zh} {(TO_SETTLE if settle else MISSED).en}  {line}  {who or UNKNOWN_NUMBER.zh}"
        en = f"{(TO_SETTLE if settle else MISSED).en}  {line}  {who or UNKNOWN_NUMBER.en}"
        self._say(Text(zh, en))

    def _say(self, text: Text, *, stamp: bool = True) -> None:
        told = text.in_language(self._settings.language)
        if stamp:
            local = datetime.fromtimestamp(clock.now().wall / SECOND, self._zone)
            told = f"{local:%H:%M:%S}  {told}"
        if stamp and not self._greeted and self._greet_by:
            self._held_back.append(told)
        else:
            self._write(told)

    def _write(self, line: str) -> None:
        try:
            self._out.write(line + "\n")
            self._out.flush()
        except BrokenPipeError:  # nobody reads any more; the appliance goes on
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._out.fileno())


def _short(path: Path) -> str:
    """The path as a person at this terminal would type it."""
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)
