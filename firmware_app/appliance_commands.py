"""The commands that run the appliance: `run`, `monitor`, `panel`. Each process imports only what it needs."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from firmware_app.settings import Settings


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "启动监测和面板两个进程；配置中有 [[reminder]] 时还启动提醒进程，有 [exchange] 时还启动虚拟交换机。Ctrl-C 结束。\n"
        "Starts monitor and panel, uplink where the configuration has [[reminder]], and the virtual exchange where it has\n"
        "[exchange]. Ctrl-C ends it."
    )


def run_appliance(args: argparse.Namespace, settings: Settings) -> int:
    from firmware_app.supervisor import Supervisor

    return Supervisor(settings, sys.stdout).run()


def add_monitor_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--announce", type=int, metavar="FD", help=argparse.SUPPRESS)
    parser.epilog = (
        "监测电话线路、写账本、点灯。账本只由它写。SIGTERM 或 Ctrl-C 结束。\n"
        "Listens to the lines, writes the ledger, lights the lamps; the ledger's only writer."
    )


def run_monitor(args: argparse.Namespace, settings: Settings) -> int:
    from firmware_app import assemble

    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    return assemble.run_monitor(settings, args.announce)


def add_panel_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-password", action="store_true", help="生成新密码并显示一次 / make a new password, shown once"
    )
    parser.epilog = (
        "网页面板；地址见配置 [panel]。\nThe web panel; its address is [panel] in the configuration."
    )


def run_panel(args: argparse.Namespace, settings: Settings) -> int:
    command = [sys.executable, "-m", "web_panel", "--config", str(settings.path)]
    if args.new_password:
        command.append("--new-password")
    os.execv(sys.executable, command)
