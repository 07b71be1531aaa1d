"""web_panel.export_jobs and export_child: real processes, also ones that hang, are killed, and find no room on the disk."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.panel_box import SOON, Box
from tests.panel_process import Browser, running_panel
from web_panel.export_jobs import AT_ONCE, MOST_OF_ONE, PROGRAM, Exports, JobView, Stage
from web_panel.export_order import Order, order_of

HANGS = ("cat",)  # reads the order, says nothing that is understood, and ends with the panel
ROWS = tuple(("row", (f"第{number}行", number, 1.5)) for number in range(2_000))
ORDER = Order(
    paper="day",
    form="csv",
    file="",
    language="zh_CN",
    zone="Asia/Shanghai",
    ledger="",
    since=0,
    until=10,
    full=False,
    title="话务日报",
    notes=("示范站",),
    footer="制表人：王芳",
    rows=ROWS,
)


@pytest.fixture
def made() -> Iterator[list[Exports]]:
    found: list[Exports] = []
    yield found
    for each in found:
        each.close()


def exports(
    made: list[Exports], folder: Path, program: tuple[str, ...] = PROGRAM, kept: float = 60.0
) -> Exports:
    made.append(Exports(folder / "exports", kept, program))
    return made[-1]


def start(jobs: Exports, order: Order = ORDER, account: str = "wang", told: str | None = None) -> int:
    number = jobs.start(account, order, "话务日报.csv", "day-report.csv", lambda _rows: told)
    assert number is not None
    return number


def over(jobs: Exports, number: int, account: str = "wang") -> JobView:
    jobs.wait(number, SOON)
    view = jobs.job(number, account)
    assert view is not None
    return view


def until_stage(jobs: Exports, number: int, stage: Stage) -> None:
    waiting = threading.Event()
    while (view := jobs.job(number, "wang")) is None or view.stage is not stage:
        assert not waiting.wait(0.01)


def test_an_order_goes_through_a_line_unchanged() -> None:
    assert order_of(ORDER.line()) == ORDER
    assert order_of(replace(ORDER, rows=None, search={"kind": "all", "line": None}).line()).rows is None


def test_a_file_is_made_for_one_person_alone(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path)
    number = start(jobs)
    view = over(jobs, number)
    assert (view.stage, view.rows) == (Stage.READY, len(ROWS))
    assert view.path.stat().st_mode & 0o777 == 0o600
    assert view.path.parent.stat().st_mode & 0o777 == 0o700
    assert "第1999行" in view.path.read_text("utf-8-sig")
    assert jobs.job(number, "li") is None
    assert jobs.of("li") == []
    jobs.cancel(number, "li")
    assert view.path.exists()
    jobs.cancel(number, "wang")
    jobs.close()
    assert not view.path.exists()


def test_a_file_goes_after_its_time(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path, kept=0.0)
    number = start(jobs)
    waiting = threading.Event()
    while jobs.job(number, "wang") is not None or list((tmp_path / "exports").iterdir()):
        assert not waiting.wait(0.01)


def test_what_an_earlier_run_left_is_deleted(made: list[Exports], tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "7.xlsx").write_text("left by a power cut")
    exports(made, tmp_path)
    assert list((tmp_path / "exports").iterdir()) == []


def test_what_is_not_on_record_is_given_to_nobody(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path)
    view = over(jobs, start(jobs, told="监测程序没有运行"))
    assert (view.stage, view.why, view.told) == (Stage.FAILED, "told", "监测程序没有运行")
    jobs.close()
    assert not view.path.exists()


def test_two_at_once_and_the_next_waits(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path, HANGS)
    numbers = [start(jobs) for _ in range(MOST_OF_ONE)]
    for number in numbers[:AT_ONCE]:
        until_stage(jobs, number, Stage.RUNNING)
    assert [jobs.job(number, "wang").stage for number in numbers[AT_ONCE:]] == [Stage.WAITING] * 2  # type: ignore[union-attr]
    assert jobs.start("wang", ORDER, "a", "a", lambda _: None) is None, "one person does not take all turns"
    jobs.cancel(numbers[0], "wang")
    until_stage(jobs, numbers[0], Stage.CANCELLED)
    until_stage(jobs, numbers[2], Stage.RUNNING)
    jobs.cancel(numbers[3], "wang")
    until_stage(jobs, numbers[3], Stage.CANCELLED)


def test_a_process_that_is_killed_is_told(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path, ("sh", "-c", "kill -9 $$"))
    view = over(jobs, start(jobs))
    assert (view.stage, view.why) == (Stage.FAILED, "killed")


def test_a_program_that_is_not_there_is_told(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path, (str(tmp_path / "nothing"),))
    assert over(jobs, start(jobs)).stage is Stage.FAILED


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf", "print"])
def test_a_disk_without_room_is_told(made: list[Exports], tmp_path: Path, form: str) -> None:
    """No file of this process may pass 4 kB: a write fails as it does on a full disk (setrlimit(2), RLIMIT_FSIZE)."""
    program = ("sh", "-c", f"ulimit -f 8; exec {sys.executable} -m web_panel.export_child")
    jobs = exports(made, tmp_path, program)
    view = over(jobs, start(jobs, replace(ORDER, form=form)))
    assert (view.stage, view.why) == (Stage.FAILED, "disk_full")
    jobs.close()
    assert list((tmp_path / "exports").iterdir()) == []


def test_a_paper_that_is_too_long_or_without_a_ledger_is_told(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path)
    long = start(jobs, replace(ORDER, form="print", rows=(*ROWS, ROWS[0])))
    assert over(jobs, long).why == "too_long"
    lists = replace(ORDER, rows=None, ledger=str(tmp_path / "none.db"))
    assert over(jobs, start(jobs, replace(lists, paper="callbacks"))).why == "ledger"
    assert over(jobs, start(jobs, replace(lists, paper="calls", search={"kind": "all"}))).why == "ledger"
    assert (
        over(jobs, start(jobs, replace(ORDER, zone="Nowhere/Land", rows=None, paper="calls"))).why == "other"
    )


def test_closing_ends_everything(made: list[Exports], tmp_path: Path) -> None:
    jobs = exports(made, tmp_path, HANGS)
    numbers = [start(jobs) for _ in range(3)]
    until_stage(jobs, numbers[0], Stage.RUNNING)
    jobs.close()
    jobs.close()
    assert jobs.start("wang", ORDER, "a", "a", lambda _: None) is None
    assert list((tmp_path / "exports").iterdir()) == []


@pytest.mark.parametrize("order", [b"", ORDER.line()])
def test_the_process_ends_with_the_panel(tmp_path: Path, order: bytes) -> None:
    """However the panel ends, its end of the pipe is closed."""
    order = order.replace(b'"file": ""', f'"file": "{tmp_path}/a.pdf"'.encode()).replace(b'"csv"', b'"pdf"')
    child = subprocess.run(PROGRAM, input=order, capture_output=True, timeout=60, check=False)
    assert child.returncode == 3


def test_nothing_stays_when_the_panel_ends_also_by_a_power_cut(tmp_path: Path) -> None:
    """The panel as it really runs: a file while it runs, none after its end; after a kill none from the next start on."""
    box = Box(tmp_path)
    box.account()
    box.call("15400000001", 5)
    box.start()
    try:
        for cut in (False, True):
            with running_panel(box) as panel:
                assert list(tmp_path.glob("exports/*")) == []
                visitor = Browser(panel.port)
                visitor.sign_in()
                answer = visitor.send("/exports?paper=calls", "/exports", paper="calls")
                assert answer.status == 303
                assert visitor.ask("GET", f"{answer.headers['Location']}/file").status == 200
                visitor.close()
                [left] = tmp_path.glob("exports/*")
                if cut:
                    panel.process.kill()
                    panel.process.wait(SOON)
            assert left.exists() is cut
        with running_panel(box):
            assert not left.exists()
    finally:
        box.close()
