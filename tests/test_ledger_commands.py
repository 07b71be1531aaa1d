"""The ledger at the shell: what `ringkeeper calls`, `export` and `verify` print, and their exit codes."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from firmware_app.ledger_commands import (
    add_calls_arguments,
    add_export_arguments,
    add_verify_arguments,
    run_calls,
    run_export,
    run_verify,
)
from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.settings import Settings, load
from tests.ledger_support import BOOT, MOBILE, answered, call, number, record

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(
        load(ROOT / "config" / "ringkeeper.toml"),
        data_dir=tmp_path,
        timezone="Asia/Shanghai",
        language="zh_CN",
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open all the while: the commands work beside a running monitor."""
    made = Ledger(tmp_path / "ledger.db", BOOT)
    record(
        made,
        call("a", start=100, number=number(MOBILE), name=entries.Personal("name", "张三")),
        answered("b", start=200, line="L2", number=number("03560000001")),
        call("c", start=300, disposition="unknown", absence="private", in_hours=None, hours_version=None),
        call("d", start=400, direction="outbound", disposition=None, ringing=None, digits=number(MOBILE)),
        call("e", "opened", start=500, ring_bursts=1, ringing=None),
    )
    yield made
    made.close()


def calls(settings: Settings, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_calls_arguments(parser)
    return run_calls(parser.parse_args(words), settings)


def export(settings: Settings, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_export_arguments(parser)
    return run_export(parser.parse_args(words), settings)


def verify(settings: Settings) -> int:
    parser = argparse.ArgumentParser()
    add_verify_arguments(parser)
    return run_verify(parser.parse_args([]), settings)


def test_json_is_an_object_a_line_oldest_first_with_open_calls(
    settings: Settings, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calls(settings, "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in found] == [1, 2, 3, 4, 5]
    assert [row["disposition"] for row in found] == ["no_answer", "answered", "unknown", None, None]
    assert [row["number"] for row in found] == [MOBILE, "03560000001", None, MOBILE, None]
    assert found[4] == {
        "id": 5,
        "line": "L1",
        "direction": "inbound",
        "started_at": "2026-09-21T14:21:40.000Z",
        "ring_bursts": 1,
        "ringing_s": None,
        "answered_at": None,
        "ended_at": None,
        "answer_delay_s": None,
        "talk_s": None,
        "disposition": None,
        "in_hours": True,
        "number": None,
        "name": None,
        "absence": None,
        "caller_id_at": None,
        "answered_by": None,
        "uncertainty_s": 0.01,
        "started_by": None,
        "caller_id_by": None,
        "ended_by": None,
        "digits_by": None,
        "far_end": None,
        "far_answered_at": None,
        "far_answered_by": None,
        "answer_error_s": None,
        "far_answer_error_s": None,
        "doubt": None,
        "by_machine": False,
        "case": None,
    }


def test_the_table_is_for_people_masked_and_in_local_time(
    settings: Settings, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calls(settings) == 0
    out = capsys.readouterr().out
    rows = out.splitlines()
    assert len(rows) == 6
    assert rows[0].split() == [
        "编号",
        "开始",
        "线路",
        "方向",
        "号码",
        "姓名",
        "铃次",
        "振铃",
        "s",
        "通话",
        "s",
        "结果",
        "服务时间",
    ]
    assert rows[1].split() == [
        "1",
        "2026-09-21",
        "22:15:00",
        "L1",
        "呼入",
        "154****0001",
        "张*",
        "3",
        "11.00",
        "漏接",
        "内",
    ]
    assert "私人号码" in rows[3]
    assert "待确认" in rows[3]
    assert "呼出" in rows[4]
    assert "进行中" in rows[5]
    assert MOBILE not in out
    assert calls(replace(settings, language="en")) == 0
    english = capsys.readouterr().out
    assert english.splitlines()[0].split()[:3] == ["id", "started", "line"]
    assert "missed" in english


def test_a_line_that_nobody_knows_is_no_empty_list(
    settings: Settings, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calls(settings, "--line", "L9") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "都没有这条线路" in told.err


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--line", "L2"), [2]),
        (("--month", "2026-09"), [1, 2, 3, 4, 5]),
        (("--month", "2026-10"), []),
        (("--month", "2026-09", "--line", "L1"), [1, 3, 4, 5]),
    ],
)
def test_a_month_and_a_line_can_be_asked_for(
    settings: Settings,
    ledger: Ledger,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    ids: list[int],
) -> None:
    assert calls(settings, "--json", *words) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ids


def test_without_a_ledger_each_command_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [calls(settings), export(settings, "--month", "2026-11"), verify(settings)] == [1, 1, 1]
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.count("还没有账本") == 3


def test_a_word_that_is_no_month_is_an_error(
    settings: Settings, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [calls(settings, "--month", "13"), export(settings, "--month", "13")] == [2, 2]
    assert "2026-11" in capsys.readouterr().err


def test_export_prints_the_digest(
    settings: Settings,
    ledger: Ledger,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(settings, "--month", "2026-09") == 0
    found = capsys.readouterr()
    name = f"{settings.site.id}-2026-09.jsonl"
    assert found.out == (tmp_path / f"{name}.sha256").read_text("utf-8")
    assert "5 条账目，5 个通话" in found.err
    assert export(settings, "--month", "2026-09", "--out", str(tmp_path / "other")) == 0
    assert (tmp_path / "other").read_bytes() == (tmp_path / name).read_bytes()
    assert export(settings, "--month", "2026-09", "--out", str(tmp_path / "no" / "where")) == 1


def test_verify_says_what_was_checked(
    settings: Settings, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(settings) == 0
    out = capsys.readouterr().out
    assert "账目 5 条" in out
    assert "calls：5 行" in out
    assert out.splitlines()[-1] == "全部相符"


def test_verify_fails_when_anything_does_not_hold(
    settings: Settings, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.close()
    db = apsw.Connection(str(settings.data_dir / "ledger.db"))
    db.execute("UPDATE calls SET ringing = 1 WHERE id = 2")
    db.close()
    assert verify(settings) == 1
    found = capsys.readouterr()
    assert "calls 2" in found.err
    assert "有 1 处不符" in found.out


def test_verify_counts_what_it_does_not_name(
    settings: Settings, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    record(ledger, *(call(f"k{index}") for index in range(150)))
    ledger.close()
    db = apsw.Connection(str(settings.data_dir / "ledger.db"))
    db.execute("UPDATE calls SET ringing = 1")
    db.close()
    assert verify(settings) == 1
    found = capsys.readouterr()
    assert "另有 55 处" in found.err
    assert "有 155 处不符" in found.out


@pytest.mark.slow
def test_from_the_command_line(tmp_path: Path, ledger: Ledger) -> None:
    text = (ROOT / "config" / "ringkeeper.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("data_dir")]
    config = tmp_path / "ringkeeper.toml"
    config.write_text("\n".join([f'data_dir = "{tmp_path}"', *lines]), "utf-8")
    for words in (
        ["calls", "--json"],
        ["verify"],
        ["export", "--month", "2026-09", "--out", str(tmp_path / "out")],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "firmware_app", *words, "--config", str(config)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=os.environ,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout
