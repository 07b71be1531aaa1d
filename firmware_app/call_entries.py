"""A call of the line machine as an entry of the journal: the values a ledger stores, with people's data set apart.

Pure.
"""

from __future__ import annotations

from firmware_app.calls import phone_number
from firmware_app.calls.call import Call
from firmware_app.records.entries import CallRecorded, Personal


def call_entry(
    call: Call, stage: str, boot: str, line_number: str, in_hours: bool | None, hours_version: int | None
) -> CallRecorded:
    """`call` at `stage` (opened, changed, closed) of boot `boot`; `line_number` gives local numbers their area code."""
    heard = call.caller_id
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
        number=number_of(heard.number, line_number) if heard and heard.number else None,
        name=Personal("name", heard.name) if heard and heard.name else None,
        # only when all are known: each digit on its own would leave a row of people's data behind
        digits=number_of(call.digits, line_number) if call.digits and stage == "closed" else None,
        date_time=heard.date_time if heard else None,
    )


def number_of(raw: str, line_number: str) -> Personal:
    """A number as people's data, found again by its canonical key."""
    return Personal("number", raw, lookup=phone_number.parse(raw, line_number).key)
