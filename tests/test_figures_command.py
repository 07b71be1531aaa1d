"""`ringkeeper figures` and `ringkeeper bill` as somebody at the shell gets them, in both languages, beside a real ledger."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from device import clock
from device.signals import SECOND, Instant
from firmware_app.__main__ import main
from firmware_app.calls.month_figures import month_json
from firmware_app.monitor_socket import MonitorSocket
from firmware_app.records import entries
from firmware_app.records.call_json import local
from firmware_app.records.figures import Figures
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending
from firmware_app.records.reading import Reader
from tests.figures_by_hand import DAY, SHANGHAI, entry_of
from tests.ledger_support import BOOT
from tests.test_service_level import CALL, MISSED, UNKNOWN

LAST_WEEK = clock.now().wall - 7 * DAY


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Path]:
    """A configuration and a ledger with some calls of a week ago."""
    ledger = Ledger(tmp_path / "data" / "ledger.db", BOOT)
    known = [CALL] * 3 + [
        MISSED,
        UNKNOWN,
        replace(CALL, delay=16 * SECOND, uncertainty=2 * SECOND),
        replace(CALL, talk=0),
    ]
    for place, each in enumerate(known):
        entry = entry_of(replace(each, started_wall=LAST_WEEK + place), f"{BOOT}:{place}")
        ledger.append([Pending(entry, Instant(place, LAST_WEEK + 60 * SECOND))])
    yield tmp_path
    ledger.close()


def config(folder: Path, language: str) -> str:
    path = folder / f"{language}.toml"
    path.write_text(
        f'language = "{language}"\ndata_dir = "data"\nrun_dir = "run"\n[site]\nid = "test-0001"\nname = "站"\n[[line]]\n'
        'name = "L1"\nnumber = "03562217000"\ninterface = "modem"\nport = "/dev/ttyACM0"\n',
        "utf-8",
    )
    return str(path)


def month() -> str:
    return local(LAST_WEEK, SHANGHAI).strftime("%Y-%m")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh_CN", ("15 秒内接听（应）：1 个来电振铃超过 15 秒", "R1 接通率  83.3 % (5/6)", "待确认全算漏接 71.4 %，全算接听 85.7 %", "接起不足 3 秒即挂（存疑）  1", "16.000 s ± 2.000 s", "监测覆盖率 —")),
        ("en", ("answered within 15 s (shall): 1 calls rang on past 15 s", "R1 answer rate  83.3 % (5/6)", "71.4 % if all unknown were missed, 85.7 % if answered", "16.000 s ± 2.000 s")),
    ],
)  # fmt: skip
def test_a_month_for_a_person(
    box: Path, capsys: pytest.CaptureFixture[str], language: str, words: tuple[str, ...]
) -> None:
    assert main(["figures", "--month", month(), "--config", config(box, language)]) == 0
    told = capsys.readouterr().out
    for word in words:
        assert word in told, told


def test_a_month_for_a_program(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--month", month(), "--json", "--config", config(box, "en")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["now"]["rates"]["R1"] == [5, 6]
    assert (found["closed"], found["later"]) == (None, [])


def test_a_rolling_window_is_for_information(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--last", "30d", "--config", config(box, "zh_CN")]) == 0
    told = capsys.readouterr().out
    assert "参考，不作判定" in told
    assert "判定：" not in told
    assert "L1  呼入 6" in told
    assert main(["figures", "--last", "24h", "--json", "--config", config(box, "en")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reference"] is True
    assert found["rates"]["R1"] == [0, 0]


def test_what_is_wrong_is_told(
    box: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert main(["figures", "--month", "2026-13", "--config", config(box, "en")]) == 2
    assert "a month is written like 2026-11" in capsys.readouterr().err
    empty = tmp_path_factory.mktemp("empty")
    assert main(["figures", "--config", config(empty, "zh_CN")]) == 1
    assert "还没有账本" in capsys.readouterr().err


def test_a_closed_month_stands_beside_what_came_later(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger(box / "closed" / "ledger.db", BOOT, timezone=SHANGHAI)
    reader = Reader(box / "closed" / "ledger.db")
    start = LAST_WEEK - 62 * DAY
    ledger.append([Pending(entry_of(replace(UNKNOWN, started_wall=start), "a"), Instant(1, start))])
    name = local(start, SHANGHAI).strftime("%Y-%m")
    figures = Figures(reader, SHANGHAI, ["L1"]).month(name, LAST_WEEK)
    assert figures is not None
    closed = entries.MonthClosed(name, month_json(figures), "")
    ledger.append(
        [
            Pending(closed, Instant(2, LAST_WEEK)),
            Pending(entries.CallSettled(1, "answered", "panel"), Instant(3, LAST_WEEK)),
        ]
    )
    reader.close()
    ledger.close()
    settings = Path(config(box, "zh_CN"))
    settings.write_text(settings.read_text("utf-8").replace('"data"', '"closed"'), "utf-8")
    assert main(["figures", "--month", name, "--config", str(settings)]) == 0
    told = capsys.readouterr().out
    assert "已结账（第 2 条" in told
    assert "结账后变更：来电 1 answered（第 3 条" in told


# ---- the carrier's bill


def bill(folder: Path, *rows: str) -> str:
    path = folder / "bill.csv"
    path.write_bytes("\n".join(("开始时间,对方号码", *rows)).encode("gb18030"))
    return str(path)


def test_a_bill_is_compared_and_its_numbers_are_not_printed(
    box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = local(LAST_WEEK, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    path = bill(box, f"{moment},15400000001", "x,15400000002")
    assert main(["bill", path, "--month", month(), "--line", "L1", "--config", config(box, "zh_CN")]) == 0
    told = capsys.readouterr().out
    assert "时间  ←  开始时间" in told
    assert "相符  1" in told
    assert "读不出时间的行  1" in told
    assert "1540000" not in told


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--line", "L9", "--month", "2026-11"], 2, "the configuration has no such line"),
        (["--line", "L1", "--month", "2026"], 2, "a month is written like"),
        (["--line", "L1", "--month", "2026-11", "--record"], 1, "nothing was recorded"),
    ],
)
def test_a_bill_that_cannot_be_compared_or_recorded(
    box: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    assert main(["bill", bill(box), *arguments, "--config", config(box, "en")]) == code
    assert told in capsys.readouterr().err


def test_a_file_that_is_no_bill(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rest = ["--line", "L1", "--month", "2026-11", "--config", config(box, "en")]
    for content, told in ((b"a,b\n", "no headings found"), (b"PK\3\4", "damaged")):
        (box / "file").write_bytes(content)
        assert main(["bill", str(box / "file"), *rest]) == 1
        assert told in capsys.readouterr().err
    assert main(["bill", str(box / "nowhere"), *rest]) == 1


class Desk:
    """The monitor's side of the socket, as far as a record goes."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, object], str]] = []

    def record(self, kind: str, body: dict[str, object], actor: str, answer: object) -> None:
        self.asked.append((kind, body, actor))
        answer({"ok": True, "seq": 1})  # type: ignore[operator]

    def request(self, *_: object, **__: object) -> None:
        raise AssertionError("nothing is requested")


def test_a_bill_goes_on_record_through_the_monitor(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (box / "run").mkdir()
    desk = Desk()
    monitor = MonitorSocket(box / "run" / "monitor.sock", desk)  # type: ignore[arg-type]
    monitor.start()
    try:
        arguments = [
            "bill",
            bill(box),
            "--month",
            month(),
            "--line",
            "L1",
            "--record",
            "--config",
            config(box, "en"),
        ]
        assert main(arguments) == 0
    finally:
        monitor.close()
    assert "recorded" in capsys.readouterr().err
    ((kind, body, actor),) = desk.asked
    assert kind == "CarrierBill"
    assert json.loads(str(body["figures"]))["theirs"] == 0
    assert actor.endswith(os.environ.get("USER", ""))
