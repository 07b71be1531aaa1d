"""Files as carriers send them: csv in two encodings, workbooks, and files that are neither."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from firmware_app import bill_file
from firmware_app.bill_file import read_file, read_table
from firmware_app.wording import Text

ROWS = [["开始时间", "对方号码"], ["2026-11-24 09:00:00", "015400000001"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_encodings_of_carriers(encoding: str, delimiter: str) -> None:
    content = "\r\n".join(delimiter.join(row) for row in ROWS).encode(encoding)
    assert read_table(content) == ROWS


def test_numbers_that_are_kept_from_excel_with_quotes_and_equals() -> None:
    assert read_table('号码,时间\n="03562217001",\t2026-11-24 09:00\n'.encode()) == [
        ["号码", "时间"],
        ["03562217001", "2026-11-24 09:00"],
    ]


def workbook(*rows: list[object]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "bill.xlsx"
    moment = datetime(2026, 11, 24, 9, 0)  # noqa: DTZ001  a cell has no zone
    path.write_bytes(
        workbook(["开始时间", "对方号码"], [moment, 15400000001], [None, 15400000001.0], ["", "0.5"])
    )
    assert read_file(path) == [
        ["开始时间", "对方号码"],
        ["2026-11-24 09:00:00", "15400000001"],
        ["", "15400000001"],
        ["", "0.5"],
    ]


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(bill_file.MOST_UNPACKED + 1))
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe\x00\x01", bill_file.NOT_TEXT),
        (b"a,b\n\0,1\n", bill_file.NOT_TEXT),
        (b'"' + b"x" * 200_000, bill_file.NOT_TEXT),
        (b"PK\x03\x04 no zip at all", bill_file.BROKEN),
        (b"\xd0\xcf\x11\xe0 an old workbook", bill_file.OLD_EXCEL),
        (b"x" * (bill_file.MOST_BYTES + 1), bill_file.TOO_LARGE),
        (b"1\n" * (bill_file.MOST_ROWS + 1), bill_file.TOO_LARGE),
    ],
)
def test_what_cannot_be_read_is_told(content: bytes, told: Text) -> None:
    assert read_table(content) is told


def test_a_file_that_unpacks_to_gigabytes_is_refused() -> None:
    assert read_table(bomb()) is bill_file.TOO_LARGE


def test_without_openpyxl_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert read_table(workbook_bytes()) is bill_file.NO_OPENPYXL


def workbook_bytes() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("xl/workbook.xml", "")
    return held.getvalue()


def test_an_empty_file_is_an_empty_table() -> None:
    assert read_table(b"") == []
