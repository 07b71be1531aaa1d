"""Which form of a file can be made here, and by whom it is written: the one place that knows the writers.

Each is imported when it is needed: a workbook and a PDF want libraries that a small installation may lack (extra `documents`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from firmware_app.papers.paper import MOST_ROWS, Form, Paper, Row
from firmware_app.wording import Text

NO_LIBRARY = Text(
    "本机没有安装导出 {form} 的软件（附加组件 documents），请告诉技术员。可以改用 csv 或打印。",
    "What writes {form} is not installed here (extra documents): tell the technician. There are csv and print.",
)
NO_FONT = Text(
    "本机没有安装 PDF 用的中文字体（fonts-wqy-zenhei），请告诉技术员。可以改用 xlsx 或打印。",
    "The Chinese font of PDF files (fonts-wqy-zenhei) is not installed: tell the technician. There are xlsx and print.",
)
FONT_FILE = Path(
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"
)  # Debian: fonts-wqy-zenhei; deploy/setup.sh installs it
_LIBRARIES = {Form.XLSX: "xlsxwriter", Form.PDF: "reportlab"}


class TooLong(Exception):
    """There are more rows than `MOST_ROWS` allows in this form."""


def unable(form: Form, font: Path = FONT_FILE) -> Text | None:
    """Why a form cannot be made here; None where it can. Nothing is imported: a panel that asks stays small."""
    library = _LIBRARIES.get(form)
    if library is not None and find_spec(library) is None:
        return Text(*(text.format(form=form.value) for text in (NO_LIBRARY.zh, NO_LIBRARY.en)))
    if form is Form.PDF:
        return None if font.is_file() else NO_FONT
    return None


def write(form: Form, paper: Paper, rows: Iterable[Row], path: Path) -> None:
    """Write the file. Raises OSError, TooLong, ImportError."""
    held = _limited(rows, MOST_ROWS[form])
    match form:
        case Form.XLSX:
            from firmware_app.papers import xlsx_writing

            xlsx_writing.write(paper, held, path)
        case Form.CSV:
            from firmware_app.papers import csv_writing

            csv_writing.write(paper, held, path)
        case Form.PDF:
            from firmware_app.papers import pdf_writing

            pdf_writing.write(paper, held, path, FONT_FILE)
        case Form.PRINT:
            from firmware_app.papers import print_writing

            print_writing.write(paper, held, path)


def _limited(rows: Iterable[Row], most: int) -> Iterator[Row]:
    for number, row in zip(count(), rows, strict=False):
        if number >= most:
            raise TooLong
        yield row
