"""The annunciator over indicators that remember what they were told: who rings, what was missed, what a press means."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from device.interface import Pattern, Press
from device.signals import Instant, LineSignal, seconds
from firmware_app.alerts import Standing
from firmware_app.annunciator import ORDER, Annunciator, LampProblem
from firmware_app.calls.call import Anomaly, Call, CallChanged, CallClosed, CallOpened, Direction
from tests.line_signals import Driven, burst, caller_id, digit, off, on
from tests.support import at


@dataclass
class Remembering:
    """An indicator without a lamp."""

    name: str
    told: list[Pattern] = field(default_factory=list)
    closed: bool = False

    @property
    def pattern(self) -> Pattern:
        return self.told[-1] if self.told else Pattern.OFF

    def show(self, pattern: Pattern) -> None:
        self.told.append(pattern)

    def close(self) -> None:
        self.closed = True


class Desk:
    """An annunciator, its indicators, and a loop that wakes when it asks to."""

    def __init__(self, *names: str) -> None:
        self.indicators = {name: Remembering(name) for name in names or ORDER}
        self.annunciator = Annunciator(self.indicators)

    def until(self, moment: float) -> None:
        while (deadline := self.annunciator.next_deadline()) is not None and deadline <= seconds(moment):
            self.annunciator.expire(Instant(deadline, 0))
        self.annunciator.expire(at(moment))

    def __getitem__(self, name: str) -> str:
        assert self.annunciator.lamps()[name] == self.indicators[name].pattern.value
        return self.indicators[name].pattern.value

    def told(self, name: str) -> list[str]:
        return [pattern.value for pattern in self.indicators[name].told]


def ringing(started: float, line: str = "L1", bursts: int = 1) -> Call:
    return Call(f"boot:{line}:{started}", line, Direction.INBOUND, at(started), ring_bursts=bursts)


def known(unseen: int = 0, due: int = 0, faults: tuple[tuple[str, str | None], ...] = ()) -> Standing:
    return Standing(unseen, due, 0, faults, True)


def test_a_call_that_rings_on_goes_through_the_stages_and_off_when_answered() -> None:
    desk, call = Desk(), ringing(100)
    desk.annunciator.call_event(CallOpened(call))
    assert desk["ring"] == "slow"
    for moment in range(100, 120):
        desk.until(moment)
    assert desk.told("ring") == ["slow", "fast", "solid"]
    assert desk.told("ring_red") == ["solid"]
    assert desk.told("buzzer") == ["chirp", "ring"]
    desk.annunciator.call_event(CallChanged(replace(call, answered=at(120)), at(120)))
    assert [desk[name] for name in ("ring", "ring_red", "buzzer")] == ["off", "off", "off"]
    assert desk.annunciator.next_deadline() is None


def test_stages_begin_exactly_in_time_without_any_signal() -> None:
    desk = Desk()
    desk.annunciator.call_event(CallOpened(ringing(100)))
    for moment in (105, 110, 115):
        assert desk.annunciator.next_deadline() == seconds(moment)
        desk.annunciator.expire(at(moment))
    assert desk.annunciator.next_deadline() is None


def test_an_indicator_is_told_only_what_changes() -> None:
    desk, call = Desk(), ringing(100)
    for burst_count in (1, 2, 3):
        desk.annunciator.call_event(CallChanged(replace(call, ring_bursts=burst_count), at(101)))
    desk.annunciator.fault("disk", None, True)
    desk.annunciator.fault("disk", None, True)
    assert (desk.told("ring"), desk.told("fault"), desk.told("missed")) == (["slow"], ["solid"], [])


def test_caller_id_alone_does_not_ring_and_the_wait_counts_from_the_first_burst() -> None:
    desk, call = Desk(), ringing(100, bursts=0)
    desk.annunciator.call_event(CallOpened(call))
    assert desk["ring"] == "off"
    desk.annunciator.call_event(CallChanged(replace(call, started=at(102), ring_bursts=1), at(102)))
    desk.until(106.9)
    assert desk["ring"] == "slow"
    desk.until(107)
    assert desk["ring"] == "fast"


def test_the_longest_ringing_line_wins_and_a_closed_call_leaves_the_other() -> None:
    desk, first, second = Desk(), ringing(100, "L1"), ringing(108, "L2")
    desk.annunciator.call_event(CallOpened(first))
    desk.annunciator.call_event(CallOpened(second))
    desk.until(110)
    assert (desk["ring"], desk["buzzer"]) == ("fast", "chirp")
    desk.annunciator.call_event(CallClosed(replace(first, ended=at(110)), at(110)))
    assert (desk["ring"], desk["buzzer"]) == ("slow", "off")
    desk.annunciator.call_event(CallClosed(replace(first, ended=at(110)), at(110)))
    desk.annunciator.call_event(CallClosed(replace(second, ended=at(111)), at(111)))
    assert desk["ring"] == "off"


def test_outbound_calls_and_anomalies_light_nothing() -> None:
    desk = Desk()
    call = Call("boot:L1:1", "L1", Direction.OUTBOUND, at(1))
    for event in (
        CallOpened(call),
        CallChanged(call, at(2)),
        CallClosed(call, at(3)),
        Anomaly("L1", at(4), "odd"),
    ):
        desk.annunciator.call_event(event)
    assert set(desk.annunciator.lamps().values()) == {"off"}


def test_a_resumed_call_shows_the_stage_it_has_reached() -> None:
    desk = Desk()
    desk.annunciator.call_event(CallChanged(ringing(100), at(112)))
    assert (desk["ring"], desk["buzzer"]) == ("fast", "chirp")


def test_what_the_line_machine_tells_is_understood() -> None:
    desk, line = Desk(), Driven()
    steps: list[list[LineSignal]] = [
        [caller_id(9), *burst(10), *burst(15)],
        [off(17), digit(18), on(30)],
    ]
    for signals in steps:
        for event in line.play(signals):
            desk.annunciator.call_event(event)
        if line.machine.call is not None:
            desk.until(16)
            assert desk["ring"] == "fast"
    assert desk["ring"] == "off"


# What was.


def test_the_missed_lamp_follows_the_standing_and_beeps_only_for_news() -> None:
    desk = Desk()
    desk.annunciator.standing(known(unseen=2, due=2))  # at a start the lamps show what they showed, quietly
    assert (desk["missed"], desk.told("buzzer")) == ("slow", [])
    desk.annunciator.standing(known(due=2))
    assert (desk["missed"], desk.told("buzzer")) == ("solid", [])
    desk.annunciator.standing(known(unseen=1, due=2))
    desk.annunciator.expire(at(50))
    assert (desk["missed"], desk.told("buzzer")) == ("slow", ["blip"])
    desk.until(51)
    desk.annunciator.standing(known())
    assert (desk["missed"], desk.told("buzzer")) == ("off", ["blip", "off"])


def test_a_beep_lasts_also_when_the_loop_slept_long_before_it() -> None:
    desk = Desk()
    desk.annunciator.standing(known())
    desk.until(10)
    desk.annunciator.standing(known(unseen=1))
    assert desk.annunciator.next_deadline() == seconds(10)
    desk.annunciator.expire(at(500))
    assert desk["buzzer"] == "blip"
    assert desk.annunciator.next_deadline() == seconds(500.6)
    desk.annunciator.expire(at(500.6))
    assert desk["buzzer"] == "off"


def test_a_call_that_rings_is_louder_than_the_beep() -> None:
    desk = Desk()
    desk.annunciator.standing(known())
    desk.annunciator.call_event(CallOpened(ringing(100)))
    desk.until(112)
    desk.annunciator.standing(known(unseen=1))
    assert desk["buzzer"] == "chirp"


def test_a_fault_is_shown_at_once_and_until_its_end_is_recorded() -> None:
    desk = Desk()
    desk.annunciator.fault("line_lost", "L1", True)
    assert desk["fault"] == "solid"
    desk.annunciator.standing(known(faults=(("line_lost", "L1"),)))
    desk.annunciator.fault("line_lost", "L1", False)
    assert desk["fault"] == "solid"
    desk.annunciator.standing(known())
    assert desk["fault"] == "off"


# The button.


def test_a_short_press_silences_the_calls_that_ring_and_says_i_am_back() -> None:
    desk = Desk()
    desk.annunciator.call_event(CallOpened(ringing(100, "L1")))
    desk.until(115)
    assert desk.annunciator.pressed(Press.SHORT, at(115)) is True
    assert (desk["ring"], desk["buzzer"]) == ("solid", "off")
    desk.annunciator.call_event(CallOpened(ringing(120, "L2")))
    desk.until(130)
    assert desk["buzzer"] == "chirp"


@pytest.mark.parametrize(("wired", "confirming"), [(ORDER, "missed"), (("ring", "buzzer"), "ring")])
def test_a_long_press_says_away_and_a_lamp_confirms_it(wired: tuple[str, ...], confirming: str) -> None:
    desk = Desk(*wired)
    desk.annunciator.standing(known(due=1))
    assert desk.annunciator.pressed(Press.LONG, at(20)) is False
    desk.until(20)
    assert desk[confirming] == "blip"
    desk.until(21)
    assert desk[confirming] == ("solid" if confirming == "missed" else "off")


# The rest.


def test_a_lamp_test_shows_everything_but_hides_no_ringing() -> None:
    desk = Desk()
    desk.annunciator.lamp_test(True)
    desk.annunciator.expire(at(1))
    assert set(desk.annunciator.lamps().values()) == {"solid", "blip"}
    desk.annunciator.call_event(CallOpened(ringing(2)))
    assert (desk["ring"], desk["missed"]) == ("slow", "off")
    desk.annunciator.lamp_test(False)
    desk.annunciator.call_event(CallClosed(ringing(2), at(3)))
    desk.until(4)
    assert set(desk.annunciator.lamps().values()) == {"off"}


def test_any_indicator_may_be_absent() -> None:
    desk = Desk("buzzer")
    desk.annunciator.call_event(CallOpened(ringing(100)))
    desk.annunciator.standing(known(unseen=1))
    desk.annunciator.pressed(Press.LONG, at(101))
    desk.until(115)
    assert desk.annunciator.lamps() == {"buzzer": "ring"}


def test_closing_twice_turns_everything_off() -> None:
    desk = Desk()
    desk.annunciator.close()
    desk.annunciator.close()
    assert all(indicator.closed for indicator in desk.indicators.values())


def test_lamps_that_fail_are_one_fault_until_all_work() -> None:
    desk = Desk()
    news = [("ring", "no chip"), ("button", "no chip"), ("ring", None), ("button", None), ("all", None)]
    said = [(desk.annunciator.lamp_problem(LampProblem(*each)), desk["fault"]) for each in news]
    assert said == [
        ("ring: no chip", "solid"),
        ("ring: no chip; button: no chip", "solid"),
        ("button: no chip", "solid"),
        (None, "off"),
        (None, "off"),
    ]
