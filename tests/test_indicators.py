"""Lamps, buzzer and button on pins: patterns come and go, outputs end dark, a pin that fails is told and tried again."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import LED, Button
from gpiozero.pins.mock import MockFactory, MockPin

from device.gpiod_chip import GpiodFactory
from device.indicators import LAMP, REST, SOUND, Beeper, DeskButton, Lamp
from device.interface import Button as ButtonInterface
from device.interface import Indicator, Pattern, Press
from device.pin_factory import SimulatedFactory
from tests.hand_pins import WAIT, Client

PIN, BUTTON = 5, 26
ON, OFF = f"pin {PIN} 1", f"pin {PIN} 0"


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[SimulatedFactory]:
    factory = SimulatedFactory(tmp_path / "pins.sock")
    yield factory
    factory.close()


@pytest.fixture
def eye(chip: SimulatedFactory, tmp_path: Path) -> Iterator[Client]:
    """Sees the outputs change."""
    client = Client(tmp_path / "pins.sock")
    client.known()
    yield client
    client.close()


@pytest.fixture
def lamp(chip: SimulatedFactory, eye: Client) -> Iterator[Lamp]:
    lamp = Lamp("ring", chip, PIN)
    assert eye.hear() == OFF
    yield lamp
    lamp.close()


# -- patterns


def test_a_lamp_and_a_buzzer_are_indicators(chip: SimulatedFactory) -> None:
    shown: list[Indicator] = [Lamp("ring", chip, PIN), Beeper("buzzer", chip, 19)]
    assert [(indicator.name, indicator.pattern) for indicator in shown] == [
        ("ring", Pattern.OFF),
        ("buzzer", Pattern.OFF),
    ]
    for indicator in shown:
        indicator.close()


@pytest.mark.parametrize("patterns", [LAMP, SOUND], ids=["lamp", "sound"])
def test_every_pattern_has_its_times(patterns: dict[Pattern, tuple[tuple[bool, float], ...]]) -> None:
    assert set(patterns) == set(Pattern) - {Pattern.BLIP}
    for pattern, steps in patterns.items():
        assert [on for on, _ in steps] in ([[False]] if pattern is Pattern.OFF else [[True], [True, False]])
        assert all(length >= 0.05 for _, length in steps)
        assert (len(steps) == 1) == (steps[0][1] == REST)


def test_no_lamp_flashes_faster_than_five_times_a_second() -> None:
    for steps in LAMP.values():
        assert sum(length for _, length in steps) >= 0.2


def test_solid_and_off(lamp: Lamp, eye: Client) -> None:
    lamp.show(Pattern.SOLID)
    assert (eye.hear(), lamp.pattern) == (ON, Pattern.SOLID)
    lamp.show(Pattern.OFF)
    assert (eye.hear(), lamp.pattern) == (OFF, Pattern.OFF)


@pytest.mark.parametrize("pattern", [Pattern.FAST, Pattern.CHIRP, Pattern.SLOW])
def test_a_lamp_blinks_until_it_is_told_otherwise(lamp: Lamp, eye: Client, pattern: Pattern) -> None:
    lamp.show(pattern)
    assert [eye.hear() for _ in range(4)] == [ON, OFF, ON, OFF]


@pytest.mark.parametrize("pattern", [Pattern.FAST, Pattern.CHIRP, Pattern.SLOW, Pattern.RING])
def test_a_buzzer_sounds_with_pauses(chip: SimulatedFactory, eye: Client, pattern: Pattern) -> None:
    buzzer = Beeper("buzzer", chip, PIN)
    buzzer.show(pattern)
    assert [eye.hear() for _ in range(4)] == [OFF, ON, OFF, ON]
    buzzer.close()
    assert eye.hear() == OFF


def test_the_same_pattern_again_does_not_begin_anew(lamp: Lamp, eye: Client) -> None:
    """Told again and again it would, beginning anew each time, never get to its dark half."""
    seen: queue.SimpleQueue[str] = queue.SimpleQueue()
    watcher = threading.Thread(target=lambda: [seen.put(eye.hear()) for _ in range(2)])
    watcher.start()
    for _ in range(WAIT * 100):
        lamp.show(Pattern.FAST)
        watcher.join(0.01)
        if not watcher.is_alive():
            break
    assert [seen.get(timeout=1), seen.get(timeout=1)] == [ON, OFF]


def test_a_blip_of_a_dark_lamp_is_a_flash(lamp: Lamp, eye: Client) -> None:
    lamp.show(Pattern.BLIP)
    assert [eye.hear(), eye.hear()] == [ON, OFF]
    assert lamp.pattern is Pattern.OFF


def test_a_blip_of_a_lit_lamp_is_a_wink(lamp: Lamp, eye: Client) -> None:
    lamp.show(Pattern.SOLID)
    assert eye.hear() == ON
    lamp.show(Pattern.BLIP)
    assert [eye.hear(), eye.hear()] == [OFF, ON]
    assert lamp.pattern is Pattern.SOLID


def test_a_blip_of_a_blinking_lamp_goes_back_to_blinking(lamp: Lamp, eye: Client) -> None:
    lamp.show(Pattern.FAST)
    assert eye.hear() == ON
    lamp.show(Pattern.BLIP)
    assert [eye.hear() for _ in range(5)] == [OFF, ON, OFF, ON, OFF]
    assert lamp.pattern is Pattern.FAST


def test_a_blip_is_repeated_when_it_is_asked_for_again(lamp: Lamp, eye: Client) -> None:
    for _ in range(2):
        lamp.show(Pattern.BLIP)
        assert [eye.hear(), eye.hear()] == [ON, OFF]


def test_a_new_pattern_does_not_wait_for_a_blip(lamp: Lamp, eye: Client) -> None:
    lamp.show(Pattern.BLIP)
    lamp.show(Pattern.SOLID)
    assert eye.hear() == ON
    lamp.show(Pattern.OFF)
    assert eye.hear() == OFF


# -- the end


def test_closing_leaves_the_output_off(chip: SimulatedFactory, eye: Client) -> None:
    lamp = Lamp("ring", chip, PIN)
    lamp.show(Pattern.SOLID)
    assert [eye.hear(), eye.hear()] == [OFF, ON]
    lamp.close()
    lamp.close()
    assert eye.hear() == OFF
    lamp.show(Pattern.SOLID)
    assert chip.outputs() == {}
    assert lamp.pattern is Pattern.SOLID  # what was shown last


# -- pins that fail


@pytest.mark.parametrize("kind", [Lamp, Beeper])
def test_an_output_on_a_chip_that_is_not_there_says_so(kind: type[Lamp | Beeper]) -> None:
    factory = GpiodFactory("no-such-chip")
    output = kind("ring", factory, PIN)
    assert "no-such-chip" in (output.problem or "")
    output.show(Pattern.SOLID)
    output.close()
    factory.close()


@pytest.mark.slow
def test_a_pin_that_another_has_is_taken_when_it_is_free(chip: SimulatedFactory, eye: Client) -> None:
    other = LED(PIN, pin_factory=chip)
    lamp = Lamp("ring", chip, PIN)
    assert "in use" in (lamp.problem or "")
    lamp.show(Pattern.SOLID)
    assert eye.hear() == OFF
    other.close()
    assert eye.hear() == ON
    assert lamp.problem is None
    lamp.close()


class WornPin(MockPin):  # type: ignore[misc]
    """A pin of a chip that can be pulled out of its socket."""

    def _set_state(self, value: bool) -> None:
        self._answer()
        super()._set_state(value)

    def _get_state(self) -> bool:
        self._answer()
        return bool(super()._get_state())

    def _answer(self) -> None:
        if self.factory.unplugged.is_set():
            self.factory.asked.set()
            raise OSError("unplugged")


class WornChip(MockFactory):  # type: ignore[misc]
    """A chip that can be pulled out of its socket."""

    def __init__(self) -> None:
        super().__init__(revision="a02082", pin_class=WornPin)
        self.unplugged = threading.Event()
        self.asked = threading.Event()


@pytest.mark.slow
def test_a_lamp_whose_chip_goes_is_lit_again_when_it_is_back() -> None:
    chip = WornChip()
    lamp = Lamp("ring", chip, PIN)
    chip.unplugged.set()
    lamp.show(Pattern.SOLID)
    assert chip.asked.wait(WAIT)
    chip.asked.clear()
    assert chip.asked.wait(WAIT)  # tried again
    assert lamp.problem == "unplugged"
    chip.unplugged.clear()
    assert_soon(lambda: lamp.problem is None and chip.pin(PIN).state)
    lamp.close()
    assert not chip.pin(PIN).state


@pytest.mark.slow
def test_a_resting_lamp_is_looked_after() -> None:
    chip = WornChip()
    lamp = Lamp("ring", chip, PIN)
    lamp.show(Pattern.SOLID)
    assert_soon(lambda: chip.pin(PIN).state)
    chip.unplugged.set()
    assert chip.asked.wait(WAIT)
    assert_soon(lambda: lamp.problem == "unplugged")
    lamp.close()


@pytest.mark.slow
def test_whoever_wants_to_know_is_told_when_a_problem_begins_and_ends() -> None:
    chip = WornChip()
    chip.unplugged.set()
    told: queue.SimpleQueue[tuple[str, str | None]] = queue.SimpleQueue()
    parts = [
        Lamp("ring", chip, PIN, lambda *news: told.put(news)),
        Beeper("buzzer", chip, 19, lambda *news: told.put(news)),
        DeskButton(chip, BUTTON, lambda *news: told.put(news)),
    ]
    parts[2].start(lambda press, at: None)  # type: ignore[union-attr]
    names = {"ring", "buzzer", "button"}
    for problem in ("unplugged", None, "unplugged"):
        assert {told.get(timeout=WAIT) for _ in names} == {(name, problem) for name in names}
        if problem:
            chip.unplugged.clear()
        else:
            chip.unplugged.set()
    for part in parts:
        part.close()


def assert_soon(what: object) -> None:
    assert callable(what)
    for _ in range(WAIT * 100):
        if what():
            return
        threading.Event().wait(0.01)
    raise AssertionError("not in time")


# -- the button


Presses = queue.SimpleQueue[Press]


@pytest.fixture
def presses(chip: SimulatedFactory) -> Iterator[Presses]:
    told: Presses = queue.SimpleQueue()
    button: ButtonInterface = DeskButton(chip, BUTTON)
    button.start(lambda press, at: told.put(press))
    yield told
    button.close()
    button.close()


def press(finger: Client) -> None:
    """A finger's press, with contacts that bounce."""
    finger.drive(BUTTON, [(0, 1), (1, 2), (0, 3)])
    threading.Event().wait(0.08)
    finger.drive(BUTTON, [(1, 4), (0, 5), (1, 6)])


def test_a_short_press_is_told_once(presses: Presses, eye: Client) -> None:
    for _ in range(2):
        press(eye)
        assert presses.get(timeout=WAIT) is Press.SHORT
    assert presses.empty()


@pytest.mark.slow
def test_a_long_press_is_told_while_it_is_held(presses: Presses, eye: Client) -> None:
    eye.drive(BUTTON, [(0, 1)])
    assert presses.get(timeout=WAIT) is Press.LONG
    eye.drive(BUTTON, [(1, 2)])
    threading.Event().wait(0.08)
    press(eye)
    assert presses.get(timeout=WAIT) is Press.SHORT


def test_a_button_found_pressed_says_nothing(chip: SimulatedFactory, eye: Client) -> None:
    chip.drive(BUTTON, 0, 1)
    told: Presses = queue.SimpleQueue()
    button = DeskButton(chip, BUTTON)
    button.start(lambda press, at: told.put(press))
    eye.drive(BUTTON, [(1, 2)])
    threading.Event().wait(0.08)
    press(eye)
    assert told.get(timeout=WAIT) is Press.SHORT
    assert told.empty()
    button.close()


def test_a_button_on_a_chip_that_is_not_there_says_so() -> None:
    factory = GpiodFactory("no-such-chip")
    button = DeskButton(factory, BUTTON)
    assert "no-such-chip" in (button.problem or "")
    button.start(lambda press, at: None)
    button.close()
    factory.close()


@pytest.mark.slow
def test_a_button_whose_pin_another_has_works_when_it_is_free(chip: SimulatedFactory, eye: Client) -> None:
    other = Button(BUTTON, pin_factory=chip)
    told: Presses = queue.SimpleQueue()
    button = DeskButton(chip, BUTTON)
    button.start(lambda press, at: told.put(press))
    other.close()
    assert_soon(lambda: button.problem is None)
    press(eye)
    assert told.get(timeout=WAIT) is Press.SHORT
    button.close()


@pytest.mark.slow
def test_a_button_whose_chip_goes_says_so_and_works_again() -> None:
    chip = WornChip()
    told: Presses = queue.SimpleQueue()
    button = DeskButton(chip, BUTTON)
    button.start(lambda press, at: told.put(press))
    chip.unplugged.set()
    assert_soon(lambda: button.problem == "unplugged")
    chip.unplugged.clear()
    assert_soon(lambda: button.problem is None)
    chip.pin(BUTTON).drive_low()
    assert told.get(timeout=WAIT) is Press.LONG
    button.close()


def test_a_button_that_was_never_started_can_be_closed(chip: SimulatedFactory) -> None:
    DeskButton(chip, BUTTON).close()
    LED(BUTTON, pin_factory=chip).close()
