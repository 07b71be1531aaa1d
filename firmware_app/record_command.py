"""`ringkeeper record`: one line of the configuration, listened to by its own driver; a trace of all it said, written as it comes.

The monitor must not run meanwhile (a port has one user): the trace then holds a LineLost that says so.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from device import clock
from device.pins import Edge as PinEdge
from device.pins import EdgeTold, PinFactory, Pull, Watch, WatchLost
from device.signals import SECOND, Instant, LineLost, LineRestored, LineSignal
from device.trace import Decoded, Edge, Heard, Item, Sent, format_header, format_item, from_start
from firmware_app.assemble import Chips, build_line
from firmware_app.settings import Settings
from firmware_app.wiring import GpioWiring, ModemWiring
from firmware_app.wording import Text

Take = tuple[str, bytes, Instant] | PinEdge | LineSignal | None

NOTE = Text(
    "记录中（Ctrl-C 结束）。文件含来电号码，属个人信息，只给负责处理的人。",
    "recording (Ctrl-C ends it). The file holds callers' numbers: personal data, for those who deal with it only.",
)
NO_SUCH_LINE = Text("配置中没有线路 {}；有：{}", "the configuration has no line {}; it has: {}")
MONITOR_RUNS = Text(
    "打不开线路（{}）。监测程序在运行时线路被它占用，请先停止它",
    "the line cannot be opened ({}). A running monitor holds the line: stop it first",
)
CANNOT = Text(
    "无法录制：{}（监测程序在运行时线路被它占用，请先停止它）",
    "cannot record: {} (a running monitor holds the line: stop it first)",
)
DONE = Text("已保存 {} 项到 {}", "{} items saved to {}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--line", metavar="NAME", help="线路名，默认第一条 / line name, default the first")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="写到文件，默认标准输出 / default: standard output"
    )
    parser.add_argument(
        "--seconds",
        type=_duration,
        metavar="N",
        help="录多久，默认直到 Ctrl-C / how long, default until Ctrl-C",
    )
    parser.epilog = "重放：ringkeeper replay FILE / play it back with ringkeeper replay FILE"


def _duration(text: str) -> float:
    """Seconds, more than none and no more than a month."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 31 * 86_400:
        raise argparse.ArgumentTypeError(f"大于 0 的秒数 / seconds, more than 0: {text!r}")
    return value


class TappedFactory:
    """A pin factory whose line pins are overheard: each edge goes to `tap` before whoever watches."""

    def __init__(self, factory: PinFactory, tap: EdgeTold) -> None:
        self._factory = factory
        self._tap = tap

    def watch(self, pin: int, pull: Pull, told: EdgeTold, lost: WatchLost) -> Watch:
        def both(edge: PinEdge) -> None:
            self._tap(edge)
            told(edge)

        return self._factory.watch(pin, pull, both, lost)

    def drain(self) -> None:
        self._factory.drain()

    def close(self) -> None:
        self._factory.close()


def run(args: argparse.Namespace, settings: Settings) -> int:
    names = [line.name for line in settings.lines]
    name = args.line or names[0]
    if name not in names:
        message = NO_SUCH_LINE.in_language(settings.language).format(name, ", ".join(names))
        sys.stderr.write(message + "\n")
        return 1
    try:
        with contextlib.ExitStack() as closing:
            out: TextIO = sys.stdout
            if args.out is not None:
                handle = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                out = closing.enter_context(os.fdopen(handle, "w", encoding="utf-8"))
            sys.stderr.write(NOTE.in_language(settings.language) + "\n")
            return record(settings, names.index(name), out, args.seconds, str(args.out or "-"))
    except BrokenPipeError:
        raise  # whoever read standard output has gone: the command ends, as `__main__` has it
    except OSError as error:
        why = f"{error.filename or settings.run_dir}: {error.strerror or error}"
        sys.stderr.write(CANNOT.in_language(settings.language).format(why) + "\n")
        return 1


def record(settings: Settings, index: int, out: TextIO, duration: float | None, where: str) -> int:
    """Write what line `index` says to `out` for `duration` seconds, or until SIGINT or SIGTERM; 1 when it never opened."""
    line = settings.lines[index]
    taken: queue.SimpleQueue[Take] = queue.SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: taken.put(None))
    chips = Chips(settings.run_dir / "pins.sock", lambda factory: TappedFactory(factory, taken.put))
    start = clock.now()
    day = datetime.fromtimestamp(start.wall / SECOND, UTC).date().isoformat()
    kind = f"modem {Path(line.wiring.port).name}" if isinstance(line.wiring, ModemWiring) else "gpio"
    header = {"What": "", "Where": settings.site.id, "Interface": kind, "Date": day, "Oddities": ""}
    out.write(format_header(header.items()))
    driver = build_line(settings, index, chips, lambda direction, data, at: taken.put((direction, data, at)))
    driver.start(taken.put)
    count, lost = 0, None  # lost: why the line cannot be heard now
    until = None if duration is None else start.mono + int(duration * SECOND)
    while (item := _next(taken, until)) is not None:
        out.write(format_item(_item(item, line.wiring, start)) + "\n")
        out.flush()
        count += 1
        if isinstance(item, LineLost | LineRestored):
            lost = item.reason if isinstance(item, LineLost) else None
    driver.close()
    chips.close()
    if lost is not None:
        sys.stderr.write(MONITOR_RUNS.in_language(settings.language).format(lost) + "\n")
    sys.stderr.write(DONE.in_language(settings.language).format(count, where) + "\n")
    return 0 if lost is None else 1


def _next(taken: queue.SimpleQueue[Take], until: int | None) -> Take:
    """The next thing heard; None at the end of the time or when asked to stop."""
    left = None if until is None else max(0.0, (until - clock.now().mono) / SECOND)
    try:
        return taken.get(timeout=left)
    except queue.Empty:
        return None


def _item(heard: Take, wiring: object, start: Instant) -> Item:
    match heard:
        case (direction, data, at):
            kind = Heard if direction == "<" else Sent
            return kind(at.since(start), data)
        case PinEdge(pin=pin, level=level, mono=mono):
            ring = isinstance(wiring, GpioWiring) and pin == wiring.ring_pin
            return Edge(mono - start.mono, "ring" if ring else "hook", level)
        case None:
            raise AssertionError("the end is not an item")
        case _:
            return Decoded(clock.now().since(start), from_start(heard, start))
