"""`ringkeeper replay TRACE`: a recording of one line in; each item of it, the signals it means and the calls that come of them, out.

    10.000 < \\r\\nRING\\r\\n
        > RingWord L1 error=1.000
        = 10.000 来电开始：响铃 1 次

What was recorded raw (bytes, edges) is decoded anew, by what decodes it in the appliance; signals that the driver of the
recording told beside them are shown, and taken only where the raw items cannot tell them (line lost and restored, what
was found at an opening). No clock is read: the loop wakes at each deadline of the recording.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from device.hook_detector import Flashed, HookDetector, OddBreaks, PulsesDialled, WentOffHook, WentOnHook
from device.loop_ears import LoopEars, LoopEvent
from device.modem_replay import ModemReplay
from device.ring_cadence import BurstEnded, BurstStarted, RingCadence, RingNoise
from device.signal_text import format_seconds, format_signal
from device.signals import (
    MILLISECOND,
    SECOND,
    DigitDialled,
    Flash,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    Sensing,
    Unrecognised,
)
from device.trace import (
    BadLine,
    Decoded,
    Edge,
    Heard,
    Item,
    Sent,
    Trace,
    format_item,
    parse_trace,
)
from firmware_app.calls.call import CallClosed, CallEvent
from firmware_app.calls.line_machine import LineMachine
from firmware_app.event_words import DISPOSITIONS, OUTBOUND, words_of
from firmware_app.wording import Text

LEVELS = {"low": 0, "high": 1}
RING_ERROR, HOOK_ERROR = 40 * MILLISECOND, 20 * MILLISECOND  # as gpio_line tells them
PLAIN: dict[type[LoopEvent], tuple[type[RingStarted | RingEnded | OffHook | OnHook], int]] = {
    BurstStarted: (RingStarted, RING_ERROR),
    BurstEnded: (RingEnded, RING_ERROR),
    WentOffHook: (OffHook, HOOK_ERROR),
    WentOnHook: (OnHook, HOOK_ERROR),
}
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


class Hearing:
    """What a trace means, item by item: the decoders of a modem and of pins, side by side."""

    def __init__(self, trace: Trace, ring_active: int, hook_active: int) -> None:
        self.line = next((item.signal.line for item in trace.items if isinstance(item, Decoded)), "L1")
        self._raw = any(isinstance(item, Heard | Edge) for item in trace.items)
        self._modem = ModemReplay(self.line)
        found = next(
            (item.signal for item in trace.items if isinstance(item, Decoded) and _is_found(item)), None
        )
        hook_level = hook_active if isinstance(found, OffHook) else 1 - hook_active
        hooked = any(isinstance(item, Edge) and item.role == "hook" for item in trace.items)
        hook = HookDetector(hook_active, hook_level) if hooked else None
        self._pins = LoopEars(RingCadence(ring_active, 1 - ring_active), hook)

    def hear(self, item: Item) -> list[LineSignal]:
        match item:
            case Heard(at, data):
                return self._modem.heard(data, Instant(at, at))
            case Sent(at, data):
                self._modem.sent(data, Instant(at, at))
            case Edge(at, role, level):
                told = self._pins.ring_edge if role == "ring" else self._pins.hook_edge
                return self._signals(told(level, at))
            case Decoded(_, signal) if not self._raw or self._only_told(item):
                return [signal]
            case _:
                pass
        return []

    @staticmethod
    def _only_told(item: Decoded) -> bool:
        return isinstance(item.signal, LineLost | LineRestored) or _is_found(item)

    def next_deadline(self) -> int | None:
        return self._pins.next_deadline()

    def expire(self, now: int) -> list[LineSignal]:
        return self._signals(self._pins.expire(now))

    def _signals(self, events: list[LoopEvent]) -> list[LineSignal]:
        return [self._signal(event) for event in events]

    def _signal(self, event: LoopEvent) -> LineSignal:
        if isinstance(event, RingNoise):
            return Unrecognised(self.line, Instant(event.start, event.start), event.kind.value.encode())
        at = Instant(event.mono, event.mono)
        match event:
            case Flashed():
                return Flash(self.line, at)
            case PulsesDialled(digit=digit):
                return DigitDialled(self.line, at, digit)
            case OddBreaks(count=count):
                return Unrecognised(self.line, at, f"{count} short breaks of the loop".encode())
            case _:
                kind, error = PLAIN[type(event)]
                return kind(self.line, at, error)


def _is_found(item: Decoded) -> bool:
    return isinstance(item.signal, OffHook | OnHook) and item.signal.found


def assumed_sensing(trace: Trace) -> Sensing:
    """What the ears of a recording can tell, where it does not say so itself."""
    edges = {item.role for item in trace.items if isinstance(item, Edge)}
    kinds = {type(item.signal) for item in trace.items if isinstance(item, Decoded)}
    asked = any(isinstance(item, Sent) and b"-TRV" in item.data.upper() for item in trace.items)
    return Sensing(
        ring_edges="ring" in edges or RingStarted in kinds,
        hook=asked or "hook" in edges or bool(kinds & {OffHook, OnHook}),
        caller_id=any(isinstance(item, Heard) for item in trace.items),
    )


class Replay:
    """One replay: the hearing, the line machine behind it, and the lines that tell of both."""

    def __init__(self, trace: Trace, language: str, ring_active: int, hook_active: int) -> None:
        self._trace = trace
        self._language = language
        self._hearing = Hearing(trace, ring_active, hook_active)
        self._machine = LineMachine(self._hearing.line, "replay")
        self._closed: Counter[Text] = Counter()

    def lines(self) -> Iterator[str]:
        """The whole replay as text, without ends of lines."""
        yield from self._assumption()
        now = 0
        for item in self._trace.items:
            now = max(now, getattr(item, "at", now))
            yield from self._wake(now)
            yield format_item(item)
            yield from self._told(self._hearing.hear(item), now, echoed=isinstance(item, Decoded))
        yield from self._wake(now + LISTEN_ON)
        yield self._total()

    def _assumption(self) -> Iterator[str]:
        if not any(
            isinstance(item, Decoded) and isinstance(item.signal, LineRestored) for item in self._trace.items
        ):
            restored = LineRestored(self._hearing.line, Instant(0, 0), assumed_sensing(self._trace))
            yield f"{format_seconds(0)} {format_signal(restored, 0)} {ASSUMED.in_language(self._language)}"
            yield from self._told([restored], 0, echoed=True)

    def _wake(self, until: int) -> Iterator[str]:
        """All deadlines up to `until`, each at its time."""
        while (due := self._deadline()) is not None and due <= until:
            told = [
                *self._told(self._hearing.expire(due), due),
                *self._events(self._machine.expire(Instant(due, due))),
            ]
            if told:
                yield f"{format_seconds(due)} {DEADLINE.in_language(self._language)}"
                yield from told

    def _deadline(self) -> int | None:
        deadlines = (self._hearing.next_deadline(), self._machine.next_deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def _told(self, signals: list[LineSignal], now: int, echoed: bool = False) -> Iterator[str]:
        for signal in signals:
            if not echoed:
                yield f"    > {format_signal(signal, now)}"
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
