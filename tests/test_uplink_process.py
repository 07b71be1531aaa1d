"""The uplink as it runs: a real ledger, the monitor's real socket, real servers on the loopback; and a monitor that comes and goes."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from firmware_app.records import entries
from firmware_app.records.reading import Reader
from firmware_app.records.reminder_rows import latest_messages, waiting_clocks, waiting_count
from firmware_app.reminding import Reminder, Robot, Secret
from firmware_app.settings import Settings
from firmware_app.supervisor import Supervisor
from firmware_app.uplink.posting import Patience
from firmware_app.uplink.process import Uplink
from tests.panel_box import Box, settings_for
from tests.uplink_servers import Answering, answering, silent, talking

SOON = 15.0
NUMBER = "15400000001"
ALL_DAY = {"week": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
QUICK = Patience(step=1.0, total=2.0)


def channel(url: str, name: str = "群", after: int = 30) -> Reminder:
    return Reminder(name, "wecom", Robot(Secret(url)), after)


def point(folder: Path, *channels: Reminder) -> Settings:
    return replace(settings_for(folder), reminders=channels)


@contextmanager
def boxed(folder: Path, hours: object = ALL_DAY) -> Iterator[Box]:
    """A box that is open all day, and its monitor's end of the socket."""
    folder.mkdir(exist_ok=True)
    box = Box(folder)
    if hours is not None:
        box.write(entries.SiteDocumentChanged("service_hours", 0, "", json.dumps(hours)))
    box.start()
    try:
        yield box
    finally:
        box.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with boxed(tmp_path / "point") as made:
        yield made


@pytest.fixture
def robot() -> Iterator[Answering]:
    with answering() as server:
        yield server


@contextmanager
def running(settings: Settings) -> Iterator[Uplink]:
    uplink = Uplink(settings, QUICK)
    thread = threading.Thread(target=uplink.run, daemon=True)
    thread.start()
    try:
        yield uplink
    finally:
        uplink.stop()
        thread.join(SOON)
        assert not thread.is_alive()


def until(holds: Callable[[], Any]) -> Any:  # noqa: ANN401
    """What `holds` gives, once it is something."""
    waiting = threading.Event()
    for _ in range(int(SOON / 0.02)):
        if found := holds():
            return found
        waiting.wait(0.02)
    raise AssertionError("it never came to be so")


def recorded(box: Box) -> list[dict[str, Any]]:
    return [body for kind, body, actor in box.asked if kind == "MessageSent" and actor == "uplink"]


def test_the_head_of_the_point_is_told_and_that_is_recorded(box: Box, robot: Answering) -> None:
    box.call(NUMBER, 45)
    with running(point(box.folder, channel(robot.url))):
        taken = robot.wait()
        [body] = until(lambda: recorded(box))
    assert "有 1 个漏接来电还没有回拨" in json.loads(taken.body)["text"]["content"]
    assert body == {"channel": "群", "kind": "wecom", "occasion": "waiting", "outcome": "sent", "detail": ""}
    with Reader(box.folder / "ledger.db").snapshot() as db:
        assert latest_messages(db)["群"].outcome == "sent"
        assert waiting_count(db) == 1


def test_nobody_is_told_before_it_is_time_and_then_without_being_asked(box: Box, robot: Answering) -> None:
    with running(point(box.folder, channel(robot.url))):
        box.call(NUMBER, 5)
        until(lambda: box.socket is not None and box.socket.listens("uplink"))
        assert robot.taken == []
        box.call("15400000002", 45)
        robot.wait()
    assert len(robot.taken) == 1


def test_a_caller_who_was_called_back_or_agreed_on_an_hour_does_not_wait(box: Box) -> None:
    for minutes, number in ((45, NUMBER), (50, "15400000002"), (55, "15400000003"), (60, "15400000004")):
        box.call(number, minutes)
    box.call("15400000005", 70, "abandoned")
    box.call(None, 80)
    with Reader(box.folder / "ledger.db").snapshot() as db:
        cases = [case for (case,) in db.execute("SELECT id FROM cases ORDER BY id")]
    now = box.now.wall
    box.write(entries.CallbackAttempted(cases[0], "reached", "self_reported", closes=False))
    box.write(entries.CallbackAttempted(cases[1], "not_reached", "self_reported", closes=False))
    box.write(entries.CallbackPostponed(cases[2], now + 10**12))
    with Reader(box.folder / "ledger.db").snapshot() as db:
        assert len(waiting_clocks(db, now)) == 1
        assert len(waiting_clocks(db, now + 10**12)) == 2, "the hour has come"


def test_a_restart_does_not_tell_twice(box: Box, robot: Answering) -> None:
    box.call(NUMBER, 45)
    for _ in range(2):
        with running(point(box.folder, channel(robot.url))):
            until(lambda: recorded(box))
            until(lambda: box.socket is not None and box.socket.listens("uplink"))
            box.write(entries.StillTalking("L1"))
    assert len(robot.taken) == 1
    assert len(recorded(box)) == 1


def test_what_was_sent_while_the_monitor_was_away_is_recorded_when_it_is_back(
    box: Box, robot: Answering
) -> None:
    box.call(NUMBER, 45)
    box.stop()
    with running(point(box.folder, channel(robot.url))):
        robot.wait()
        box.start()
        [body] = until(lambda: recorded(box))
    assert body["outcome"] == "sent"
    assert len(robot.taken) == 1


def test_a_test_goes_to_every_channel_and_says_how_it_went(box: Box, robot: Answering) -> None:
    robot.answer = b'{"errcode":93000,"errmsg":"invalid webhook url"}'
    with answering() as other, running(point(box.folder, channel(robot.url), channel(other.url, "另一个群"))):
        until(lambda: box.socket is not None and box.socket.listens("uplink"))
        assert box.socket is not None
        box.socket.announce({"event": "test_reminder"})
        until(lambda: len(recorded(box)) == 2)
        told = {body["channel"]: body for body in recorded(box)}
        box.socket.announce({"event": "dialling", "line": "L1"})
    assert (told["群"]["outcome"], told["群"]["occasion"]) == ("failed", "test")
    assert "93000" in told["群"]["detail"]
    assert "abc" not in json.dumps(told)
    assert told["另一个群"]["outcome"] == "sent"
    assert "测试" in json.loads(other.taken[0].body)["text"]["content"]


def test_pressing_again_and_again_sends_one_test_at_a_time(box: Box) -> None:
    with talking(silent) as port, running(point(box.folder, channel(f"http://127.0.0.1:{port}/"))):
        until(lambda: box.socket is not None and box.socket.listens("uplink"))
        assert box.socket is not None
        for _ in range(5):
            box.socket.announce({"event": "test_reminder"})
        [body] = until(lambda: recorded(box))
        assert body["outcome"] == "failed"


def test_a_server_that_hangs_holds_up_no_other_channel_and_no_stop(box: Box, robot: Answering) -> None:
    box.call(NUMBER, 45)
    with (
        talking(silent) as port,
        running(point(box.folder, channel(f"http://127.0.0.1:{port}/", "死"), channel(robot.url))),
    ):
        robot.wait()
        assert [body["channel"] for body in until(lambda: recorded(box))] == ["群"]


def test_a_ledger_that_is_not_there_yet_is_read_when_it_comes(
    tmp_path: Path, robot: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "point"
    folder.mkdir()
    with caplog.at_level(logging.WARNING), running(point(folder, channel(robot.url))), boxed(folder) as box:
        box.call(NUMBER, 45)
        robot.wait()
    assert caplog.text == "", "a first start is nothing to warn of"


def test_a_ledger_that_cannot_be_read_is_told(
    tmp_path: Path, robot: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "point" / "ledger.db").mkdir(parents=True)  # opens as no ledger does
    with caplog.at_level(logging.WARNING), running(point(tmp_path / "point", channel(robot.url))):
        until(lambda: "the ledger cannot be read" in caplog.text)


def test_without_service_hours_nothing_is_sent_and_that_is_said_once(
    tmp_path: Path, robot: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    with boxed(tmp_path / "point", hours=None) as box, caplog.at_level(logging.WARNING):
        box.call(NUMBER, 45)
        with running(point(box.folder, channel(robot.url))):
            until(lambda: box.socket is not None and box.socket.listens("uplink"))
            until(lambda: "no service hours" in caplog.text)
    assert caplog.text.count("no service hours") == 1
    assert robot.taken == []


# ---- never a number


@hypothesis_settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(
        st.from_regex(r"154[0-9]{8}|03560[0-9]{6}|95[0-9]{3}", fullmatch=True),
        min_size=2,
        max_size=2,
        unique=True,
    ),
    name=st.sampled_from(("王小明", "", "LI 15400009999")),
)
def test_whoever_waits_the_message_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[str], name: str
) -> None:
    """Two callers, all else alike, cannot be told apart by what is sent; and no run of four digits is in it at all."""
    bodies = []
    for number in numbers:
        with boxed(tmp_path_factory.mktemp("point")) as box, answering() as robot:
            box.call(number, 45.5, name=name or None)
            with running(point(box.folder, channel(robot.url))):
                bodies.append(robot.wait().body)
    assert bodies[0] == bodies[1]
    assert not re.search(rb"[0-9]{4}", bodies[0])
    assert "王".encode() not in bodies[0]


# ---- as commands


CONFIG = """
language = "en"
data_dir = "{folder}"
[site]
id = "jc-zezhou-0001"
name = "示例便民服务站"
[[line]]
name = "L1"
number = "03562217000"
interface = "gpio"
ring_pin = 17
hook_pin = 27
"""


def ringkeeper(folder: Path, more: str, *words: str) -> subprocess.CompletedProcess[str]:
    config = folder / "ringkeeper.toml"
    config.write_text(CONFIG.format(folder=folder) + more, "utf-8")
    command = [sys.executable, "-m", "firmware_app", *words, "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_sends_a_test_and_says_how_it_went(tmp_path: Path, robot: Answering) -> None:
    block = f'[[reminder]]\nname = "group"\nkind = "wecom"\nurl = "{robot.url}"\n'
    done = ringkeeper(tmp_path, block, "uplink", "--test")
    assert (done.returncode, done.stdout) == (0, "group  wecom  sent\n"), done.stderr
    assert "this is a test" in json.loads(robot.taken[0].body)["text"]["content"]
    robot.status = 500
    done = ringkeeper(tmp_path, block, "uplink", "--test")
    assert (done.returncode, done.stdout) == (1, "group  wecom  the server refused: HTTP 500\n")
    assert "abc" not in done.stdout + done.stderr


def test_the_command_has_nothing_to_do_without_a_reminder(tmp_path: Path) -> None:
    done = ringkeeper(tmp_path, "", "uplink")
    assert done.returncode == 1
    assert "[[reminder]]" in done.stderr


def test_the_process_ends_when_it_is_told_to(tmp_path: Path, robot: Answering) -> None:
    with boxed(tmp_path / "point") as box:
        block = f'[[reminder]]\nname = "group"\nkind = "wecom"\nurl = "{robot.url}"\n'
        config = tmp_path / "ringkeeper.toml"
        where = CONFIG.format(folder=box.folder).replace("[site]", f'run_dir = "{box.folder}"\n[site]', 1)
        config.write_text(where + block, "utf-8")
        command = [sys.executable, "-m", "firmware_app", "uplink", "--config", str(config)]
        process = subprocess.Popen(command)
        try:
            until(lambda: box.socket is not None and box.socket.listens("uplink"))
            box.call(NUMBER, 45)
            robot.wait()
        finally:
            process.terminate()
        assert process.wait(10) == 0


def test_run_starts_the_uplink_only_where_somebody_is_to_be_told(tmp_path: Path) -> None:
    for reminders, names in (
        ((), ["monitor", "panel"]),
        ((channel("https://robot.example"),), ["monitor", "panel", "uplink"]),
    ):
        supervisor = Supervisor(replace(settings_for(tmp_path), reminders=reminders), io.StringIO())
        assert [child.name for child in supervisor._children] == names
