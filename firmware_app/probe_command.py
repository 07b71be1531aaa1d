"""`ringkeeper probe PORT`: who answers at a serial port in plain words: a modem, what it can and cannot sense, what it lacks.

It never answers or dials the line, and leaves the modem as it was. Results go to stdout, why there is no modem to stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from device.modem_probe import Found, Nobody, NotFound, ports_there, probe, stable_name
from firmware_app.probe_report import Report, report
from firmware_app.wording import Text

EXIT = {  # 0: a modem answered; 2 is a wrong command line
    Nobody.IN_USE: 3,
    Nobody.SILENT: 4,
    Nobody.NUMBERS: 5,
    Nobody.ECHO: 5,
    Nobody.STRANGER: 5,
}  # 1: the port itself
WHY = {
    Nobody.ABSENT: Text(
        "没有这个端口。插好了吗？插着的端口：{there}",
        "there is no such port. Is it plugged in? There are: {there}",
    ),
    Nobody.FORBIDDEN: Text(
        "没有权限打开：用 sudo，或把用户加入 dialout 组",
        "no permission to open it: use sudo, or add the user to the group dialout",
    ),
    Nobody.NO_PORT: Text("这不是串行端口", "this is no serial port"),
    Nobody.IN_USE: Text(
        "端口被别的程序占用。监测程序运行时占着它：先停止铃守，再试",
        "another program uses the port. The monitor holds it while it runs: stop Ringkeeper first",
    ),
    Nobody.BROKEN: Text("端口出错或被拔掉：{detail}", "the port fails or was unplugged: {detail}"),
    Nobody.SILENT: Text(
        "没有任何回答。电源开了吗？线接对了吗？不是调制解调器也会这样",
        "nothing answers at all. Is it switched on, is the cable right? What is no modem is silent too",
    ),
    Nobody.NUMBERS: Text(
        "不是调制解调器：说的是 NMEA，是卫星定位接收机", "no modem: it speaks NMEA, a satellite receiver"
    ),
    Nobody.ECHO: Text(
        "只把发出的字符送回来：是环回插头或终端，不是调制解调器",
        "it only gives back what is sent: a loop plug or a terminal, no modem",
    ),
    Nobody.STRANGER: Text(
        '有东西在说话，但不回答 AT 命令：{heard}。来电显示板请用 interface = "board"',
        'something speaks there but answers no AT command: {heard}. For a caller-ID board use interface = "board"',
    ),
}
CAN = Text("能：", "it can:")
CANNOT = Text("不能：", "it cannot, or only so:")
ADVICE = Text("还缺：", "what it lacks:")
ENOUGH = Text("不缺什么：可以直接使用。", "it lacks nothing for this job.")
CONFIGURE = Text("写进配置：", "for the configuration:")
UNSTABLE = Text(
    "{port} 这个名字会随插拔和开机顺序改变，请用上面的名字。",
    "the name {port} changes with the order of plugging and starting: use the one above.",
)
NO_STABLE = Text(
    "{port} 这个名字会随插拔和开机顺序改变，而它没有固定的名字（/dev/serial/by-path）：两个调制解调器时会弄错。",
    "the name {port} changes with the order of plugging, and it has no lasting one (/dev/serial/by-path): two modems may be mixed up.",
)
LASTING = ("/dev/serial/", "/dev/ttyAMA", "/dev/ttyS")  # soldered ports keep their number
SHOWN = 40  # bytes of a stranger's words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "port", metavar="PORT", help="串行端口，如 /dev/ttyACM0 / a serial port, e.g. /dev/ttyACM0"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    parser.add_argument(
        "--language", choices=("zh_CN", "en"), help="语言，默认按 LANG / language, default by LANG"
    )
    parser.epilog = (
        "不接听、不拨号，结束时把调制解调器恢复原样。退出码：0 找到调制解调器；1 端口打不开；3 被占用；4 没有回答；5 不是调制解调器。\n"
        "Never answers or dials; leaves the modem as it was. Exit code: 0 a modem; 1 the port cannot be opened; 3 it is in use;\n"
        "4 nothing answers; 5 no modem."
    )


def run(args: argparse.Namespace) -> int:
    """Probe the port and tell; see the epilog for the exit code."""
    language = args.language or language_of(os.environ)
    found = probe(args.port)
    stable = stable_name(args.port)
    if args.json:
        print(json.dumps(as_json(args.port, stable, found, language), ensure_ascii=False, indent=2))
    elif isinstance(found, Found):
        told = report(found.model, found.sensing, found.code, found.check)
        print("\n".join(each.in_language(language) for each in page(args.port, stable, told)))
    else:
        sys.stderr.write(f"{args.port}: {why(found).in_language(language)}\n")
    return 0 if isinstance(found, Found) else EXIT.get(found.reason, 1)


def language_of(environment: os._Environ[str] | dict[str, str]) -> str:
    """By LC_ALL or LANG; Chinese unless they say English."""
    locale = environment.get("LC_ALL") or environment.get("LANG") or ""
    return "en" if locale.startswith("en") else "zh_CN"


def page(port: str, stable: str | None, told: Report) -> list[Text]:
    """The lines to print of a modem."""
    lines = [Text(f"{port}  {told.title.zh}", f"{port}  {told.title.en}")]
    for heading, sentences in ((CAN, told.can), (CANNOT, told.cannot), (ADVICE, told.advice)):
        if sentences:
            lines.append(heading)
            lines += [Text(f"  · {each.zh}", f"  - {each.en}") for each in sentences]
    if not told.advice:
        lines.append(ENOUGH)
    lines.append(CONFIGURE)
    for word in ('interface = "modem"', f'port = "{stable or port}"'):
        lines.append(Text(f"  {word}", f"  {word}"))
    if not port.startswith(LASTING):
        note = NO_STABLE if stable is None else UNSTABLE
        lines.append(Text(note.zh.format(port=port), note.en.format(port=port)))
    return lines


def why(found: NotFound) -> Text:
    """Why there is no modem, and what to do."""
    heard = found.heard[:SHOWN].decode("ascii", "backslashreplace").strip()
    words = {
        "detail": found.detail,
        "heard": "".join(sign if sign.isprintable() else " " for sign in heard),
        "there": ", ".join(ports_there()) or "-",
    }
    text = WHY[found.reason]
    return Text(text.zh.format(**words), text.en.format(**words))


def as_json(port: str, stable: str | None, found: Found | NotFound, language: str) -> dict[str, object]:
    """The same for programs; sentences in `language`."""
    if isinstance(found, NotFound):
        message = why(found).in_language(language)
        return {"port": port, "stable_port": stable, "error": found.reason.value, "message": message}
    model, sensing, check = found.model, found.sensing, found.check
    told = report(model, sensing, found.code, check)
    return {
        "port": port,
        "stable_port": stable,
        "family": model.family.value,
        "maker": model.maker,
        "model": model.title,
        "firmware": model.firmware,
        "code": found.code,
        "caller_id": model.caller_id_mode.name.lower() if sensing.caller_id else None,
        "hook": sensing.hook,
        "loop": sensing.loop,
        "reversal": sensing.reversal,
        "dials": model.can_dial,
        "country": model.country_before,
        "voltage": check.voltage,
        "on_hook": check.on_hook,
        "loop_present": check.loop_present,
        "can": [each.in_language(language) for each in told.can],
        "cannot": [each.in_language(language) for each in told.cannot],
        "advice": [each.in_language(language) for each in told.advice],
    }
