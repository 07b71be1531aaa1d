"""`ringkeeper COMMAND`: picks the command, loads the settings it wants, imports only what it needs. Exit code 0 only on success."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_app.settings import Settings, SettingsError, load

DEFAULT_CONFIG = Path("/etc/ringkeeper/ringkeeper.toml")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: where its arguments and its work are (imported only when it is the one chosen)."""

    name: str
    help: str
    module: str
    arguments: str = "add_arguments"
    work: str = "run"
    settings: bool = True  # takes --config, and `work(args, settings)` instead of `work(args)`
    settings_optional: bool = False


COMMANDS = (
    Command(
        "run",
        "启动整套设备（监测、面板）/ start the whole appliance",
        "firmware_app.appliance_commands",
        "add_run_arguments",
        "run_appliance",
    ),
    Command(
        "monitor",
        "只启动监测进程 / the monitor process alone",
        "firmware_app.appliance_commands",
        "add_monitor_arguments",
        "run_monitor",
    ),
    Command(
        "panel",
        "只启动网页面板进程 / the panel process alone",
        "firmware_app.appliance_commands",
        "add_panel_arguments",
        "run_panel",
    ),
    Command(
        "uplink",
        "只启动提醒进程 / the process that tells the head of the point",
        "firmware_app.uplink_command",
    ),
    Command(
        "check-config",
        "检查配置文件 / check the configuration",
        "firmware_app.check_config_command",
        settings=False,
    ),
    Command(
        "calls",
        "列出通话记录 / list calls",
        "firmware_app.ledger_commands",
        "add_calls_arguments",
        "run_calls",
    ),
    Command(
        "figures",
        "话务数据：接通率、15 秒、回拨、覆盖率 / the figures: answer rate, 15 s, call-backs, coverage",
        "firmware_app.figures_command",
    ),
    Command(
        "bill",
        "与运营商话单核对 / compare with the carrier's records",
        "firmware_app.bill_command",
    ),
    Command(
        "export",
        "导出一个月的记录 / write a month's records to one file",
        "firmware_app.ledger_commands",
        "add_export_arguments",
        "run_export",
    ),
    Command(
        "verify",
        "校验账本 / verify the ledger",
        "firmware_app.ledger_commands",
        "add_verify_arguments",
        "run_verify",
    ),
    Command(
        "probe",
        "看端口上是什么调制解调器、能做什么 / what modem is at a port, and what it can do",
        "firmware_app.probe_command",
        settings=False,
    ),
    Command("replay", "重放一份线路记录 / replay a trace", "firmware_app.replay", settings=False),
    Command("record", "录制一条线路的信号 / record a line to a trace", "firmware_app.record_command"),
    Command(
        "decode",
        "从录音中解出来电号码和拨号音 / caller ID and digits in a recording",
        "firmware_app.decode_command",
        settings=False,
    ),
    Command(
        "exchange",
        "虚拟电话交换机 / the virtual telephone exchange",
        "device.exchange.exchange_command",
        settings_optional=True,
    ),
)


def parser_for(chosen: str | None) -> argparse.ArgumentParser:
    """The parser of all commands; only the chosen one's module is imported for its arguments."""
    parser = argparse.ArgumentParser(
        prog="ringkeeper",
        description="铃守：便民服务点的电话接听记录与提醒 / Ringkeeper: hears the lines, records the calls, lights the lamps.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if command.name != chosen:
            continue
        getattr(importlib.import_module(command.module), command.arguments)(sub)
        if command.settings:
            default = os.environ.get("RINGKEEPER_CONFIG")
            sub.add_argument(
                "--config",
                type=Path,
                metavar="FILE",
                default=None if command.settings_optional else Path(default) if default else DEFAULT_CONFIG,
                help=f"配置文件 / configuration (default {'none' if command.settings_optional else DEFAULT_CONFIG})",
            )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; messages go to stderr, results to stdout."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    chosen = next((word for word in given if not word.startswith("-")), None)
    args = parser_for(chosen).parse_args(given)
    command = next(command for command in COMMANDS if command.name == args.command)
    work: Any = getattr(importlib.import_module(command.module), command.work)
    try:
        if not command.settings:
            return int(work(args))
        settings: Settings | None = load(args.config) if args.config else None
        return int(work(args, settings))
    except SettingsError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    except BrokenPipeError:  # `ringkeeper calls | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
