"""A planned call in, every change on the wire out, each with its scheduled moment. Pure; the cadence is exact to the nanosecond."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from device.exchange.caller_id_sender import mdmf
from device.exchange.planned import CourseOfLine, PlannedCall, PlannedDialling, PlannedLift, Sent
from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND, SECOND, Absence, CallerId

LONGEST_RINGING = (
    120 * SECOND
)  # the network gives up: 60 s local, 90 s trunk, 120 s international (LINE.md 2)
FSK_PAUSE = 500 * MILLISECOND  # from the end of a burst to the message, and from a message to the first burst
FSK_PREAMBLE = 400 * MILLISECOND  # 300 bits of seizure, 180 of mark at 1200 bit/s
FSK_BYTE = 10 * SECOND // 1200  # 8N1
TONES_DIGIT = 140 * MILLISECOND  # 70 ms tone, 70 ms pause (docs/LINE.md 2)
TONES_PAUSE = 300 * MILLISECOND  # from the last digit to the first burst
FSK_MARGIN = 200 * MILLISECOND  # the message is through this long before the next burst (LINE.md 2)
DIAL_TONE_HEARD = 1 * SECOND  # somebody lifts, listens, dials
TONE_DIGIT = 200 * MILLISECOND  # 100 ms tone, 100 ms pause
PULSE = 100 * MILLISECOND  # 10 pulses a second
DIGIT_PAUSE = 750 * MILLISECOND  # between two digits dialled by pulses
GIVES_UP_AFTER = 2 * SECOND  # a caller who hangs up between bursts does so about here


def course(plan: CourseOfLine, start: int, date_time: str | None = None) -> list[WireChange]:
    """The changes of `plan`, the first at `start` (ns), in order. `date_time` (MMDDhhmm) goes into the caller ID."""
    match plan:
        case PlannedCall():
            return _inbound(plan, start, date_time)
        case PlannedDialling():
            return _outbound(plan, start)
        case PlannedLift(lasts):
            return [WireChange(start, Wire.OFF_HOOK), WireChange(start + lasts, Wire.ON_HOOK)]
        case _:
            assert_never(plan)


def line_free_at(plan: CourseOfLine, changes: list[WireChange]) -> int:
    """The moment from which the line may be used anew: a caller who was not answered holds it a little longer."""
    last = changes[-1].at
    return last + GIVES_UP_AFTER if isinstance(plan, PlannedCall) and plan.answer_after is None else last


def message_duration(caller_id: CallerId) -> int:
    """ns that the FSK message takes on the line, seizure and mark included."""
    return FSK_PREAMBLE + FSK_BYTE * len(mdmf(caller_id))


def dtmf_of(caller_id: CallerId) -> str:
    """The caller as a Chinese exchange sends it by DTMF: D number C; B00C not available, B10C private."""
    if caller_id.number is None:
        return "B10C" if caller_id.absence is Absence.PRIVATE else "B00C"
    return f"D{''.join(c for c in caller_id.number if c in '0123456789')}C"


# ---- a call comes in -------------------------------------------------------------------------------------------------


def _inbound(plan: PlannedCall, start: int, date_time: str | None) -> list[WireChange]:
    told = _told(plan, date_time)
    first = start
    changes: list[WireChange] = []
    if told is not None and plan.sent is Sent.BEFORE:
        sent = start + message_duration(told)
        changes.append(WireChange(sent, Wire.CALLER_ID_SENT, told))
        first = sent + FSK_PAUSE
    if told is not None and plan.sent is Sent.TONES:
        tones = dtmf_of(told)
        changes.append(WireChange(start, Wire.TONES, told, tones=tones))
        first = start + len(tones) * TONES_DIGIT + TONES_PAUSE
    lifted = None if plan.answer_after is None else first + plan.answer_after
    bursts = list(_bursts(plan, first, lifted))
    for began, ended in bursts:
        changes += [
            WireChange(began, Wire.BURST_STARTED, duration=ended - began),
            WireChange(ended, Wire.BURST_ENDED),
        ]
    if told is not None and plan.sent not in (Sent.BEFORE, Sent.TONES):
        changes += _between(plan, told, bursts, first, lifted)
    if lifted is not None:
        changes += [WireChange(lifted, Wire.OFF_HOOK), WireChange(lifted + plan.talk, Wire.ON_HOOK)]
    return sorted(
        changes, key=lambda change: change.at
    )  # stable: a burst ends before the loop that tripped it closes


def _told(plan: PlannedCall, date_time: str | None) -> CallerId | None:
    """What the exchange says of the caller, or None when it says nothing."""
    said = plan.caller_id
    if plan.sent is Sent.NEVER or not (said.number or said.name or said.absence):
        return None
    return replace(said, date_time=said.date_time or date_time)


def _bursts(plan: PlannedCall, first: int, lifted: int | None) -> Iterator[tuple[int, int]]:
    """Start and end of each burst, cut short by whoever lifts, by a caller who gives up, and by the network's patience."""
    cycle = sum(plan.cadence)
    until = first + _cut(plan) if lifted is None else lifted
    until = min(until, first + LONGEST_RINGING)
    began = first
    while began < until:
        at = began
        for index, lasts in enumerate(plan.cadence):
            if index % 2 == 0 and at < until:
                yield at, min(at + lasts, until)
            at += lasts
        began += cycle


def _cut(plan: PlannedCall) -> int:
    """ns from the first burst until an unanswered caller gives up: after whole cycles, or within the sounding part of one."""
    whole, part = divmod(max(plan.bursts, 0.0), 1.0)
    sounding = sum(plan.cadence) - plan.cadence[-1]
    return int(whole) * sum(plan.cadence) - (plan.cadence[-1] if not part else 0) + round(part * sounding)


def _between(
    plan: PlannedCall, told: CallerId, bursts: list[tuple[int, int]], first: int, lifted: int | None
) -> list[WireChange]:
    """The message in the long pause after the first cycle (late: the second), if it is through in time; never off-hook."""
    cycle = sum(plan.cadence)
    pause = first + cycle * (2 if plan.sent is Sent.LATE else 1)
    sent = pause - plan.cadence[-1] + FSK_PAUSE + message_duration(told)
    rang = any(ended == pause - plan.cadence[-1] for _, ended in bursts)
    if not rang or sent > pause - FSK_MARGIN or (lifted is not None and lifted < sent):
        return []
    return [WireChange(sent, Wire.CALLER_ID_SENT, told, damaged=plan.sent is Sent.BROKEN)]


# ---- a call goes out -------------------------------------------------------------------------------------------------


def _outbound(plan: PlannedDialling, start: int) -> list[WireChange]:
    changes = [WireChange(start, Wire.OFF_HOOK)]
    at = start + DIAL_TONE_HEARD
    for digit in plan.digits:
        by_pulses = plan.pulses and digit.isdecimal()
        changes.append(WireChange(at, Wire.DIGIT, digit=digit, pulses=by_pulses))
        at += (int(digit) or 10) * PULSE + DIGIT_PAUSE if by_pulses else TONE_DIGIT
    changes.append(WireChange(at + plan.talk, Wire.ON_HOOK))
    return changes
