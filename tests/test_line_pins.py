"""A line on simulated pins: edges with scheduled stamps, heard through the real simulated chip."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.line_pins import LinePins
from device.exchange.line_pulses import PulseShape
from device.exchange.pins_client import PinsClient
from device.exchange.planned import FalseKind
from device.exchange.wire_changes import Wire, WireChange
from device.pins import Edge
from device.signals import MILLISECOND, SECOND
from device.simulated_chip import SimulatedFactory

PATIENCE = 10.0
RING, HOOK = 17, 27


class Bench:
    """Two pins of a real simulated chip, and a line that drives them from another thread."""

    def __init__(self, path: Path, **how: object) -> None:
        self.edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self.factory = SimulatedFactory(path)
        self.loop = ExchangeLoop()
        connected = threading.Event()
        client = PinsClient(path, self.loop, changed=connected.set, output=lambda pin, level: None)
        self.client = client
        self.pins = LinePins(client, self.loop, RING, HOOK, **how)  # type: ignore[arg-type]
        self.loop.start()
        self.do(self.pins.rest)
        self.do(client.open)
        assert connected.wait(PATIENCE)
        for pin in (RING, HOOK):
            self.factory.watch(pin, "up", self.edges.put, lambda reason: None)

    def do(self, task: Callable[[], object]) -> None:
        done = threading.Event()
        self.loop.post(lambda: (task(), done.set()))
        assert done.wait(PATIENCE)

    def wire(self, kind: Wire, at: int, **how: object) -> None:
        change = WireChange(at, kind, **how)  # type: ignore[arg-type]
        self.do(lambda: self.pins.wire(change))

    def next(self, count: int) -> list[Edge]:
        return [self.edges.get(timeout=PATIENCE) for _ in range(count)]

    def close(self) -> None:
        self.do(self.pins.close)
        self.do(self.client.close)
        self.loop.close()
        self.factory.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def a_bench(**how: object) -> Bench:
        made.append(Bench(tmp_path / "pins.sock", **how))
        return made[-1]

    yield a_bench
    for bench in made:
        bench.close()


SHAPES = [(PulseShape.FULL_WAVE, 15), (PulseShape.HALF_WAVE, 8), (PulseShape.MERGED, 1)]
LASTS = 300 * MILLISECOND


@pytest.mark.parametrize(("shape", "pulses"), SHAPES)
@pytest.mark.parametrize("late", [False, True])
def test_a_burst_has_the_stamps_that_were_scheduled(
    make: Callable[..., Bench], shape: PulseShape, pulses: int, late: bool
) -> None:
    """Also where the exchange was held up for longer than the burst: told late, never at another time, never longer."""
    bench = make(shape=shape)
    start = clock.now().mono
    if late:
        threading.Event().wait(0.5)
    bench.wire(Wire.BURST_STARTED, start, duration=LASTS)
    edges = bench.next(1 if shape is PulseShape.MERGED else 2 * pulses)
    bench.wire(Wire.BURST_ENDED, start + LASTS)
    edges += bench.next(2 * pulses - len(edges))
    assert [edge.level for edge in edges] == [0, 1] * pulses
    starts = [edge.mono - start for edge in edges[::2]]
    assert starts == [
        pulse * SECOND // (25 if shape is PulseShape.HALF_WAVE else 50) for pulse in range(pulses)
    ]
    assert edges[-1].mono - start == (LASTS if shape is PulseShape.MERGED else starts[-1] + 18 * MILLISECOND)
    bench.wire(Wire.OFF_HOOK, start + LASTS)
    assert {edge.pin for edge in bench.next(5)} == {HOOK}  # nothing rang on


def test_a_burst_that_is_cut_ends_at_once_and_leaves_the_pin_at_rest(make: Callable[..., Bench]) -> None:
    bench = make()
    start = clock.now().mono
    bench.wire(Wire.BURST_STARTED, start, duration=SECOND)
    bench.next(1)
    bench.wire(Wire.BURST_ENDED, start + 10 * MILLISECOND)
    assert [(edge.pin, edge.level, edge.mono - start) for edge in bench.next(1)] == [
        (RING, 1, 10 * MILLISECOND)
    ]
    bench.wire(Wire.OFF_HOOK, start + SECOND // 2)
    assert {edge.pin for edge in bench.next(5)} == {HOOK}  # no ring edge came behind


def test_the_hook_bounces_flashes_and_dials(make: Callable[..., Bench]) -> None:
    bench = make(hook_low=False, ring_low=False)
    start = clock.now().mono
    bench.wire(Wire.OFF_HOOK, start)
    assert [edge.level for edge in bench.next(5)] == [1, 0, 1, 0, 1]
    assert bench.pins.off_hook
    bench.wire(Wire.FLASH, start + SECOND // 4, duration=MILLISECOND)
    assert [edge.level for edge in bench.next(2)] == [0, 1]
    bench.wire(Wire.DIGIT, start + SECOND // 3, digit="1", pulses=True)
    assert sorted((edge.pin, edge.level) for edge in bench.next(4)) == [
        (RING, 0),
        (RING, 1),
        (HOOK, 0),
        (HOOK, 1),
    ]
    bench.wire(Wire.DIGIT, start + SECOND // 2, digit="1")
    bench.wire(Wire.CALLER_ID_SENT, start + SECOND // 2)
    bench.wire(Wire.ON_HOOK, start + SECOND // 2)
    assert sum(edge.pin == HOOK for edge in bench.next(7)) == 5


def test_false_triggers_are_played(make: Callable[..., Bench]) -> None:
    bench = make()
    start = clock.now().mono
    bench.do(lambda: bench.pins.false(FalseKind.REVERSAL, start, None, 0))
    assert [(edge.level, edge.mono - start) for edge in bench.next(2)] == [(0, 0), (1, MILLISECOND)]
    bench.do(lambda: bench.pins.false(FalseKind.INDUCTION, start, SECOND // 10, 0))
    assert len(bench.next(20)) == 20
    bench.do(lambda: None)
    assert not bench.pins.busy


def test_a_line_without_a_hook_sensor(tmp_path: Path) -> None:
    loop = ExchangeLoop()
    client = PinsClient(tmp_path / "nobody.sock", loop, changed=lambda: None, output=lambda pin, level: None)
    pins = LinePins(client, loop, RING, None)
    pins.wire(WireChange(clock.now().mono, Wire.OFF_HOOK))
    pins.close()
    pins.close()
    loop.close()
