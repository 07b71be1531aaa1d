"""A paper and its rows in, a table as text out: UTF-8 with its mark, which Excel and WPS need to read Chinese. It decides nothing.

A number that such a program would spoil (a leading 0, more digits than it shows) ends in a tab, the way that keeps it text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from firmware_app.papers.paper import Cell, Kind, Paper, Row, guarded, shown

SPOILT_FROM = 11  # digits: from here on it is shown as 1.54E+10


def write(paper: Paper, rows: Iterable[Row], path: Path) -> None:
    """Raises OSError."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        if paper.has_heads:
            table.writerow([guarded(column.words) for column in paper.columns])
        for row in rows:
            if row.kind is Kind.HEADING:
                table.writerow([])
            table.writerow([_text(cell, paper.language) for cell in row.cells])
        table.writerow([])
        for line in (paper.title, *paper.notes, paper.footer):
            table.writerow([guarded(line)])


def _text(cell: Cell, language: str) -> str:
    if not isinstance(cell, str):
        return shown(cell, language)
    text = guarded(cell)
    digits = text.isdecimal()
    spoilt = digits and (len(text) >= SPOILT_FROM or (text[0] == "0" and len(text) > 1))
    return f"{text}\t" if spoilt else text
