"""`ringkeeper record`: one line of the configuration, listened to by its own drivers; a trace of all it said, written as it comes.

Of a modem its bytes are written, of pins their edges, and beside them the signals that the drivers made of both. Of a sound
card only the signals: what people say to each other is never recorded. The monitor must not run meanwhile (a port has one
user): the trace then holds a LineLost that says so.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from device import clock, trace
from device.pins import Edge as PinEdge
from device.pins import EdgeTold, PinFactory, Pull, Watch, WatchLost
from device.signals import SECOND, Instant
from device.trace import Item, format_header, format_item
from firmware_app.assemble import Chips, build_ears
from firmware_app.line_ears import LOST, EarSignal, LineEars
from firmware_app.settings import Line, Settings
from firmware_app.wiring import AudioWiring, DtmfChipWiring, GpioWiring, Wiring
from firmware_app.wording import Text


@dataclass(frozen=True, slots=True)
class Bytes:
    """What went between an ear and its driver; `direction` as in a trace."""

    ear: str
    direction: str
    data: bytes
    at: Instant


@dataclass(frozen=True, slots=True)
class PinChange:
    """An edge, and what the pin is for."""

    ear: str
    role: str
    edge: PinEdge


class Stop:
    """Asked to end, or the time is over."""


Take = Bytes | PinChange | EarSignal | Stop

NOTE = Text(
    "记录中（Ctrl-C 结束）。文件含来电号码，属个人信息，只给负责处理的人。",
    "recording (Ctrl-C ends it). The file holds callers' numbers: personal data, for those who deal with it only.",
)
NO_SOUND = Text(
    "声卡的声音不会录下来，只记下从中听出的信号。",
    "the sound of the sound card is not recorded, only the signals heard in it.",
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
EAR_LOST = Text("{} 听不到（{}）", "{} could not be heard ({})")
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
        signal.signal(number, lambda *_: taken.put(Stop()))
    if any(isinstance(wiring, AudioWiring) for wiring in line.wirings):
        sys.stderr.write(NO_SOUND.in_language(settings.language) + "\n")
    start = clock.now()
    day = datetime.fromtimestamp(start.wall / SECOND, UTC).date().isoformat()
    kinds = " + ".join(_kind(ear, wiring) for ear, wiring in line.ears.items())
    header = {"What": "", "Where": settings.site.id, "Interface": kinds, "Date": day, "Oddities": ""}
    out.write(format_header(header.items()))
    chips = Chips(settings.run_dir / "pins.sock", _overhearing(line, taken.put))
    ears = _ears(line, chips, taken.put)
    ears.start(taken.put)
    until = None if duration is None else start.mono + int(duration * SECOND)
    count = 0
    while not isinstance(item := _next(taken, until, ears), Stop):
        out.write(format_item(_item(item, start, several=len(line.wirings) > 1)) + "\n")
        out.flush()
        count += 1
        if isinstance(item, EarSignal):
            ears.handle(item)  # so that a sound tap knows when to listen
    ears.close()
    chips.close()
    return _say_how_it_went(settings, ears, count, where)


def _say_how_it_went(settings: Settings, ears: LineEars, count: int, where: str) -> int:
    """The last words on stderr, and the exit code."""
    lost = {ear["name"]: ear["reason"] for ear in ears.view() if ear["state"] == LOST}
    deaf = len(lost) == len(ears.interfaces)
    for name, reason in lost.items() if not deaf else ():
        sys.stderr.write(EAR_LOST.in_language(settings.language).format(name, reason) + "\n")
    if deaf:
        sys.stderr.write(MONITOR_RUNS.in_language(settings.language).format("; ".join(lost.values())) + "\n")
    sys.stderr.write(DONE.in_language(settings.language).format(count, where) + "\n")
    return 1 if deaf else 0


def _kind(ear: str, wiring: Wiring) -> str:
    """What the header says of one ear."""
    place = getattr(wiring, "port", None) or getattr(wiring, "device", None)
    return f"{ear} {Path(place).name}" if place else ear


def _ears(line: Line, chips: Chips, put: Callable[[Take], None]) -> LineEars:
    """The drivers of the line; the bytes of those that have any go to `put`."""

    def tap(ear: str) -> Callable[[str, bytes, Instant], None]:
        return lambda direction, data, at: put(Bytes(ear, direction, data, at))

    return LineEars(line.name, line.number, clock.boot_id(), build_ears(line, chips, tap))


def _overhearing(line: Line, put: Callable[[Take], None]) -> Callable[[str, PinFactory], PinFactory]:
    """What hands out each chip's factory with the line's pins on it overheard."""
    roles = {
        (wiring.chip, pin): (ear, role)
        for ear, wiring in line.ears.items()
        if isinstance(wiring, GpioWiring | DtmfChipWiring)
        for role, pin in wiring.pins().items()
    }

    def wrapped(chip: str, factory: PinFactory) -> PinFactory:
        return TappedFactory(factory, lambda edge: put(PinChange(*roles[chip, edge.pin], edge)))

    return wrapped


def _next(taken: queue.SimpleQueue[Take], until: int | None, ears: LineEars) -> Take:
    """The next thing heard; Stop at the end of the time or when asked to. Meanwhile the line is kept up to date."""
    while True:
        now = clock.now()
        ears.expire(now)
        if until is not None and now.mono >= until and taken.empty():
            return Stop()
        due = [moment for moment in (until, ears.machine.next_deadline()) if moment is not None]
        left = max(0.0, (min(due) - now.mono) / SECOND) if due else None
        with contextlib.suppress(queue.Empty):
            return taken.get(timeout=left)


def _item(heard: Bytes | PinChange | EarSignal, start: Instant, *, several: bool) -> Item:
    ear = heard.ear if several else ""
    match heard:
        case Bytes(direction=direction, data=data, at=at):
            kind = trace.Heard if direction == "<" else trace.Sent
            return kind(at.since(start), data, ear)
        case PinChange(role=role, edge=edge):
            return trace.Edge(edge.mono - start.mono, role, edge.level, ear)
        case EarSignal(signal=signal):
            return trace.Decoded(clock.now().since(start), trace.since_start(signal, start), ear)
