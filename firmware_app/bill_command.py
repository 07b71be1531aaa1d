"""`ringkeeper bill`: the carrier's records (话单) of a line and month beside ours; counts alone are printed, and recorded when asked."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw

from firmware_app.bill_file import read_file
from firmware_app.calls.carrier_bill import COLUMNS, Reconciled, Table, guess_columns
from firmware_app.calls.figure_words import BILL_WORDS
from firmware_app.monitor_link import MonitorLink
from firmware_app.records.bills import reconciled
from firmware_app.records.database import LedgerError
from firmware_app.records.reading import Reader
from firmware_app.settings import Line, Settings
from firmware_app.wording import Text

WRONG_MONTH = Text("月份应写成 2026-11 这样", "a month is written like 2026-11")
NO_LINE = Text("配置中没有这条线路", "the configuration has no such line")
NO_COLUMNS = Text(
    "找不到表头：需要有时间和号码两列，例如“开始时间”“对方号码”",
    "no headings found: there must be a time and a number, such as 开始时间 and 对方号码",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="话单文件（csv、xlsx）/ the file (csv, xlsx)")
    parser.add_argument("--month", metavar="YYYY-MM", required=True, help="哪个月 / which month")
    parser.add_argument("--line", metavar="NAME", required=True, help="哪条线路 / which line")
    parser.add_argument(
        "--record",
        action="store_true",
        help="把核对结果记入账本（只有数目，没有号码）/ put the counts on record",
    )
    parser.epilog = "号码只在内存中比对，不保存。\nNumbers are compared in memory and never stored."


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Compare, print, record: 0; 1 when that failed; 2 when an argument is wrong."""
    line = next((line for line in settings.lines if line.name == args.line), None)
    if line is None:
        return _complain(NO_LINE, settings, 2)
    reader = Reader(settings.data_dir / "ledger.db")
    try:
        table = read_file(args.file)
        found = table if isinstance(table, Text) else _compared(table, args.month, line, settings, reader)
    except (LedgerError, apsw.Error, OSError) as error:
        found = (
            error.message
            if isinstance(error, LedgerError)
            else Text(f"没有做成：{error}", f"failed: {error}")
        )
    finally:
        reader.close()
    if isinstance(found, Text):
        return _complain(found, settings, 2 if found is WRONG_MONTH else 1)
    for name, amount in found.counts().items():
        print(f"{BILL_WORDS[name].in_language(settings.language)}  {amount}")
    return _record(found, args.month, line.name, settings) if args.record else 0


def _compared(table: Table, month: str, line: Line, settings: Settings, reader: Reader) -> Reconciled | Text:
    columns = guess_columns(table)
    if columns is None:
        return NO_COLUMNS
    for key, heading in columns.named(table).items():
        print(f"{COLUMNS[key].in_language(settings.language)}  ←  {heading}")
    found = reconciled(reader, table, columns, month, line.name, line.number, ZoneInfo(settings.timezone))
    return WRONG_MONTH if found is None else found


def _record(found: Reconciled, month: str, line: str, settings: Settings) -> int:
    link = MonitorLink(settings.run_dir / "monitor.sock", settings.data_dir / "ledger.db")
    body = {"month": month, "line": line, "figures": json.dumps(found.counts())}
    answer = link.record("CarrierBill", body, getpass.getuser())
    if answer.ok:
        return _complain(Text("已记入账本", "recorded"), settings, 0)
    told = answer.message or {}
    unreachable = Text("监测程序没有运行，没有记录", "the monitor is not running: nothing was recorded")
    message = Text(told.get("zh_CN", unreachable.zh), told.get("en", unreachable.en))
    return _complain(message, settings, 1)


def _complain(text: Text, settings: Settings, code: int) -> int:
    sys.stderr.write(text.in_language(settings.language) + "\n")
    return code
