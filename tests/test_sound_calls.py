"""From sound to the record: calls on a line that nothing but a sound card hears, as the line machine closes them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from device.exchange.fsk_sound import fsk_samples
from device.exchange.tone_sound import dtmf_samples, ring_samples, tone_samples, voice_samples
from device.sample_clock import SampleClock
from device.signals import SECOND, Instant, LineRestored, Means, Sound
from device.sound_ear import SoundEar
from firmware_app.calls.call import Call, CallClosed, CallEvent, Disposition
from firmware_app.calls.heard_line import HeardLine
from firmware_app.calls.line_machine import LineMachine
from tests.sound_support import RATE, Sound32, silence

NUMBER = bytes.fromhex("801601083033313731363536020A32313536343330313434BA")  # LINE 1.2
T0 = 1_000 * SECOND
BLOCK = 1600


class ByOneEar:
    """A line with several ears of which one is there: the same record by both ways."""

    def __init__(self) -> None:
        self.line = HeardLine("L1", "boot", ["audio"])

    def handle(self, signal: object) -> list[CallEvent]:
        return self.line.handle(signal, "audio")  # type: ignore[arg-type]

    def expire(self, now: Instant) -> list[CallEvent]:
        return self.line.expire(now)


def recorded(
    parts: list[Sound32], infer: bool = True, line: Callable[[], LineMachine | ByOneEar] | None = None
) -> list[Call]:
    """The calls that were closed while the sound was heard, and 30 s after it."""
    sound = np.concatenate([silence(3), *parts, silence(30)])
    sound = np.clip(sound + np.random.default_rng(1).normal(0, 0.0005, len(sound)), -1, 1).astype(np.float32)
    ear, times = SoundEar("L1", RATE, infer_hook=infer), SampleClock(RATE)
    machine = line() if line else LineMachine("L1", "boot")
    events = list(machine.handle(LineRestored("L1", Instant(T0, T0), ear.sensing)))
    for begin in range(0, len(sound), BLOCK):
        part = sound[begin : begin + BLOCK]
        mono = T0 + (begin + len(part)) * SECOND // RATE
        times.read(begin + len(part), mono)
        for signal in ear.feed(part, times, Instant(mono, mono)):
            events += machine.handle(signal)
        events += machine.expire(Instant(mono, mono))
    return [event.call for event in events if isinstance(event, CallClosed)]


def ring() -> Sound32:
    return ring_samples(RATE, 1.0)


def rings_with_fsk() -> list[Sound32]:
    burst = fsk_samples(NUMBER, RATE)
    return [ring(), silence(0.6), burst, silence(3.4 - len(burst) / RATE), ring()]


BOTH = pytest.mark.parametrize("line", [lambda: LineMachine("L1", "boot"), ByOneEar], ids=["machine", "ears"])


@BOTH
def test_nobody_answered(line: Callable[[], LineMachine | ByOneEar]) -> None:
    (call,) = recorded([*rings_with_fsk(), silence(4), ring()], line=line)
    assert (call.disposition, call.ring_bursts) == (Disposition.NO_ANSWER, 3)
    assert call.caller_id is not None
    assert call.caller_id.number == "2156430144"


@BOTH
def test_somebody_answered_and_hung_up(line: Callable[[], LineMachine | ByOneEar]) -> None:
    talk = [silence(1.4), voice_samples(RATE, 10, 3)]
    (call,) = recorded([*rings_with_fsk(), *talk], line=line)
    assert call.disposition is Disposition.ANSWERED
    assert call.answered is not None
    assert call.ended is not None
    answered, ended = ((at.mono - T0) / SECOND for at in (call.answered, call.ended))
    assert 9.0 < answered < 10.5  # the last burst ends at 9.0, the first word comes at 10.4 and a little
    assert 19.5 < ended < 21.0


def test_without_inference_the_hook_stays_unknown_and_nothing_is_guessed() -> None:
    (call,) = recorded([*rings_with_fsk()], infer=False)
    assert call.disposition is Disposition.UNKNOWN


def test_a_line_that_becomes_noisy_leaves_its_call_unknown() -> None:
    hiss = np.random.default_rng(2).normal(0, 0.01, 7 * RATE).astype(np.float32)
    (call,) = recorded([*rings_with_fsk(), silence(3), hiss])
    assert call.disposition in (Disposition.UNKNOWN, Disposition.ANSWERED)
    assert call.disposition is not Disposition.NO_ANSWER


def test_two_missed_calls_one_after_the_other() -> None:
    calls = recorded([*rings_with_fsk(), silence(13), *rings_with_fsk()])
    assert [call.disposition for call in calls] == [Disposition.NO_ANSWER] * 2


def test_an_outbound_call_with_its_digits() -> None:
    tone, digits = tone_samples(Sound.DIAL_TONE, RATE, 2), dtmf_samples("13800", RATE, on=0.1, off=0.1)
    (call,) = recorded([tone, digits, silence(1), voice_samples(RATE, 6, 7)])
    assert (call.direction.value, call.digits) == ("outbound", "13800")


def test_lifted_to_dial_after_the_caller_had_gone() -> None:
    """Dial tone soon after the last burst: the call was missed, and an outbound one follows."""
    parts = [*rings_with_fsk(), silence(1.5), tone_samples(Sound.DIAL_TONE, RATE, 2)]
    parts += [dtmf_samples("15400001234", RATE, on=0.1, off=0.1), silence(1), voice_samples(RATE, 5, 9)]
    missed, outbound = recorded(parts)
    assert missed.answered is None
    assert (outbound.direction.value, outbound.digits) == ("outbound", "15400001234")


def test_how_it_is_known_is_in_the_record() -> None:
    (call,) = recorded([*rings_with_fsk(), silence(1.4), voice_samples(RATE, 10, 3)])
    assert Means.SOUND.value in repr(call)
