"""Figures out of a ledger of one million calls: a month, rolling windows, the call-back list; and recording while thirty ask.

The ledger is built in a temporary folder and removed at the end. Windows move with each question, so that no answer is one
of before. Recording is measured in blocks with and without the clients, in turn, so that both see the same machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from device import clock
from device.priority import go_first
from device.signals import MILLISECOND, SECOND, CallerId
from firmware_app.call_entries import call_entry
from firmware_app.calls.call import Disposition
from firmware_app.calls.civil_time import DAY, HOUR
from firmware_app.records import case_list
from firmware_app.records.call_json import local
from firmware_app.records.desk_rules import Desk
from firmware_app.records.figures import Figures
from firmware_app.records.reading import Reader
from firmware_app.records.recorder import Recorder
from tests.bench.appliance import ROOT
from tests.bench.figure_table import Figure, Spread, at_most, print_note
from tests.bench.million_calls import CALLS, LINES, YEARS, build
from tests.bench.volume_section import LINE_NUMBER, Diary, stages

ZONE = ZoneInfo("Asia/Shanghai")
MONTH_BAR = 1000.0  # ms
BAR = 50.0  # ms
SLOWER = 1.10
QUESTIONS = 60
BLOCKS, IN_BLOCK = 16, 30  # calls recorded in each of the blocks, three commits each
SETTLING = 1.2  # seconds until all of them ask, or none does
WINDOWS = {"24 h": DAY, "30 days": 30 * DAY, "90 days": 90 * DAY}


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ringkeeper-figures-") as folder:
        path = Path(folder) / "ledger.db"
        began = clock.now().mono
        now = build(path)
        took = (clock.now().mono - began) / SECOND
        print_note(
            f"{CALLS:,} calls of {YEARS} years on {len(LINES)} lines: {path.stat().st_size / 1e6:.0f} MB, built in {took:.0f} s"
        )
        reader = Reader(path)
        try:
            figures = Figures(reader, ZONE, LINES)
            return [
                *_months(figures, now),
                *_windows(figures, now),
                *_list(reader, now),
                *_recording(path, now),
            ]
        finally:
            reader.close()


def _took(ask: Callable[[], object]) -> int:
    began = clock.now().mono
    ask()
    return clock.now().mono - began


def _months(figures: Figures, now: int) -> list[Figure]:
    months = [local(now - 31 * DAY * back, ZONE).strftime("%Y-%m") for back in (1, 2, 13, 25, 40)]
    found = [figures.month(month, now) for month in months]
    took = Spread(tuple(_took(partial(figures.month, month, now)) for month in months))
    calls = max(each.whole.counts.every for each in found if each is not None)
    return [
        at_most(
            f"report of a month of {calls:,} calls, slowest of {len(months)}",
            took.quantile(1),
            MONTH_BAR,
            "ms",
        )
    ]


def _windows(figures: Figures, now: int) -> list[Figure]:
    rows = []
    for name, length in WINDOWS.items():
        ends = [now - place * HOUR for place in range(QUESTIONS)]
        took = Spread(tuple(_took(partial(figures.window, end - length, end)) for end in ends))
        rows.append(Figure(f"rolling {name}, p50 / p95", "", took.told()))
        rows.append(at_most("  p95", took.p95, BAR, "ms"))
    return rows


def _list(reader: Reader, now: int) -> list[Figure]:
    def ask() -> None:
        with reader.snapshot() as db:
            case_list.waiting(db, now, Desk(db, ZONE))

    took = Spread(tuple(_took(ask) for _ in range(QUESTIONS)))
    with reader.snapshot() as db:
        total = len(case_list.waiting(db, now, Desk(db, ZONE), limit=10**6).rows)
    return [
        Figure(f"call-back list, {total} cases wait, p50 / p95", "", took.told()),
        at_most("  p95", took.p95, BAR, "ms"),
    ]


@contextmanager
def _clients(path: Path, now: int) -> Iterator[Callable[[bool], None]]:
    """Thirty clients that can be told to ask, and to stop."""
    command = [sys.executable, "-m", "tests.bench.asking_clients", str(path), str(now)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    control = process.stdin

    def ask(on: bool) -> None:
        control.write("on\n" if on else "off\n")
        control.flush()
        threading.Event().wait(SETTLING)

    try:
        process.stdout.readline()
        yield ask
    finally:
        control.close()
        process.wait(20)


def _recording(path: Path, now: int) -> list[Figure]:
    first = go_first()  # as the monitor's loop does
    print_note(
        "recording goes first" if first else "recording is an ordinary thread: it may not go first here"
    )
    recorder = Recorder(path, "bench-boot-2", lambda _: None)
    alone, asked = Diary(recorder), Diary(recorder)
    try:
        with _clients(path, now) as ask:
            for block in range(BLOCKS):
                ask(bool(block % 2))
                _record(asked if block % 2 else alone, block)
    finally:
        recorder.close()
    quiet, busy = Spread(tuple(alone.took)), Spread(tuple(asked.took))
    return [
        Figure("one commit, nobody asks, p50 / p95", "", quiet.told()),
        Figure("one commit, 30 clients ask, p50 / p95", "", busy.told()),
        at_most("  p95 against nobody", busy.p95 / quiet.p95, SLOWER, "times", digits=2),
    ]


def _record(diary: Diary, block: int) -> None:
    for place in range(IN_BLOCK):
        number = block * IN_BLOCK + place
        caller_id = CallerId(f"155{number:08}", date_time="11241940")
        outcome = (Disposition.ANSWERED, Disposition.NO_ANSWER)[number % 2]
        for stage, at, call in stages(f"bench-boot-2:L1:{number}", clock.now(), outcome, caller_id):
            diary.record(call_entry(call, stage, "bench-boot-2", LINE_NUMBER, True, 1), at)
        threading.Event().wait(20 * MILLISECOND / SECOND)  # calls do not come without a pause
