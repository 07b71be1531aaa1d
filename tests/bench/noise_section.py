"""Random bytes and random signals into every parser and the line machine: nothing may raise. How long it takes is told too."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from device import clock
from device.at_protocol import ModemReader
from device.caller_id import read_message
from device.hook_detector import HookDetector
from device.modem_hearing import ModemHearing
from device.ring_cadence import RingCadence
from device.signals import (
    MILLISECOND,
    SECOND,
    Absence,
    CallerId,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Flash,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    LoopLost,
    LoopRestored,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    Sensing,
    SensingChanged,
    Sound,
    SoundHeard,
    Unrecognised,
)
from device.trace import Heard, parse_trace
from firmware_app.calls.line_machine import LineMachine
from tests.bench.appliance import ROOT
from tests.bench.figure_table import Figure

RANDOM_BYTES = 10_000_000
RANDOM_SIGNALS = 1_000_000
SEED = 20261123

# What a stretch of time may be: on both sides of every limit that ears and machine know, and anything else.
LIMITS_MS = (
    1,
    10,
    20,
    40,
    60,
    80,
    100,
    150,
    200,
    300,
    700,
    1000,
    1500,
    2000,
    3000,
    5000,
    6000,
    8000,
    15000,
    30000,
)
LONG_S = (60, 1200, 3600, 86400)


@dataclass(slots=True)
class Count:
    """How many were fed, and what was raised."""

    fed: int = 0
    raised: int = 0
    first: str = ""

    def guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001  (whatever it is, it is what this looks for)
            self.raised += 1
            self.first = self.first or traceback.format_exc(limit=-3)


def run() -> list[Figure]:
    return [random_bytes(), random_signals(), random_edges()]


def random_bytes() -> Figure:
    """Half of the bytes are any bytes, half are real transcripts with faults in them."""
    luck = random.Random(SEED)
    count, began = Count(), clock.now().mono
    real = b"".join(transcripts())
    ears = Ears()
    while count.fed < RANDOM_BYTES:
        piece = luck.randbytes(4096) if luck.random() < 0.5 else faulty(real, luck)
        count.fed += len(piece)
        count.guard(lambda piece=piece: ears.hear(piece, luck))  # type: ignore[misc]
        count.guard(lambda piece=piece: _messages(piece, luck))  # type: ignore[misc]
    return _figure("random bytes through modem reader, ear, line machine", count, began)


class Ears:
    """A modem's ear and the machine of its line, opened anew now and then as after an unplugging."""

    def __init__(self) -> None:
        self._now = 0
        self._open()

    def _open(self) -> None:
        self._reader, self._hearing, self._machine = (
            ModemReader(),
            ModemHearing("L1"),
            LineMachine("L1", "boot"),
        )

    def hear(self, piece: bytes, luck: random.Random) -> None:
        if luck.random() < 0.01:
            self._open()
        position = 0
        while position < len(piece):
            size = luck.choice((1, 2, 7, 59, 300))
            self._now += stretch(luck)
            at = Instant(self._now, self._now)
            for event in self._reader.receive(piece[position : position + size]):
                for signal in self._hearing.hear(event, at):
                    self._machine.handle(signal)
            position += size


def _messages(piece: bytes, luck: random.Random) -> None:
    """Caller-ID messages: any bytes, and any body in a good frame."""
    for _ in range(20):
        start, size = luck.randrange(len(piece)), luck.randrange(64)
        body = piece[start : start + size]
        read_message(body)
        framed = bytes((luck.choice((0x04, 0x80, 0x06, 0x82)), len(body))) + body
        read_message(framed + bytes((-sum(framed) % 256,)))


def transcripts() -> Iterator[bytes]:
    """Everything that modems said in the recorded traces."""
    for path in sorted((ROOT / "tests" / "traces").rglob("*.trace")):
        for item in parse_trace(path.read_text(encoding="utf-8")).items:
            if isinstance(item, Heard):
                yield item.data


def faulty(real: bytes, luck: random.Random) -> bytes:
    """A stretch of real transcripts in which bytes are changed, lost, doubled or put in."""
    start = luck.randrange(max(1, len(real) - 4096))
    piece = bytearray(real[start : start + 4096])
    for _ in range(luck.choice((0, 1, 5, 40, 400))):
        place = luck.randrange(len(piece))
        match luck.randrange(4):
            case 0:
                piece[place] = luck.randrange(256)
            case 1:
                del piece[place : place + luck.choice((1, 1, 10))]
            case 2:
                piece[place:place] = piece[place : place + luck.choice((1, 10, 60))]
            case _:
                piece[place:place] = luck.randbytes(luck.choice((1, 3)))
        if not piece:
            return b"\r\n"
    return bytes(piece)


def random_signals() -> Figure:
    luck = random.Random(SEED)
    count, began = Count(), clock.now().mono
    machine, now = LineMachine("L1", "boot"), 0
    while count.fed < RANDOM_SIGNALS:
        count.fed += 1
        now += stretch(luck) if luck.random() < 0.98 else luck.choice(LONG_S) * SECOND
        signal = random_signal(luck, max(0, now - luck.choice((0, 0, 0, stretch(luck)))))
        count.guard(lambda signal=signal: _handled(machine, signal))  # type: ignore[misc]
        if luck.random() < 0.3:
            woken = Instant(now + luck.choice((-SECOND, 0, stretch(luck))), now)
            count.guard(lambda woken=woken: _expired(machine, woken))  # type: ignore[misc]
    return _figure("random signals through the line machine", count, began)


def _handled(machine: LineMachine, signal: LineSignal) -> None:
    machine.handle(signal)


def _expired(machine: LineMachine, now: Instant) -> None:
    machine.expire(now)
    machine.next_deadline()


def random_signal(luck: random.Random, mono: int) -> LineSignal:
    at, line = Instant(mono, mono), "L1"
    error = luck.choice((0, 10 * MILLISECOND, SECOND))
    makers: tuple[Callable[[], LineSignal], ...] = (
        lambda: RingStarted(line, at, error, Means.RING_PIN),
        lambda: RingEnded(line, at, error),
        lambda: RingWord(line, at, error),
        lambda: CallerIdHeard(line, at, _caller_id(luck), luck.random() < 0.5, Means.SOUND),
        lambda: OffHook(line, at, error, luck.random() < 0.1),
        lambda: OnHook(line, at, error, luck.random() < 0.1),
        lambda: Flash(line, at),
        lambda: DigitDialled(line, at, luck.choice("0123456789*#ABCD")),
        lambda: LoopLost(line, at),
        lambda: LoopRestored(line, at),
        lambda: LineLost(line, at, "unplugged"),
        lambda: LineRestored(line, at, _sensing(luck)),
        lambda: SensingChanged(line, at, _sensing(luck), luck.choice(("", "tap: gone", "modem: no port"))),
        lambda: SoundHeard(line, at, luck.choice(tuple(Sound)), error, Means.SOUND),
        lambda: PolarityReversed(line, at, error, Means.REVERSAL_PIN),
        lambda: Unrecognised(line, at, luck.randbytes(8)),
        lambda: Damaged(line, at, "checksum", luck.randbytes(8)),
    )
    weights = (8, 8, 4, 4, 6, 6, 1, 3, 1, 1, 1, 1, 1, 6, 2, 1, 1)
    return luck.choices(makers, weights)[0]()


def _sensing(luck: random.Random) -> Sensing:
    """Any ears, as quick or slow as any of them are."""
    senses = Sensing(*(luck.random() < 0.5 for _ in range(7)))
    return replace(senses, lag=luck.choice((0, 300, 1_250, 7_000)) * MILLISECOND)


def _caller_id(luck: random.Random) -> CallerId:
    return CallerId(
        number=luck.choice((None, "15400000001", "035602170000", "*99#")),
        name=luck.choice((None, "张", "A=B")),
        absence=luck.choice((None, Absence.PRIVATE, Absence.OUT_OF_AREA)),
        date_time=luck.choice((None, "11231940", "99999999")),
    )


def random_edges() -> Figure:
    """The two detectors of a GPIO line; their input is edges, not bytes."""
    luck = random.Random(SEED)
    count, began = Count(), clock.now().mono
    ring, hook, now = RingCadence(), HookDetector(), 0
    while count.fed < RANDOM_SIGNALS:
        count.fed += 1
        now += stretch(luck)
        level, late = luck.randrange(2), max(0, now - luck.choice((0, 0, 0, stretch(luck))))

        def work(level: int = level, late: int = late) -> None:
            match luck.randrange(5):
                case 0:
                    ring.expire(late)
                    hook.expire(late)
                case 1:
                    hook.edge(level, late)
                case 2:
                    ring.deaf_edge(level, late)
                case _:
                    ring.edge(level, late)

        count.guard(work)
    return _figure("random edges through ring cadence and hook detector", count, began)


def stretch(luck: random.Random) -> int:
    """ns from one thing to the next: about a limit, on either side of it, or anything up to 12 s."""
    if luck.random() < 0.7:
        return max(
            0, luck.choice(LIMITS_MS) * MILLISECOND + luck.choice((-1, 0, 1, -MILLISECOND, MILLISECOND))
        )
    return luck.randrange(12 * SECOND)


def _figure(what: str, count: Count, began: int) -> Figure:
    took = (clock.now().mono - began) / SECOND
    if count.first:
        print(count.first)
    return Figure(
        f"{what}: {count.fed:,}", "no exception", f"{count.raised} raised, {took:.0f} s", count.raised == 0
    )
