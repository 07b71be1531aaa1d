"""What a sound tap hears of a virtual line: each thing in its place, whatever the stretches that are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from device.caller_id import read_message
from device.dtmf import DtmfDecoder
from device.exchange.course_sounds import sounds_of
from device.exchange.line_course import course
from device.exchange.planned import PlannedCall, PlannedDialling, Sent
from device.exchange.sounding_line import SoundingLine
from device.exchange.wire_changes import Wire, WireChange
from device.fsk import FskDecoder
from device.signals import SECOND, CallerId, Sound, seconds

RATE = 8000


def rendered(changes: list[WireChange], lasts: float, chunk: int = 160) -> NDArray[np.float32]:
    """The first `lasts` seconds, each change told when its moment has come, as the pipe does it."""
    line, left, parts = SoundingLine(RATE), sorted(changes, key=lambda change: change.at), []
    for first in range(0, round(lasts * RATE), chunk):
        end = (first + chunk) * SECOND // RATE
        while left and left[0].at < end:
            line.wire(left.pop(0))
        parts.append(line.render(first * SECOND // RATE, chunk))
    return np.concatenate(parts)


def power(samples: NDArray[np.float32], begin: float, end: float) -> float:
    return float(np.mean(samples[round(begin * RATE) : round(end * RATE)] ** 2))


@pytest.mark.parametrize("chunk", [80, 160, 1600])
def test_ringing_and_caller_id_are_where_they_belong(chunk: int) -> None:
    plan = PlannedCall(CallerId("15400001234"), bursts=2)
    changes = course(plan, 0)
    samples = rendered([*changes, *sounds_of(plan, changes)], 7, chunk)
    assert power(samples, 0.02, 0.98) > 0.3
    assert power(samples, 1.05, 1.45) < 1e-5
    assert power(samples, 5.02, 5.98) > 0.3
    decoder = FskDecoder(RATE)
    (message,) = decoder.feed(samples) + decoder.flush()
    said = read_message(message.data)
    assert isinstance(said, CallerId)
    assert said.number == "15400001234"
    assert abs(message.start / RATE - 1.5) < 0.3


def test_a_broken_message_gives_no_number() -> None:
    plan = PlannedCall(CallerId("15400001234"), bursts=2, sent=Sent.BROKEN)
    changes = course(plan, 0)
    decoder = FskDecoder(RATE)
    found = decoder.feed(rendered([*changes, *sounds_of(plan, changes)], 4)) + decoder.flush()
    assert [message.checksum_ok for message in found] in ([], [False])


def test_tones_of_the_exchange_and_digits_of_a_person() -> None:
    plan = PlannedCall(CallerId("15400001234"), bursts=1, sent=Sent.TONES)
    decoder = DtmfDecoder(RATE)
    tones = decoder.feed(rendered(course(plan, 0), 2.2)) + decoder.flush()
    assert "".join(tone.symbol for tone in tones) == "D15400001234C"
    dialling = PlannedDialling("0356#")
    decoder = DtmfDecoder(RATE)
    changes = course(dialling, 0)
    tones = decoder.feed(rendered([*changes, *sounds_of(dialling, changes)], 4)) + decoder.flush()
    assert "".join(tone.symbol for tone in tones) == "0356#"


def test_a_sound_lasts_until_the_next_and_ends_with_on_hook() -> None:
    changes = [
        WireChange(seconds(0.5), Wire.SOUND, sound=Sound.DIAL_TONE),
        WireChange(seconds(1.0), Wire.SOUND, sound=Sound.SILENCE),
        WireChange(seconds(1.5), Wire.SOUND, sound=Sound.VOICE),
        WireChange(seconds(4.0), Wire.ON_HOOK),
        WireChange(seconds(4.5), Wire.DIGIT, digit="5", pulses=True),
    ]
    samples = rendered(changes, 5)
    assert power(samples, 0, 0.5) < 1e-5 < 1e-3 < power(samples, 0.5, 1.0)
    assert power(samples, 1.0, 1.5) < 1e-5 < power(samples, 1.5, 4.0)
    assert power(samples, 4.0, 5.0) < 1e-5
