"""A sound tap as a line interface: what it tells of whole calls, being lost and found, attention, closing; and its sleep."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from device import clock
from device.audio_tap import AudioTap
from device.exchange.fsk_sound import fsk_samples
from device.exchange.tone_sound import dtmf_samples, ring_samples, tone_samples, voice_samples
from device.interface import Attentive, LineInterface
from device.sample_clock import SampleClock
from device.signals import (
    SECOND,
    CallerIdHeard,
    DigitDialled,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    Sound,
    SoundHeard,
    seconds,
)
from device.sound_ear import SoundEar
from device.sound_watch import NEW_FLOOR, QUIET, SoundWatch
from tests.hand_pins import Told
from tests.sound_support import RATE, FedSource, Sound32, s16, silence

NUMBER = bytes.fromhex("801601083033313731363536020A32313536343330313434BA")  # LINE 1.2
T0 = 1_000 * SECOND


# -- whole calls, by sound alone (pure: the clock is made up)


def noisy(parts: list[Sound32], level: float = 0.0005) -> Sound32:
    line = np.concatenate(parts)
    line = line + np.random.default_rng(1).normal(0, level, len(line))
    return np.clip(line, -1, 1).astype(np.float32)


def heard(line: Sound32, rate: int = RATE, block: float = 0.2, *, infer: bool = True) -> list[LineSignal]:
    ear, times = SoundEar("L1", rate, infer_hook=infer), SampleClock(rate)
    told: list[LineSignal] = []
    size = round(block * rate)
    for begin in range(0, len(line), size):
        part = line[begin : begin + size]
        mono = T0 + (begin + len(part)) * SECOND // rate
        times.read(begin + len(part), mono)
        told += ear.feed(part, times, Instant(mono, mono))
    return told


def when(signal: LineSignal) -> float:
    return (signal.at.mono - T0) / SECOND


def story(told: list[LineSignal]) -> list[str]:
    return [type(signal).__name__ for signal in told if not isinstance(signal, SoundHeard)]


def ring(rate: int = RATE) -> Sound32:
    return ring_samples(rate, 1.0)


def fsk_gap(rate: int = RATE) -> list[Sound32]:
    burst = fsk_samples(NUMBER, rate)
    return [silence(0.6, rate), burst, silence(3.4 - len(burst) / rate, rate)]


RINGS = ["RingStarted", "RingEnded"]


@pytest.mark.parametrize(("rate", "block"), [(8_000, 0.2), (48_000, 0.2), (44_100, 0.033), (8_000, 3.0)])
def test_a_missed_call_with_fsk(rate: int, block: float) -> None:
    line = noisy([silence(3, rate), ring(rate), *fsk_gap(rate), ring(rate), silence(12, rate)])
    told = heard(line, rate, block)
    assert story(told) == [*RINGS, "CallerIdHeard", *RINGS]
    times = [when(signal) for signal in told if isinstance(signal, RingStarted | RingEnded)]
    assert times == pytest.approx([3, 4, 8, 9], abs=0.04)
    (caller,) = (signal for signal in told if isinstance(signal, CallerIdHeard))
    assert (caller.caller_id.number, caller.checked) == ("2156430144", True)


def test_an_answered_call_with_dtmf_before_the_first_ring() -> None:
    digits = dtmf_samples("D15400001234C", RATE)
    talk = [silence(1.5), voice_samples(RATE, 8, 3), tone_samples(Sound.BUSY, RATE, 4)]
    told = heard(noisy([silence(3), digits, silence(0.5), ring(), *talk, silence(10)]))
    assert story(told) == ["CallerIdHeard", *RINGS, "OffHook", "OnHook"]
    lifted, hung_up = (signal for signal in told if isinstance(signal, OffHook | OnHook))
    ended = 3 + len(digits) / RATE + 1.5
    assert ended < when(lifted) < ended + 1.6
    assert abs(when(hung_up) - (ended + 1.5 + 8 + 4)) < 0.5


def test_an_outbound_call() -> None:
    dialled = dtmf_samples("13800", RATE, on=0.1, off=0.1)
    line = [
        silence(3),
        tone_samples(Sound.DIAL_TONE, RATE, 2),
        dialled,
        voice_samples(RATE, 5, 7),
        silence(9),
    ]
    told = heard(noisy(line))
    assert story(told) == ["OffHook", *["DigitDialled"] * 5, "OnHook"]
    assert "".join(each.digit for each in told if isinstance(each, DigitDialled)) == "13800"
    assert when(next(each for each in told if isinstance(each, OffHook))) == pytest.approx(3, abs=0.2)


def test_a_gap_in_the_stream_ends_what_was_half_heard() -> None:
    ear, times = SoundEar("L1", RATE), SampleClock(RATE)
    line = noisy([silence(2), ring()])
    now = Instant(T0, T0)
    times.read(len(line), T0)
    told = ear.feed(line, times, now)
    assert ear.awake
    told += ear.feed(noisy([silence(2)]), times, now, gap=True)
    assert story(told) == RINGS


# -- asleep and awake


def watched(watch: SoundWatch, line: Sound32, *, wanted: bool = False) -> list[tuple[int, int, bool]]:
    blocks = [line[begin : begin + 1600] for begin in range(0, len(line), 1600)]
    return [
        (each.start, len(each.samples), each.fresh)
        for block in blocks
        for each in watch.feed(block, wanted=wanted)
    ]


def test_a_quiet_line_is_not_decoded_and_what_breaks_it_is_with_what_was_before() -> None:
    watch = SoundWatch(RATE)
    assert watched(watch, noisy([silence(20)])) == []
    (first, *more) = watched(watch, noisy([silence(0.2), dtmf_samples("1", RATE), silence(9)]))
    assert first == (int(20.2 * RATE) - int(1.5 * RATE), RATE // 2, True)
    assert not any(fresh for _, _, fresh in more)
    ends = [start + length for start, length, _ in (first, *more)]
    assert [start for start, _, _ in more] == ends[:-1]  # nothing twice, nothing left out
    assert not watch.awake


def test_who_is_told_that_it_rings_gets_the_last_six_seconds() -> None:
    watch = SoundWatch(RATE)
    watched(watch, noisy([silence(20)]))
    first, *_ = watched(watch, noisy([silence(0.2)]), wanted=True)
    assert first == (int(14.0 * RATE), RATE // 2, True)
    watched(watch, noisy([silence(2 * QUIET)]), wanted=True)
    assert watch.awake
    watched(watch, noisy([silence(0.2)]))
    assert not watch.awake


def test_hum_does_not_hide_a_faint_digit() -> None:
    hum = (0.2 * np.sin(2 * np.pi * 50 * np.arange(25 * RATE) / RATE)).astype(np.float32)
    watch = SoundWatch(RATE)
    assert watched(watch, noisy([hum])) == []
    faint = np.concatenate([silence(0.2), dtmf_samples("1", RATE, level=-35.0), silence(0.2)])
    assert watched(watch, noisy([faint + hum[: len(faint)]])) != []


def test_noise_that_stays_is_a_new_floor_unless_something_is_heard_in_it() -> None:
    watch = SoundWatch(RATE)
    watched(watch, noisy([silence(5)]))
    assert watched(watch, noisy([silence(NEW_FLOOR + 1)], level=0.02)) != []
    assert not watch.awake
    assert watched(watch, noisy([silence(5)], level=0.02)) == []
    watched(watch, noisy([silence(NEW_FLOOR - 1)], level=0.2))
    watch.heard_something()
    watched(watch, noisy([silence(NEW_FLOOR - 1)], level=0.2))
    assert watch.awake


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=30), st.sampled_from([0, 1, 159, 160, 161, 7999]))
@example([1, 1, 1, 4000, 1], 161)
@settings(max_examples=40)
def test_blocks_of_any_length_wake_at_the_same_sample(lengths: list[int], offset: int) -> None:
    """Every sample from the first stretch on is given once, in order, and quiet begins where the sound ended."""
    line = noisy([silence(1 + offset / RATE), dtmf_samples("1", RATE), silence(0.5)])
    watch = SoundWatch(RATE)
    expected: int | None = None
    begin, turn = 0, 0
    while begin < len(line):
        size = lengths[turn % len(lengths)]
        for each in watch.feed(line[begin : begin + size], wanted=False):
            assert expected in (None, each.start)
            assert np.array_equal(each.samples, line[each.start : each.start + len(each.samples)])
            expected = each.start + len(each.samples)
        begin, turn = begin + size, turn + 1
    assert expected == len(line)
    assert abs(watch.quiet_since - (RATE + offset + 0.07 * RATE)) <= 160


# -- the driver


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def source() -> FedSource:
    return FedSource()


@pytest.fixture
def tap(source: FedSource) -> Iterator[AudioTap]:
    tap = AudioTap("L1", "hw:1,0", infer_hook=True, source=source)
    yield tap
    tap.close()


def test_it_is_a_line_interface_and_attentive(tap: AudioTap) -> None:
    interface: LineInterface = tap
    attentive: Attentive = tap
    attentive.attend(ringing=False, off_hook=False)
    assert (interface.line, repr(tap)) == ("L1", "<AudioTap L1 on hw:1,0>")


def test_the_first_samples_restore_the_line_and_say_what_it_senses(
    tap: AudioTap, source: FedSource, told: Told
) -> None:
    assert tap.check(1).detail == "not open yet"
    tap.start(told.queue.put)
    tap.start(told.queue.put)
    source.feed(silence(0.2))
    restored = told.next(LineRestored)
    assert (restored.line, restored.interface, restored.sensing.hook) == ("L1", "audio", True)
    check = tap.check(1)
    assert (check.answers, check.set_up, check.on_hook) == (True, True, None)


def test_a_burst_that_was_read_now_happened_just_before(tap: AudioTap, source: FedSource, told: Told) -> None:
    tap.start(told.queue.put)
    source.feed(noisy([silence(2), ring(), silence(2)]))
    told.next(LineRestored)
    started = next_of(told, RingStarted)
    behind = clock.now().mono - started.at.mono
    assert seconds(2.9) < behind < seconds(8)
    assert abs(next_of(told, RingEnded).at.mono - started.at.mono - SECOND) < SECOND // 20


def next_of(told: Told, kind: type[RingStarted] | type[RingEnded]) -> LineSignal:
    while True:
        signal = told.queue.get(timeout=20)
        if isinstance(signal, kind):
            return signal
        assert isinstance(signal, SoundHeard)


def test_what_the_other_ears_say_wakes_it(tap: AudioTap, source: FedSource, told: Told) -> None:
    """A number too faint to wake it by itself, before a burst that only another ear heard."""
    tap.start(told.queue.put)
    tap.attend(ringing=True, off_hook=False)
    source.feed(silence(2))
    told.next(LineRestored)
    assert told.next(SoundHeard).sound is Sound.SILENCE


def test_lost_is_told_once_and_found_again(tap: AudioTap, source: FedSource, told: Told) -> None:
    tap.start(told.queue.put)
    source.feed(silence(0.2))
    told.next(LineRestored)
    source.lose("unplugged")
    assert told.next(LineLost).reason == "unplugged"
    assert (tap.check(1).answers, tap.check(1).detail) == (False, "unplugged")
    source.lose("still away")
    opened = source.opened
    while source.opened == opened:
        threading.Event().wait(0.05)
    assert told.nothing_more()
    source.lost = None
    source.feed(silence(0.2))
    told.next(LineRestored)


@pytest.mark.slow
def test_a_source_that_stands_still_is_lost(tap: AudioTap, source: FedSource, told: Told) -> None:
    tap.start(told.queue.put)
    assert told.next(LineLost).reason == "hw:1,0: nothing is fed"
    source.feed(silence(0.2))
    told.next(LineRestored)
    assert told.next(LineLost).reason == "hw:1,0: nothing is fed"
    assert source.closed == 2


def test_a_source_that_breaks_in_an_unforeseen_way_is_lost_too(told: Told) -> None:
    source = FedSource(rate=0)
    tap = AudioTap("L1", "hw:1,0", source=source)
    tap.start(told.queue.put)
    source.feed(silence(0.2))
    told.next(LineRestored)
    assert told.next(LineLost).reason == "internal error"
    tap.close()


def test_a_named_pipe_from_end_to_end(tmp_path: Path, told: Told) -> None:
    os.mkfifo(tmp_path / "tap")
    tap = AudioTap("L1", str(tmp_path / "tap"))
    tap.start(told.queue.put)
    with (tmp_path / "tap").open("wb") as writer:
        writer.write(s16(noisy([silence(0.5), ring(), silence(1.0)])))
    restored = told.next(LineRestored)
    assert not restored.sensing.hook
    assert next_of(told, RingStarted).at < next_of(told, RingEnded).at
    assert next_lost(told) == "nobody writes into the pipe any more"
    tap.close()


def next_lost(told: Told) -> str:
    while not isinstance(signal := told.queue.get(timeout=20), LineLost):
        continue
    return signal.reason


def test_a_card_that_is_not_there_is_told_and_closing_ends_the_waiting(told: Told, tmp_path: Path) -> None:
    tap = AudioTap("L1", str(tmp_path / "absent"))
    tap.start(told.queue.put)
    assert told.next(LineLost).reason == "absent: No such file or directory"
    tap.close()
    tap.close()
    tap.start(told.queue.put)
    assert told.nothing_more()


@pytest.mark.slow
def test_sound_that_stands_still_does_not_pass_the_check(
    tap: AudioTap, source: FedSource, told: Told
) -> None:
    tap.start(told.queue.put)
    source.feed(silence(0.2))
    told.next(LineRestored)
    details = set()
    while tap.check(1).answers:
        threading.Event().wait(0.02)
    details.add(tap.check(1).detail)
    assert details <= {"the sound stands still", "hw:1,0: nothing is fed"}


def test_without_numpy_the_line_is_lost_and_says_what_installs_it() -> None:
    """In a Python that finds no numpy: the driver is loaded and started all the same."""
    script = (
        "import sys, queue, importlib.abc\n"
        "class Away(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] == 'numpy': raise ModuleNotFoundError(name, name='numpy')\n"
        "sys.meta_path.insert(0, Away())\n"
        "from device.audio_tap import AudioTap\n"
        "told = queue.SimpleQueue()\n"
        "tap = AudioTap('L1', 'hw:1,0')\n"
        "tap.start(told.put)\n"
        "print(told.get(timeout=20).reason)\n"
        "tap.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr.count("Traceback")) == ("numpy is not installed: make sound\n", 0)


def test_it_closes_without_ever_being_started(source: FedSource) -> None:
    tap = AudioTap("L1", "hw:1,0", source=source)
    tap.close()
    assert source.closed == 0
