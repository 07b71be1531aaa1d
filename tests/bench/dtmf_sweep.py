"""The DTMF sweep: 13 digits, D to C, on a line of 8 kHz with one thing wrong a row; all thirteen and nothing else count as right.

Beside multimon-ng (fed the same samples, brought to its 22,050 Hz by an ideal resampling) and spandsp (its dtmf_rx, in this process).
Levels are of both tones together, and the SNR is against that, in 300 to 3400 Hz. `%` is of both frequencies at once.
The rows of the first table are those of the reference table; the second are further ones of ours, at other rates among them.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from device.dtmf import DtmfDecoder
from device.exchange.tone_sound import cadence_samples, dtmf_samples
from tests.bench.impairments import (
    as_heard,
    clipped,
    generator,
    hum,
    speech,
    to_int16,
    white_noise,
    within_silence,
)
from tests.bench.sweeping import Case, Count, Decoder, Options, Row, count, print_table, sum_of

TITLE = "DTMF: percent of all 13 digits right [95 % interval] !wrong"

RATE = 8_000
LEVEL = -10.0
MULTIMON_RATE = 22_050

Samples = NDArray[np.float32]
Spoil = Callable[[Samples, np.random.Generator], Samples]


# ---- cases -----------------------------------------------------------------------------------------------------------


def number(rng: np.random.Generator) -> str:
    """D, eleven digits, C: as a caller ID has them."""
    return "D" + "".join("0123456789"[digit] for digit in rng.integers(0, 10, 11)) + "C"


def row(name: str, spoil: Spoil | None = None, rate: int = RATE, **shape: float) -> Row:
    """A row: digits of `shape` (see dtmf_samples), what is done to them, and sixteen bits."""

    def make(seed: int) -> Case:
        rng = generator(2, seed)
        wanted = number(rng)
        digits = dtmf_samples(wanted, rate, **{"level": LEVEL, **shape})
        samples = within_silence(digits, rate, 0.2 + rng.random() * 0.02)
        return Case(as_heard(spoil(samples, rng) if spoil else samples), rate, wanted)

    return Row(name, make)


def _noise(snr: float, rate: int = RATE) -> Spoil:
    return lambda samples, rng: samples + white_noise(len(samples), rate, LEVEL - snr, rng)


def _hum(level: float) -> Spoil:
    return lambda samples, rng: samples + hum(len(samples), RATE, level, rng)


def _clip(share: float) -> Spoil:
    return lambda samples, _: clipped(samples, share)


def _speech(level: float) -> Spoil:
    return lambda samples, rng: samples + speech(len(samples), RATE, level, rng)


def _dial_tone(level: float, hertz: float = 450.0) -> Spoil:
    return lambda samples, _: samples + cadence_samples(hertz, (1.0,), RATE, 30.0, level)[: len(samples)]


def rows() -> list[Row]:
    """Those of the reference table."""
    times = (
        (50, 50),
        (45, 45),
        (40, 40),
        (35, 40),
        (30, 40),
        (25, 40),
        (23, 40),
        (20, 40),
        (50, 30),
        (50, 25),
        (50, 20),
    )
    return [
        row("clean 70/70"),
        *(row(f"on{on} off{off}", on=on / 1000, off=off / 1000) for on, off in (*times, (100, 100))),
        *(row(f"level{level}", level=level) for level in (0, -6, -20, -25, -30, -35, -40, -45)),
        *(row(f"twist{twist:+}", twist=twist) for twist in (-10, -8, -6, -4, 4, 6, 8, 10)),
        *(
            row(f"freq{share:+}%", error=share / 100)
            for share in (-2.5, -2.0, -1.8, -1.5, -1.0, 1.0, 1.5, 1.8, 2.0, 2.5)
        ),
        *(row(f"snr{snr}", _noise(snr)) for snr in (25, 20, 15, 12, 10, 8, 6, 4)),
        *(row(f"hum{level}", _hum(level)) for level in (-30, -20, -10, 0)),
        *(row(f"clip{share}", _clip(share)) for share in (1.0, 0.7, 0.5, 0.3)),
        *(row(f"speech{level}", _speech(level)) for level in (-40, -30, -25)),
    ]


def more_rows() -> list[Row]:
    """Further ones."""
    return [
        row("snr2", _noise(2)),
        row("snr0", _noise(0)),
        row("level-50", level=-50),
        row("hum+3", _hum(3)),
        row("clip0.1", _clip(0.1)),
        row("speech-20", _speech(-20)),
        row("on20 off20", on=0.020, off=0.020),
        row("on40 off40 snr8", _noise(8), on=0.04, off=0.04),
        row("on30 off40 snr12", _noise(12), on=0.03, off=0.04),
        row("on23 off40 snr15", _noise(15), on=0.023, off=0.04),
        row("on23 off40 freq+1.5%", on=0.023, off=0.04, error=0.015),
        row("on23 off40 twist+8", on=0.023, off=0.04, twist=8),
        row("on40 off40 twist-8 snr12", _noise(12), on=0.04, off=0.04, twist=-8),
        row("freq-1.5% snr8", _noise(8), error=-0.015),
        row("twist+8 snr8", _noise(8), twist=8),
        row("dial tone +0 dB", _dial_tone(LEVEL)),
        row("dial tone +10 dB", _dial_tone(0), level=-10),
        row("dial tone +22 dB", _dial_tone(-8), level=-30),
        row("dial tone 425 Hz +22 dB", _dial_tone(-8, 425.0), level=-30),
        row("dial tone 475 Hz +22 dB", _dial_tone(-8, 475.0), level=-30),
        *(
            row(f"{rate} Hz snr10", _noise(10, rate), rate)
            for rate in (11_025, 16_000, 22_050, 44_100, 48_000)
        ),
        *(row(f"{rate} Hz on23 off40", None, rate, on=0.023, off=0.04) for rate in (11_025, 22_050, 48_000)),
    ]


def refused_rows() -> list[Row]:
    """Tones that are no digits: right means that nothing was read."""

    def refused(share: float) -> Row:
        inner = row(f"refused: freq{share:+}%", error=share / 100)

        def make(seed: int) -> Case:
            case = inner.make(seed)
            return Case(case.samples, case.rate, "")

        return Row(inner.name, make)

    return [refused(share) for share in (-5.0, -3.5, 3.5, 5.0)]


# ---- decoders --------------------------------------------------------------------------------------------------------


def ours(samples: Samples, rate: int) -> list[str]:
    """All digits as one string."""
    decoder = DtmfDecoder(rate)
    tones = decoder.feed(samples) + decoder.flush()
    return ["".join(tone.symbol for tone in tones)]


def multimon(samples: Samples, rate: int) -> list[str]:
    """multimon-ng prints a line for each digit."""
    raw = to_int16(resampled(samples, rate, MULTIMON_RATE)).tobytes()
    command = ["multimon-ng", "-q", "-a", "DTMF", "-t", "raw", "-"]
    done = subprocess.run(command, input=raw, capture_output=True, timeout=600, check=True)
    lines = done.stdout.decode("ascii", "replace").splitlines()
    return ["".join(line.removeprefix("DTMF: ").strip() for line in lines if line.startswith("DTMF: "))]


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """The same sound at another rate, by its spectrum."""
    length = -(-len(samples) * wanted // rate)
    spectrum = np.fft.rfft(np.concatenate((samples, np.zeros(rate // 10, dtype=np.float32))))
    whole = round((len(samples) + rate // 10) * wanted / rate)
    return (np.fft.irfft(spectrum, whole) * (whole / (len(samples) + rate // 10)))[:length].astype(np.float32)


def spandsp(samples: Samples, rate: int) -> list[str]:
    """dtmf_rx of libspandsp; it takes 8 kHz only."""
    library = _spandsp()
    eight = to_int16(samples if rate == RATE else resampled(samples, rate, RATE))
    state = library.dtmf_rx_init(None, None, None)
    found = bytearray()
    digits = ctypes.create_string_buffer(129)
    for start in range(0, len(eight), 160):
        block = np.ascontiguousarray(eight[start : start + 160])
        library.dtmf_rx(state, block.ctypes.data_as(ctypes.c_void_p), len(block))
        while got := library.dtmf_rx_get(state, digits, 128):
            found += digits.raw[:got]
    library.dtmf_rx_free(state)
    return [found.decode("ascii", "replace")]


def _spandsp() -> ctypes.CDLL:
    library = ctypes.CDLL("libspandsp.so.2")
    library.dtmf_rx_init.restype = ctypes.c_void_p
    library.dtmf_rx_init.argtypes = [ctypes.c_void_p] * 3
    library.dtmf_rx.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    library.dtmf_rx_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    library.dtmf_rx_get.restype = ctypes.c_size_t
    library.dtmf_rx_free.argtypes = [ctypes.c_void_p]
    return library


def decoders() -> list[Decoder]:
    """Ours, and the references that are here; a missing one is named."""
    found = [Decoder("ours", ours, ours=True)]
    if shutil.which("multimon-ng"):
        found.append(Decoder("multimon-ng", multimon))
    if ctypes.util.find_library("spandsp"):
        found.append(Decoder("spandsp", spandsp))
    for name in {"ours", "multimon-ng", "spandsp"} - {each.name for each in found}:
        print(f"    {name} is not installed: passed over")
    return found


# ---- the run ---------------------------------------------------------------------------------------------------------


def run(options: Options) -> int:
    """How many rows are below the best reference or (last table) read anything."""
    found = decoders()
    missed = 0
    for title, table_rows in (
        ("reference rows", rows()),
        ("further rows", more_rows()),
        ("refused", refused_rows()),
    ):
        print(f"  -- {title}")
        table = count(table_rows, found, options)
        print_table(table_rows, found, table)
        if title != "further rows":
            missed += _below(table_rows, table, title == "refused")
        _print_cost([each[0] for each in table])
    return missed


def _below(table_rows: list[Row], table: list[list[Count]], alone: bool) -> int:
    """Rows where our share is less than the best reference's (or, where there is none that counts, than all)."""
    names = []
    for each, counts in zip(table_rows, table, strict=True):
        shares = [c.right / c.n for c in counts if c.n]
        if shares and shares[0] < (1.0 if alone else max(shares)):
            names.append(each.name)
    print(f"    below the bar: {', '.join(names) or 'none'}")
    return len(names)


def _print_cost(counts: list[Count]) -> None:
    total = sum_of(counts)
    if total.sound:
        print(f"    ours: {1000 * total.spent / total.sound:.2f} ms of processor for a second of sound")
