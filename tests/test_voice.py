"""A voice that speaks clips through a program: a real process, in place of aplay a script that notes what it was asked to play."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

import pytest

from device.spoken import CLIPS, clip_for
from device.voice import Voice

SOON = 10.0


def player(folder: Path, script: str) -> str:
    program = folder / "player"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def clips(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / f"{name}.wav").write_bytes(b"RIFF")
    return folder


class Heard:
    """What the program is told of the voice, and what it played."""

    def __init__(self, folder: Path, script: str = "", *names: str) -> None:
        self.told: queue.SimpleQueue[tuple[str, str | None]] = queue.SimpleQueue()
        self.played = folder / "played"
        program = player(
            folder, script or f'echo "$@" >> {self.played}.new; mv {self.played}.new {self.played}'
        )
        self.voice = Voice(clips(folder, *names), "hw:7", lambda *said: self.told.put(said), program)


def until(path: Path) -> str:
    waiting = threading.Event()
    for _ in range(500):
        if path.exists():
            return path.read_text()
        waiting.wait(0.02)
    raise AssertionError(f"{path} never came")


@pytest.mark.parametrize(("number", "clip"), [(1, "1"), (9, "9"), (10, "more"), (250, "more"), (0, "more")])
def test_which_clip_says_a_number(number: int, clip: str) -> None:
    assert clip_for(number) == clip
    assert clip in CLIPS


def test_the_clip_of_the_number_is_played_on_the_device(tmp_path: Path) -> None:
    heard = Heard(tmp_path, "", "3", "more")
    heard.voice.say(3)
    assert until(heard.played) == f"-q -D hw:7 {tmp_path}/3.wav\n"
    heard.voice.close()
    heard.voice.close()


def test_a_clip_that_nobody_recorded_is_passed_over(tmp_path: Path) -> None:
    heard = Heard(tmp_path, "", "3")
    heard.voice.say(2)
    heard.voice.say(3)
    assert "3.wav" in until(heard.played)
    heard.voice.close()
    assert heard.voice.problem is None


def test_a_program_that_fails_is_told_once_and_its_recovery_too(tmp_path: Path) -> None:
    heard = Heard(
        tmp_path, f"test -e {tmp_path}/card || {{ echo one; echo audio open error >&2; exit 1; }}", "1"
    )
    heard.voice.say(1)
    assert heard.told.get(timeout=SOON) == ("voice", f"{tmp_path}/player: audio open error")
    (tmp_path / "card").touch()
    heard.voice.say(1)
    assert heard.told.get(timeout=SOON) == ("voice", None)
    assert heard.voice.problem is None
    heard.voice.close()


def test_a_program_that_is_missing_is_told(tmp_path: Path) -> None:
    told: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    voice = Voice(
        clips(tmp_path, "1"), "default", lambda _, problem: told.put(problem), str(tmp_path / "none")
    )
    voice.say(1)
    problem = told.get(timeout=SOON)
    assert problem is not None
    assert "alsa-utils" in problem
    voice.close()


def test_a_program_that_says_nothing_is_told_by_its_exit_code(tmp_path: Path) -> None:
    heard = Heard(tmp_path, "exit 3", "1")
    heard.voice.say(1)
    assert "exit code 3" in str(heard.told.get(timeout=SOON)[1])
    heard.voice.close()


def test_a_device_that_hangs_is_told(tmp_path: Path) -> None:
    told: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    program = player(tmp_path, "exec sleep 600")
    voice = Voice(clips(tmp_path, "1"), "hw:7", lambda _, problem: told.put(problem), program, longest=0.05)
    voice.say(1)
    assert str(told.get(timeout=SOON)).endswith("hw:7 hangs")
    voice.close()


def test_closing_silences_what_is_played(tmp_path: Path) -> None:
    heard = Heard(tmp_path, f"touch {tmp_path}/began; exec sleep 600", "1")
    heard.voice.say(1)
    until(tmp_path / "began")
    heard.voice.close()
    assert not heard.voice._thread.is_alive()
    heard.voice.say(1)
    assert heard.told.empty()
