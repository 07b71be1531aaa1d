"""`ringkeeper exchange`: plays calls on the lines of a configuration until Ctrl-C, and says what it does, in both languages."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from device import clock
from device.exchange.control_socket import send_lines
from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import EarsLine, ExchangeLine, ModemLine, PinLine, without_sound
from device.exchange.exchange_manual import DESCRIPTION, EPILOG
from device.exchange.exchange_news import News, told
from device.exchange.exchange_settings import ExchangeSettings, button_of, lines_of, zone_of
from device.exchange.line_trace import Ear, traces_of_calls, traces_of_script
from device.exchange.modem_personalities import PERSONALITIES
from device.exchange.script import Script, parse_script
from device.signals import MILLISECOND, SECOND, seconds
from device.trace import format_trace

PINS_SOCKET, CONTROL_SOCKET = "pins.sock", "exchange.sock"  # in the run folder
WAIT_FOR_MONITOR = 3600.0  # seconds a script waits for somebody to listen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `ringkeeper exchange` takes (`--config` is added by the program)."""
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add(
        "--script",
        type=Path,
        metavar="FILE",
        help="播放脚本，不放随机来电 / play a script instead of random calls",
    )
    add(
        "--seed",
        metavar="N",
        help="随机来电的种子 / seed of the random calls (default: configuration, else new)",
    )
    add(
        "--rate",
        type=_calls_a_minute,
        metavar="N",
        help="每分钟来电数，0 表示只听吩咐 / calls a minute on all lines (default: configuration, else 4); 0: only what it is told",
    )
    add(
        "--speed",
        type=_positive,
        default=1.0,
        metavar="X",
        help="停顿与通话缩短到 1/X / shorten pauses and talk (see below)",
    )
    add(
        "--once",
        action="store_true",
        help="脚本（或每线一个来电）放完即结束 / end after the script, or one call on each line",
    )
    add(
        "--no-wait",
        action="store_true",
        help="不等监测程序就绪 / begin though nobody listens yet",
    )
    add("--quiet", action="store_true", help="不打印事件 / print no events")
    add(
        "--modem",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="没有配置时：在 PATH 处放一个猫 / without a configuration: a modem at PATH",
    )
    add(
        "--control",
        type=Path,
        metavar="PATH",
        help="控制套接字 / control socket (default: exchange.sock in the run folder)",
    )
    add(
        "--say",
        action="append",
        default=[],
        metavar="LINE",
        help="把一行脚本交给正在运行的交换机 / hand a script line to a running exchange",
    )
    add(
        "--trace",
        type=Path,
        metavar="OUT",
        help="不播放，立刻写出信号记录，多条线路各一个文件 / play nothing: write its trace at once, of several lines one file each (OUT-L1 …)",
    )
    add(
        "--for",
        dest="lasts",
        type=_positive,
        default=3600.0,
        metavar="S",
        help="--trace 随机来电的时长 / length of a trace of random calls (default 3600)",
    )


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e6:
        raise argparse.ArgumentTypeError(f"大于 0 的数 / a number above 0: {text!r}")
    return value


def _calls_a_minute(text: str) -> float:
    return 0.0 if text == "0" else _positive(text)


def run(args: argparse.Namespace, settings: ExchangeSettings | None) -> int:
    """Play until the end or Ctrl-C. 0: it ended as it should; 1: something failed; 2: what was asked for cannot be."""
    control = _control_path(args, settings)
    if args.say:
        return _say(control, args.say)
    lines = _lines(args, settings)
    if find_spec("numpy") is None and args.trace is None:
        lines = _silent(lines)
    if not lines:
        return _complain("没有可模拟的线路", "there is no line that can be simulated")
    script = _script(args.script, [line.name for line in lines])
    if script is None:
        return 2
    if args.trace is not None:
        return _write_trace(args, settings, lines, script)
    return _play(args, settings, lines, script, control)


# ---- what is to be played --------------------------------------------------------------------------------------------


def _lines(args: argparse.Namespace, settings: ExchangeSettings | None) -> list[ExchangeLine]:
    if settings is None:
        return [ModemLine(f"L{number}", port.absolute()) for number, port in enumerate(args.modem, 1)]
    played, real = lines_of(settings)
    for name in real:
        _note(f"{name}：真实线路，不模拟", f"{name}: a real line, not played")
    return played


def _silent(lines: list[ExchangeLine]) -> list[ExchangeLine]:
    played, silent = without_sound(lines)
    for name in silent:
        _note(
            f"{name}：缺少 numpy，不放声音，请执行：make sound", f"{name}: no sound without numpy: make sound"
        )
    return played


def _control_path(args: argparse.Namespace, settings: ExchangeSettings | None) -> Path | None:
    if args.control is not None or settings is None:
        path: Path | None = args.control
        return path
    return settings.run_dir / CONTROL_SOCKET


def _script(path: Path | None, names: list[str]) -> Script | None:
    """The script, an empty one when none was asked for; None when it cannot be read (its faults were told)."""
    if path is None:
        return Script((), ())
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _complain(f"读不了脚本 {path}：{error}", f"cannot read the script {path}: {error}")
        return None
    script = parse_script(text, names)
    for wrong in script.errors:
        _complain(f"{path} 第 {wrong.number} 行：{wrong.zh}", f"{path} line {wrong.number}: {wrong.en}")
    return None if script.errors else script


def _seed(args: argparse.Namespace, settings: ExchangeSettings | None) -> int | str:
    trial = settings.exchange if settings is not None else None
    if args.seed is not None:
        return str(args.seed)
    if trial is not None and trial.seed is not None:
        return str(trial.seed)
    return random.SystemRandom().randrange(10**6)


def _rate(args: argparse.Namespace, settings: ExchangeSettings | None) -> float:
    trial = settings.exchange if settings is not None else None
    if args.rate is not None:
        return float(args.rate)
    return trial.calls_per_minute if trial is not None else 4.0


def _write_trace(
    args: argparse.Namespace,
    settings: ExchangeSettings | None,
    lines: list[ExchangeLine],
    script: Script,
) -> int:
    ears = {line.name: _ear(line) for line in lines}
    if args.script is not None:
        traces = traces_of_script(script.items, ears)
    else:
        traces = traces_of_calls(_seed(args, settings), ears, _rate(args, settings), seconds(args.lasts))
    for name, trace in traces.items():
        out: Path = args.trace if len(traces) == 1 else args.trace.with_stem(f"{args.trace.stem}-{name}")
        try:
            out.write_text(format_trace(trace), encoding="utf-8")
        except OSError as error:
            return _complain(f"写不了 {out}：{error}", f"cannot write {out}: {error}")
        _note(f"{out}：{len(trace.items)} 个信号", f"{out}: {len(trace.items)} signals")
    return 0


def _ear(line: ExchangeLine) -> Ear:
    """Who speaks in the trace of a line: of several ears the first that hears the hook; a chip, like a modem that does not."""
    if isinstance(line, EarsLine):
        ears = [_ear(ear) for ear in line.ears]
        return next((ear for ear in ears if ear is not Ear.DEAF_MODEM), Ear.DEAF_MODEM)
    if isinstance(line, PinLine):
        return Ear.PINS
    measures = isinstance(line, ModemLine) and PERSONALITIES[line.personality].measures_voltage
    return Ear.MODEM if measures else Ear.DEAF_MODEM


# ---- playing ---------------------------------------------------------------------------------------------------------


def _play(
    args: argparse.Namespace,
    settings: ExchangeSettings | None,
    lines: list[ExchangeLine],
    script: Script,
    control: Path | None,
) -> int:
    seed = _seed(args, settings)
    zone = zone_of(settings)
    stop = threading.Event()
    exchange = Exchange(
        lines,
        pins_socket=settings.run_dir / PINS_SOCKET if settings is not None else None,
        button_pin=button_of(settings),
        control=control,
        tell=_quietly if args.quiet else _teller(zone),
        seed=seed,
        zone=zone,
    )
    with _ended_by_signal(stop):
        try:
            exchange.start()
        except OSError as error:
            return _complain(f"无法开始：{error}", f"cannot begin: {error}")
        try:
            if not args.quiet:
                _note(
                    f"虚拟交换机：{len(lines)} 条线路，种子 {seed}，Ctrl-C 结束",
                    f"virtual exchange: {len(lines)} lines, seed {seed}, Ctrl-C ends it",
                )
            _begin(args, settings, exchange, script, stop)
            return 0 if _wait(args, exchange, stop) else 1
        finally:
            exchange.close()


def _begin(
    args: argparse.Namespace,
    settings: ExchangeSettings | None,
    exchange: Exchange,
    script: Script,
    stop: threading.Event,
) -> None:
    if args.script is None:
        exchange.play_random(_rate(args, settings), speed=args.speed, once=args.once, wait=not args.no_wait)
        return
    waited = 0.0
    while (
        not args.no_wait and not stop.is_set() and waited < WAIT_FOR_MONITOR and not exchange.wait_heard(0.2)
    ):
        waited += 0.2
    if not stop.is_set():
        exchange.play(script.items)


def _wait(args: argparse.Namespace, exchange: Exchange, stop: threading.Event) -> bool:
    """Until Ctrl-C; with --once until all is played. False when the exchange itself has died."""
    while not stop.wait(0.25):
        if not exchange.running:
            return False
        if args.once and exchange.wait_idle(0.01):
            return True
    return True


@contextlib.contextmanager
def _ended_by_signal(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`; what they did before is put back."""
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# ---- what a person sees ----------------------------------------------------------------------------------------------


def _quietly(news: News) -> None:
    """--quiet: nothing is told."""


def _teller(zone: tzinfo) -> Callable[[News], None]:
    def tell(news: News) -> None:
        texts = told(news)
        if texts is None:
            return
        now = clock.now()
        at = datetime.fromtimestamp(now.plus(min(news.at, now.mono) - now.mono).wall / SECOND, zone)
        tenth = at.microsecond * 1000 // (100 * MILLISECOND)
        _write(sys.stdout, f"{at:%H:%M:%S}.{tenth} {news.line} {texts[0]} / {texts[1]}")

    return tell


def _say(control: Path | None, lines: list[str]) -> int:
    if control is None:
        return _complain("--say 需要 --config 或 --control", "--say needs --config or --control")
    try:
        answers = send_lines(control, lines)
    except OSError as error:
        return _complain(f"交换机没有运行（{error}）", f"no exchange is running ({error})")
    for answer in answers:
        _write(sys.stdout if answer == "ok" else sys.stderr, answer)
    return 0 if all(answer == "ok" for answer in answers) else 1


def _note(zh: str, en: str) -> None:
    _write(sys.stderr, f"{zh} / {en}")


def _complain(zh: str, en: str) -> int:
    _write(sys.stderr, f"{zh} / {en}")
    return 2


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except (
        BrokenPipeError
    ):  # whoever read it has gone; the calls go on, and what waits in the buffer goes nowhere
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
