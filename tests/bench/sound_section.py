"""What a line heard by a sound card costs: processor and memory of a tap, idle, in a conversation and while it rings.

Each tap is a process of its own that reads a named pipe, into which 0.2 s of sound are written five times a second, as arecord does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device import clock
from device.exchange.fsk_sound import fsk_samples
from device.exchange.tone_sound import ring_samples, voice_samples
from device.signals import SECOND
from tests.bench.appliance import fresh_folder
from tests.bench.figure_table import Figure, at_most
from tests.bench.machine import ProcessorShare, memory

IDLE, LIVE = 0.5, 3.0  # percent of one core
SETTLED, MEASURED = 5.0, 30.0  # seconds
BLOCK = 0.2  # seconds
NUMBER = bytes.fromhex("801601083033313731363536020A32313536343330313434BA")
TAP = """
import sys, threading
from device.audio_tap import AudioTap
taps = [AudioTap("L1", path, rate=int(sys.argv[1]), infer_hook=True) for path in sys.argv[2:]]
for tap in taps:
    tap.start(lambda signal: print(type(signal).__name__, flush=True))
sys.stdin.read()
for tap in taps:
    tap.close()
"""
Sound = NDArray[np.float64]


def run() -> list[Figure]:
    folder = fresh_folder("sound")
    figures: list[Figure] = []
    for rate in (8_000, 48_000):
        for name, sound, bar in (
            ("idle", quiet(rate), IDLE),
            ("a conversation", conversation(rate), LIVE),
            ("ringing with caller ID", ringing(rate), LIVE),
        ):
            share, used = measured(folder / f"{rate}-{name[:4].strip()}", rate, sound)
            what = f"one line, {name}, {rate // 1000} kHz: processor, {MEASURED:.0f} s"
            figures.append(at_most(what, share, bar, "% of a core", digits=2))
            figures.append(Figure("  memory of that process (PSS)", "", f"{used:.1f} MB"))
    return figures


def quiet(rate: int) -> Sound:
    """A line at rest: noise at -60 dBm0 and 50 Hz hum at -40."""
    count = round(10 * rate)
    noise = np.random.default_rng(1).normal(0, 0.0005, count)
    hum: Sound = 0.007 * np.sin(2 * np.pi * 50 * np.arange(count) / rate)
    return noise + hum


def conversation(rate: int) -> Sound:
    line = quiet(rate)
    return line + voice_samples(rate, len(line) / rate, 3)


def ringing(rate: int) -> Sound:
    """Bursts, and FSK after each: more than any exchange sends."""
    line = quiet(rate)
    burst, message = ring_samples(rate, 1.0), fsk_samples(NUMBER, rate)
    for begin in (0.0, 5.0):
        first, second = round(begin * rate), round((begin + 1.6) * rate)
        line[first : first + len(burst)] += burst
        line[second : second + len(message)] += message
    return line


def measured(path: Path, rate: int, sound: Sound) -> tuple[float, float]:
    """Percent of a core, and MB."""
    os.mkfifo(path)
    command = [sys.executable, "-c", TAP, str(rate), str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as tap:
        stop = threading.Event()
        player = threading.Thread(target=_play, args=(path, rate, sound, stop), daemon=True)
        player.start()
        threading.Event().wait(SETTLED)
        share = ProcessorShare(tap.pid)
        threading.Event().wait(MEASURED)
        spent, used = share.so_far(), memory(tap.pid).pss
        stop.set()
        player.join()
        assert tap.stdin is not None
        tap.stdin.close()
    return spent, used


def _play(path: Path, rate: int, sound: Sound, stop: threading.Event) -> None:
    """The sound again and again, in real time."""
    data = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    size = 2 * round(BLOCK * rate)
    with path.open("wb", buffering=0) as pipe:
        began, number = clock.now().mono, 0
        while not stop.wait(max(0.0, (began + number * BLOCK * SECOND - clock.now().mono) / SECOND)):
            begin = number * size % len(data)
            pipe.write(data[begin : begin + size])
            number += 1
