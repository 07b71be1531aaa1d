"""The call-back list and one opened case, as their pages need them: a question to the ledger in, values out. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from firmware_app.calls.dial_plan import DialPlan, LinePlan, dial_plan
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.records import case_list as cases
from firmware_app.records.case_rows import CaseList, CaseView, MachineProposal
from firmware_app.records.desk_rules import Desk
from firmware_app.settings import Line
from web_panel.formatting import local
from web_panel.ledger_door import LedgerDoor


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """plans: how to dial the number (or the one to ring instead) on each line, that of the last call first.

    next_opening: when the point opens next, ns of UTC; None where it never does, or no hours are set.
    """

    view: CaseView
    plans: tuple[tuple[str, DialPlan], ...]
    next_opening: int | None


def case_list(door: LedgerDoor, now: int, zone: ZoneInfo, limit: int) -> CaseList:
    """The open cases, the most urgent first. now: ns of UTC."""
    with door.reading() as db:
        return cases.waiting(db, now, Desk(db, zone), limit)


def machine_proposals(door: LedgerDoor, zone: ZoneInfo, lines: Sequence[Line]) -> tuple[MachineProposal, ...]:
    """Lines that a machine seems to answer, of which nobody has said so yet."""
    with door.reading() as db:
        return cases.machine_proposals(db, [line.name for line in lines], Desk(db, zone))


def opened_case(
    door: LedgerDoor, case: int, now: int, zone: ZoneInfo, lines: Sequence[Line]
) -> OpenedCase | None:
    """A case whole; None when there is none."""
    if case >= 2**63:  # no id of SQLite is that large
        return None
    with door.reading() as db:
        desk = Desk(db, zone)
        view = cases.one_case(db, case, now, desk)
        if view is None:
            return None
        row = view.row
        raw = row.known.other or row.number or ""
        order = sorted(lines, key=lambda line: line.name != row.line)
        plans = [
            (
                line.name,
                dial_plan(
                    raw,
                    LinePlan.of(desk.line(line.name), line.number),
                    cases.worked_forms(db, line.name, row.key),
                ),
            )
            for line in order
        ]
        hours = desk.hours()
        opening = None if hours is None else _next_opening(hours, now, zone)
    return OpenedCase(view, tuple(plans), opening)


def _next_opening(hours: OpeningHours, now: int, zone: ZoneInfo) -> int | None:
    """When the point opens again after it has closed next."""
    closes = (end for start, end in hours.windows(local(now, zone).date()) if start <= now < end)
    return hours.next_opening(next(closes, now))
