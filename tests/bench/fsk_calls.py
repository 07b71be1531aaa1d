"""A seed in, one impaired caller-ID transmission out, as the rows of the FSK sweep want it.

Numbers are 11 digits that begin with 154, so that none is anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from device.exchange.fsk_sound import BELL_202, V23, fsk_samples
from tests.bench import impairments
from tests.bench.impairments import Samples
from tests.bench.sweeping import Case, Row

RATE = 8_000
LEVEL = -13.5
NAMES = ("WANG XIAOYAN", "王小燕".encode("gb2312").decode("latin-1"), "")


def message(number: str, name: str = "", date: bytes = b"03171656", single: bool = False) -> bytes:
    """MDMF with date, number and name where there is one; or SDMF. The name is Latin-1: any byte."""
    if single:
        whole = bytes((0x04, 8 + len(number))) + date + number.encode("ascii")
    else:
        body = b"\x01\x08" + date + bytes((0x02, len(number))) + number.encode("ascii")
        if name:
            body += bytes((0x07, len(name))) + name.encode("latin-1")
        whole = bytes((0x80, len(body))) + body
    return whole + bytes((-sum(whole) % 256,))


def number_of(seed: int) -> str:
    """Another number for each seed."""
    return f"154{impairments.generator(seed, 1).integers(10**8):08d}"


@dataclass(frozen=True, slots=True)
class Line:
    """What is between the exchange and the decoder. Levels in dBm0, `None`: none of it. `sent`: arguments of fsk_samples."""

    snr: float | None = None
    clip: float | None = None
    hum: float | None = None
    speech: float | None = None
    who: str = ""
    rate: int = RATE
    single: bool = False
    sent: dict[str, Any] = field(default_factory=dict)

    def heard(self, seed: int) -> Case:
        """The case of this seed: the same transmission through the same line each time."""
        rng = impairments.generator(seed, 2)
        number = number_of(seed)
        sound = fsk_samples(message(number, self.who, single=self.single), self.rate, **self.sent)
        sound = impairments.within_silence(sound, self.rate, 0.3 + 0.1 * rng.random(), 0.3)
        sound = self._disturbed(sound, rng)
        return Case(impairments.as_heard(sound), self.rate, number)

    def _disturbed(self, sound: Samples, rng: np.random.Generator) -> Samples:
        if self.clip is not None:
            sound = impairments.clipped(sound, self.clip)
        if self.hum is not None:
            sound = sound + impairments.hum(sound.size, self.rate, self.hum, rng)
        if self.speech is not None:
            sound = sound + impairments.speech(sound.size, self.rate, self.speech, rng)
        if self.snr is not None:
            level = float(self.sent.get("level", LEVEL)) - self.snr
            sound = sound + impairments.white_noise(sound.size, self.rate, level, rng)
        return sound


def _off(tones: tuple[float, float], percent: float) -> tuple[float, float]:
    return tones[0] * (1 + percent / 100), tones[1] * (1 + percent / 100)


def _row(name: str, **line: object) -> Row:
    return Row(name, Line(**line).heard)  # type: ignore[arg-type]


def rows() -> list[Row]:
    """The sweep row by row, and combinations behind it."""
    found = [_row("clean")]
    found += [_row(f"snr{snr:+d}", snr=snr) for snr in (30, 20, 15, 12, 10, 8, 6, 4, 2, 0)]
    found += [
        _row(f"level{each:+d}", sent={"level": each})
        for each in (0, -10, -20, -30, -34, -38, -40, -43, -46, -50)
    ]
    found += [_row(f"level{each} snr20", snr=20, sent={"level": each}) for each in (-30, -38)]
    found += [
        _row(f"freq{off:+d}%", sent={"tones": _off(BELL_202, off)}) for off in (-4, -3, -2, -1, 1, 2, 3, 4)
    ]
    found += [_row(f"baud{off:+d}%", sent={"baud": 1200 * (1 + off / 100)}) for off in (-3, -2, -1, 1, 2, 3)]
    found += [
        _row(
            f"freq{tone:+d} baud{baud:+d} snr20",
            snr=20,
            sent={"tones": _off(BELL_202, tone), "baud": 1200 + 12 * baud},
        )
        for tone, baud in ((1, 1), (-1, -1), (2, 1), (-2, -1))
    ]
    found += [_row(f"clip{share}", clip=share) for share in (0.7, 0.5, 0.3, 0.1)]
    found += [_row(f"hum{level:+d}", hum=level) for level in (-30, -20, -13, -7, 0)]
    found += [_row(f"twist{twist:+d}", sent={"twist": twist}) for twist in (-10, -6, -3, 3, 6, 10)]
    found += [_row(f"speech{level}", speech=level) for level in (-40, -33, -28, -23)]
    found += [
        _row(f"seizure{seizure} mark{mark}", sent={"seizure": seizure, "mark": mark})
        for seizure, mark in (
            (300, 80),
            (150, 75),
            (100, 55),
            (0, 80),
            (0, 180),
            (0, 30),
            (300, 30),
            (300, 0),
        )
    ]
    found += [_row("v23 tones", sent={"tones": V23}), _row("v23 snr15", snr=15, sent={"tones": V23})]
    found += [_row("8bit", who=NAMES[1]), _row("8bit snr12", who=NAMES[1], snr=12)]
    found += [_row(f"stop{stop}", sent={"extra_stop": stop}) for stop in (2, 4, 10, 20)]
    return found + _combinations()


def _combinations() -> list[Row]:
    """Several faults at once, as lines have them."""
    return [
        _row("sdmf snr10", snr=10, single=True),
        _row("named snr8", snr=8, who=NAMES[0]),
        _row("v23 +4% baud-2 snr10", snr=10, sent={"tones": _off(V23, 4), "baud": 1176.0}),
        _row("v23 -4% baud+2 snr10", snr=10, sent={"tones": _off(V23, -4), "baud": 1224.0}),
        _row("twist-8 snr12 -30 dBm", snr=12, sent={"twist": -8, "level": -30}),
        _row("twist+8 snr12 -30 dBm", snr=12, sent={"twist": 8, "level": -30}),
        _row("mark30 only snr10", snr=10, sent={"seizure": 0, "mark": 30}),
        _row("stop7 snr10", snr=10, sent={"extra_stop": 7}),
        _row("hum-7 speech-33 snr15", hum=-7, speech=-33, snr=15),
        _row(
            "clip0.3 freq+3 baud-2 snr15", clip=0.3, snr=15, sent={"tones": _off(BELL_202, 3), "baud": 1176.0}
        ),
        _row("speech-28 snr12", speech=-28, snr=12),
        _row("44100 snr10", rate=44_100, snr=10),
    ]
