"""Papers out of a ledger of one million calls: 100,000 calls in each form that takes so many, the register of a year, a month.

Each is made by the process that the panel starts, timed from its order to its last word; the memory is the process's own peak.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from device import clock
from device.signals import MILLISECOND, SECOND
from firmware_app.calls.civil_time import DAY
from firmware_app.papers.paper import Row
from firmware_app.records.reading import Reader
from tests.bench.appliance import ROOT
from tests.bench.figure_table import Figure, at_most, print_note
from tests.bench.million_calls import CALLS, LINES, build
from web_panel import figures_paper
from web_panel.export_jobs import PROGRAM
from web_panel.export_order import Order
from web_panel.figures_choice import choose
from web_panel.figures_door import FiguresDoor
from web_panel.ledger_door import LedgerDoor
from web_panel.today_view import Audience
from web_panel.translating import Translator

ZONE = ZoneInfo("Asia/Shanghai")
ROWS = 100_000
TIME_BAR, MEMORY_BAR, MONTH_BAR = 15.0, 60.0, 1000.0  # s, MB, ms
FORMS = {"xlsx": ROWS, "csv": ROWS, "pdf": 20_000}


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ringkeeper-exports-") as name:
        folder = Path(name)
        ledger = folder / "ledger.db"
        now = build(ledger)
        found = [row for form, rows in FORMS.items() for row in _calls(ledger, now, form, rows)]
        found += _told(
            "the register of a year, xlsx", _order(ledger, "callbacks", "xlsx", now - 365 * DAY, now)
        )
        return [*found, *_month(ledger, now)]


def _order(ledger: Path, paper: str, form: str, since: int, until: int) -> Order:
    return Order(
        paper=paper,
        form=form,
        file=str(ledger.parent / f"out.{form}"),
        language="zh_CN",
        zone="Asia/Shanghai",
        ledger=str(ledger),
        since=since,
        until=until,
        full=False,
        title="来电明细",
        notes=("站点",),
        footer="制表人：王芳",
        search={"kind": "all"} if paper == "calls" else {},
    )


def _calls(ledger: Path, now: int, form: str, rows: int) -> Iterator[Figure]:
    with Reader(ledger).snapshot() as db:
        first = db.execute(
            "SELECT started_wall FROM calls ORDER BY started_wall DESC LIMIT 1 OFFSET ?", (rows - 1,)
        ).fetchall()[0][0]
    yield from _told(f"{rows:,} of {CALLS:,} calls, {form}", _order(ledger, "calls", form, first, now + 1))


def _told(what: str, order: Order) -> Iterator[Figure]:
    took, peak, word = _made(order)
    size = Path(order.file).stat().st_size / 1e6
    print_note(f"{what}: {word.strip()}, a file of {size:.1f} MB")
    long = order.form != "pdf"
    yield at_most(what, took, TIME_BAR, "s") if long else Figure(what, "", f"{took:.1f} s")
    words = "  its memory at the peak"
    yield at_most(words, peak, MEMORY_BAR, "MB") if long else Figure(words, "", f"{peak:.1f} MB")


def _made(order: Order) -> tuple[float, float, str]:
    """Seconds, MB, and the last word of the process."""
    began = clock.now().mono
    with subprocess.Popen(PROGRAM, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said: list[bytes] = []
        over = threading.Event()
        listening = threading.Thread(target=_listen, args=(process.stdout, said, over))
        listening.start()
        process.stdin.write(order.line())
        process.stdin.flush()
        peak = 0.0
        while not over.wait(0.005):
            peak = max(peak, _high_water(process.pid))
        took = (clock.now().mono - began) / SECOND
        listening.join()
    return took, peak, said[-1].decode()


def _listen(pipe: IO[bytes], said: list[bytes], over: threading.Event) -> None:
    said += pipe
    over.set()


def _high_water(process: int) -> float:
    """MB of the highest resident size so far (proc(5): VmHWM); getrusage(2) would tell that of the bench before exec."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _month(ledger: Path, now: int) -> Iterator[Figure]:
    """The rows of a month's report, asked of the ledger; then the process, here for a PDF."""
    door = LedgerDoor(ledger)
    figures = FiguresDoor(door, ZONE, LINES)
    desk = Audience(Translator("zh_CN"), ZONE, now, dict.fromkeys(LINES, ""), {})
    key = f"{datetime.fromtimestamp((now - 40 * DAY) // SECOND, ZONE):%Y-%m}"
    choice, _ = choose(key, now, ZONE)
    began = clock.now().mono
    rows = figures_paper.rows(figures.sheet(choice, now), choice, desk)
    yield at_most("rows of a month's report", (clock.now().mono - began) / MILLISECOND, MONTH_BAR, "ms")
    order = _order(ledger, "month", "pdf", choice.since, choice.until)
    yield from _told("a month's report, pdf", _known(order, rows))


def _known(order: Order, rows: list[Row]) -> Order:
    return replace(order, rows=tuple((row.kind.value, row.cells) for row in rows))
