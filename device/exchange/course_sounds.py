"""The changes of a course in, what is to be heard of it besides out: tones, voices, the beginning of caller ID, reversals. Pure.

Ears that hear no sound pay no heed to these; so `line_course` goes without them.
"""

from __future__ import annotations

from device.exchange.line_course import message_duration
from device.exchange.planned import CourseOfLine, FarEnd, PlannedCall, PlannedDialling
from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND, SECOND, Sound

DIAL_TONE_AFTER = 100 * MILLISECOND  # from off-hook
SPEAKS_AFTER = 500 * MILLISECOND  # from the answer to the first word
CONNECTED_AFTER = 1500 * MILLISECOND  # from the last digit to the first tone of the far exchange
RINGS_FOR = 6 * SECOND  # at the far end, until somebody answers there
FAR_SOUNDS = {
    FarEnd.BUSY: Sound.BUSY,
    FarEnd.VACANT: Sound.VACANT_NUMBER,
    FarEnd.FAX: Sound.ANSWER_TONE,
}


def sounds_of(plan: CourseOfLine, changes: list[WireChange]) -> list[WireChange]:
    """What more happens on the wire while `changes`, the course of `plan`, do; nothing after its end."""
    more = [
        WireChange(
            change.at - message_duration(change.caller_id),
            Wire.CALLER_ID_BEGUN,
            change.caller_id,
            damaged=change.damaged,
        )
        for change in changes
        if change.kind is Wire.CALLER_ID_SENT and change.caller_id is not None
    ]
    lifted = next((change.at for change in changes if change.kind is Wire.OFF_HOOK), None)
    if lifted is not None and isinstance(plan, PlannedCall):
        more.append(_sounds(lifted + SPEAKS_AFTER, Sound.FAX_CALLING if plan.fax else Sound.VOICE))
    elif lifted is not None:
        more.append(_sounds(lifted + DIAL_TONE_AFTER, Sound.DIAL_TONE))
    if isinstance(plan, PlannedDialling):
        more += after_dialling([change.at for change in changes if change.kind is Wire.DIGIT], plan.far)
    end = changes[-1].at
    return [change for change in more if change.at < end]


def after_dialling(digits: list[int], far: FarEnd = FarEnd.ANSWERS) -> list[WireChange]:
    """`digits`: the moment of each, ns. The dial tone ends with the first of them; then the far end."""
    if not digits:
        return []
    connected = digits[-1] + CONNECTED_AFTER
    changes = [_sounds(digits[0], Sound.SILENCE)]
    if far in FAR_SOUNDS and far is not FarEnd.FAX:
        return [*changes, _sounds(connected, FAR_SOUNDS[far])]
    changes.append(_sounds(connected, Sound.RINGBACK))
    if far is FarEnd.NOBODY:
        return changes
    answered = connected + RINGS_FOR
    if far is FarEnd.REVERSES:
        changes.append(WireChange(answered, Wire.REVERSED))
    return [*changes, _sounds(answered, FAR_SOUNDS.get(far, Sound.VOICE))]


def _sounds(at: int, sound: Sound) -> WireChange:
    return WireChange(at, Wire.SOUND, sound=sound)
