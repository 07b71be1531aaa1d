"""A Python in which numpy is not installed: everything but sound works, and whoever asks for sound is told what installs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.appliance import GpioPins, configuration

PINS = GpioPins(17, 27)
AWAY = "import sys; sys.modules['numpy'] = None; "
PROGRAM = AWAY + "from firmware_app.__main__ import main; sys.exit(main(sys.argv[1:]))"
SOUND = 'interface = "audio", device = "run/sound{}"'


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_exchange_plays_all_but_the_sound(tmp_path: Path) -> None:
    config = configuration(tmp_path, [[PINS, SOUND.format(1)], SOUND.format(2), tmp_path / "run" / "L3"])
    script = tmp_path / "script.txt"
    script.write_text("L1 lift for 0.1\nL3 lift for 0.1\n", encoding="utf-8")
    words = ("exchange", "--config", str(config), "--script", str(script), "--once", "--no-wait", "--quiet")
    done = python(PROGRAM, *words)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        f"{name}：缺少 numpy，不放声音，请执行：make sound / {name}: no sound without numpy: make sound"
        for name in ("L1", "L2")
    ]


def test_an_exchange_of_sound_alone_has_nothing_to_play_but_can_write_traces(tmp_path: Path) -> None:
    config = configuration(tmp_path, [SOUND.format(1)])
    done = python(PROGRAM, "exchange", "--config", str(config), "--once")
    assert done.returncode == 2
    assert "没有可模拟的线路 / there is no line that can be simulated" in done.stderr
    trace = tmp_path / "out.trace"
    done = python(PROGRAM, "exchange", "--config", str(config), "--trace", str(trace), "--for", "60")
    assert (done.returncode, trace.is_file()) == (0, True)
    assert "numpy" not in done.stderr


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("zh_CN", "注意：L1、L2：监听声音需要 numpy，尚未安装，请执行：make sound"),
        ("en", "note: L1, L2: to hear sound needs numpy, which is not installed. Type: make sound"),
    ],
)
def test_check_config_says_it_beforehand(tmp_path: Path, language: str, note: str) -> None:
    config = configuration(tmp_path, [[PINS, SOUND.format(1)], SOUND.format(2), tmp_path / "L3"])
    config.write_text(config.read_text().replace('language = "en"', f'language = "{language}"'))
    done = python(PROGRAM, "check-config", "--config", str(config))
    assert done.returncode == 0
    assert note in done.stderr.splitlines()
    there = python(
        PROGRAM.removeprefix(AWAY).join(("import sys; ", "")), "check-config", "--config", str(config)
    )
    assert "numpy" not in there.stderr


def test_many_taps_at_once_name_the_same_reason() -> None:
    """Threads that import together: one must not find what another left half imported, and call that the reason."""
    script = (
        "import sys, queue, threading, importlib.abc\n"
        "class Away(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] == 'numpy':\n"
        "            threading.Event().wait(0.05)\n"  # as long as a slow card is searched
        "            raise ModuleNotFoundError(name, name='numpy')\n"
        "sys.meta_path.insert(0, Away())\n"
        "from device.audio_tap import AudioTap\n"
        "told = queue.SimpleQueue()\n"
        "taps = [AudioTap(f'L{n}', 'hw:1,0') for n in range(8)]\n"
        "for tap in taps: tap.start(told.put)\n"
        "for tap in taps: print(told.get(timeout=20).reason)\n"
        "for tap in taps: tap.close()\n"
    )
    assert python(script).stdout.splitlines() == ["numpy is not installed: make sound"] * 8
