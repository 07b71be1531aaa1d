"""`ringkeeper check-config`: a configuration file in, what it wires or everything that is wrong in it out. Changes nothing."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from firmware_app.settings import Line, Settings, SettingsError, load
from firmware_app.wiring import GpioWiring, ModemWiring
from firmware_app.wording import Text

DEFAULT_CONFIG = Path("/etc/ringkeeper/ringkeeper.toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=Path(os.environ.get("RINGKEEPER_CONFIG", DEFAULT_CONFIG)),
        help=f"配置文件 / configuration (default {DEFAULT_CONFIG})",
    )
    parser.epilog = (
        "逐项检查配置文件，一次列出全部问题；不打开任何设备。配置正确时退出码为 0，否则为 1。\n"
        "Checks every key and lists all problems at once; opens no device. Exit code 0 when all is right, else 1."
    )


def run(args: argparse.Namespace) -> int:
    """Print the summary and return 0, or the problems on stderr and return 1."""
    try:
        settings = load(args.config)
    except SettingsError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print("\n".join(text.in_language(settings.language) for text in summary(settings)))
    note = Text("注意：", "note: ").in_language(settings.language)
    for warning in settings.warnings:
        print(f"{note}{warning.in_language(settings.language)}", file=sys.stderr)
    return 0


def summary(settings: Settings) -> list[Text]:
    """What the file wires, one line each: the technician reads it against the cables."""
    site, panel = settings.site, settings.panel
    host = f"[{panel.host}]" if ":" in panel.host else panel.host
    texts = [
        Text(f"配置正确：{settings.path}", f"the configuration is right: {settings.path}"),
        Text(f"站点  {site.id}  {site.name}", f"site  {site.id}  {site.name}"),
        *map(_line, settings.lines),
        *_indicators(settings),
        Text(f"面板  http://{host}:{panel.port}/", f"panel  http://{host}:{panel.port}/"),
        Text(f"数据  {settings.data_dir}", f"data  {settings.data_dir}"),
    ]
    if settings.exchange is not None:
        texts.append(Text("虚拟交换机：试用，不接真实线路", "virtual exchange: a trial, no real line"))
    return texts


def _line(line: Line) -> Text:
    wiring = line.wiring
    if isinstance(wiring, ModemWiring):
        zh, en = f"调制解调器 {wiring.port}", f"modem {wiring.port}"
    elif not isinstance(wiring, GpioWiring):
        zh = en = repr(wiring)
    elif wiring.hook_pin is None:
        zh, en = f"{wiring.chip}  振铃 GPIO{wiring.ring_pin}", f"{wiring.chip}  ring GPIO{wiring.ring_pin}"
    else:
        zh = f"{wiring.chip}  振铃 GPIO{wiring.ring_pin}，摘机 GPIO{wiring.hook_pin}"
        en = f"{wiring.chip}  ring GPIO{wiring.ring_pin}, hook GPIO{wiring.hook_pin}"
    return Text(f"线路  {line.name}  {line.number}  {zh}", f"line  {line.name}  {line.number}  {en}")


def _indicators(settings: Settings) -> list[Text]:
    wired = settings.indicators
    names = (
        ("振铃灯", "ring lamp", wired.ring),
        ("红色振铃灯", "red ring lamp", wired.ring_red),
        ("漏接灯", "missed-call lamp", wired.missed),
        ("故障灯", "fault lamp", wired.fault),
        ("蜂鸣器", "buzzer", wired.buzzer),
        ("按钮", "button", wired.button),
    )
    there = [(zh, en, pin) for zh, en, pin in names if pin is not None]
    if not there:
        return [Text("指示灯  无", "indicators  none")]
    zh = "，".join(f"{name} GPIO{pin}" for name, _, pin in there)
    en = ", ".join(f"{name} GPIO{pin}" for _, name, pin in there)
    return [Text(f"指示灯  {wired.chip}  {zh}", f"indicators  {wired.chip}  {en}")]
