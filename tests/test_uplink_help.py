"""Somebody at the desk asks for help: the channels that want it are told at once, of nothing about the caller; others never."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_app.records import entries
from firmware_app.reminding import Quiet, Reminder, Robot, Secret
from firmware_app.uplink.posting import Patience
from firmware_app.uplink.process import Uplink
from tests.panel_box import SOON, Box, settings_for
from tests.uplink_servers import Answering, answering

NUMBER = "15400000001"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    box.start()
    yield box
    box.close()


@pytest.fixture
def robot() -> Iterator[Answering]:
    with answering() as server:
        yield server


def channel(url: str, *, wants: bool) -> Reminder:
    return Reminder("群", "wecom", Robot(Secret(url)), quiet=(Quiet(0, 1439), Quiet(1439, 0)), help=wants)


@contextmanager
def running(box: Box, reminder: Reminder) -> Iterator[None]:
    settings = replace(settings_for(box.folder), reminders=(reminder,))
    uplink = Uplink(settings, Patience(step=1.0, total=2.0))
    thread = threading.Thread(target=uplink.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        uplink.stop()
        thread.join(SOON)
        assert not thread.is_alive()


def recorded(box: Box) -> None:
    waiting = threading.Event()
    for _ in range(int(SOON / 0.02)):
        if "MessageSent" in box.kinds():
            return
        waiting.wait(0.02)
    raise AssertionError("nothing was recorded")


def test_a_channel_that_wants_it_is_told_even_in_quiet_hours_and_once(box: Box, robot: Answering) -> None:
    """There are no service hours, either: they matter to reminders alone."""
    call = box.call(NUMBER, 1, "answered", name="张三")
    with running(box, channel(robot.url, wants=True)):
        box.write(entries.HelpAsked("L1", call), "wang")
        text = json.loads(robot.wait().body)["text"]["content"]
        recorded(box)
    assert "L1 线上的值守人员请支援" in text
    assert "154" not in text
    assert "张" not in text
    [(kind, body, actor)] = box.asked
    assert (kind, body["occasion"], body["outcome"], actor) == ("MessageSent", "help", "sent", "uplink")
    with running(box, channel(robot.url, wants=True)):
        box.write(entries.HelpAsked("L2"), "wang")
        assert "L2" in json.loads(robot.wait().body)["text"]["content"]
    assert len(robot.taken) == 2, "a restart told nothing twice"


def test_a_channel_of_reminders_alone_is_not_told(box: Box, robot: Answering) -> None:
    with answering() as other, running(box, channel(robot.url, wants=False)):
        box.write(entries.HelpAsked("L1"), "wang")
        with running(box, channel(other.url, wants=True)):
            other.wait()
    assert robot.taken == []
