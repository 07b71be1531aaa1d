"""What pages and terminal are told of a line: every state a line machine can be in, and the stage of a waiting caller."""

from __future__ import annotations

import pytest

from device.signals import (
    CallerId,
    CallerIdHeard,
    LineLost,
    LineRestored,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    Sensing,
    seconds,
)
from firmware_app.calls.line_machine import LineMachine
from firmware_app.line_view import iso, line_json
from tests.support import at

SENSING = Sensing(ring_edges=True, hook=True)


def heard(*signals: object) -> LineMachine:
    machine = LineMachine("L1", "boot")
    for signal in (LineRestored("L1", at(0), SENSING), *signals):
        machine.handle(signal)  # type: ignore[arg-type]
    return machine


def told(machine: LineMachine, now: float) -> dict[str, object]:
    return line_json(machine, "03562217000", at(0), at(now))


def test_before_anything_was_heard() -> None:
    view = told(LineMachine("L1", "boot"), 3)
    assert (view["state"], view["since"], view["call"], view["stage"]) == (
        "starting",
        iso(at(0).wall),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("now", "stage"), [(10.0, 0), (14.9, 0), (15.0, 1), (20.0, 2), (24.9, 2), (25.0, 3), (60, 3)]
)
def test_the_stage_of_a_caller_who_waits(now: float, stage: int) -> None:
    view = told(heard(RingStarted("L1", at(10))), now)
    assert (view["state"], view["stage"]) == ("ringing", stage)


def test_a_ringing_call_is_told_with_its_number_masked_and_in_full() -> None:
    caller = CallerId("15400001234", "张三")
    view = told(
        heard(RingStarted("L1", at(1)), RingEnded("L1", at(2)), CallerIdHeard("L1", at(2.6), caller)), 3
    )
    assert view["call"] == {
        "key": f"boot:L1:{at(1).mono}",
        "direction": "inbound",
        "started_at": iso(at(1).wall),
        "ring_bursts": 1,
        "answered_at": None,
        "answered_by": None,
        "uncertainty_s": 0.0,
        "number": "15400001234",
        "masked": "154****1234",
        "name": "张三",
        "absence": None,
    }


def test_how_an_answer_is_known_is_told_with_its_error_never_made_smaller() -> None:
    ringing = [RingStarted("L1", at(1), seconds(0.041)), RingEnded("L1", at(2))]
    call = told(heard(*ringing, OffHook("L1", at(4), seconds(0.25), means=Means.LINE_VOLTAGE)), 5)["call"]
    assert isinstance(call, dict)
    assert (call["answered_by"], call["uncertainty_s"]) == ("line_voltage", 0.3)


def test_talking_outbound_off_hook_lost_and_idle_again() -> None:
    ringing = [RingStarted("L1", at(1)), RingEnded("L1", at(2))]
    assert told(heard(*ringing, OffHook("L1", at(4))), 5)["state"] == "talking"
    assert told(heard(*ringing, OffHook("L1", at(4))), 5)["stage"] is None
    assert told(heard(OffHook("L1", at(4))), 5)["state"] == "outbound"
    assert told(heard(OffHook("L1", at(4), found=True)), 5)["state"] == "off_hook"
    assert told(heard(OffHook("L1", at(4)), OnHook("L1", at(9))), 9)["state"] == "idle"
    lost = told(heard(LineLost("L1", at(4), "unplugged")), 5)
    assert (lost["state"], lost["troubles"]) == ("lost", [{"kind": "line_lost", "since": iso(at(4).wall)}])
