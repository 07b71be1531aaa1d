"""Sounds and sources for the tests of the sound tap: WAV bytes, a recorder that a test writes, a source that a test feeds."""

from __future__ import annotations

import os
import struct
import sys
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.sound_source import NOTHING, SoundUnavailable

Sound32 = NDArray[np.float32]
RATE = 8000


def silence(seconds: float, rate: int = RATE) -> Sound32:
    return np.zeros(round(seconds * rate), dtype=np.float32)


def s16(samples: Sound32) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def wav_bytes(
    samples: Sound32, rate: int = RATE, *, channels: int = 1, length: int | None = None, tag: int = 1
) -> bytes:
    data = s16(samples) if tag == 1 else samples.astype("<f4").tobytes()
    width = 2 if tag == 1 else 4
    layout = struct.pack("<HHIIHH", tag, channels, rate, rate * width * channels, width * channels, 8 * width)
    size = len(data) if length is None else length
    return b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + layout + b"data" + struct.pack("<I", size) + data


def recorder(folder: Path, script: str) -> list[str]:
    """A program in place of arecord: a real process. `script` finds what it was asked for in sys.argv."""
    program = folder / "recorder.py"
    program.write_text(
        f"import os, sys, struct, threading\nout = sys.stdout.buffer\n{script}\n", encoding="utf-8"
    )
    return [sys.executable, "-S", str(program)]


class FedSource:
    """Samples that the test puts in; it can be lost with a reason. Real time is the test's affair."""

    def __init__(self, rate: int = RATE) -> None:
        self.rate = rate
        self.silent = "nothing is fed"
        self.opened = self.closed = 0
        self.lost: str | None = None
        self._blocks: list[Sound32] = []
        self._lock = threading.Lock()
        self._read_end, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def feed(self, samples: Sound32) -> None:
        with self._lock:
            self._blocks.append(samples)
        os.write(self._write_end, b".")

    def lose(self, reason: str) -> None:
        self.lost = reason
        os.write(self._write_end, b".")

    def open(self) -> None:
        self.opened += 1
        if self.lost is not None:
            raise SoundUnavailable(self.lost)

    def waits_on(self) -> int | None:
        return self._read_end

    def due(self) -> int:
        return 0

    def read(self, now: int) -> Sound32:
        if self.lost is not None:
            raise SoundUnavailable(self.lost)
        with self._lock:
            blocks, self._blocks = self._blocks, []
            if blocks:
                os.read(self._read_end, 1 << 16)
        return np.concatenate(blocks) if blocks else NOTHING

    def close(self) -> None:
        self.closed += 1
