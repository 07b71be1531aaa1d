"""A carrier's records as a file (csv in UTF-8 or GB18030, xlsx) in, a table of texts or why it cannot be read out.

The numbers in it stay in memory. openpyxl is the extra `tables`, imported only when there is an xlsx to read (ADR 0017).
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path

from firmware_app.wording import Text

MOST_BYTES = 20_000_000
MOST_UNPACKED = 200_000_000  # a zip of a few kB may unpack to GBs
MOST_ROWS = 200_000
DELIMITERS = ",\t;|"

TOO_LARGE = Text("文件太大", "the file is too large")
NOT_TEXT = Text(
    "文件既不是 UTF-8 也不是 GB18030 文字，也不是 xlsx", "the file is neither UTF-8 nor GB18030 text nor xlsx"
)
NO_OPENPYXL = Text(
    "读取 xlsx 需要 openpyxl（pip install 'ringkeeper[tables]'），或在表格软件中另存为 CSV",
    "reading xlsx takes openpyxl (pip install 'ringkeeper[tables]'); or save the table as CSV",
)
BROKEN = Text("这个 xlsx 文件已损坏或有密码", "this xlsx file is damaged or has a password")
OLD_EXCEL = Text(
    "旧版 xls 格式不支持，请另存为 xlsx 或 CSV", "old xls files are not read; save it as xlsx or CSV"
)

Table = list[list[str]]


def read_table(content: bytes) -> Table | Text:
    """The rows of `content`, whatever it is called; the first sheet of a workbook."""
    if len(content) > MOST_BYTES:
        return TOO_LARGE
    if content.startswith(b"PK"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return OLD_EXCEL
    text = _decoded(content)
    return NOT_TEXT if text is None else _rows(text)


def read_file(path: Path) -> Table | Text:
    """The rows of a file. OSError as the disk says."""
    with path.open("rb") as file:
        return read_table(file.read(MOST_BYTES + 1))


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _rows(text: str) -> Table | Text:
    beginning = text[:4096]
    delimiter = max(DELIMITERS, key=beginning.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        # ="0356…" is how some systems keep Excel from eating a leading 0
        found = [[cell.strip().removeprefix("=").strip('"\t ') for cell in row] for row in rows]
    except csv.Error:
        return NOT_TEXT
    return TOO_LARGE if len(found) > MOST_ROWS else found


def _workbook(content: bytes) -> Table | Text:
    try:
        from openpyxl import load_workbook
    except ImportError:
        return NO_OPENPYXL
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                return TOO_LARGE
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        found: Table = []
        for row in sheet.iter_rows(values_only=True):
            if len(found) >= MOST_ROWS:
                return TOO_LARGE
            found.append([_text(cell) for cell in row])
        book.close()
    except Exception:  # noqa: BLE001  whatever a strange file makes a reader raise, it is a file that cannot be read
        return BROKEN
    return found


def _text(value: object) -> str:
    """A cell as a person sees it; a number that Excel keeps as 15400000001.0 without its tail."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
