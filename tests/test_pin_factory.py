"""Simulated pins over their socket, for lines and for gpiozero; and a chip that is not there."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import LED, Button, Buzzer
from gpiozero.exc import GPIOPinInUse, PinPWMUnsupported

from device.gpiod_chip import GpiodFactory
from device.pin_factory import SimulatedFactory, open_factory
from device.pins import ChipMissing, Edge, PinAwaited, PinBusy, PinUnavailable
from device.pins_socket import MAX_CLIENTS
from tests.hand_pins import WAIT, Client


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pins.sock"


@pytest.fixture
def chip(path: Path) -> Iterator[SimulatedFactory]:
    factory = SimulatedFactory(path)
    factory.ready()
    yield factory
    factory.close()


@pytest.fixture
def client(chip: SimulatedFactory, path: Path) -> Iterator[Client]:
    client = Client(path)
    client.known()
    yield client
    client.close()


def nobody(reason: str) -> None:
    """A watch whose end nobody waits for."""


# -- a line's pins


def test_an_edge_carries_the_stamp_it_was_scheduled_for(chip: SimulatedFactory, client: Client) -> None:
    edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
    watch = chip.watch(17, "up", edges.put, nobody)
    assert watch.level() == 1
    client.say("drive 17 0 123\ndrive 17 0 200\ndrive 17 1 456\n")
    assert edges.get(timeout=WAIT) == Edge(17, 0, 123, 1)
    assert edges.get(timeout=WAIT) == Edge(17, 1, 456, 2)
    assert watch.level() == 1


def test_what_drives_a_pin_is_stronger_than_the_pull(chip: SimulatedFactory) -> None:
    chip.drive(27, 0, 1)
    assert chip.watch(27, "up", lambda edge: None, nobody).level() == 0


def test_a_level_is_no_edge(chip: SimulatedFactory, client: Client) -> None:
    edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
    watch = chip.watch(17, "up", edges.put, nobody)
    client.say("level 17 0\ndrive 17 0 5\ndrive 17 1 6\n")
    assert edges.get(timeout=WAIT) == Edge(17, 1, 6, 1)
    client.say("level 17 0\n")
    client.known()
    assert (watch.level(), edges.empty()) == (0, True)


@pytest.mark.parametrize("word", ["ready\n", "drive 17 1 5\n"])
def test_a_chip_that_nobody_plays_has_no_pins_for_a_line(path: Path, word: str) -> None:
    factory = SimulatedFactory(path)
    looker_on = Client(path)
    looker_on.say("level 27 0\n")  # not all levels are told yet
    looker_on.known()
    with LED(5, pin_factory=factory), pytest.raises(PinAwaited, match="nobody plays"):
        factory.watch(27, "up", lambda edge: None, nobody)
    looker_on.say(word)
    assert factory.watch(27, "up", lambda edge: None, nobody).level() == 0
    looker_on.close()
    factory.close()


def test_a_chip_that_is_closed_is_not_waited_for(path: Path) -> None:
    factory = SimulatedFactory(path)
    factory.close()
    with pytest.raises(PinUnavailable, match="closed"):
        factory.watch(27, "up", lambda edge: None, nobody)


def test_a_pull_down_idles_low(chip: SimulatedFactory) -> None:
    assert chip.watch(27, "down", lambda edge: None, nobody).level() == 0


def test_a_driven_pin_keeps_its_level_when_the_client_goes(
    chip: SimulatedFactory, client: Client, path: Path
) -> None:
    edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
    watch = chip.watch(17, "up", edges.put, nobody)
    client.say("drive 17 0 1\n")
    edges.get(timeout=WAIT)
    client.close()
    other = Client(path)
    other.known()  # by now the chip has seen the first one go
    other.close()
    assert watch.level() == 0


def test_draining_tells_what_was_said_and_not_yet_heard(chip: SimulatedFactory, client: Client) -> None:
    edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
    chip.watch(17, "up", edges.put, nobody)
    client.say("drive 17 0 5\n")
    chip.drain()
    assert edges.get_nowait() == Edge(17, 0, 5, 1)


def test_a_closed_watch_hears_nothing_and_frees_the_pin(chip: SimulatedFactory) -> None:
    edges: list[Edge] = []
    watch = chip.watch(17, "up", edges.append, nobody)
    watch.close()
    watch.close()
    chip.drive(17, 0, 1)
    assert edges == []
    with pytest.raises(PinUnavailable, match="not watched"):
        watch.level()
    assert chip.watch(17, "up", edges.append, nobody).level() == 0


def test_a_pin_has_one_user(chip: SimulatedFactory) -> None:
    with LED(5, pin_factory=chip), pytest.raises(PinBusy):
        chip.watch(5, "up", lambda edge: None, nobody)
    chip.watch(17, "up", lambda edge: None, nobody)
    with pytest.raises(PinBusy):
        chip.watch(17, "up", lambda edge: None, nobody)
    with pytest.raises(GPIOPinInUse):
        LED(17, pin_factory=chip)


def test_a_pin_that_no_header_has(chip: SimulatedFactory) -> None:
    with pytest.raises(PinUnavailable, match="99"):
        chip.watch(99, "up", lambda edge: None, nobody)
    with pytest.raises(PinUnavailable, match="99"):
        chip.drive(99, 0, 1)


# -- gpiozero's devices


def test_a_driven_pin_presses_a_button(chip: SimulatedFactory, client: Client) -> None:
    pressed, released = threading.Event(), threading.Event()
    with Button(26, pin_factory=chip) as button:
        button.when_pressed, button.when_released = pressed.set, released.set
        client.say("drive 26 0 1000\n")
        assert pressed.wait(WAIT)
        client.say("drive 26 1 2000\n")
        assert released.wait(WAIT)


def test_mock_pins_own_calls_drive_too(chip: SimulatedFactory) -> None:
    with Button(26, pin_factory=chip) as button:
        chip.pin(26).drive_low()
        assert button.is_pressed
        chip.pin(26).drive_high()
        assert not button.is_pressed


def test_a_button_hears_only_the_edges_it_asked_for(chip: SimulatedFactory) -> None:
    told: list[bool] = []

    def changed(ticks: float, state: bool) -> None:
        told.append(state)

    pin = chip.pin(26)
    pin.function, pin.pull, pin.edges, pin.when_changed = "input", "up", "falling", changed
    chip.drive(26, 0, 1)
    chip.drive(26, 1, 2)
    assert told == [False]


def test_outputs_are_told_as_they_change_and_to_whoever_comes(
    chip: SimulatedFactory, client: Client, path: Path
) -> None:
    led, buzzer = LED(5, pin_factory=chip), Buzzer(19, pin_factory=chip)
    led.on()
    led.on()
    assert [client.hear() for _ in range(3)] == ["pin 5 0", "pin 19 0", "pin 5 1"]
    late = Client(path)
    assert [late.hear(), late.hear()] == ["pin 5 1", "pin 19 0"]
    led.off()
    led.close()
    buzzer.close()
    assert late.hear() == "pin 5 0"
    assert chip.outputs() == {}
    late.close()


def test_an_output_given_back_is_left_as_it_was_opened(chip: SimulatedFactory, client: Client) -> None:
    lit_low = LED(5, active_high=False, pin_factory=chip)
    lit_low.on()
    assert [client.hear(), client.hear()] == ["pin 5 1", "pin 5 0"]
    lit_low.close()
    assert [client.hear(), client.hear()] == ["pin 5 1", "pin 5 0"]  # off, then an input


def test_an_output_that_becomes_an_input_takes_the_level_it_is_driven_to(chip: SimulatedFactory) -> None:
    chip.drive(5, 1, 1)
    LED(5, pin_factory=chip).close()
    assert chip.watch(5, "down", lambda edge: None, nobody).level() == 1


# -- the socket


@pytest.mark.parametrize(
    "line",
    [
        "drive",
        "drive 17 2 1",
        "drive 17 0",
        "drive 17 0 -1",
        "drive -1 0 1",
        "drive x 0 1",
        "push 17 0 1",
        "drive 17 0 x",
        "level 17",
        "level 17 2",
        "level 17 0 1",
        "ready 1",
    ],
)
def test_a_line_that_is_not_understood_is_answered_and_the_next_one_heard(
    chip: SimulatedFactory, client: Client, line: str
) -> None:
    edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
    chip.watch(17, "up", edges.put, nobody)
    client.say(f"{line}\n\n  \ndrive 17 0 9\n")
    assert client.hear().startswith("error ")
    assert edges.get(timeout=WAIT).mono == 9


def test_outputs_and_unknown_pins_cannot_be_driven(chip: SimulatedFactory, client: Client) -> None:
    with LED(5, pin_factory=chip):
        assert client.hear() == "pin 5 0"
        client.say("drive 5 1 1\ndrive 99 1 1\nlevel 5 1\n")
        assert client.hear() == "error pin 5 is an output"
        assert client.hear().startswith("error 99")
        assert client.hear() == "error pin 5 is an output"


def test_a_line_in_pieces_is_one(chip: SimulatedFactory, client: Client) -> None:
    edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
    chip.watch(17, "up", edges.put, nobody)
    for piece in ("dri", "ve 17", " 0 ", "77", "\ndrive 1"):
        client.say(piece)
    assert edges.get(timeout=WAIT).mono == 77


def test_a_line_without_end_is_not_kept(chip: SimulatedFactory, client: Client) -> None:
    client.say("x" * 300)
    assert client.hear() == "error line too long"
    assert client.hear() == ""


def test_too_many_clients_are_told_so(chip: SimulatedFactory, path: Path) -> None:
    clients = []
    for _ in range(MAX_CLIENTS):
        clients.append(Client(path))
        clients[-1].known()
    clients.append(Client(path))
    assert clients[-1].hear() == "error too many clients"
    for client in clients:
        client.close()


def test_a_client_that_does_not_read_holds_nobody_up(chip: SimulatedFactory, client: Client) -> None:
    with LED(5, pin_factory=chip) as led:
        for _ in range(20_000):
            led.toggle()
        assert chip.outputs() == {5: 0}


def test_a_deep_folder_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 120) / ("b" * 120)
    deep.mkdir(parents=True)
    factory = SimulatedFactory(deep / "pins.sock")
    client = Client(deep / "pins.sock")
    client.known()
    client.close()
    factory.close()
    assert list(deep.iterdir()) == []


def test_the_socket_of_a_dead_chip_is_replaced_and_of_a_living_one_not(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    factory = SimulatedFactory(path)
    with pytest.raises(OSError, match="in use"):
        SimulatedFactory(path)
    factory.close()


def test_the_socket_of_a_later_chip_is_left_alone(path: Path) -> None:
    first = SimulatedFactory(path)
    path.unlink()
    second = SimulatedFactory(path)
    first.close()
    assert path.is_socket()
    second.close()


def test_only_its_owner_may_drive_the_pins(chip: SimulatedFactory, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_closing_tells_the_outputs_and_the_lines(path: Path) -> None:
    factory, reasons = SimulatedFactory(path), []
    factory.ready()
    watch = factory.watch(17, "up", lambda edge: None, reasons.append)
    led = LED(5, pin_factory=factory)
    led.on()
    client = Client(path)
    assert client.hear() == "pin 5 1"
    factory.close()
    factory.close()
    assert [client.hear(), client.hear()] == ["pin 5 0", ""]
    assert reasons == ["the simulated chip was closed"]
    with pytest.raises(PinUnavailable, match="closed"):
        watch.level()
    with pytest.raises(PinUnavailable, match="closed"):
        factory.watch(17, "up", lambda edge: None, nobody)
    client.close()


# -- chips by name


def test_the_simulation_is_chosen_by_name(path: Path) -> None:
    simulated, real = open_factory("simulated", path), open_factory("no-such-chip", path)
    assert isinstance(simulated, SimulatedFactory)
    assert isinstance(real, GpiodFactory)
    simulated.close()
    real.close()


@pytest.mark.parametrize("chip", ["no-such-chip", "/dev/gpiochip-that-is-not-there"])
def test_a_chip_that_is_not_there_is_missing_for_lines_and_lamps(chip: str) -> None:
    factory = GpiodFactory(chip)
    for _ in range(2):  # a refused pin is not taken
        with pytest.raises(ChipMissing, match=chip):
            factory.watch(17, "up", lambda edge: None, nobody)
        with pytest.raises(ChipMissing, match=chip):
            LED(5, pin_factory=factory)
        with pytest.raises(ChipMissing, match=chip):
            Button(26, pin_factory=factory)
    factory.drain()
    factory.close()
    factory.close()
    factory.drain()
    with pytest.raises(PinUnavailable, match="closed"):
        factory.watch(17, "up", lambda edge: None, nobody)


def test_what_is_no_chip_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PinUnavailable):
        GpiodFactory(str(tmp_path / "file")).watch(17, "up", lambda edge: None, nobody)


def test_there_is_no_pwm_on_real_pins() -> None:
    factory = GpiodFactory("no-such-chip")
    with pytest.raises(PinPWMUnsupported):
        factory.pin(5).frequency = 100
    factory.close()
