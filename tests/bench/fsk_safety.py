"""What our FSK decoder must never do: a wrong number from noisy messages, anything at all from noise and speech; and its cost.

The messages are those of the sweep at 4, 5 and 6 dB, where a checksum alone lets wrong ones pass. Beside ours: what the sum
alone would have let through of the same bits, and the references on as many messages as they get.
"""

from __future__ import annotations

import time  # processor time only, which no clock of the program gives

import numpy as np

from device.exchange.fsk_sound import fsk_samples
from device.fsk import FskDecoder
from tests.bench import impairments
from tests.bench.fsk_calls import RATE, Line, message
from tests.bench.fsk_sweep import decoders, our_numbers
from tests.bench.reference_decoders import available
from tests.bench.sweeping import Case, Options, Row, count, told

TITLE = "Caller ID as FSK: never a wrong number, nothing from noise and speech, processor time"
PIECE = 60.0  # seconds of noise or speech in one case
PIECES = 10
CYCLE = 5.0  # seconds: a ring, and caller ID behind it
COST_BAR, IDLE_BAR = 3.0, 0.5  # percent of one core


def run(options: Options) -> int:
    """Print what was found; how many bars were missed."""
    return _wrong_numbers(options) + _nothing(options) + _cost()


def _wrong_numbers(options: Options) -> int:
    levels = (4, 5, 6)
    rows = [Row(f"snr{snr:+d}", Line(snr=snr).heard) for snr in levels]
    each = -(-options.wrong // len(levels))
    asked = Options(each, min(each, options.others * 5), quick=options.quick)
    all_decoders = decoders()
    wrong = 0
    for row in rows:  # one by one, so that something is to be seen
        counts = count([row], all_decoders, asked)[0]
        for decoder, found in zip(all_decoders, counts, strict=True):
            print(
                f"  {row.name} {decoder.name:12} {told(found):24} wrong {found.wrong} of {found.n}",
                flush=True,
            )
        wrong += counts[0].wrong
    print(f"  ours: {wrong} wrong numbers in {each * len(levels)} messages at 4 to 6 dB", flush=True)
    return int(wrong > 0)


def _noise(seed: int) -> Case:
    count_ = int(PIECE * RATE)
    return Case(impairments.white_noise(count_, RATE, -20.0, impairments.generator(seed, 3)), RATE, "")


def _speech(seed: int) -> Case:
    count_ = int(PIECE * RATE)
    return Case(impairments.speech(count_, RATE, -15.0, impairments.generator(seed, 4)), RATE, "")


def _anything(samples: impairments.Samples, rate: int) -> list[str]:
    decoder = FskDecoder(rate)
    return [each.data.hex() for each in decoder.feed(samples) + decoder.flush()]


def _nothing(options: Options) -> int:
    missed = 0
    pieces = 2 if options.quick else PIECES
    here, _ = available()
    for name, make in (("white noise", _noise), ("speech", _speech)):
        cases = [make(seed) for seed in range(pieces)]
        found = [each for case in cases for each in _anything(case.samples, case.rate)]
        others = {
            who: sum(len(read(case.samples, case.rate)) for case in cases) for who, read in here.items()
        }
        beside = ", ".join(f"{who} {n}" for who, n in others.items())
        print(
            f"  {pieces * PIECE / 60:.0f} minutes of {name}: ours {len(found)} messages, damaged ones too ({beside})"
        )
        missed += bool(found)
    return missed


def _cost() -> int:
    """Live: 20 ms blocks of a line with a transmission in each ringing cycle; and a line with line noise only."""
    sound = fsk_samples(message("15405550123", "WANG XIAOYAN"), RATE)
    cycle = np.zeros(int(CYCLE * RATE), dtype=np.float32)
    cycle[4000 : 4000 + sound.size] = sound
    rng = impairments.generator(5)
    live = np.tile(cycle, 20) + impairments.white_noise(cycle.size * 20, RATE, -33.5, rng)
    alone = np.tile(sound, 30) + impairments.white_noise(sound.size * 30, RATE, -33.5, rng)
    idle = impairments.white_noise(cycle.size * 20, RATE, -60.0, rng)
    shares = {}
    for name, samples in (("calls", live), ("idle", idle), ("without a pause", alone)):
        began = time.process_time()
        our_numbers(samples, RATE)
        shares[name] = 100 * (time.process_time() - began) / (samples.size / RATE)
    print(
        f"  processor, of one core: a transmission each 5 s {shares['calls']:.2f} %, line noise {shares['idle']:.2f} %, "
        f"transmissions without a pause {shares['without a pause']:.2f} %"
    )
    return int(shares["calls"] > COST_BAR)
