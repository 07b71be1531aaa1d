"""A paper and its rows in, a PDF of A4 pages out, drawn row after row with a TrueType font of Chinese. It decides nothing.

Reportlab takes no PostScript outlines (Noto CJK has only these); WenQuanYi Zen Hei has the rare characters of names, too.
For a process of its own: the font alone is 17 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from firmware_app.papers.paper import Kind, Paper, Row, cleaned, shown
from firmware_app.wording import Text

FONT = "ringkeeper"
MARGIN, BETWEEN = 40.0, 6.0  # points of 1/72 inch
SIZE, LEADING, FOOT = 9.0, 13.0, 8.0
MOST_LINES = 12  # of one cell; more is cut, so that a row always fits on a page
NO_GLYPH = "□"
NOT_FIRST = "，。、；：！？）》”’％)],.;:!?%"  # no line begins with one of these
PAGE_OF = Text("第 {n} 页，共 ", "page {n} of ")
PAGES = Text(" 页", "")


class NoFont(OSError):
    """The Chinese font is not installed, or is another than it should be."""


def write(paper: Paper, rows: Iterable[Row], path: Path, font: Path) -> None:
    """font: a TrueType file. Raises OSError: NoFont where there is none."""
    try:
        face = TTFont(FONT, str(font), subfontIndex=0)
    except (TTFError, OSError) as error:
        raise NoFont(str(error)) from None
    pdfmetrics.registerFont(face)
    canvas = Canvas(str(path), pagesize=A4 if paper.upright else landscape(A4), pageCompression=1)
    canvas.setTitle(cleaned(paper.title))
    _Pages(canvas, paper, frozenset(face.face.charToGlyph)).fill(rows)
    canvas.save()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column begins, and how wide it is, in points."""

    x: float
    width: float


class _Pages:
    def __init__(self, canvas: Any, paper: Paper, glyphs: frozenset[int]) -> None:  # noqa: ANN401
        self._canvas = canvas
        self._paper = paper
        self._glyphs = glyphs
        self._wide, self._high = A4 if paper.upright else landscape(A4)
        self._places = list(_places(paper, self._wide - 2 * MARGIN))
        self._heads: Row | None = None
        if paper.has_heads:
            self._heads = Row(tuple(column.words for column in paper.columns), Kind.HEADS)
        self._page = 0
        self._y = 0.0
        self._foot = self._wrapped(paper.footer, self._wide - 2 * MARGIN - 110, FOOT)[:3]
        self._floor = MARGIN + 12 * len(self._foot)

    def fill(self, rows: Iterable[Row]) -> None:
        paper = self._paper
        self._new_page()
        self._free(paper.title, 16)
        for note in paper.notes:
            self._free(note, SIZE)
        if self._heads is not None:
            self._row(self._heads)
        for row in rows:
            self._row(row)
        self._end_page()
        self._canvas.beginForm("pages")
        self._canvas.setFont(FONT, FOOT)
        self._canvas.drawString(0, 0, f"{self._page}{PAGES.in_language(paper.language)}")
        self._canvas.endForm()

    def _row(self, row: Row) -> None:
        if row.kind is Kind.HEADING:
            self._heading(row)
            return
        cells = [self._shown(cell) for cell in row.cells]
        lines = [
            self._wrapped(text, self._reach(place, len(cells)), SIZE)[:MOST_LINES]
            for place, text in enumerate(cells)
        ]
        height = LEADING * max(map(len, lines), default=1) + 4
        if self._y - height < self._floor:
            self._end_page()
            self._new_page()
            if self._heads is not None and row is not self._heads:
                self._row(self._heads)
        for place, texts in enumerate(lines):
            for number, text in enumerate(texts):
                self._canvas.drawString(self._places[place].x, self._y - LEADING * (number + 1) + 2, text)
        self._y -= height
        self._rule(1.0 if row.kind is Kind.HEADS else 0.25)
        if row.kind is Kind.HEADS:
            self._heads = row

    def _heading(self, row: Row) -> None:
        if self._y - 60 < self._floor:  # no heading at the foot of a page
            self._end_page()
            self._new_page()
        self._heads = None
        self._y -= 10
        self._free(self._shown(row.cells[0]), 12)

    def _shown(self, cell: Any) -> str:  # noqa: ANN401
        text = shown(cell, self._paper.language)
        if all(ord(char) in self._glyphs for char in text):
            return text
        return "".join(char if ord(char) in self._glyphs else NO_GLYPH for char in text)

    def _reach(self, place: int, cells: int) -> float:
        """How wide a cell may be: the last one of a row goes on to the right end."""
        here = self._places[place]
        return self._wide - MARGIN - here.x if place + 1 == cells else here.width

    def _free(self, text: str, size: float) -> None:
        """Text from one margin to the other."""
        self._canvas.setFont(FONT, size)
        for line in self._wrapped(text, self._wide - 2 * MARGIN, size):
            self._y -= size * 1.5
            self._canvas.drawString(MARGIN, self._y, line)
        self._y -= 4
        self._canvas.setFont(FONT, SIZE)

    def _rule(self, thick: float) -> None:
        self._canvas.setLineWidth(thick)
        self._canvas.setStrokeGray(0.6 if thick < 1 else 0)
        self._canvas.line(MARGIN, self._y + 2, self._wide - MARGIN, self._y + 2)

    def _new_page(self) -> None:
        self._page += 1
        self._y = self._high - MARGIN
        self._canvas.setFont(FONT, SIZE)

    def _end_page(self) -> None:
        canvas = self._canvas
        canvas.setFont(FONT, FOOT)
        for number, line in enumerate(self._foot):
            canvas.drawString(MARGIN, self._floor - 14 - 11 * number, line)
        before = PAGE_OF.in_language(self._paper.language).format(n=self._page)
        canvas.drawString(self._wide - MARGIN - 100, self._floor - 14, before)
        canvas.saveState()
        canvas.translate(
            self._wide - MARGIN - 100 + pdfmetrics.stringWidth(before, FONT, FOOT), self._floor - 14
        )
        canvas.doForm("pages")  # how many there are is known at the end
        canvas.restoreState()
        canvas.showPage()

    def _wrapped(self, text: str, width: float, size: float) -> list[str]:
        """`text` in lines of at most `width` points, broken at a blank, else anywhere, as Chinese is."""
        if pdfmetrics.stringWidth(text, FONT, size) <= width:
            return [text]
        lines, line, used = [], "", 0.0
        for char in text:
            wide = pdfmetrics.stringWidth(char, FONT, size)
            if used + wide > width and line:
                line, rest = _parted(line, char)
                lines.append(line)
                line, used = rest, pdfmetrics.stringWidth(rest, FONT, size)
            line, used = line + char, used + wide
        return [*lines, line]


def _places(paper: Paper, room: float) -> Iterator[_Place]:
    whole, x = sum(column.share for column in paper.columns), MARGIN
    for column in paper.columns:
        width = room * column.share / whole
        yield _Place(x, width - BETWEEN)
        x += width


def _parted(line: str, after: str) -> tuple[str, str]:
    """A full line, and what of it goes on in the next: all after its last blank, when words would be cut."""
    before, blank, rest = line.rpartition(" ")
    if blank and before and after != " ":
        return before, rest
    return (line[:-1], line[-1]) if after in NOT_FIRST and len(line) > 1 else (line, "")
