"""`python -m web_panel.export_child`: an order on stdin in, its file and a word on stdout for each slice out; then it ends.

Lines of stdout: `rows N SHARE` as it goes, at last `done N` or `failed WHY`. It runs at low priority with a limit of memory, and
ends at once when stdin is closed: that is the end of the panel, whatever its reason. It asks the ledger in short slices.
"""

from __future__ import annotations

import errno
import heapq
import logging
import os
import resource
import sys
import threading
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware_app.papers.paper import Form, Paper, Row
from firmware_app.papers.writing import TooLong, write
from firmware_app.records.call_search import Search, found
from firmware_app.records.paper_rows import (
    RegisterRow,
    case_places,
    cases_of,
    first_case,
    without_case_after,
)
from web_panel import figures_paper
from web_panel.export_order import Order, order_of
from web_panel.ledger_door import LedgerAway, LedgerDoor
from web_panel.lists_paper import Reader, call_columns, call_row, register_columns, register_row
from web_panel.translating import Translator

log = logging.getLogger(__name__)

NICE = 10
SLICE = 1000  # rows of one transaction: a few hundredths of a second
MEMORY = 256 * 1024 * 1024  # bytes of RLIMIT_DATA; a workbook of 100,000 rows takes a quarter
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _read_order() -> Order:
    """Read byte for byte, without a buffer whose lock would be held at the end of the process."""
    held = bytearray()
    while not held.endswith(b"\n"):
        more = os.read(0, 65536)
        if not more:
            sys.exit(3)
        held += more
    return order_of(bytes(held))


def _end_with_the_panel() -> None:
    while os.read(0, 1):
        pass
    os._exit(3)


class _Progress:
    """Says how far the work is: by time, for nobody has counted the rows."""

    def __init__(self, order: Order) -> None:
        self._since, self._span = order.since, max(1, order.until - order.since)
        self.rows = 0

    def past(self, wall: int) -> None:
        """A slice is done that ends at `wall`."""
        share = min(999, max(0, 1000 * (wall - self._since) // self._span))
        sys.stdout.write(f"rows {self.rows} {share}\n")
        sys.stdout.flush()

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.rows += 1
            yield row


def _calls(order: Order, ledger: LedgerDoor, progress: _Progress) -> Iterator[Row]:
    """The latest first, as the page of calls has them."""
    reader = _reader(order)
    search = Search(order.since, order.until, zone=ZoneInfo(order.zone), **order.search)
    before = None
    while True:
        with ledger.reading() as db:
            rows = found(db, search, SLICE, before)
        yield from (call_row(row, reader) for row in rows)
        if len(rows) < SLICE:
            return
        before = (rows[-1].started_wall, rows[-1].id)
        progress.past(order.since + order.until - before[0])


def _cases(order: Order, ledger: LedgerDoor, progress: _Progress) -> Iterator[RegisterRow]:
    """Oldest first: a call that was told from memory has a later id than its time."""
    places: list[tuple[int, int]] = []
    with ledger.reading() as db:
        after = first_case(db, order.since, order.until)
    while True:
        with ledger.reading() as db:
            more = case_places(db, order.since, order.until, 10 * SLICE, after)
        places += more
        if len(more) < 10 * SLICE:
            break
        after = more[-1][1]
    places.sort()
    for first in range(0, len(places), SLICE):
        if first:
            progress.past(places[first][0])
        with ledger.reading() as db:
            found_cases = cases_of(db, [case for _, case in places[first : first + SLICE]])
        yield from found_cases


def _without_case(order: Order, ledger: LedgerDoor) -> Iterator[RegisterRow]:
    after = (order.since, 0)
    while True:
        with ledger.reading() as db:
            rows = without_case_after(db, order.since, order.until, SLICE, after)
        yield from (row for _, row in rows)
        if len(rows) < SLICE:
            return
        after = (rows[-1][1].since_wall, rows[-1][0])


def _register(order: Order, ledger: LedgerDoor, progress: _Progress) -> Iterator[Row]:
    reader = _reader(order)
    both = heapq.merge(
        _cases(order, ledger, progress), _without_case(order, ledger), key=lambda row: row.since_wall
    )
    return (register_row(row, reader) for row in both)


def _reader(order: Order) -> Reader:
    return Reader(Translator(order.language), ZoneInfo(order.zone), order.own_numbers, order.full)


def make(order: Order) -> int:
    """Write the file; how many rows it has. Raises OSError, LedgerAway, TooLong, ImportError, MemoryError."""
    t, ledger, progress = Translator(order.language), LedgerDoor(Path(order.ledger)), _Progress(order)
    known = order.known_rows
    if known is not None:
        columns, rows = figures_paper.columns(), iter(known)
    elif order.paper == "callbacks":
        columns, rows = register_columns(t), _register(order, ledger, progress)
    else:
        columns, rows = call_columns(t), _calls(order, ledger, progress)
    upright = known is not None
    paper = Paper(order.title, order.notes, columns, order.footer, order.language, upright)
    form = Form(order.form)
    write(form, paper, chain(progress.counted(rows), _signed(order.paper, form, t)), Path(order.file))
    return progress.rows


def _signed(paper: str, form: Form, t: Translator) -> Iterator[Row]:
    """A line to sign on, where people sign: not below the list of calls, and not in a table for machines."""
    if paper != "calls" and form is not Form.CSV:
        yield Row((t("填表人签字：____________　　负责人签字：____________　　日期：______年____月____日"),))


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return "disk_full" if error.errno in FULL or "No space left" in str(error) else "file"
    if isinstance(error, LedgerAway):
        return "ledger"
    if isinstance(error, ImportError):
        return "library"
    return {TooLong: "too_long", MemoryError: "memory"}.get(type(error), "other")


def main() -> int:
    """The process: its exit code."""
    os.umask(0o077)
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    order = _read_order()
    threading.Thread(target=_end_with_the_panel, name="end-with-the-panel", daemon=True).start()
    try:
        word = f"done {make(order)}"
    except Exception as error:  # noqa: BLE001  (a page waits for a word, whatever happened)
        log.error("no %s: %s", order.form, type(error).__name__)  # a message may hold a number
        word = f"failed {_why(error)}"
    sys.stdout.write(word + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
