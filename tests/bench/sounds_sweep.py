"""Sounds of a line and what is made of each: a table of confusion, talk-off in minutes of noise and speech, and their cost.

Each sound is played between silences with its cadence up to 15 % off (each time for itself), its frequency and level anywhere in
what the network is allowed and down to -30 dBm0, hum and noise on the line. Counted is what is told from its beginning
on, until the silence behind it; right is that sound alone, once and begun within 0.1 s (a voice pauses, and may begin with any).
"""

from __future__ import annotations

import time  # processor time only, which no clock of the program gives
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from device.dtmf import DtmfDecoder
from device.exchange.fsk_sound import fsk_samples
from device.exchange.tone_sound import (
    CADENCES,
    cadence_samples,
    dtmf_samples,
    ring_samples,
    voice_samples,
)
from device.line_sounds import SoundDecoder
from device.signals import Sound
from tests.bench.impairments import as_heard, generator, hum, speech, white_noise
from tests.bench.sweeping import Options

TITLE = "Sounds: what is heard (columns) of what is played (rows), and talk-off"

RATE = 8_000
BEFORE, PLAYED, AFTER = 1.5, 9.0, 6.5  # seconds
SPREAD = {Sound.FAX_CALLING: 30.0, Sound.ANSWER_TONE: 15.0}  # Hz; 25 for the tones of the network
OTHERS = ("digits", "fsk", "ringing", "clicks", "hiss -35")
FSK = bytes.fromhex("802001083035313131383532020A3430373535353030303007084A4F484E20444F4584")

Samples = NDArray[np.float32]


def run(options: Options) -> int:
    """Sounds that were not told right in 98 % of the cases, and digits out of nothing."""
    missed = _confusion(24 if options.quick else min(options.ours, 100))
    return missed + _talk_off(1 if options.quick else 10)


# ---- confusion -------------------------------------------------------------------------------------------------------


def _confusion(n: int) -> int:
    names = [*(sound.value for sound in Sound if sound is not Sound.SILENCE), *OTHERS]
    columns = [sound.value for sound in Sound if sound is not Sound.SILENCE]
    print(f"  {'':14}{'right':>7}" + "".join(f"{column[:11]:>13}" for column in columns) + f"{'nothing':>9}")
    missed = 0
    for name in names:
        heard: Counter[str] = Counter()
        right = 0
        for seed in range(n):
            told = sounds_of(name, seed)
            heard.update(dict.fromkeys((each for each, _ in told), 1) or {"nothing": 1})
            wanted = [] if name in OTHERS else [name]
            prompt = name == "voice" or all(abs(start - BEFORE) < 0.1 for _, start in told)
            right += (
                sorted({each for each, _ in told}) == wanted and prompt and (name == "voice" or len(told) < 2)
            )
        missed += right < 0.98 * n
        cells = "".join(f"{heard[column] or '.':>13}" for column in columns)
        print(f"  {name:14}{100 * right / n:6.1f}%{cells}{heard['nothing'] or '.':>9}", flush=True)
    print(f"    {n} cases a row; silence is told before and after each")
    return missed


def sounds_of(name: str, seed: int) -> list[tuple[str, float]]:
    """What was told, but for silence, each with its place in seconds."""
    rng = generator(3, seed)
    sound = played(name, rng)
    samples = np.concatenate((np.zeros(round(BEFORE * RATE)), sound, np.zeros(round(AFTER * RATE))))
    noise = white_noise(len(samples), RATE, rng.uniform(-65, -45), rng)
    line = as_heard(samples + noise + hum(len(samples), RATE, rng.uniform(-40, -15), rng))
    decoder = SoundDecoder(RATE)
    told = decoder.feed(line) + decoder.flush()
    return [(each.sound.value, each.start / RATE) for each in told if each.sound is not Sound.SILENCE]


def played(name: str, rng: np.random.Generator) -> Samples:
    """One case of it."""
    level = float(rng.uniform(-30, -7))
    match name:
        case "voice":
            speaker = voice_samples if rng.random() < 0.5 else _bench_voice
            return speaker(RATE, PLAYED, int(rng.integers(2**31)), max(level, -28.0))
        case "digits":
            return dtmf_samples("13800138000" * 3, RATE, level=level)
        case "fsk":
            return fsk_samples(FSK, RATE, level=max(level, -25.0))
        case "ringing":
            return ring_samples(
                RATE, PLAYED, hertz=float(rng.uniform(16, 35)), overdrive=float(rng.uniform(0.6, 30))
            )
        case "clicks":
            clicks = np.zeros(round(PLAYED * RATE), dtype=np.float32)
            for place in rng.integers(0, len(clicks) - 200, 30):
                clicks[place : place + 100] = rng.choice([-0.8, 0.8]) * np.exp(-np.arange(100) / 15)
            return clicks
        case "hiss -35":
            return white_noise(round(PLAYED * RATE), RATE, -35.0, rng)
        case _:
            sound = Sound(name)
            hertz, cadence = CADENCES[sound]
            off = SPREAD.get(sound, 25.0)
            times = [time * float(rng.uniform(0.86, 1.14)) for time in cadence]
            return cadence_samples(hertz + float(rng.uniform(-off, off)), times, RATE, PLAYED, level)


def _bench_voice(rate: int, seconds: float, seed: int, level: float) -> Samples:
    return speech(round(seconds * rate), rate, level, generator(seed))


# ---- talk-off --------------------------------------------------------------------------------------------------------


def _talk_off(minutes: int) -> int:
    """Digits heard where there are none."""
    missed = 0
    for name, level in (("white noise", -20), ("speech of the bench", -15), ("speech of the exchange", -15)):
        digits, spent = 0, {"digits": 0.0, "sounds": 0.0}
        for minute in range(minutes):
            samples = as_heard(_minute(name, minute, level))
            for kind, decoder in (("digits", DtmfDecoder(RATE)), ("sounds", SoundDecoder(RATE))):
                began = time.process_time()
                found = [
                    each
                    for at in range(0, len(samples), 160)
                    for each in decoder.feed(samples[at : at + 160])
                ]
                spent[kind] += time.process_time() - began
                digits += len(found) if kind == "digits" else 0
        missed += digits > 0
        cost = ", ".join(f"{kind} {100 * took / (minutes * 60):.2f} %" for kind, took in spent.items())
        print(
            f"    {minutes} min of {name} at {level} dBm0: {digits} digits; of one core, in blocks of 20 ms: {cost}"
        )
    return missed


def _minute(name: str, minute: int, level: float) -> Samples:
    rng, count = generator(4, minute), 60 * RATE
    if name == "white noise":
        return white_noise(count, RATE, level, rng)
    if name == "speech of the bench":
        return speech(count, RATE, level, rng)
    return voice_samples(RATE, 60.0, minute, level)
