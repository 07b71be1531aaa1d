"""`ringkeeper calls`, `export` and `verify`: the ledger to a person or a program at the shell. Read-only, beside a running monitor."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw

from firmware_app.records import privacy
from firmware_app.records.call_json import call_object, local, month_bounds, seconds_of
from firmware_app.records.call_list import CallRow
from firmware_app.records.database import LedgerError
from firmware_app.records.exporting import export_month
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import Report, verify
from firmware_app.settings import Settings
from firmware_app.wording import Text

ALWAYS = (0, 2**63 - 1)
WRONG_MONTH = Text("月份应写成 2026-11 这样", "a month is written like 2026-11")

DIRECTIONS = {"inbound": Text("呼入", "in"), "outbound": Text("呼出", "out")}
OUTCOMES = {
    None: Text("", ""),
    "answered": Text("已接听", "answered"),
    "no_answer": Text("漏接", "missed"),
    "abandoned": Text("短振铃", "abandoned"),
    "unknown": Text("待确认", "unknown"),
    "test": Text("自查", "test"),
    "blocked": Text("屏蔽", "blocked"),
    "non_voice": Text("传真", "non-voice"),
}
NO_SUCH_LINE = Text("配置和账本中都没有这条线路", "neither the configuration nor the ledger has this line")
ABSENCES = {"private": Text("私人号码", "private"), "out_of_area": Text("区域外", "out of area")}
GOING_ON = Text("进行中", "going on")
HEADINGS = (
    Text("编号", "id"),
    Text("开始", "started"),
    Text("线路", "line"),
    Text("方向", "way"),
    Text("号码", "number"),
    Text("姓名", "name"),
    Text("铃次", "bursts"),
    Text("振铃 s", "rang s"),
    Text("通话 s", "talk s"),
    Text("结果", "outcome"),
    Text("服务时间", "hours"),
)
HOURS = {None: Text("", ""), True: Text("内", "in"), False: Text("外", "out")}


def add_calls_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        help="每行一个 JSON 对象，号码完整 / one JSON object a line, numbers in full",
    )
    parser.add_argument(
        "--month", metavar="YYYY-MM", help="只要这个月的（本地时间）/ only this month (local time)"
    )
    parser.add_argument("--line", metavar="NAME", help="只要这条线路的 / only this line")


def run_calls(args: argparse.Namespace, settings: Settings) -> int:
    """List the calls, oldest first: 0; 1 when there is no ledger to read; 2 when an argument is wrong."""
    bounds = ALWAYS if args.month is None else month_bounds(args.month, ZoneInfo(settings.timezone))
    if bounds is None:
        return _complain(WRONG_MONTH, settings, 2)
    reader = Reader(settings.data_dir / "ledger.db")
    try:
        if _is_nowhere(args.line, reader, settings):
            return _complain(NO_SUCH_LINE, settings, 1)
        calls = reader.calls(*bounds, line=args.line)
        if args.json:
            for call in calls:
                sys.stdout.write(json.dumps(call_object(call), ensure_ascii=False) + "\n")
        else:
            _print_table(calls, settings)
    except (LedgerError, apsw.Error) as error:
        return _failed(error, settings)
    finally:
        reader.close()
    return 0


def _is_nowhere(line: str | None, reader: Reader, settings: Settings) -> bool:
    """A line that is neither wired nor was ever heard is a slip of the pen, not an empty list."""
    if line is None or any(wired.name == line for wired in settings.lines):
        return False
    return next(iter(reader.calls(*ALWAYS, line=line)), None) is None


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--month", metavar="YYYY-MM", required=True, help="哪个月（本地时间）/ which month (local time)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="写到哪里；默认为当前目录下的 <站点>-<月份>.jsonl / where to; default <site>-<month>.jsonl here",
    )


def run_export(args: argparse.Namespace, settings: Settings) -> int:
    """Write a month's records and their digest: 0; 1 when that failed; 2 when an argument is wrong."""
    path: Path = args.out or Path(f"{settings.site.id}-{args.month}.jsonl")
    reader = Reader(settings.data_dir / "ledger.db")
    try:
        written = export_month(reader, settings.site, args.month, ZoneInfo(settings.timezone), path)
    except (LedgerError, apsw.Error, OSError) as error:
        return _failed(error, settings)
    finally:
        reader.close()
    if written is None:
        return _complain(WRONG_MONTH, settings, 2)
    sys.stdout.write(f"{written.digest}  {written.path}\n")
    told = Text(
        f"{args.month}：{written.entries} 条账目，{written.calls} 个通话；含完整号码，请妥善保管",
        f"{args.month}: {written.entries} entries, {written.calls} calls; numbers in full, keep it safe",
    )
    return _complain(told, settings, 0)


def add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "只有全部相符时退出码才是 0 / the exit code is 0 only if all holds"


def run_verify(args: argparse.Namespace, settings: Settings) -> int:
    """Check the ledger and print what was checked: 0 only if all of it holds."""
    try:
        report = verify(settings.data_dir / "ledger.db")
    except (LedgerError, apsw.Error) as error:
        return _failed(error, settings)
    for text in _told(report):
        sys.stdout.write(text.in_language(settings.language) + "\n")
    for finding in report.findings:
        sys.stderr.write(f"{finding.table} {finding.row}: {finding.what.in_language(settings.language)}\n")
    if report.more_findings:
        _complain(Text(f"另有 {report.more_findings} 处", f"and {report.more_findings} more"), settings, 1)
    return 0 if report.holds else 1


def _told(report: Report) -> Iterable[Text]:
    yield Text(f"账本 {report.epoch}", f"ledger {report.epoch}")
    yield Text(
        f"账目 {report.entries} 条，链首尾相连",
        f"journal: {report.entries} entries, the chain walked from end to end",
    )
    yield Text(f"链头 {report.head.hex()}", f"head: {report.head.hex()}")
    yield Text(
        f"个人信息 {report.parties} 条，其中已删除 {report.erased} 条",
        f"personal data: {report.parties} rows, {report.erased} of them erased",
    )
    for table, count in report.rows.items():
        yield Text(
            f"{table}：{count} 行，与账目重放比对",
            f"{table}: {count} rows, compared with the replay of the journal",
        )
    found = len(report.findings) + report.more_findings
    yield (
        Text("全部相符", "all holds")
        if report.holds
        else Text(f"有 {found} 处不符", f"{found} things do not hold")
    )


def _complain(text: Text, settings: Settings, code: int) -> int:
    sys.stderr.write(text.in_language(settings.language) + "\n")
    return code


def _failed(error: Exception, settings: Settings) -> int:
    told = error.message if isinstance(error, LedgerError) else Text(f"没有做成：{error}", f"failed: {error}")
    return _complain(told, settings, 1)


# ---- the table for people


def _print_table(calls: Iterable[CallRow], settings: Settings) -> None:
    zone, language = ZoneInfo(settings.timezone), settings.language
    numbers = {line.name: line.number for line in settings.lines}
    rows = [[heading.in_language(language) for heading in HEADINGS]]
    rows += [_cells(call, zone, language, numbers.get(call.line, "")) for call in calls]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        line = "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def _cells(call: CallRow, zone: ZoneInfo, language: str, line_number: str) -> list[str]:
    outcome = GOING_ON if call.stage == "open" else OUTCOMES[call.disposition]
    absence = ABSENCES.get(call.absence or "", OUTCOMES[None])
    number = privacy.mask_number(call.number, line_number) if call.number else absence.in_language(language)
    return [
        str(call.id),
        local(call.started_wall, zone).strftime("%Y-%m-%d %H:%M:%S"),
        call.line,
        DIRECTIONS[call.direction].in_language(language),
        number,
        privacy.mask_name(call.name) if call.name else "",
        str(call.ring_bursts) if call.direction == "inbound" else "",
        _hundredths(call.ringing),
        _hundredths(call.talk),
        outcome.in_language(language),
        HOURS[call.in_hours].in_language(language),
    ]


def _hundredths(duration: int | None) -> str:
    seconds = seconds_of(duration)
    return "" if seconds is None else f"{seconds:.2f}"


def _width(text: str) -> int:
    """Columns of a terminal: a hanzi takes two (Unicode TR 11)."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
