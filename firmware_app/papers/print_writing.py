"""A paper and its rows in, the rows as lines of JSON out, as the page that is printed reads them again. It decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from firmware_app.papers.paper import Column, Kind, Paper, Row, shown


def write(paper: Paper, rows: Iterable[Row], path: Path) -> None:
    """Raises OSError."""
    with path.open("w", encoding="utf-8") as file:
        about = [
            paper.title,
            paper.notes,
            [column.words for column in paper.columns],
            paper.footer,
            paper.upright,
        ]
        file.write(json.dumps(about, ensure_ascii=False) + "\n")
        for row in rows:
            line = [row.kind.value, *(shown(cell, paper.language) for cell in row.cells)]
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read(path: Path) -> tuple[Paper, list[Row]]:
    """What `write` wrote, all cells as text. Raises OSError."""
    with path.open(encoding="utf-8") as file:
        title, notes, heads, footer, upright = json.loads(next(file))
        rows = [Row(tuple(cells), Kind(kind)) for kind, *cells in map(json.loads, file)]
    columns = tuple(Column(words, 0) for words in heads)
    return Paper(title, tuple(notes), columns, footer, upright=upright), rows
