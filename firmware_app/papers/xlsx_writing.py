"""A paper and its rows in, a workbook for Excel and WPS out, row after row, so that its length costs no memory. It decides nothing.

Every text is a text cell, never a number, a link or a formula; moments are real dates, so that they can be sorted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from firmware_app.papers.paper import Cell, Kind, Paper, Row, cleaned, guarded

MOMENTS = {"zh_CN": 'yyyy"年"m"月"d"日" h"时"mm"分"', "en": "yyyy-mm-dd hh:mm"}
A4 = 9  # xlsxwriter: set_paper
FOOTER_MOST = (
    236  # characters; a workbook holds 255 with its codes, and one that is longer would not be written at all
)
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (day 0 of a workbook; cells have no zone)
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(paper: Paper, rows: Iterable[Row], path: Path) -> None:
    """Raises OSError; what comes on the way to the file lies beside it."""
    book = xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)})
    book.set_properties({"title": cleaned(paper.title), "comments": cleaned(paper.footer)})
    try:
        _Sheet(book, paper).fill(rows)
        book.close()
    except XlsxWriterException as error:
        raise OSError(str(error)) from error


class _Sheet:
    def __init__(self, book: Any, paper: Paper) -> None:  # noqa: ANN401  (it ships no types)
        self._paper = paper
        self._sheet = book.add_worksheet()
        self._text = book.add_format({"valign": "top", "num_format": "@"})
        self._wrapped = book.add_format({"valign": "top", "num_format": "@", "text_wrap": True})
        self._number = book.add_format({"valign": "top"})
        self._moment = book.add_format(
            {"valign": "top", "num_format": MOMENTS.get(paper.language, MOMENTS["zh_CN"]), "align": "left"}
        )
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._bold = book.add_format({"bold": True, "font_size": 13})
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._at = 0

    def fill(self, rows: Iterable[Row]) -> None:
        paper, sheet = self._paper, self._sheet
        for place, column in enumerate(paper.columns):
            sheet.set_column(place, place, column.width + 1)
        if not paper.upright:
            sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
        sheet.set_footer(f"&L{_footer(paper.footer)}&R&P / &N")
        self._line((paper.title,), self._title)
        for note in paper.notes:
            self._line((note,), self._text)
        if paper.has_heads:
            sheet.repeat_rows(self._at)
            sheet.freeze_panes(self._at + 1, 0)
            self._line(tuple(column.words for column in paper.columns), self._head)
        for row in rows:
            self._row(row)
        self._at += 1
        self._line((paper.footer,), self._text)

    def _row(self, row: Row) -> None:
        if row.kind is Kind.HEADING:
            self._at += 1
        if row.kind is not Kind.ROW:
            self._line(row.cells, self._bold if row.kind is Kind.HEADING else self._head)
            return
        for place, cell in enumerate(row.cells):
            self._cell(place, cell)
        self._at += 1

    def _cell(self, place: int, cell: Cell) -> None:
        if isinstance(cell, datetime):
            since = cell.replace(tzinfo=None) - EPOCH
            self._sheet.write_number(self._at, place, since.days + since.seconds / 86_400, self._moment)
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._at, place, cell, self._number)
        elif cell:
            wraps = len(cell) > self._paper.columns[place].width and place + 1 == len(self._paper.columns)
            self._sheet.write_string(self._at, place, guarded(cell), self._wrapped if wraps else self._text)

    def _line(self, cells: tuple[Cell, ...], form: Any) -> None:  # noqa: ANN401
        for place, cell in enumerate(cells):
            self._sheet.write_string(self._at, place, guarded(str(cell)), form)
        self._at += 1


def _footer(text: str) -> str:
    """`text` with its & doubled, for a single one begins a code."""
    whole = cleaned(text).replace("&", "&&")[:FOOTER_MOST]
    ends = len(whole) - len(whole.rstrip("&"))
    return whole[:-1] if ends % 2 else whole
