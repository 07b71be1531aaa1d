"""`ringkeeper uplink`: tells the head of the point of callers who wait; `--test` sends a test on every channel and ends."""

from __future__ import annotations

import argparse
import logging
import sys

from firmware_app.settings import Settings
from firmware_app.wording import Text

NONE = Text(
    "配置里没有 [[reminder]]：没有要发送的提醒",
    "the configuration has no [[reminder]]: there is nobody to tell",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--test",
        action="store_true",
        help="每个通道发一条测试消息后结束 / send a test on every channel, then end",
    )
    parser.epilog = (
        "来电人等回拨太久时，按配置里的 [[reminder]] 通知负责人；消息里没有号码和姓名。SIGTERM 或 Ctrl-C 结束。\n"
        "Tells whom [[reminder]] names when a caller has waited too long for a call back; no number, no name.\n"
        "--test 的退出码：全部送到为 0，否则为 1。With --test the exit code is 0 when every test was sent, else 1."
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """1 when there is no channel, or a test was not sent."""
    if not settings.reminders:
        print(NONE.in_language(settings.language), file=sys.stderr)
        return 1
    if args.test:
        return _test(settings)
    from firmware_app.uplink import process

    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    return process.run(settings)


def _test(settings: Settings) -> int:
    from device import clock
    from firmware_app.uplink import channels, process
    from firmware_app.uplink.messages import Fate

    all_sent = True
    for reminder in settings.reminders:
        outcome = channels.send(reminder, process.trial_message(settings, reminder), clock.now())
        sent = outcome.fate is Fate.SENT
        all_sent = all_sent and sent
        how = Text("已送到", "sent") if sent else outcome.why
        print(f"{reminder.name}  {reminder.kind}  {how.in_language(settings.language)}")
    return 0 if all_sent else 1
