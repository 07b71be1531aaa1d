"""A call of the line machine as an entry of the journal: the values a ledger stores, with people's data set apart.

Pure.
"""

from __future__ import annotations

from device.signals import Means
from firmware_app.calls import phone_number
from firmware_app.calls.call import Call, Doubt, FarEnd
from firmware_app.records.entries import CallRecorded, Personal


def call_entry(
    call: Call,
    stage: str,
    boot: str,
    line_number: str,
    in_hours: bool | None,
    hours_version: int | None,
    hours_basis: str | None = None,
) -> CallRecorded:
    """`call` at `stage` (opened, changed, closed) of boot `boot`; `line_number` gives local numbers their area code."""
    heard, far = call.caller_id, call.far_answered
    return CallRecorded(
        stage=stage,
        key=call.key,
        line=call.line,
        direction=call.direction.value,
        boot=boot,
        started_mono=call.started.mono,
        started_wall=call.started.wall,
        ring_bursts=call.ring_bursts,
        last_edge_mono=call.last_edge.mono if call.last_edge else None,
        answered_mono=call.answered.mono if call.answered else None,
        answered_wall=call.answered.wall if call.answered else None,
        ended_mono=call.ended.mono if call.ended else None,
        ended_wall=call.ended.wall if call.ended else None,
        ringing=call.ringing,
        talk=call.talk,
        uncertainty=call.uncertainty,
        disposition=call.disposition.value if call.disposition else None,
        absence=heard.absence.value if heard and heard.absence else None,
        caller_id_wall=call.caller_id_at.wall if call.caller_id_at else None,
        in_hours=in_hours,
        hours_version=hours_version,
        hours_basis=hours_basis,
        number=number_of(heard.number, line_number) if heard and heard.number else None,
        name=Personal("name", heard.name) if heard and heard.name else None,
        # only when all are known: each digit on its own would leave a row of people's data behind
        digits=number_of(call.digits, line_number) if call.digits and stage == "closed" else None,
        date_time=heard.date_time if heard else None,
        started_by=_word(call.started_by),
        answered_by=_word(call.answered_by),
        answer_error=call.answer_error,
        ended_by=_word(call.ended_by),
        caller_id_by=_word(call.caller_id_by),
        digits_by=_word(call.digits_by),
        dialled_mono=call.dialled.mono if call.dialled and stage == "closed" else None,
        far_end=_word(call.far_end),
        far_answered_mono=far.mono if far else None,
        far_answered_wall=far.wall if far else None,
        far_answered_by=_word(call.far_answered_by),
        far_answer_error=call.far_answer_error,
        doubt=_word(call.doubt),
    )


def _word(value: Means | FarEnd | Doubt | None) -> str | None:
    return None if value is None else value.value


def number_of(raw: str, line_number: str) -> Personal:
    """A number as people's data, found again by its canonical key."""
    return Personal("number", raw, lookup=phone_number.parse(raw, line_number).key)
