"""The only place that names concrete drivers: settings in, a monitor with its parts out; and the life of the monitor process."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from device import clock
from device.audio_tap import AudioTap
from device.dtmf_chip import DtmfChip
from device.gpio_line import GpioLine
from device.indicators import Beeper, DeskButton, Lamp, ProblemTold
from device.interface import Indicator, LineInterface, Pattern
from device.modem import Modem, Tap
from device.pin_factory import PinFactory, open_factory
from device.serial_ears import Board, FskChip
from device.signals import SECOND
from device.voice import Voice
from firmware_app import passwords
from firmware_app.annunciator import Annunciator, LampProblem, LampTest
from firmware_app.line_ears import LineEars
from firmware_app.monitor import Item, Monitor
from firmware_app.monitor_socket import Json, MonitorSocket, failure
from firmware_app.records import entries
from firmware_app.records.database import LedgerError
from firmware_app.records.figures import Figures
from firmware_app.records.ledger import DiskUnusable
from firmware_app.records.outcomes import Recorded
from firmware_app.records.reading import Reader
from firmware_app.records.recorder import Recorder
from firmware_app.records.site_documents import seeds_for
from firmware_app.records.starter_cards import shipped_cards
from firmware_app.settings import Line, Settings
from firmware_app.upkeep import calendar_notice, month_close
from firmware_app.upkeep.calendar_notice import CalendarNotice
from firmware_app.upkeep.line_check import LineCheck
from firmware_app.upkeep.month_close import MonthClose
from firmware_app.wiring import (
    AudioWiring,
    BoardWiring,
    DtmfChipWiring,
    FskChipWiring,
    GpioWiring,
    ModemWiring,
    Wiring,
)
from firmware_app.wording import Text

log = logging.getLogger(__name__)

VERSION = "0.1.0"
FIRST_ACCOUNT = "admin"
CHECK_UNDER_WAY = Text("正在检查，请稍候", "a check is under way")
DISK_AGAIN = 5.0  # seconds between attempts to open a ledger whose disk does not work
SETTLE = (
    20.0  # seconds after the start before the check of a day on which none was run: lines need time to open
)


class Chips:
    """One pin factory a chip, however many lines and lamps use it."""

    def __init__(
        self,
        pins_socket: Path,
        wrapped: Callable[[str, PinFactory], PinFactory] = lambda chip, factory: factory,
    ) -> None:
        """`wrapped`: what to hand out in place of a chip's factory, e.g. one that is overheard."""
        self._pins_socket = pins_socket
        self._wrapped = wrapped
        self._factories: dict[str, PinFactory] = {}

    def factory(self, chip: str) -> PinFactory:
        if chip not in self._factories:
            self._factories[chip] = self._wrapped(chip, open_factory(chip, self._pins_socket))
        return self._factories[chip]

    def close(self) -> None:
        for factory in self._factories.values():
            factory.close()


def build_ears(line: Line, chips: Chips, tap: Callable[[str], Tap] | None = None) -> dict[str, LineInterface]:
    """The drivers of a line's ears by name; `tap` makes what overhears the bytes of the ear of that name.

    A sound tap infers the hook where no pin senses it: whether a modem can, shows only when it is plugged in, and where both
    say something the exacter one is believed (calls.hook_views).
    """
    hook_pin = any(isinstance(wiring, GpioWiring) and wiring.hook_pin is not None for wiring in line.wirings)
    return {
        name: _ear(line.name, wiring, chips, tap(name) if tap else None, infer_hook=not hook_pin)
        for name, wiring in line.ears.items()
    }


def _ear(line: str, wiring: Wiring, chips: Chips, tap: Tap | None, *, infer_hook: bool) -> LineInterface:
    match wiring:
        case GpioWiring():
            return GpioLine(
                line,
                chips.factory(wiring.chip),
                ring_pin=wiring.ring_pin,
                hook_pin=wiring.hook_pin,
                ring_active=wiring.ring_active,
                hook_active=wiring.hook_active,
                reversal_pin=wiring.reversal_pin,
            )
        case ModemWiring():
            return Modem(line, wiring.port, init=wiring.init, tap=tap)
        case AudioWiring():
            return AudioTap(
                line,
                wiring.device,
                rate=wiring.rate,
                dtmf_start=wiring.dtmf_start,
                dtmf_end=wiring.dtmf_end,
                infer_hook=infer_hook,
            )
        case FskChipWiring():
            return FskChip(line, wiring.port, tap=tap)
        case DtmfChipWiring():
            return DtmfChip(
                line,
                chips.factory(wiring.chip),
                q_pins=wiring.q_pins,
                std_pin=wiring.std_pin,
                dtmf_start=wiring.dtmf_start,
                dtmf_end=wiring.dtmf_end,
            )
        case BoardWiring():
            return Board(line, wiring.port, wiring.pattern, wiring.baud, tap=tap)


def build_lines(settings: Settings, chips: Chips, boot: str) -> list[LineEars]:
    """Every line with the drivers of its ears."""
    return [LineEars(line.name, line.number, boot, build_ears(line, chips)) for line in settings.lines]


def build_indicators(settings: Settings, chips: Chips, told: ProblemTold) -> dict[str, Indicator]:
    """The lamps and the buzzer that are wired, by name; `told` of what is wrong with them."""
    wired = settings.indicators
    chip = chips.factory(wired.chip)
    found: dict[str, Indicator] = {
        name: Lamp(name, chip, pin, told)
        for name in ("ring", "ring_red", "missed", "fault")
        if (pin := getattr(wired, name)) is not None
    }
    if wired.buzzer is not None:
        found["buzzer"] = Beeper("buzzer", chip, wired.buzzer, told)
    return found


def build_button(settings: Settings, chips: Chips, told: ProblemTold) -> DeskButton | None:
    wired = settings.indicators
    return None if wired.button is None else DeskButton(chips.factory(wired.chip), wired.button, told)


def run_monitor(settings: Settings, announce: int | None) -> int:
    """The life of the monitor process: 0 after an orderly end, 1 when it could not start or the ledger is in doubt."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
        if not settings.run_dir.is_dir():
            settings.run_dir.mkdir(parents=True, exist_ok=True)  # an exchange may make it at this moment
            settings.run_dir.chmod(
                0o750
            )  # whatever the umask: who may write here could stand in for our sockets
        process = _when_the_disk_works(settings, lambda: MonitorProcess(settings, announce))
    except LedgerError as refused:
        message = refused.message
    except OSError as error:
        where, why = error.filename or settings.data_dir, error.strerror or error
        message = Text(f"监测程序无法启动：{where}：{why}", f"the monitor cannot start: {where}: {why}")
    else:
        return 0 if process is None else process.run()
    sys.stderr.write(message.in_language(settings.language) + "\n")
    return 1


def _when_the_disk_works(settings: Settings, build: Callable[[], MonitorProcess]) -> MonitorProcess | None:
    """The process, once the ledger can be opened; None when it was asked to end before that.

    A card that fails most often comes up read-only: then the fault lamp says so, instead of a program that ends again
    and again with every lamp dark.
    """
    asked = threading.Event()
    told = False
    while True:
        try:
            return build()
        except DiskUnusable as refused:
            if not told:
                told = True
                sys.stderr.write(refused.message.in_language(settings.language) + "\n")
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    signal.signal(number, lambda *_: asked.set())
        with _fault_lamp(settings):
            if asked.wait(DISK_AGAIN):
                return None


@contextlib.contextmanager
def _fault_lamp(settings: Settings) -> Iterator[None]:
    """The fault lamp alone, lit; all pins are free again afterwards."""
    chips = Chips(settings.run_dir / "pins.sock")
    lamp = None
    if settings.indicators.fault is not None:
        lamp = Lamp("fault", chips.factory(settings.indicators.chip), settings.indicators.fault)
        lamp.show(Pattern.SOLID)
    try:
        yield
    finally:
        if lamp is not None:
            lamp.close()
        chips.close()


class MonitorProcess:
    """The monitor with its recorder, socket, documents and jobs, from the first line of code to the last commit."""

    def __init__(self, settings: Settings, announce: int | None) -> None:
        self._settings = settings
        self._announce_fd = announce
        self._ended = threading.Event()
        boot = clock.boot_id()
        self._zone = ZoneInfo(settings.timezone)
        items: queue.SimpleQueue[Item] = queue.SimpleQueue()
        # the ledger first: its lock keeps a second monitor away from lines, lamps and sockets
        self._recorder = Recorder(
            settings.data_dir / "ledger.db",
            boot,
            items.put,
            seeds=seeds_for(settings),
            cards=shipped_cards(),
            timezone=self._zone,
        )
        self._chips = Chips(settings.run_dir / "pins.sock")

        def told(name: str, problem: str | None) -> None:
            items.put(LampProblem(name, problem))

        self._lamps = build_indicators(settings, self._chips, told)
        self._button = build_button(settings, self._chips, told)
        speaks = settings.escalation.voice
        self._voice = None if speaks is None else Voice(settings.data_dir / "clips", speaks, told)
        # what is wrong was told while they were built; if nothing is, a fault of the run before is over
        told("all", None)
        lines = build_lines(settings, self._chips, boot)
        self._monitor = Monitor(
            boot=boot,
            items=items,
            site={"id": settings.site.id, "name": settings.site.name},
            lines=lines,
            annunciator=Annunciator(self._lamps),
            button=self._button,
            timezone=self._zone,
            escalation=settings.escalation,
            speak=None if self._voice is None else self._voice.say,
        )
        self._monitor.documents_are(self._recorder.documents)
        self._socket = MonitorSocket(settings.run_dir / "monitor.sock", self._monitor)
        self._monitor.connect(self._recorder, self._socket)
        self._check = LineCheck(
            {line.name: line.interfaces for line in lines},
            lambda run, at: self._recorder.put(run, at, "monitor"),
            lambda on: self._monitor.queue.put(LampTest(on)),
            self._lamp_problems,
        )
        self._monitor.connect_checker(self._start_check)
        self._reader = Reader(settings.data_dir / "ledger.db")  # opens nothing yet
        self._months = MonthClose(
            Figures(self._reader, self._zone, [line.name for line in settings.lines]),
            self._zone,
            lambda entry, at, then: self._recorder.put(entry, at, "monitor", then),
            clock.now,
        )
        self._started = entries.Started(boot, VERSION, silent_since=self._recorder.silent_since)

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._monitor.stop("signal"))
        self._recorder.put(self._started, clock.now(), "monitor")
        self._monitor.resume(self._recorder.open_calls)
        self._socket.start()
        jobs = threading.Thread(target=self._after_hearing, name="jobs", daemon=True)
        jobs.start()
        self._announce({"event": "ready"})
        reason = self._monitor.run()
        self._ended.set()
        self._check.close()
        self._months.close()
        self._monitor.close()
        if self._voice is not None:
            self._voice.close()
        self._chips.close()
        self._recorder.put(entries.Stopped(reason), clock.now(), "monitor")
        lost = self._recorder.close()
        return 1 if reason == "ledger" or lost else 0

    # ---- after hearing has begun: nothing here may delay a ring

    def _after_hearing(self) -> None:
        """The first password, the daily job, and the check of a day on which none was run."""
        try:
            reader = self._reader
            if reader.account(FIRST_ACCOUNT) is None:
                self._make_first_password()
            else:
                self._announce({"event": "has_password", "account": FIRST_ACCOUNT})
            checked_today = self._checked_today(reader)
            from firmware_app.upkeep.schedule import Schedule  # late: APScheduler costs 0.15 s of the start

            schedule = Schedule(self._zone)
            schedule.daily("month-close", month_close.AT, self._months.run)
            notice = CalendarNotice(reader, self._zone)
            schedule.daily("calendar-notice", calendar_notice.AT, notice.look)
            schedule.daily(
                "line-check", self._settings.line_check_at, lambda: self._check.run(None, "schedule")
            )
            schedule.start()
            if not checked_today and not self._ended.wait(SETTLE):
                self._check.run(None, "start")
            self._months.run()  # those whose day came while nothing ran
            notice.look()
            reader.close()
            self._ended.wait()
            schedule.close()
        except Exception:
            log.exception("the jobs thread ended; calls are still heard and recorded")

    def _make_first_password(self) -> None:
        password = passwords.new_password()
        secret = entries.Personal("secret", passwords.password_hash(password))

        def then(outcome: object) -> None:
            if isinstance(outcome, Recorded):
                self._show_password(password)

        self._recorder.put(
            entries.PasswordSet(FIRST_ACCOUNT, secret, must_change=True), clock.now(), "monitor", then
        )

    def _show_password(self, password: str) -> None:
        """Once, to whoever started us; never into a log file."""
        if self._announce_fd is not None:
            self._announce({"event": "first_password", "account": FIRST_ACCOUNT, "password": password})
        elif sys.stderr.isatty():
            text = Text(
                f"首次密码：用户 {FIRST_ACCOUNT}，密码 {password}（只显示这一次）",
                f"first password: user {FIRST_ACCOUNT}, password {password} (shown this once)",
            )
            sys.stderr.write(text.in_language(self._settings.language) + "\n")
        else:
            log.warning(
                "no terminal to show the first password on: make one with ringkeeper panel --new-password"
            )

    def _announce(self, message: Mapping[str, Any]) -> None:
        if self._announce_fd is not None:
            with contextlib.suppress(OSError):  # whoever started us is gone; the work goes on
                os.write(self._announce_fd, json.dumps(message).encode() + b"\n")

    def _checked_today(self, reader: Reader) -> bool:
        today = datetime.fromtimestamp(clock.now().wall / SECOND, self._zone).date()
        return any(
            datetime.fromtimestamp(check.wall / SECOND, self._zone).date() == today
            for check in reader.last_checks()
        )

    def _start_check(self, line: str | None, trigger: str, answer: Callable[[Json], None]) -> None:
        """Run a check a person asked for in a thread of its own and answer with what it saw."""

        def work() -> None:
            runs = self._check.run(line, trigger)
            if runs is None:
                answer(failure("busy", CHECK_UNDER_WAY))
            else:
                answer({"ok": True, "result": [{"line": run.line, "results": run.results} for run in runs]})

        threading.Thread(target=work, name="line-check", daemon=True).start()

    def _lamp_problems(self) -> dict[str, str]:
        parts = {**self._lamps, "button": self._button, "voice": self._voice}
        return {name: problem for name, part in parts.items() if (problem := getattr(part, "problem", None))}
