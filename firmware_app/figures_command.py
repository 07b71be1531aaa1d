"""`ringkeeper figures`: the figures of a month or of the last hours to a technician or auditor at the shell. Read-only."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from zoneinfo import ZoneInfo

import apsw

from device import clock
from firmware_app.calls.civil_time import HOUR
from firmware_app.calls.month_figures import month_json
from firmware_app.figures_report import Teller
from firmware_app.records.call_json import local
from firmware_app.records.database import LedgerError
from firmware_app.records.figures import Figures
from firmware_app.records.reading import Reader
from firmware_app.settings import Settings
from firmware_app.wording import Text

WRONG_MONTH = Text("月份应写成 2026-11 这样", "a month is written like 2026-11")
WINDOWS = {"24h": 24, "30d": 30 * 24, "90d": 90 * 24}  # hours


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--month", metavar="YYYY-MM", help="哪个月（默认本月）/ which month (default: this one)"
    )
    parser.add_argument(
        "--last", choices=tuple(WINDOWS), help="最近一段时间，仅供参考 / a rolling window, for information"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="一个 JSON 对象，时长为纳秒 / one JSON object, durations in nanoseconds",
    )
    parser.epilog = (
        "已结账的月份：结账时的数据不变，之后的变更另列。\n"
        "Of a closed month the figures of then never change; what came later stands beside them."
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the figures: 0; 1 when there is no ledger to read; 2 when an argument is wrong."""
    zone = ZoneInfo(settings.timezone)
    reader = Reader(settings.data_dir / "ledger.db")
    figures = Figures(reader, zone, [line.name for line in settings.lines])
    try:
        now = clock.now().wall
        if args.last is not None:
            return _window(figures, args, Teller(settings.language, zone), now)
        month = args.month or local(now, zone).strftime("%Y-%m")
        return _month(figures, month, args, Teller(settings.language, zone), now, settings.language)
    except (LedgerError, apsw.Error) as error:
        told = (
            error.message
            if isinstance(error, LedgerError)
            else Text(f"没有做成：{error}", f"failed: {error}")
        )
        sys.stderr.write(told.in_language(settings.language) + "\n")
        return 1
    finally:
        reader.close()


def _window(figures: Figures, args: argparse.Namespace, teller: Teller, now: int) -> int:
    hours = WINDOWS[args.last]
    found = figures.window(now - hours * HOUR, now)
    if args.json:
        rates = {name: [rate.numerator, rate.denominator] for name, rate in found.whole.rates.items()}
        _print_json({"reference": True, "rates": rates, **asdict(found)})
    else:
        for line in teller.window(found, hours):
            print(line)
    return 0


def _month(
    figures: Figures, month: str, args: argparse.Namespace, teller: Teller, now: int, language: str
) -> int:
    found = figures.month(month, now)
    if found is None:
        sys.stderr.write(WRONG_MONTH.in_language(language) + "\n")
        return 2
    closed = figures.closed_month(month)
    later = figures.later_changes(closed) if closed else []
    if args.json:
        _print_json(
            {
                "now": json.loads(month_json(found)),
                "closed": None if closed is None else asdict(closed),
                "later": [asdict(change) for change in later],
            }
        )
    else:
        for line in teller.month(found, closed, later):
            print(line)
    return 0


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, sort_keys=True))
