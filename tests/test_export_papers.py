"""firmware_app.papers: what a cell may hold, and each form of file read again by a program that is not ours."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pypdf import PdfReader

from firmware_app.papers import csv_writing, pdf_writing, print_writing, writing
from firmware_app.papers.paper import (
    FORMULA_SIGNS,
    LONGEST_CELL,
    MOST_ROWS,
    Cell,
    Column,
    Form,
    Kind,
    Paper,
    Row,
    cleaned,
    dated,
    day,
    days,
    file_name,
    guarded,
    moment,
    shown,
)

AT = datetime(2026, 11, 23, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
HOSTILE = '=HYPERLINK("http://127.0.0.1","点我")'
FOOTER = "打印人：王芳 & 张三 · 2026年11月23日 9时15分 · 用途：迎检"


def paper(**changes: object) -> Paper:
    columns = (Column("时间", 24), Column("号码", 18), Column("次数", 6), Column("秒", 8), Column("姓名", 12))
    held = {"title": "登记表", "notes": ("示范站",), "columns": columns, "footer": FOOTER}
    return Paper(**(held | changes))  # type: ignore[arg-type]


def rows(*more: Sequence[Cell]) -> list[Row]:
    first = (AT, "03562217000", 3, 6.5, "张㛃䶮㼆")
    return [Row(first), *(Row(tuple(cells)) for cells in more)]


def book(path: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    found = openpyxl.load_workbook(path).active
    assert isinstance(found, openpyxl.worksheet.worksheet.Worksheet)
    return found


# ---- cells


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (HOSTILE, "'" + HOSTILE),
        ("+1********00", "'+1********00"),
        ("-2", "'-2"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "' =1"),
        ("\rx", "' x"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("154****0001", "154****0001"),
        ("0356-2217000", "0356-2217000"),
        ("—", "—"),
        ("", ""),
        ("a\x00\u202eb\ud800", "a  b "),
        ("\u200b=1", "' =1"),
    ],
)
def test_no_text_is_taken_for_a_formula(text: str, safe: str) -> None:
    assert guarded(text) == safe


@given(st.text(alphabet="=+-@＝＋－＠\t\r\n \u200b\u202e\ufeff'1a张", max_size=6))
@example("\ufeff=1")
@example(" \u2029=1")
def test_whatever_a_caller_is_called(text: str) -> None:
    safe = guarded(text)
    assert not safe.lstrip().startswith(tuple(FORMULA_SIGNS))
    assert safe.isprintable()


def test_a_cell_is_cut_and_cleaned() -> None:
    assert len(cleaned("张" * 40_000)) == LONGEST_CELL
    assert shown("a\nb", "zh_CN") == "a b"
    assert (shown(3, "en"), shown(6.5, "en"), shown(15.0, "en"), shown(15.001, "en")) == (
        "3",
        "6.5",
        "15",
        "15.001",
    )


def test_moments_and_days_as_papers_have_them() -> None:
    assert moment(AT, "zh_CN") == shown(AT, "zh_CN") == "2026年11月23日 9时15分"
    assert moment(AT, "en") == "2026-11-23 09:15"
    assert day(AT.date(), "en") == "2026-11-23"
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    assert days(first, last, "zh_CN") == "2026年11月"
    assert days(first, last, "en") == "2026-11"
    assert days(first, first, "zh_CN") == "2026年11月1日"
    assert days(first, date(2026, 11, 29), "en") == "2026-11-01 to 2026-11-29"
    assert days(date(9999, 12, 1), date.max, "zh_CN") == "9999年12月"


@pytest.mark.parametrize(
    ("text", "paper_text"),
    [
        ("11-02 08:30–12:00 · 3 小时", "11月2日 8时30分至12时00分 · 3 小时"),
        ("11-02 08:30–11-03 09:00", "11月2日 8时30分–11月3日 9时00分"),
        ("11-02 08:30:15", "11月2日 8时30分15秒"),
        ("算到 2026-11-23 12:00:00", "算到 2026年11月23日 12时00分"),
        ("2026-11-23", "2026年11月23日"),
        ("11-23 周一", "11月23日 周一"),
        ("08:00–09:00", "08:00–09:00"),
        (
            "0356-11-22, 12-34-56, 99-12, 61 / 65, 35.2–64.8 %",
            "0356-11-22, 12-34-56, 99-12, 61 / 65, 35.2–64.8 %",
        ),
    ],
)
def test_dates_of_lists_on_paper(text: str, paper_text: str) -> None:
    assert dated(text, "zh_CN") == paper_text
    assert dated(text, "en") == text


def test_names_of_files() -> None:
    assert file_name("漏接来电回拨登记表", "2026年11月", "xlsx") == "漏接来电回拨登记表_2026年11月.xlsx"
    assert file_name('a/b:"c', "x y", "csv") == "a-b-c_x-y.csv"
    assert len(file_name("张" * 200, "", "pdf")) == 84


# ---- the forms


def test_a_workbook_holds_text_dates_and_a_footer(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    more = [(AT, "15400000001", 1, "", HOSTILE), (AT, "+1********00", 1, "", "http://127.0.0.1")]
    writing.write(Form.XLSX, paper(), rows(*more), path)
    sheet = book(path)
    assert sheet["A1"].value == "登记表"
    assert [cell.value for cell in sheet[3]] == ["时间", "号码", "次数", "秒", "姓名"]
    first = sheet[4]
    assert [cell.data_type for cell in first] == ["d", "s", "n", "n", "s"]
    assert [cell.value for cell in first] == [AT.replace(tzinfo=None), "03562217000", 3, 6.5, "张㛃䶮㼆"]
    assert first[0].number_format == 'yyyy"年"m"月"d"日" h"时"mm"分"'
    hostile = sheet["E5"]
    assert (hostile.data_type, hostile.value, hostile.hyperlink) == ("s", "'" + HOSTILE, None)
    assert (sheet["B5"].value, sheet["B5"].data_type) == ("15400000001", "s")
    assert sheet["B6"].value == "'+1********00"
    assert sheet["E6"].hyperlink is None
    assert sheet.oddFooter.left.text == FOOTER.replace("&", "&&")
    assert sheet.oddFooter.right.text == "&P / &N"
    assert sheet["A8"].value == FOOTER
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$3:$3"


def test_parts_of_a_report_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    report = paper(columns=(Column("", 30), Column("", 10), Column("", 10)), upright=True, language="en")
    parts = [
        Row(("来电",), Kind.HEADING),
        Row(("比率", "百分比"), Kind.HEADS),
        Row(("R1", "93.8 %", "15 / 16")),
    ]
    writing.write(Form.XLSX, report, [*parts, Row((AT,))], path)
    sheet = book(path)
    assert [sheet.cell(row, 1).value for row in range(3, 8)] == [
        None,
        "来电",
        "比率",
        "R1",
        AT.replace(tzinfo=None),
    ]
    assert sheet["A7"].number_format == "yyyy-mm-dd hh:mm"
    assert sheet.page_setup.orientation == "portrait"


def test_a_text_table_opens_as_chinese_and_keeps_its_zeros(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    writing.write(
        Form.CSV, paper(), rows((AT, "15400000001", 1, "", HOSTILE), (AT, "12345", 1, "", 'a,"b"\n')), path
    )
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert table[0] == ["时间", "号码", "次数", "秒", "姓名"]
    assert table[1] == ["2026年11月23日 9时15分", "03562217000\t", "3", "6.5", "张㛃䶮㼆"]
    assert table[2][1::3] == ["15400000001\t", "'" + HOSTILE]
    assert table[3][1::3] == ["12345", 'a,"b" ']
    assert table[-1] == [FOOTER]


def test_a_text_table_of_a_report_has_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    csv_writing.write(paper(columns=(Column("", 10),)), [Row(("来电",), Kind.HEADING), Row(("0",))], path)
    assert path.read_text("utf-8-sig").splitlines()[:3] == ["", "来电", "0"]


def test_a_pdf_has_rare_characters_and_a_footer_on_each_page(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    many = [(AT, f"1540000{number:04}", 1, 6.5, "欧阳㼆" * 12) for number in range(120)]
    writing.write(Form.PDF, paper(), rows(*many, (AT, "x", 1, "", "\U0001f600")), path)
    pages = [page.extract_text() for page in PdfReader(path).pages]
    assert len(pages) > 3
    for number, text in enumerate(pages, start=1):
        assert "打印人：王芳 & 张三 · 2026年11月23日 9时15分" in text
        assert f"第 {number} 页" in text
        assert "时间" in text, "the heads of the columns stand on every page"
    whole = "".join(pages)
    assert all(char in whole for char in "㛃䶮㼆")
    assert "15400000119" in whole
    assert "□" in whole, "what the font lacks is seen to lack"


def test_parts_of_a_report_in_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    report = paper(columns=(Column("", 30), Column("", 10)), upright=True)
    parts = [Row((f"第{number}部分",), Kind.HEADING) for number in range(60)]
    heads = Row(("比率", "百分比"), Kind.HEADS)
    writing.write(Form.PDF, report, [*parts, heads, Row(("R1", "word " * 80)), Row(("长" * 900,))], path)
    found = PdfReader(path)
    assert found.pages[0].mediabox.height > found.pages[0].mediabox.width
    assert "第59部分" in "".join(page.extract_text() for page in found.pages)


def test_a_pdf_without_its_font_says_so(tmp_path: Path) -> None:
    with pytest.raises(pdf_writing.NoFont):
        pdf_writing.write(paper(), rows(), tmp_path / "a.pdf", tmp_path / "no.ttc")
    assert writing.unable(Form.PDF, tmp_path / "no.ttc") is writing.NO_FONT
    (tmp_path / "other.ttc").write_bytes(b"OTTO")
    with pytest.raises(pdf_writing.NoFont):
        pdf_writing.write(paper(), rows(), tmp_path / "a.pdf", tmp_path / "other.ttc")


def test_where_the_libraries_lack_the_other_forms_are_made(tmp_path: Path) -> None:
    """In a fresh interpreter that finds no package outside Python's own and the program's; asking loads none either."""
    program = (
        "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p] + [sys.argv[1]]\n"
        "from firmware_app.papers.paper import Form, Paper\nfrom firmware_app.papers.writing import unable, write\n"
        "from pathlib import Path\n"
        "print([form.value for form in Form if unable(form) is None])\n"
        "print(unable(Form.XLSX).zh)\n"
        "[write(form, Paper('a', (), (), 'b'), [], Path(sys.argv[2])) for form in (Form.CSV, Form.PRINT)]"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent.parent), str(tmp_path / "a")]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert told[0] == "['csv', 'print']"
    assert "没有安装导出 xlsx 的软件" in told[1]


def test_asking_what_can_be_made_loads_nothing() -> None:
    program = (
        "import sys\nfrom firmware_app.papers.paper import Form\nfrom firmware_app.papers.writing import unable\n"
        "print([unable(form) for form in Form], {'reportlab', 'xlsxwriter'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout == "[None, None, None, None] set()\n"


@pytest.mark.parametrize("footer", ["&" * 300, "用途：" + "迎检&" * 80, "a" * 235 + "&&"])
def test_a_footer_that_is_too_long_is_cut_and_not_lost(tmp_path: Path, footer: str) -> None:
    path = tmp_path / "a.xlsx"
    writing.write(Form.XLSX, paper(footer=footer), rows(), path)
    sheet = book(path)
    said = str(sheet.oddFooter.left.text).replace("&&", "&")
    assert footer.startswith(said)
    assert len(said) > 110
    assert sheet["A6"].value == footer


def test_a_print_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.print"
    print_writing.write(paper(upright=True), [*rows(), Row(("来电",), Kind.HEADING)], path)
    again, lines = print_writing.read(path)
    assert (again.title, again.notes, again.footer, again.upright) == ("登记表", ("示范站",), FOOTER, True)
    assert [column.words for column in again.columns] == ["时间", "号码", "次数", "秒", "姓名"]
    assert lines[0].cells == ("2026年11月23日 9时15分", "03562217000", "3", "6.5", "张㛃䶮㼆")
    assert lines[1].kind is Kind.HEADING
    assert json.loads(path.read_text("utf-8").splitlines()[1])[0] == "row"


@pytest.mark.parametrize("form", Form)
def test_an_empty_paper_of_each_form(tmp_path: Path, form: Form) -> None:
    assert writing.unable(form) is None
    writing.write(form, paper(), [], tmp_path / "a")
    assert (tmp_path / "a").stat().st_size > 0


def test_a_print_is_no_longer_than_a_browser_bears(tmp_path: Path) -> None:
    most = MOST_ROWS[Form.PRINT]
    writing.write(Form.PRINT, paper(), [Row(("a",))] * most, tmp_path / "a")
    with pytest.raises(writing.TooLong):
        writing.write(Form.PRINT, paper(), [Row(("a",))] * (most + 1), tmp_path / "b")
