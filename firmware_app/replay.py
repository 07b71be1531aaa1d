"""`ringkeeper replay TRACE`: a recording of one line in; each item of it, the signals it means and the calls that come of them, out.

    10.000 < \\r\\nRING\\r\\n
        > RingWord L1 error=1.000
        = 10.000 来电开始：响铃 1 次

What was recorded raw (bytes, edges) is decoded anew, by what decodes it in the appliance (trace_hearing); of several ears
the signals are merged as there (calls.heard_line), and each is told with its ear. No clock is read: the loop wakes at each
deadline of the recording.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from device.signal_text import format_seconds, format_signal
from device.signals import SECOND, Instant, LineRestored, LineSignal
from device.trace import BadLine, Decoded, Edge, Heard, Sent, Trace, format_item, parse_trace
from firmware_app.calls.call import CallClosed, CallEvent
from firmware_app.calls.heard_line import HeardLine
from firmware_app.calls.line_machine import LineMachine
from firmware_app.event_words import DISPOSITIONS, OUTBOUND, words_of
from firmware_app.trace_hearing import EarHearing, ear_of, hearings_of, line_of
from firmware_app.wording import Text

LEVELS = {"low": 0, "high": 1}
LISTEN_ON = 30 * SECOND  # after the last item: every ringing is over by then

UNREADABLE = Text("读不了 {}：{}", "cannot read {}: {}")
BAD_LINE = Text("第 {} 行：{}：{}", "line {}: {}: {}")
NOTHING = Text("记录里没有可重放的内容", "the trace holds nothing to replay")
DEADLINE = Text("（到时）", "(deadline)")
ASSUMED = Text("（假定）", "(assumed)")
TOTAL = Text("共 {} 个通话", "calls: {}")
OPEN = Text("未结束", "not over yet")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "trace", metavar="TRACE", help="记录文件，- 为标准输入 / a trace file, - for standard input"
    )
    parser.add_argument(
        "--language", choices=("zh_CN", "en"), default="zh_CN", help="语言 / language (default zh_CN)"
    )
    for pin in ("ring", "hook"):
        parser.add_argument(
            f"--{pin}-active",
            choices=tuple(LEVELS),
            default="low",
            help=f"{pin} 引脚的有效电平 / level of the {pin} pin while active (default low)",
        )
    parser.epilog = (
        "逐行回显记录；「>」后是听到的信号，「=」后是通话和异常。每行都读懂时退出码为 0。\n"
        "Echoes the trace; after > the signals heard, after = calls and anomalies. Exit code 0 when every line was read.\n"
        "录制 / to record one: ringkeeper record"
    )


def run(args: argparse.Namespace) -> int:
    """Print the replay; 1 when the file cannot be read, holds nothing, or a line of it is no trace."""
    try:
        text = sys.stdin.read() if args.trace == "-" else Path(args.trace).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _complain(UNREADABLE.in_language(args.language).format(args.trace, error))
    trace = parse_trace(text)
    levels = LEVELS[args.ring_active], LEVELS[args.hook_active]
    for line in replayed(trace, args.language, *levels):
        print(line)
    for bad in trace.bad_lines:
        _complain(BAD_LINE.in_language(args.language).format(bad.number, bad.reason, bad.text))
    if not any(isinstance(item, Heard | Sent | Edge | Decoded | BadLine) for item in trace.items):
        return _complain(NOTHING.in_language(args.language))
    return 1 if trace.bad_lines else 0


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1


class Replay:
    """One replay: the hearing of each ear, the line machine behind them, and the lines that tell of both."""

    def __init__(self, trace: Trace, language: str, ring_active: int, hook_active: int) -> None:
        self._trace = trace
        self._language = language
        self._hearings = {hearing.ear: hearing for hearing in hearings_of(trace, ring_active, hook_active)}
        line, ears = line_of(trace), tuple(self._hearings)
        self._machine: LineMachine | HeardLine = (
            LineMachine(line, "replay") if len(ears) == 1 else HeardLine(line, "replay", ears)
        )
        self._closed: Counter[Text] = Counter()

    def lines(self) -> Iterator[str]:
        """The whole replay as text, without ends of lines."""
        for hearing in self._hearings.values():
            yield from self._assumption(hearing)
        now = 0
        for item in self._trace.items:
            now = max(now, getattr(item, "at", now))
            yield from self._wake(now)
            yield format_item(item)
            ear = ear_of(item)
            if ear is not None:
                told = self._hearings[ear].hear(item)
                yield from self._told(told, now, ear, echoed=isinstance(item, Decoded))
        yield from self._wake(now + LISTEN_ON)
        yield self._total()

    def _assumption(self, hearing: EarHearing) -> Iterator[str]:
        sensing = hearing.assumed_sensing
        if sensing is not None:
            restored = LineRestored(hearing.line, Instant(0, 0), sensing)
            yield f"{format_item(Decoded(0, restored, hearing.ear))} {ASSUMED.in_language(self._language)}"
            yield from self._told([restored], 0, hearing.ear, echoed=True)

    def _wake(self, until: int) -> Iterator[str]:
        """All deadlines up to `until`, each at its time."""
        while (due := self._deadline()) is not None and due <= until:
            told: list[str] = []
            for hearing in self._hearings.values():
                told += self._told(hearing.expire(due), due, hearing.ear)
            told += self._events(self._machine.expire(Instant(due, due)))
            if told:
                yield f"{format_seconds(due)} {DEADLINE.in_language(self._language)}"
                yield from told

    def _deadline(self) -> int | None:
        deadlines = [hearing.next_deadline() for hearing in self._hearings.values()]
        deadlines.append(self._machine.next_deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def _told(self, signals: list[LineSignal], now: int, ear: str, echoed: bool = False) -> Iterator[str]:
        whose = f"{ear}: " if ear else ""
        for signal in signals:
            if not echoed:
                yield f"    > {whose}{format_signal(signal, now)}"
            if isinstance(self._machine, HeardLine):
                yield from self._events(self._machine.handle(signal, ear))
            else:
                yield from self._events(self._machine.handle(signal))

    def _events(self, events: list[CallEvent]) -> Iterator[str]:
        for event in events:
            at, words = words_of(event)
            yield f"    = {format_seconds(at.mono)} {words.in_language(self._language)}"
            if isinstance(event, CallClosed):
                came_out = event.call.disposition
                self._closed[DISPOSITIONS[came_out] if came_out else OUTBOUND] += 1

    def _total(self) -> str:
        """How many calls came out how."""
        if self._machine.call is not None:
            self._closed[OPEN] += 1
        counts = [f"{kind.in_language(self._language)} {count}" for kind, count in self._closed.items()]
        return " · ".join([TOTAL.in_language(self._language).format(self._closed.total()), *counts])


def replayed(
    trace: Trace, language: str = "zh_CN", ring_active: int = 0, hook_active: int = 0
) -> Iterator[str]:
    """The lines of the replay of `trace`; `*_active` is the level of a pin while it conducts, or the line is off-hook."""
    return Replay(trace, language, ring_active, hook_active).lines()
