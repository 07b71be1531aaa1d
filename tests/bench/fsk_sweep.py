"""Caller ID as FSK on bad lines: our decoder beside the references, row by row, and what theory allows in white noise.

A case counts as right when exactly its number was read. Rows, levels and SNR: LINE.md 2.1. The bar of a
row is the best reference in this run, and that of the issue where there is one; an interval that reaches it meets it.
"""

from __future__ import annotations

import math

from device.caller_id import NotRead, read_message
from device.fsk import FskDecoder
from tests.bench.fsk_calls import rows
from tests.bench.impairments import BAND, Samples
from tests.bench.reference_decoders import PACKAGES, available
from tests.bench.sweeping import Count, Decoder, Options, Row, count, print_table, sum_of, wilson

TITLE = "Caller ID as FSK: percent of messages read right [95 % interval], !n wrong numbers"
BLOCK = 0.02  # seconds; a sound card gives about so much at once
BARS = {
    "snr+12": 100.0,
    "snr+10": 98.0,
    "snr+8": 88.0,
    "clip0.1": 90.0,
    "speech-28": 95.0,
    "speech-23": 60.0,
}
NO_BAR = ("snr+6", "snr+4", "snr+2", "snr+0")
BAUD = 1200
MESSAGE_BITS = 260  # of the messages of this sweep: 26 characters of 10 bits


def our_numbers(samples: Samples, rate: int) -> list[str]:
    """What our decoder takes for good, fed in blocks as a sound card gives them."""
    decoder = FskDecoder(rate)
    step = round(BLOCK * rate)
    found = [
        message for at in range(0, samples.size, step) for message in decoder.feed(samples[at : at + step])
    ]
    found += decoder.flush()
    read = [read_message(message.data) for message in found if message.checksum_ok]
    return ["?" if isinstance(each, NotRead) or each.number is None else each.number for each in read]


def decoders() -> list[Decoder]:
    """Ours first, then the references that are here; those that are not are told."""
    here, missing = available()
    if missing:
        print(f"  not here: {', '.join(missing)}; to compare: sudo apt-get install {PACKAGES}")
    return [Decoder("ours", our_numbers, ours=True), *(Decoder(name, read) for name, read in here.items())]


def run(options: Options) -> int:
    """Print the table; how many bars were missed."""
    all_rows, all_decoders = rows(), decoders()
    table = count(all_rows, all_decoders, options)
    print_table(all_rows, all_decoders, table)
    _print_theory(all_rows, table)
    ours = sum_of([counts[0] for counts in table])
    print(
        f"  ours: {100 * ours.spent / max(ours.sound, 1e-9):.2f} % of one core while decoding ({ours.sound:.0f} s of sound)"
    )
    missed = [row.name for row, counts in zip(all_rows, table, strict=True) if _missed(row, counts)]
    print(f"  rows below their bar: {', '.join(missed) or 'none'}")
    return len(missed)


def _missed(row: Row, counts: list[Count]) -> bool:
    """Is our share, with its interval, below the best reference's or the issue's?"""
    ours, others = counts[0], counts[1:]
    if not ours.n:
        return False
    bar = 0.0 if row.name in NO_BAR else BARS.get(row.name, 0.0)
    best = max((100 * each.right / each.n for each in others if each.n), default=0.0)
    return wilson(ours.right, ours.n)[1] < max(bar, best) or ours.wrong > 0


def noncoherent(snr: float, bits: int = MESSAGE_BITS) -> float:
    """Percent of messages without a wrong bit: noncoherent FSK, perfect timing, white noise (Proakis 5.4: exp(-Eb/2N0)/2)."""
    ratio = 10 ** (snr / 10) * BAND / BAUD
    return 100 * (1 - 0.5 * math.exp(-ratio / 2)) ** bits


def _print_theory(all_rows: list[Row], table: list[list[Count]]) -> None:
    print("  white noise: bit by bit with perfect timing (noncoherent FSK) against ours")
    for row, counts in zip(all_rows, table, strict=True):
        if row.name.startswith("snr") and counts[0].n:
            snr, ours = float(row.name[3:]), 100 * counts[0].right / counts[0].n
            limit = noncoherent(snr)
            print(f"    {row.name:8} limit {limit:6.2f} %   ours {ours:6.2f} %   {_gain(snr, ours)}")


def _gain(snr: float, share: float) -> str:
    """By how many dB ours is ahead of that limit."""
    if not 0.5 < share < 99.9:
        return ""
    needed = snr
    while noncoherent(needed) < share:
        needed += 0.01
    while noncoherent(needed) > share:
        needed -= 0.01
    return f"as if {needed - snr:+.1f} dB"
