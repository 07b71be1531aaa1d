"""A line on pins: what it says of ringing and hook, of a chip that goes and comes back, of edges that were lost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from gpiozero import LED

from device import clock
from device.gpio_line import GpioLine
from device.gpiod_chip import GpiodFactory
from device.interface import LineInterface
from device.loop_hearing import LAG
from device.pin_factory import SimulatedFactory
from device.signals import (
    MILLISECOND,
    DigitDialled,
    Flash,
    LineLost,
    LineRestored,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    Sensing,
    Unrecognised,
)
from tests import pulse_trains
from tests.hand_pins import Client, HandFactory, Told
from tests.pulse_trains import Edge, ms

RING, HOOK, REVERSAL = 17, 27, 22


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[SimulatedFactory]:
    factory = SimulatedFactory(tmp_path / "pins.sock")
    factory.ready()
    yield factory
    factory.close()


@pytest.fixture
def outside(chip: SimulatedFactory, tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path / "pins.sock")
    yield client
    client.close()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def line(chip: SimulatedFactory, told: Told) -> Iterator[GpioLine]:
    line = GpioLine("L2", chip, ring_pin=RING, hook_pin=HOOK)
    yield line
    line.close()


def opened(line: GpioLine, told: Told) -> None:
    line.start(told.queue.put)
    told.next(LineRestored)
    told.next(OnHook)


def ring(outside: Client, shape: str = "both", length: float = 1000, ago: float = 3000) -> tuple[int, int]:
    """A burst that was scheduled to begin `ago` ms ago. Returns the stamps of its first and last edge."""
    edges = since(ago, pulse_trains.ringing(shape, 25, length))
    outside.drive(RING, edges)
    return edges[0][1], edges[-1][1]


def since(ago: float, edges: list[Edge]) -> list[Edge]:
    """The edges, as if time 0 had been `ago` ms ago."""
    begin = clock.now().mono - ms(ago)
    return [(level, begin + stamp) for level, stamp in edges]


# -- opening


def test_it_is_a_line_interface(line: GpioLine) -> None:
    interface: LineInterface = line
    assert interface.line == "L2"


def test_opening_says_what_it_senses_and_that_the_line_was_found_on_hook(line: GpioLine, told: Told) -> None:
    line.start(told.queue.put)
    restored = told.next(LineRestored)
    assert (restored.line, restored.sensing) == ("L2", Sensing(ring_edges=True, hook=True, lag=LAG))
    found = told.next(OnHook)
    assert (found.found, found.means) == (True, Means.HOOK_PIN)  # so several ears know whom to wait for


def test_a_line_found_off_hook(line: GpioLine, told: Told, chip: SimulatedFactory) -> None:
    chip.drive(HOOK, 0, 1)
    line.start(told.queue.put)
    told.next(LineRestored)
    assert told.next(OffHook).found


def test_a_line_whose_chip_nobody_plays_yet_is_lost_and_then_found_as_it_is(
    told: Told, tmp_path: Path
) -> None:
    """Found at rest, the talk that goes on would be an outbound call that never was."""
    unplayed = SimulatedFactory(tmp_path / "pins.sock")
    line = GpioLine("L2", unplayed, ring_pin=RING, hook_pin=HOOK)
    line.start(told.queue.put)
    assert told.next(LineLost).reason == "nobody plays the simulated chip yet"
    player = Client(tmp_path / "pins.sock")
    player.say(f"level {RING} 1\nlevel {HOOK} 0\nready\n")
    told.next(LineRestored)
    assert told.next(OffHook).found
    assert told.nothing_more()
    player.close()
    line.close()
    unplayed.close()


def test_without_a_hook_pin_the_hook_is_not_sensed(
    chip: SimulatedFactory, outside: Client, told: Told
) -> None:
    line = GpioLine("L2", chip, ring_pin=RING)
    line.start(told.queue.put)
    assert told.next(LineRestored).sensing == Sensing(ring_edges=True, lag=LAG)
    first, _ = ring(outside)
    assert told.next(RingStarted).at.mono == first
    assert line.check(1).on_hook is None
    line.close()


# -- hearing


@pytest.mark.parametrize("shape", ["both", "one", "merged"])
def test_bursts_carry_the_stamps_of_their_edges(
    line: GpioLine, told: Told, outside: Client, shape: str
) -> None:
    opened(line, told)
    first, last = ring(outside, shape)
    started, ended = told.next(RingStarted), told.next(RingEnded)
    assert (started.at.mono, ended.at.mono) == (first, last)
    assert (started.line, started.error) == ("L2", 40 * MILLISECOND)


def test_the_wall_time_of_a_stamp_goes_with_it(line: GpioLine, told: Told, outside: Client) -> None:
    opened(line, told)
    ring(outside)
    started, now = told.next(RingStarted), clock.now()
    assert abs((now.wall - started.at.wall) - (now.mono - started.at.mono)) < ms(50)


def test_answered_and_ended(line: GpioLine, told: Told, chip: SimulatedFactory, outside: Client) -> None:
    opened(line, told)
    ring(outside)
    told.next(RingStarted)
    told.next(RingEnded)
    lifted = clock.now().mono
    chip.drive(HOOK, 0, lifted)
    off_hook = told.next(OffHook)
    assert (off_hook.at.mono, off_hook.found) == (lifted, False)
    hung_up = clock.now().mono
    chip.drive(HOOK, 1, hung_up)
    assert told.next(OnHook).at.mono == hung_up


def test_answered_in_a_burst_the_end_of_the_ringing_comes_first(
    line: GpioLine, told: Told, outside: Client
) -> None:
    opened(line, told)
    _, last = ring(outside, length=500, ago=500)
    outside.drive(HOOK, [(0, last - ms(100))])
    told.next(RingStarted)
    assert told.next(RingEnded).at.mono == last
    assert told.next(OffHook).at.mono == last - ms(100)


def test_flash_and_digits(line: GpioLine, told: Told, chip: SimulatedFactory, outside: Client) -> None:
    chip.drive(HOOK, 0, 1)
    line.start(told.queue.put)
    told.next(LineRestored)
    told.next(OffHook)
    edges = since(10_000, [(1, 0), (0, ms(300)), *pulse_trains.dialled("35", begin=1000)])
    outside.drive(HOOK, edges)
    assert told.next(Flash).at.mono == edges[0][1]
    assert [told.next(DigitDialled).digit for _ in "35"] == ["3", "5"]


def test_the_other_polarity(chip: SimulatedFactory, told: Told) -> None:
    line = GpioLine("L2", chip, ring_pin=RING, hook_pin=HOOK, ring_active="high", hook_active="high")
    opened(line, told)
    assert line.check(1).on_hook is True
    lifted = clock.now().mono
    chip.drive(HOOK, 1, lifted)
    assert told.next(OffHook).at.mono == lifted
    line.close()


# -- what nobody understands


def test_noise_is_told_seldom_and_ordinary_clicks_never(line: GpioLine, told: Told, outside: Client) -> None:
    opened(line, told)
    reversal = pulse_trains.pulses(1, 20, 1)
    crackle = pulse_trains.pulses(8, 8, 2, begin=1000)
    again = pulse_trains.pulses(8, 8, 2, begin=2000)
    edges = since(20_000, [*reversal, *crackle, *again])
    outside.drive(RING, edges)
    noise = told.next(Unrecognised)
    assert noise.raw == b"ring detector: clicks, 16 edges in 58 ms; 1 since last told"
    assert noise.at.mono == edges[2][1]
    first, _ = ring(outside, ago=10_000)
    assert told.next(RingStarted).at.mono == first


def test_a_lone_break_of_the_loop_is_told_as_such(
    line: GpioLine, told: Told, chip: SimulatedFactory, outside: Client
) -> None:
    chip.drive(HOOK, 0, 1)
    line.start(told.queue.put)
    told.next(LineRestored)
    told.next(OffHook)
    outside.drive(HOOK, since(10_000, [(1, 0), (0, ms(60))]))
    assert told.next(Unrecognised).raw == b"1 short breaks of the loop"


def test_a_gap_in_the_sequence_numbers_is_told(told: Told) -> None:
    chip = HandFactory()
    line = GpioLine("L2", chip, ring_pin=RING)
    line.start(told.queue.put)
    told.next(LineRestored)
    at = clock.now().mono
    chip.pins[RING].edge(0, at, seqno=1)
    chip.pins[RING].edge(1, at + ms(20), seqno=5)
    assert told.next(Unrecognised).raw == b"3 edges of the ring pin lost"
    line.close()


@pytest.mark.slow
def test_an_edge_that_was_lost_is_found_by_looking(told: Told) -> None:
    chip = HandFactory()
    line = GpioLine("L2", chip, ring_pin=RING, hook_pin=HOOK)
    opened(line, told)
    chip.pins[HOOK].at = 0  # the pin changed, no edge came
    assert told.next(Unrecognised).raw == b"edge of the hook pin lost, found 0"
    assert not told.next(OffHook).found
    chip.pins[RING].at = 0
    assert told.next(Unrecognised).raw == b"edge of the ring pin lost, found 0"
    line.close()


def test_edges_that_wait_in_the_kernel_are_fetched_before_a_deadline_counts(told: Told) -> None:
    chip = HandFactory()
    line = GpioLine("L2", chip, ring_pin=RING)
    line.start(told.queue.put)
    told.next(LineRestored)
    edges = since(5000, pulse_trains.ringing("both", 25, 1000))
    pin = chip.pins[RING]
    numbered = [(level, stamp, seqno) for seqno, (level, stamp) in enumerate(edges, start=1)]
    chip.waiting = [partial(pin.edge, *edge) for edge in numbered[40:]]  # 20 pulses were delivered, 30 wait
    for edge in numbered[:40]:
        pin.edge(*edge)
    assert told.next(RingStarted).at.mono == edges[0][1]
    assert told.next(RingEnded).at.mono == edges[-1][1]
    line.close()


# -- lost and found


def test_a_chip_that_is_not_there_is_a_lost_line(told: Told) -> None:
    factory = GpiodFactory("no-such-chip")
    line = GpioLine("L2", factory, ring_pin=RING)
    assert line.check(1).detail == "not open yet"
    line.start(told.queue.put)
    lost = told.next(LineLost)
    assert lost.line == "L2"
    assert "no-such-chip" in lost.reason
    assert (line.check(1).answers, line.check(1).detail) == (False, lost.reason)
    line.close()
    assert told.nothing_more()  # once, however often it was tried
    factory.close()


def test_a_pin_that_another_has_is_a_lost_line_until_it_is_free(
    line: GpioLine, told: Told, chip: SimulatedFactory
) -> None:
    other = LED(HOOK, pin_factory=chip)
    line.start(told.queue.put)
    assert "27 is in use" in told.next(LineLost).reason
    other.close()
    told.next(LineRestored)
    told.next(OnHook)


def test_a_chip_that_goes_and_comes_back(told: Told) -> None:
    chip = HandFactory()
    line = GpioLine("L2", chip, ring_pin=RING, hook_pin=HOOK)
    opened(line, told)
    chip.missing = "still gone"
    chip.pins[HOOK].lost("gone")
    assert told.next(LineLost).reason == "gone"
    chip.missing = None
    told.next(LineRestored)
    assert told.next(OnHook).found
    chip.missing = "again"
    chip.pins[RING].lost("gone again")
    assert told.next(LineLost).reason == "gone again"
    line.close()


def test_what_was_heard_before_a_loss_does_not_come_after_it(told: Told) -> None:
    chip = HandFactory()
    line = GpioLine("L2", chip, ring_pin=RING)
    line.start(told.queue.put)
    told.next(LineRestored)
    pin = chip.pins[RING]
    pin.lost("gone")
    pin.edge(0, clock.now().mono, seqno=7)
    told.next(LineLost)
    told.next(LineRestored)
    line.close()
    assert told.nothing_more()


@pytest.mark.slow
def test_a_chip_that_goes_without_a_word_is_noticed_by_looking(told: Told) -> None:
    chip = HandFactory()
    line = GpioLine("L2", chip, ring_pin=RING)
    line.start(told.queue.put)
    told.next(LineRestored)
    chip.missing = "unplugged"
    chip.pins[RING].open = False
    assert told.next(LineLost).reason == "unplugged"
    line.close()


# -- the check, the end


def test_the_check_reads_the_pins(line: GpioLine, told: Told, chip: SimulatedFactory) -> None:
    opened(line, told)
    check = line.check(1)
    assert (check.answers, check.set_up, check.on_hook, check.detail) == (True, True, True, "")
    chip.drive(HOOK, 0, clock.now().mono)
    chip.drive(RING, 0, clock.now().mono)
    check = line.check(1)
    assert (check.on_hook, check.detail) == (False, "ring pin 17 is active now")


def test_the_check_of_a_pin_that_cannot_be_read(told: Told) -> None:
    chip = HandFactory()
    line = GpioLine("L2", chip, ring_pin=RING)
    line.start(told.queue.put)
    told.next(LineRestored)
    chip.pins[RING].open = False
    assert not line.check(1).answers
    line.close()


def test_closing_is_idempotent_and_gives_the_pins_back(
    line: GpioLine, told: Told, chip: SimulatedFactory
) -> None:
    opened(line, told)
    line.close()
    line.close()
    for pin in (RING, HOOK):
        LED(pin, pin_factory=chip).close()
    assert line.check(1).answers is False


def test_a_line_that_was_never_started_can_be_closed(chip: SimulatedFactory) -> None:
    GpioLine("L2", chip, ring_pin=RING).close()


# -- polarity


def test_a_reversal_that_lasts_is_told_with_its_stamp(
    chip: SimulatedFactory, outside: Client, told: Told
) -> None:
    line = GpioLine("L2", chip, ring_pin=RING, hook_pin=HOOK, reversal_pin=REVERSAL)
    line.start(told.queue.put)
    assert told.next(LineRestored).sensing.reversal
    told.next(OnHook)
    edges = since(2000, [(0, ms(0)), (1, ms(3)), (0, ms(4)), (1, ms(900)), (0, ms(940))])
    outside.drive(REVERSAL, edges)
    heard = told.next(PolarityReversed)
    assert (heard.at.mono, heard.means) == (edges[2][1], Means.REVERSAL_PIN)
    assert told.nothing_more()
    line.close()
