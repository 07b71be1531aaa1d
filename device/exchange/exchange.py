"""Lines and what they are to do in, a telephone exchange that a monitor can be tried and tested against out.

One thread serves every line. All methods may be called from any thread; none waits longer than its timeout.

    with Exchange([ModemLine("L1", folder / "L1")]) as exchange:
        exchange.wait_heard(10)
        exchange.call("L1", "15400001234", ring=2)
        exchange.wait_idle(30)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TypeVar

from device import clock
from device.exchange.control_socket import ControlSocket
from device.exchange.exchange_lines import ExchangeLine, outlet_of
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.exchange_news import News, NewsKind
from device.exchange.outlets import modem_of
from device.exchange.pins_client import PinsClient
from device.exchange.planned import (
    CADENCE,
    Action,
    Answer,
    CourseOfLine,
    FalseKind,
    FalseTrigger,
    Fault,
    FaultKind,
    HangUp,
    PlannedCall,
    PlannedDialling,
    PlannedLift,
    Press,
    Sent,
)
from device.exchange.random_player import RandomPlayer
from device.exchange.script import BUTTON, FAULT_LASTS, ScriptItem, parse_script
from device.exchange.virtual_line import VirtualLine
from device.exchange.virtual_modem import Printed
from device.exchange.wire_changes import WireChange
from device.signals import SECOND, Absence, CallerId, seconds

ASKED = 5.0  # seconds that a caller waits for the loop's answer

T = TypeVar("T")


class LineBusyError(Exception):
    """The line rings, talks, or has no loop: nothing new can begin."""


class Exchange:
    """The virtual telephone exchange. A context manager; `close` is idempotent and takes less than a second."""

    def __init__(
        self,
        lines: Sequence[ExchangeLine],
        *,
        pins_socket: Path | None = None,
        button_pin: int | None = None,
        control: Path | None = None,
        tell: Callable[[News], None] = lambda news: None,
        seed: int | str = 0,
        zone: tzinfo = UTC,
    ) -> None:
        self._loop = ExchangeLoop()
        self._tell = tell
        self._seed = seed
        self._zone = zone
        self._changed = threading.Condition()
        self._button_pin = button_pin
        self._pins: PinsClient | None = None
        if pins_socket is not None:
            self._pins = PinsClient(
                pins_socket, self._loop, changed=self._notice, output=self._output_changed
            )
        self._control = ControlSocket(control, self._loop, self._obey) if control is not None else None
        self._refused: News | None = None  # the last refusal, for whoever asked over the control socket
        self._outputs: dict[int, int] = {}
        self._lines = {line.name: self._line(line) for line in lines}
        self._heard = dict.fromkeys(self._lines, False)
        self._planned = 0  # script items that did not begin yet

    # ---- life --------------------------------------------------------------------------------------------------------

    def start(self) -> Exchange:
        """Plug everything in. OSError when a port's path is taken by something that is no such link, or when another
        exchange answers at the control socket (then its ports are left alone).
        """
        self._loop.start()
        try:
            self._ask(self._open)
        except OSError:
            self.close()
            raise
        return self

    def close(self) -> None:
        if self._loop.running:
            self._ask(self._shut)
        self._loop.close()

    def __enter__(self) -> Exchange:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self._lines)

    @property
    def running(self) -> bool:
        return self._loop.running

    # ---- what happens on a line --------------------------------------------------------------------------------------

    def call(
        self,
        line: str,
        number: str | None = None,
        *,
        name: str | None = None,
        absence: Absence | None = None,
        ring: float = 3.0,
        answer_after: float | None = None,
        talk: float = 20.0,
        sent: Sent = Sent.BETWEEN,
        cadence: Sequence[float] | None = None,
    ) -> list[WireChange]:
        """Somebody calls, now. Times in seconds. The changes on the wire as scheduled; LineBusyError when it cannot be."""
        return self.begin(
            line,
            PlannedCall(
                CallerId(number, name, absence),
                bursts=ring,
                answer_after=None if answer_after is None else seconds(answer_after),
                talk=seconds(talk),
                sent=sent,
                cadence=CADENCE if cadence is None else tuple(map(seconds, cadence)),
            ),
        )

    def dial(self, line: str, digits: str, *, talk: float = 20.0, pulses: bool = False) -> list[WireChange]:
        """Somebody dials out, now."""
        return self.begin(line, PlannedDialling(digits, seconds(talk), pulses))

    def lift(self, line: str, *, lasts: float = 10.0) -> list[WireChange]:
        """The handset is lifted and nobody dials."""
        return self.begin(line, PlannedLift(seconds(lasts)))

    def begin(self, line: str, plan: CourseOfLine) -> list[WireChange]:
        """Begin a planned course, now. LineBusyError when the line is busy."""
        target = self._lines[line]
        changes = self._ask(lambda: target.begin(plan, clock.now().mono))
        if not changes:
            raise LineBusyError(line)
        return changes

    def do(self, line: str, action: Action) -> None:
        """Carry out any action of a script, now; what cannot be done is told, not raised. KeyError for an unknown line."""
        if line != BUTTON:
            self._lines[line]
        self._ask(lambda: self._do(line, action))

    def answer(self, line: str, *, talk: float = 20.0) -> None:
        """Somebody lifts, while it rings."""
        self.do(line, Answer(seconds(talk)))

    def hang_up(self, line: str) -> None:
        self.do(line, HangUp())

    def fault(self, line: str, kind: FaultKind, *, lasts: float | None = None) -> None:
        """Something breaks for a time (seconds)."""
        self.do(line, Fault(kind, FAULT_LASTS[kind] if lasts is None else seconds(lasts)))

    def false(self, line: str, kind: FalseKind, *, lasts: float | None = None) -> None:
        """Something that is no call (simulated pins only)."""
        self.do(line, FalseTrigger(kind, None if lasts is None else seconds(lasts)))

    def press(self, *, lasts: float = 0.15) -> None:
        """Press the button."""
        self.do(BUTTON, Press(seconds(lasts)))

    def say(self, line: str, data: bytes) -> None:
        """Have a modem print these bytes, e.g. of a recorded transcript."""
        modem = modem_of(self._lines[line].outlet)
        assert modem is not None, "only a modem prints"
        self._ask(lambda: modem.port.say(data))

    def play(self, items: Iterable[ScriptItem]) -> None:
        """Carry out a script; its time begins now. KeyError when it names a line that is not there."""
        wanted = tuple(items)
        for item in wanted:
            if item.line != BUTTON:
                self._lines[item.line]
        self._ask(lambda: self._schedule(wanted))

    def play_random(
        self, per_minute: float, *, speed: float = 1.0, once: bool = False, wait: bool = True
    ) -> None:
        """Random calls, `per_minute` on all lines together as far as calls take no longer; `once`: one on each line.
        0: none, only what is asked for happens.

        Each line begins when the monitor listens on it (without `wait`: now), with a call that nobody answers.
        """
        if not per_minute:
            return
        interval = round(60 * SECOND * len(self._lines) / per_minute)
        player = RandomPlayer(
            self._loop, self._seed, interval, speed, begun=self._item_begun if once else None
        )
        self._planned += len(self._lines) if once else 1  # without `once` there is always something to come
        self._ask(lambda: player.play(tuple(self._lines.values()), wait=wait))

    # ---- what can be known of it -------------------------------------------------------------------------------------

    def wait_heard(self, timeout: float) -> bool:
        """Until the monitor listens on every line."""
        return self._wait(lambda: all(self._heard.values()), timeout)

    def wait_idle(self, timeout: float) -> bool:
        """Until no line does anything and no script item is left."""
        return self._wait(
            lambda: not self._planned and all(line.quiet for line in self._lines.values()), timeout
        )

    def wait_output(self, pin: int, level: int, timeout: float) -> bool:
        """Until the monitor drives this output pin so."""
        return self._wait(lambda: self._outputs.get(pin) == level, timeout)

    def outputs(self) -> dict[int, int]:
        """The monitor's output pins as far as it told of them."""
        return dict(self._outputs)

    # ---- in the loop's thread ----------------------------------------------------------------------------------------

    def _line(self, line: ExchangeLine) -> VirtualLine:
        outlet = outlet_of(
            line,
            self._loop,
            self._pins,
            lambda printed, written: self._printed(line.name, printed, written),
        )
        return VirtualLine(line.name, outlet, self._loop, self._news, local_time=self._local_time)

    def _open(self) -> None:
        if self._control is not None:
            self._control.open()
        for line in self._lines.values():
            line.outlet.open()
        if self._pins is not None:
            self._release_button()
            self._pins.open()

    def _shut(self) -> None:
        if self._control is not None:
            self._control.close()
        for line in self._lines.values():
            line.close()
        if self._pins is not None:
            self._pins.close()

    def _local_time(self, wall: int) -> str:
        return datetime.fromtimestamp(wall / SECOND, self._zone).strftime("%m%d%H%M")

    def _do(self, line: str, action: Action) -> None:
        if isinstance(action, Press):
            self._press(action.lasts)
            return
        target = self._lines[line]
        match action:
            case Answer(talk):
                target.answer(talk)
            case HangUp():
                target.hang_up()
            case Fault():
                target.fault(action)
            case FalseTrigger():
                target.false(action)
            case _:
                target.begin(action, clock.now().mono)

    def _press(self, lasts: int) -> None:
        now = clock.now().mono
        if self._pins is None or self._button_pin is None:
            self._news(
                News(now, BUTTON, NewsKind.REFUSED, None, "没有可按的按钮", "there is no button to press")
            )
            return
        self._pins.drive([(self._button_pin, 0, now)])  # pulled up, pressed to ground
        self._loop.at(now + lasts, self._release_button)

    def _release_button(self) -> None:
        if self._pins is not None and self._button_pin is not None:
            self._pins.drive([(self._button_pin, 1, clock.now().mono)])

    def _obey(self, text: str) -> str:
        """A script line of the control socket: `ok`, or `error` and why in both languages. Its time begins now."""
        script = parse_script(text, self._lines)
        if script.errors:
            return f"error {script.errors[0].zh} / {script.errors[0].en}"
        self._refused = None
        now = clock.now().mono
        for item in script.items:
            self._planned += 1
            if item.at:
                self._loop.at(now + item.at, lambda item=item: self._begin_item(item, now))  # type: ignore[misc]
            else:
                self._begin_item(item, now)
        refused: News | None = self._refused
        return "ok" if refused is None else f"error {refused.zh} / {refused.en}"

    def _schedule(self, items: tuple[ScriptItem, ...]) -> None:
        start = clock.now().mono
        self._planned += len(items)
        for item in items:
            self._loop.at(start + item.at, lambda item=item: self._begin_item(item, start))  # type: ignore[misc]

    def _begin_item(self, item: ScriptItem, start: int) -> None:
        if isinstance(item.action, PlannedCall | PlannedDialling | PlannedLift):
            self._lines[item.line].begin(item.action, start + item.at)  # the scheduled moment, not this one
        else:
            self._do(item.line, item.action)
        self._item_begun()

    def _item_begun(self) -> None:
        self._planned -= 1
        self._notice()

    # ---- news --------------------------------------------------------------------------------------------------------

    def _printed(self, line: str, printed: Printed, written: int) -> None:
        self._notice()  # a reply may have set up the modem
        self._news(News(written, line, NewsKind.PRINTED, printed=printed))

    def _news(self, news: News) -> None:
        self._tell(news)
        if news.kind is NewsKind.REFUSED:
            self._refused = news
        if news.kind is not NewsKind.PRINTED:
            self._notice()

    def _output_changed(self, pin: int, level: int) -> None:
        self._outputs[pin] = level
        self._news(News(clock.now().mono, "", NewsKind.OUTPUT, pin=pin, level=level))

    def _notice(self) -> None:
        """Something may have changed that somebody waits for."""
        for name, line in self._lines.items():
            heard = line.outlet.heard
            if heard is not self._heard[name]:
                self._heard[name] = heard
                kind = NewsKind.HEARD if heard else NewsKind.UNHEARD
                self._tell(News(clock.now().mono, name, kind))
        with self._changed:
            self._changed.notify_all()

    def _wait(self, wanted: Callable[[], bool], timeout: float) -> bool:
        """Until it is so; a look now and then finds what nobody is told of, e.g. the last edge of a hook."""
        deadline = clock.now().mono + seconds(timeout)
        with self._changed:
            while not wanted():
                left = (deadline - clock.now().mono) / SECOND
                if left <= 0 or not self._loop.running:
                    return False
                self._changed.wait(min(left, 0.05))
                self._loop.post(self._notice)  # nobody tells when a port or a pipe is opened
        return True

    def _ask(self, task: Callable[[], T]) -> T:
        """Have the loop do something, and wait for what it says."""
        done = threading.Event()
        answers: list[T] = []
        failures: list[OSError] = []

        def carry_out() -> None:
            try:
                answers.append(task())
            except OSError as error:
                failures.append(error)
            finally:
                done.set()

        if self._loop.post(carry_out):
            done.wait(ASKED)
        if failures:
            raise failures[0]
        if not answers:
            raise TimeoutError("the exchange is closed or does not answer")
        return answers[0]
