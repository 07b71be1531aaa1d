"""A paper as a value in, its cells as text that is safe in any program of tables out. Pure.

A paper is a title, columns, rows and a footer; whoever makes one gives these, whoever writes a file asks nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from firmware_app.wording import Text

Cell = str | int | float | datetime
"""A number of a telephone is a str, a float are seconds with thousandths; a datetime is the clock of the point."""

FORMULA_SIGNS = (
    "=+-@＝＋－＠"  # a program of tables takes the full-width ones, too, where Chinese or Japanese is set
)
LONGEST_CELL = (
    32_000  # characters; a cell of a workbook holds 32,767 (ECMA-376 part 1, 18.18.11; Excel's own limit)
)
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)


class Form(Enum):
    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
    PRINT = "print"


FORMS: Mapping[Form, Text] = {
    Form.XLSX: Text("Excel、WPS 表格（xlsx）", "Excel or WPS table (xlsx)"),
    Form.PRINT: Text("在浏览器里打印", "print from the browser"),
    Form.PDF: Text("PDF 文件", "PDF file"),
    Form.CSV: Text("文本表格（csv）", "text table (csv)"),
}
MOST_ROWS: Mapping[Form, int] = {
    Form.XLSX: 1_000_000,  # a sheet holds 1,048,576
    Form.CSV: 10_000_000,
    Form.PDF: 20_000,  # 600 pages
    Form.PRINT: 2_000,  # what an old computer lays out in a moment
}


class Kind(Enum):
    """ROW: cells below the columns, the last one reaching to the right end; HEADING: one cell, a new part of the paper;
    HEADS: columns of a part that has its own."""

    ROW = "row"
    HEADING = "heading"
    HEADS = "heads"


@dataclass(frozen=True, slots=True)
class Column:
    """width: of half-width characters, on a sheet of a workbook. page: the share of a printed page, where text may go on in
    a second line; 0: as much as on the sheet."""

    words: str
    width: int
    page: int = 0

    @property
    def share(self) -> int:
        return self.page or self.width


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    kind: Kind = Kind.ROW


@dataclass(frozen=True, slots=True)
class Paper:
    """notes: lines below the title. footer: stands at the end of each page. columns without words have no line of heads.

    upright: on pages higher than wide.
    """

    title: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    footer: str
    language: str = "zh_CN"
    upright: bool = False

    @property
    def has_heads(self) -> bool:
        return any(column.words for column in self.columns)


def cleaned(text: str) -> str:
    """One line without what cannot be seen: control characters, marks that turn the direction of writing, half surrogates."""
    return _UNSEEN.sub(" ", text)[:LONGEST_CELL]


def guarded(text: str) -> str:
    """`text` with an apostrophe before it where a program of tables would take it for a formula (OWASP: CSV injection)."""
    plain = cleaned(text)
    begins = text[:1] in ("\t", "\r", "\n") or plain.lstrip()[:1] in tuple(FORMULA_SIGNS)
    return f"'{plain}" if text and begins else plain


def shown(cell: Cell, language: str) -> str:
    """A cell as people read it, not guarded."""
    if isinstance(cell, datetime):
        return moment(cell, language)
    if isinstance(cell, float):
        return f"{cell:.3f}".rstrip("0").rstrip(".")
    return cleaned(cell) if isinstance(cell, str) else str(cell)


def moment(at: datetime, language: str) -> str:
    """2026年11月23日 9时15分, as papers have it; 2026-11-23 09:15 in English."""
    if language == "en":
        return f"{at:%Y-%m-%d %H:%M}"
    return f"{day(at.date(), language)} {at.hour}时{at.minute:02}分"


def day(on: date, language: str) -> str:
    """2026年11月23日; 2026-11-23 in English."""
    return on.isoformat() if language == "en" else f"{on.year}年{on.month}月{on.day}日"


def days(first: date, last: date, language: str) -> str:
    """Both days included: a day, a whole month, or from one to the other."""
    if first == last:
        return day(first, language)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and _is_last(last):
        return f"{first:%Y-%m}" if language == "en" else f"{first.year}年{first.month}月"
    between = " to " if language == "en" else "至"
    return f"{day(first, language)}{between}{day(last, language)}"


_WRITTEN = re.compile(
    r"(?<![0-9-])(?:((?:19|20)[0-9]{2})-)?([01][0-9])-([0-3][0-9])(?:[ T]([0-2][0-9]):([0-5][0-9])(?::([0-5][0-9]))?)?(?![0-9-])"
)
_UNTIL = re.compile(r"(分|秒)–([0-2][0-9]):([0-5][0-9])(?![0-9])")


def dated(text: str, language: str) -> str:
    """`text` with the dates of lists as papers have them: 11-23 09:15 becomes 11月23日 9时15分. English stays as it is."""
    if language == "en":
        return text
    told = _WRITTEN.sub(_in_words, text)
    return _UNTIL.sub(lambda found: f"{found[1]}至{int(found[2])}时{found[3]}分", told)


def _in_words(found: re.Match[str]) -> str:
    year, month, on, hour, minute, second = found.groups()
    words = f"{year}年" if year else ""
    words += f"{int(month)}月{int(on)}日"
    words += f" {int(hour)}时{minute}分" if hour else ""
    return f"{words}{second}秒" if second and second != "00" else words


def _is_last(on: date) -> bool:
    return date.fromordinal(on.toordinal() + 1).day == 1 if on < date.max else True


def file_name(title: str, period: str, ending: str) -> str:
    """漏接来电回拨登记表_2026年11月.xlsx; what no file system takes is left out."""
    stem = re.sub(r'[\\/:*?"<>|\s%;]+', "-", cleaned(f"{title}_{period}")).strip("-. ")
    return f"{stem[:80]}.{ending}"
