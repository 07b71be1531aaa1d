"""A script, or a seed and a length of time, in; what the monitor's ears would say of it out, a trace for each line, at once.

Pure. A trace holds decoded signals in the order in which they would be told (`ringkeeper replay` reads it).
What each ear knows, and how late and how exactly, is what the drivers declare: ring edges and hook on pins; RING, caller ID and
the polled voltage on a modem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from device.exchange.line_course import course, line_free_at
from device.exchange.line_pulses import PULSE_PERIOD
from device.exchange.planned import PlannedCall, PlannedDialling, PlannedLift
from device.exchange.random_calls import LineCalls
from device.exchange.script import ScriptItem
from device.exchange.wire_changes import Wire, WireChange
from device.signals import (
    MILLISECOND,
    SECOND,
    CallerIdHeard,
    DigitDialled,
    Instant,
    LineRestored,
    LineSignal,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    Sensing,
)
from device.trace import Decoded, Trace

RING_SURE = 150 * MILLISECOND  # a detector is sure of a burst after this, of its end after as much
HOOK_SURE = 200 * MILLISECOND
RELEASE_SURE = 900 * MILLISECOND  # longer than a flash
RING_WORD_LATE = 250 * MILLISECOND
POLL = 500 * MILLISECOND  # a modem's voltage is asked for so often


class Ear(Enum):
    """Who listens on a line."""

    PINS = "pins"
    MODEM = "modem"  # with a measurable line voltage
    DEAF_MODEM = "deaf_modem"  # without: nothing is known of the hook


SENSING = {
    Ear.PINS: Sensing(ring_edges=True, hook=True, digits=True),
    Ear.MODEM: Sensing(hook=True, loop=True, caller_id=True),
    Ear.DEAF_MODEM: Sensing(caller_id=True),
}


@dataclass(frozen=True, slots=True)
class _Said:
    told: int
    signal: LineSignal


def traces_of_script(items: Iterable[ScriptItem], ears: Mapping[str, Ear]) -> dict[str, Trace]:
    """The traces of a script, by line: its calls, diallings and lifts. Faults and what a person does meanwhile have no part in it."""
    said = {line: [_restored(line, ear)] for line, ear in ears.items()}
    free = dict.fromkeys(ears, 0)
    for item in items:
        plan = item.action
        if isinstance(plan, PlannedCall | PlannedDialling | PlannedLift) and item.at >= free[item.line]:
            changes = course(plan, item.at)
            free[item.line] = line_free_at(plan, changes)
            said[item.line] += _said(item.line, ears[item.line], changes)
    return _traces("a script of the virtual exchange", ears, said)


def traces_of_calls(
    seed: int | str, ears: Mapping[str, Ear], per_minute: float, lasts: int
) -> dict[str, Trace]:
    """The traces of random calls that begin within `lasts` ns, by line: the calls that the exchange would play with this seed."""
    said = {line: [_restored(line, ear)] for line, ear in ears.items()}
    for line, ear in ears.items() if per_minute else ():
        calls = LineCalls(seed, line, round(60 * SECOND * len(ears) / per_minute))
        start = SECOND
        while start < lasts:
            changes = course(calls.next_call(), start)
            said[line] += _said(line, ear, changes)
            start = calls.next_start(start, changes[-1].at)
    return _traces(f"random calls of the virtual exchange, seed {seed}", ears, said)


def _traces(what: str, ears: Mapping[str, Ear], said: Mapping[str, list[_Said]]) -> dict[str, Trace]:
    return {line: _trace(what, f"{line} {ears[line].value}", told) for line, told in said.items()}


def _trace(what: str, interface: str, said: list[_Said]) -> Trace:
    header = (
        ("What", what),
        ("Where", "virtual exchange"),
        ("Interface", interface),
        ("Date", "none"),
        ("Oddities", "none"),
    )
    said.sort(key=lambda one: one.told)
    return Trace(header, tuple(Decoded(one.told, one.signal) for one in said))


def _restored(line: str, ear: Ear) -> _Said:
    return _Said(0, LineRestored(line, Instant(0, 0), SENSING[ear], "virtual"))


def _said(line: str, ear: Ear, changes: list[WireChange]) -> list[_Said]:
    say = {Ear.PINS: _pins_say, Ear.MODEM: _modem_says, Ear.DEAF_MODEM: _deaf_modem_says}[ear]
    return [said for change in changes for said in say(line, change, Instant(change.at, change.at))]


def _pins_say(line: str, change: WireChange, at: Instant) -> list[_Said]:
    match change.kind:
        case Wire.BURST_STARTED:
            return [_Said(change.at + RING_SURE, RingStarted(line, at))]
        case Wire.BURST_ENDED:
            return [_Said(change.at + RING_SURE, RingEnded(line, at))]
        case Wire.OFF_HOOK:
            return [_Said(change.at + HOOK_SURE, OffHook(line, at))]
        case Wire.ON_HOOK:
            return [_Said(change.at + RELEASE_SURE, OnHook(line, at))]
        case Wire.DIGIT if change.pulses:  # tones are not to be seen on a hook sensor
            pulses = (int(change.digit) or 10) * PULSE_PERIOD
            return [_Said(change.at + pulses + HOOK_SURE, DigitDialled(line, at, change.digit))]
        case _:
            return []


def _modem_says(line: str, change: WireChange, at: Instant) -> list[_Said]:
    """The hook is known by a voltage that is asked for now and then: half a poll late, known to half a poll."""
    match change.kind:
        case Wire.OFF_HOOK:
            return [_Said(change.at + POLL, OffHook(line, at, POLL // 2))]
        case Wire.ON_HOOK:
            return [_Said(change.at + POLL, OnHook(line, at, POLL // 2))]
        case _:
            return _deaf_modem_says(line, change, at)


def _deaf_modem_says(line: str, change: WireChange, at: Instant) -> list[_Said]:
    if change.kind is Wire.BURST_STARTED:
        return [_Said(change.at + RING_WORD_LATE, RingWord(line, at, RING_WORD_LATE))]
    if change.kind is Wire.CALLER_ID_SENT and change.caller_id is not None and not change.damaged:
        return [_Said(change.at, CallerIdHeard(line, at, change.caller_id))]
    return []
