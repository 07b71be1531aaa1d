"""web_panel.exports_page: what leaves the box, for whom, masked or not, and what is on record before it does."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader

from firmware_app.calls.month_figures import month_json
from firmware_app.records import entries
from firmware_app.records.figures import Figures
from firmware_app.records.outcomes import Pending
from firmware_app.records.reading import Reader
from firmware_app.wording import Text
from tests.panel_box import MINUTE, NOON, PASSWORD, Box, Desk, panel, password_hash, words
from web_panel.export_jobs import Exports
from web_panel.export_order import Order

NUMBER = "15400000001"
MASKED = "154****0001"
HOSTILE = "=1+1"


def exports_of(app: Flask) -> Exports:
    found: Exports = app.extensions["ringkeeper"].exports
    return found


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    for name, person, role in (("wang", "王芳", "head"), ("li", "李&青", "auditor")):
        box.write(entries.AccountSet(name, person, role, active=True))
        box.write(entries.PasswordSet(name, entries.Personal("secret", password_hash(PASSWORD)), False))
    box.start()
    yield box
    box.close()


@pytest.fixture
def app(box: Box) -> Iterator[Flask]:
    with panel(box) as (app, _):
        yield app
        exports_of(app).close()


@pytest.fixture
def head(app: Flask) -> Desk:
    desk = Desk(app.test_client())
    desk.sign_in("wang")
    return desk


def job_of(app: Flask, answer: object, account: str = "wang") -> str:
    """The address of the job that an answer leads to, when it is over."""
    assert answer.status_code == 303, words(answer.text)  # type: ignore[attr-defined]
    address: str = answer.headers["Location"]  # type: ignore[attr-defined]
    exports_of(app).wait(int(address.rsplit("/", 1)[1]), 30)
    return address


def made(app: Flask, desk: Desk, **fields: str) -> bytes:
    """The file that a person gets."""
    address = job_of(app, desk.send("/exports", **fields))
    with desk.client.get(f"{address}/file") as answer:
        assert answer.status_code == 200, words(desk.page(address))
        return bytes(answer.data)


def status_of(desk: Desk, address: str) -> int:
    with desk.client.get(address) as answer:
        return answer.status_code


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def papers_of(box: Box) -> list[dict[str, object]]:
    return [dict(body) for kind, body, _ in box.asked if kind == "PaperMade"]


def test_calls_as_a_workbook_are_masked_and_on_record(box: Box, app: Flask, head: Desk) -> None:
    box.call(NUMBER, 30, name="张三")
    box.call("0356-2111234", 20, "answered", name=HOSTILE)
    content = made(
        app, head, paper="calls", form="xlsx", kind="every", **{"from": "2026-11-23", "to": "2026-11-23"}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert sheet["A1"].value == "来电明细"
    assert sheet["A2"].value == "泽州县示范便民服务站"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=6)]
    assert [row[3] for row in rows] == ["0356-***1234", MASKED]
    assert [row[4] for row in rows] == ["'=***", "张*"]
    assert rows[1][6] == 11
    assert sheet["A5"].is_date
    assert NUMBER.encode() not in content
    assert "制表人：王芳 · 2026年11月23日 12时00分 · 号码已遮盖" in str(sheet.oddFooter.left.text)
    assert papers_of(box) == [
        {
            "account": "wang", "paper": "calls", "form": "xlsx", "since": "2026-11-23", "until": "2026-11-23",
            "full": False, "reason": "", "rows": 2,
        }
    ]  # fmt: skip


def test_the_filters_of_the_page_stay(box: Box, app: Flask, head: Desk) -> None:
    box.call(NUMBER, 30)
    box.call("15400000002", 20, "answered", line="L2")
    link = re.search(r'href="(/exports\?[^"]*)"', head.page("/calls?kind=missed&line=L1"))
    assert link is not None
    page = head.page(link[1].replace("&amp;", "&"))
    assert "只要：漏接 · L1" in page
    fields = dict(re.findall(r'name="(kind|line|hour|weekday|from|to)"[^>]*? value="([^"]*)"', page))
    rows = table(made(app, head, paper="calls", form="csv", **fields))
    assert rows[0][3] == "号码"
    assert [row[3] for row in rows[1:2]] == [MASKED]
    assert rows[2] == []
    assert "漏接 · L1" in rows[5][0]


def test_a_list_that_is_narrowed_by_more_is_said_to_be_more_on_paper(box: Box, head: Desk) -> None:
    box.call(NUMBER, 30)
    page = head.page("/exports?paper=calls&number=0001&talk=settled&kind=missed")
    assert "带不过来" in page
    assert "只要：漏接 · 当场答复" in page
    assert "带不过来" not in head.page("/exports?paper=calls&kind=missed&number=")
    link = re.search(
        r'href="(/exports\?[^"]*)"', head.page("/calls?kind=missed&talk=settled&before=9000000000000000000.1")
    )
    assert link is not None
    assert "talk=settled" in link[1]
    assert "before" not in link[1]


def test_the_register_in_full_wants_a_reason_and_names_the_printer(box: Box, app: Flask, head: Desk) -> None:
    box.call(NUMBER, 60, name="张三")
    box.call(None, 40, absence="private")
    box.write(entries.CallSeen(box.call("0356-2111234", 30)), "wang")
    fields = {"paper": "callbacks", "form": "csv", "full": "yes", "from": "2026-11-01", "to": "2026-11-30"}
    refused = head.send("/exports", **fields, reason="  ")
    assert refused.status_code == 422
    assert "要完整号码，请写明用途" in refused.text
    assert re.search(r'name="full" value="yes" checked', refused.text), "nothing that was chosen is lost"
    assert papers_of(box) == []
    rows = table(made(app, head, **fields, reason="迎接 检查"))
    heads = "来电时间 号码 次数 振铃时长（秒） 是否服务时间 查看人 查看时间 第一次回拨 第二次回拨 第三次回拨 结果 备注"
    assert rows[0] == heads.split()
    assert rows[1][:5] == ["2026年11月23日 11时00分", "154 0000 0001", "1", "11", "是"]
    assert rows[1][10:] == ["新的", "L1 · 张三"]
    assert rows[2][1::9] == ["私人号码", "没有号码，无法回拨"]
    assert rows[3][5:7] == ["王芳", "2026年11月23日 12时00分"]
    assert rows[-1] == [
        "打印人：王芳 · 2026年11月23日 12时00分 · 用途：迎接 检查 · 含完整号码，请妥善保管，用后销毁"
    ]
    assert papers_of(box)[0]["full"] is True
    assert papers_of(box)[0]["reason"] == "迎接 检查"


def test_three_attempts_and_how_it_ended(box: Box, app: Flask, head: Desk) -> None:
    call = box.call(NUMBER, 300)
    for number, outcome in enumerate(("not_reached", "busy", "not_reached", "reached")):
        box.write(entries.CallbackAttempted(case_of(box, call), outcome, "mobile", number), "wang", box.now)
        box.later(600)
    head.sign_in("wang")
    rows = table(made(app, head, paper="callbacks", form="csv", **{"from": "2026-11-01", "to": "2026-11-30"}))
    assert rows[1][7:11] == [
        "2026年11月23日 12时00分",
        "2026年11月23日 12时10分",
        "2026年11月23日 12时20分",
        "已联系上",
    ]
    assert "一共回拨 4 次" in rows[1][11]
    assert rows[1][1] == MASKED


def case_of(box: Box, call: int) -> int:

    row = Reader(box.folder / "ledger.db").call(call)
    assert row is not None
    assert row.case is not None
    return row.case


def test_a_month_as_a_pdf_says_by_what_it_was_counted(box: Box, app: Flask, head: Desk) -> None:
    for minutes in range(30, 60):
        box.call(f"154000000{minutes}", minutes, "answered" if minutes % 10 else "no_answer")
    content = made(app, head, paper="month", form="pdf", month="2026-11")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    for each in (
        "话务月报",
        "2026年11月",
        "R1 接通率",
        "90.0 %",
        "27 / 30",
        "95 % 区间",
        "账本到第",
        "制表人：王芳",
        "监测覆盖率",
    ):
        assert each in text
    assert re.search(r"[0-9]-[0-9]{2} ", text) is None, "dates are written out"
    assert "154" not in re.sub(r"[0-9a-f]{64}", "", text)


def test_a_closed_month_prints_its_digest(box: Box, app: Flask, head: Desk) -> None:

    box.call(NUMBER, 30)
    box.later(20 * 86_400)
    figures = Figures(Reader(box.folder / "ledger.db"), ZoneInfo("Asia/Shanghai"), ["L1", "L2"])
    month = figures.month("2026-11", box.now.wall)
    assert month is not None
    box.write(entries.MonthClosed("2026-11", month_json(month), month.head[0]))
    closed = figures.closed_month("2026-11")
    assert closed is not None
    head.sign_in("wang")
    content = made(app, head, paper="month", form="csv", month="2026-11")
    text = content.decode("utf-8-sig")
    assert closed.digest in text
    assert month.head[1] in text
    assert "样本不足" in text


def test_a_day_report(box: Box, app: Flask, head: Desk) -> None:
    box.call(NUMBER, 30)
    rows = table(made(app, head, paper="day", form="csv", **{"from": "2026-11-23"}))
    assert ["R1 接通率", "0.0 %", "0 / 1"] in [row[:3] for row in rows]
    assert ["来电"] in rows
    assert papers_of(box)[0]["since"] == papers_of(box)[0]["until"] == "2026-11-23"


def test_a_page_to_print(box: Box, app: Flask, head: Desk) -> None:
    box.call(NUMBER, 30, name="<b>张三")
    address = job_of(app, head.send("/exports", paper="callbacks", form="print"))
    assert f"{address}/print" in head.page(address)
    page = head.client.get(f"{address}/print")
    assert page.status_code == 200
    assert MASKED in page.text
    assert "<tfoot>" in page.text
    assert "制表人：王芳" in page.text
    assert "<b>张" not in page.text
    assert "负责人签字：____" in page.text
    assert (papers_of(box)[0]["form"], papers_of(box)[0]["rows"]) == ("print", 1)
    assert status_of(head, f"{address}/file") == 404


@pytest.mark.parametrize(
    ("fields", "name", "plain"),
    [
        (
            {"paper": "callbacks", "from": "2026-11-01", "to": "2026-11-30"},
            "漏接来电回拨登记表_2026年11月.csv",
            "call-back-register_2026-11.csv",
        ),
        ({"paper": "month", "month": "2026-11"}, "话务月报_2026年11月.csv", "month-report_2026-11.csv"),
        ({"paper": "day", "from": "2026-11-23"}, "话务日报_2026年11月23日.csv", "day-report_2026-11-23.csv"),
    ],
)
def test_names_of_files(app: Flask, head: Desk, fields: dict[str, str], name: str, plain: str) -> None:
    address = job_of(app, head.send("/exports", form="csv", **fields))
    with head.client.get(f"{address}/file") as answer:
        said = answer.headers["Content-Disposition"]
    assert f'filename="{plain}"' in said
    assert said.isascii()
    assert unquote(said.partition("filename*=UTF-8''")[2]) == name


def test_nothing_is_given_that_is_not_on_record(box: Box, app: Flask, head: Desk) -> None:
    box.refuse = Text("磁盘满了", "the disk is full")
    address = job_of(app, head.send("/exports", paper="calls", form="csv"))
    assert "文件没有给出：没有记上：磁盘满了" in head.page(address)
    assert status_of(head, f"{address}/file") == 404
    box.refuse = None
    box.stop()
    address = job_of(app, head.send("/exports", paper="calls", form="csv"))
    assert "监测程序现在没有运行" in head.page(address)
    assert status_of(head, f"{address}/file") == 404
    exports_of(app).close()
    assert list((box.folder / "exports").iterdir()) == []


def test_a_file_is_its_makers_alone(box: Box, app: Flask, head: Desk) -> None:
    address = job_of(app, head.send("/exports", paper="calls", form="csv", full="yes", reason="迎检"))
    auditor = Desk(app.test_client())
    auditor.sign_in("li")
    for path in (address, f"{address}/file", f"{address}/print"):
        assert status_of(auditor, path) == 404
    auditor.send(f"{address}/cancel")
    assert status_of(head, f"{address}/file") == 200
    assert status_of(Desk(app.test_client()), f"{address}/file") == 303
    box.write(entries.AccountSet("wang", "王芳", "auditor", active=True))
    assert status_of(head, f"{address}/file") == 404, "numbers in full are no longer theirs"
    head.send(f"{address}/cancel")
    assert status_of(head, address) == 404 or "做好了" not in head.page(address)


def test_an_auditor_gets_masked_papers_only(box: Box, app: Flask) -> None:
    auditor = Desk(app.test_client())
    auditor.sign_in("li")
    assert "完整号码" not in auditor.page("/exports")
    assert auditor.send("/exports", paper="calls", form="csv", full="yes", reason="x").status_code == 403
    content = made(app, auditor, paper="calls", form="csv")
    assert "制表人：李&青" in content.decode("utf-8-sig")
    assert [body["full"] for body in papers_of(box)] == [False]


def test_who_was_long_away_confirms_first(box: Box, app: Flask, head: Desk) -> None:
    address = job_of(app, head.send("/exports", paper="calls", form="csv"))
    box.later(31 * 60)
    assert status_of(head, f"{address}/file") == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"form": "docx"},
        {"form": "csv", "from": "gestern"},
        {"form": "csv", "from": "2026-11-23", "to": "2026-11-01"},
        {"form": "csv", "paper": "month", "month": "2026-13"},
        {"form": "csv", "paper": "month", "month": "30d"},
        {"form": "csv", "paper": "day", "from": "x"},
    ],
)
def test_what_is_not_understood_is_asked_again(box: Box, head: Desk, fields: dict[str, str]) -> None:
    answer = head.send("/exports", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert papers_of(box) == []


def test_progress_is_shown_without_javascript_and_can_be_cancelled(box: Box, app: Flask, head: Desk) -> None:
    here = app.extensions["ringkeeper"]
    slow = Exports(box.folder / "slow", program=("cat",))
    object.__setattr__(here, "exports", slow)
    order = Order("calls", "csv", "", "zh_CN", "", "", 0, 1, False, "来电明细", (), "")
    numbers = [slow.start("wang", order, "来电明细.csv", "calls.csv", lambda _: None) for _ in range(2)]
    waits = head.send("/exports", paper="calls", form="csv").headers["Location"]
    assert "前面还有两份在做" in head.page(waits)
    for address in (f"/exports/{numbers[0]}", waits):
        going = head.client.get(address)
        assert going.headers["Refresh"] == "2"
        assert "<progress" in going.text
        head.send(f"{address}/cancel")
        slow.wait(int(address.rsplit("/", 1)[1]), 10)
        again = head.client.get(address)
        assert "已取消，没有留下文件" in again.text
        assert "Refresh" not in again.headers
    while slow.start("wang", order, "a", "a", lambda _: None) is not None:
        pass
    refused = head.send("/exports", paper="calls", form="csv")
    assert refused.status_code == 422
    assert "您有几份还没有做完" in refused.text
    assert "正在做" in head.page("/exports")
    slow.close()


def test_a_folder_that_cannot_be_written_is_told(box: Box, app: Flask, head: Desk) -> None:
    (box.folder / "file").write_text("")
    object.__setattr__(app.extensions["ringkeeper"], "exports", Exports(box.folder / "file" / "x"))
    answer = head.send("/exports", paper="calls", form="csv")
    assert answer.status_code == 422
    assert "临时文件写不进去" in answer.text


def test_thousands_of_calls_come_in_slices(box: Box, app: Flask, head: Desk) -> None:

    batch = []
    for number in range(2_300):
        entry = box.call_entry(f"154{number:08}", 10 + number / 10, "no_answer" if number % 2 else "answered")
        batch.append(Pending(entry, box.now.plus(-MINUTE), "monitor"))
    box.writes(batch)
    rows = table(made(app, head, paper="calls", form="csv", **{"from": "2026-11-23", "to": "2026-11-23"}))
    numbers = [row[3] for row in rows[1:] if len(row) > 5]
    assert len(numbers) == 2_300
    assert papers_of(box)[0]["rows"] == 2_300
    register = table(
        made(app, head, paper="callbacks", form="csv", **{"from": "2026-11-23", "to": "2026-11-23"})
    )
    assert len([row for row in register[1:] if len(row) > 5]) == 1_150


def test_the_register_is_in_the_order_of_the_calls(box: Box, app: Flask, head: Desk) -> None:
    """A call told from memory is recorded after those that it came before."""
    for number, minutes in (("15400000001", 10), ("15400000002", 90), (None, 50), ("15400000003", 40)):
        box.call(number, minutes)
    rows = table(made(app, head, paper="callbacks", form="csv", **{"from": "2026-11-23", "to": "2026-11-23"}))
    assert [row[0][-6:] for row in rows[1:5]] == ["10时30分", "11时10分", "11时20分", "11时50分"]
