"""The pages *calls* and *one call*: every figure opens into its calls, each call into its bursts, ears and decisions. Read-only."""

from __future__ import annotations

from flask import Blueprint, abort, g, make_response, render_template, request
from werkzeug.wrappers import Response

from firmware_app.records.call_search import MOST_COUNTED, Search
from firmware_app.roles import Right
from web_panel import sessions
from web_panel.calls_view import (
    KINDS,
    call_line,
    facts,
    hours_words,
    narrowed,
    period,
    presets,
    ringing,
    step_lines,
)
from web_panel.parts import parts
from web_panel.who_looks import audience

SHOWN = 50  # calls of one page

blueprint = Blueprint("calls", __name__)


def _before() -> tuple[int, int] | None:
    """Where the page before ended; nothing where that is not understood."""
    wall, _, call = request.args.get("before", "").partition(".")
    known = wall.isdecimal() and call.isdecimal() and len(wall) < 20 and len(call) < 19
    return (int(wall), int(call)) if known and int(wall) < 2**63 else None


def _whole(name: str, least: int, most: int) -> int | None:
    """A number of the address; nothing where it is none of those that may be."""
    found = request.args.get(name, type=int)
    return found if found is not None and least <= found <= most else None


@blueprint.get("/calls")
@sessions.signed_in_only
@sessions.needs(Right.CALLS)
def page() -> Response:
    """Calls of some days, of some kind, the latest first."""
    here, desk = parts(), audience()
    asked, understood = period(request.args.get("from", ""), request.args.get("to", ""), desk.now, desk.zone)
    kind = request.args.get("kind", "all")
    line = request.args.get("line", "")
    lines = list(dict.fromkeys([*desk.own_numbers, *([line] if line else [])]))  # one that was taken out, too
    hour, weekday = _whole("hour", 0, 23), _whole("weekday", 1, 7)
    known = kind if kind in KINDS else "all"
    search = Search(asked.since, asked.until, known, line or None, hour, weekday, here.zone)
    rows, total = here.ledger.found_calls(search, SHOWN + 1, _before())
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return make_response(
        render_template(
            "calls.html",
            calls=[call_line(row, desk) for row in rows[:SHOWN]],
            total=min(total, MOST_COUNTED),
            more_than=total > MOST_COUNTED,
            next_page=f"{last.started_wall}.{last.id}" if last else None,
            asked=asked,
            understood=understood and kind in KINDS,
            kind=search.kind,
            kinds=KINDS,
            line=line,
            lines=lines,
            narrowed=narrowed(asked, hour, weekday, g.t),
            more={"hour": hour, "weekday": weekday},
            presets=presets(desk.now, desk.zone, g.t),
        )
    )


@blueprint.get("/calls/<int:call>")
@sessions.signed_in_only
@sessions.needs(Right.CALLS, Right.WORK)
def one(call: int) -> Response:
    """All that is known of a call, and how."""
    story = parts().ledger.call_story(call)
    if story is None:
        abort(404)
    desk, row = audience(), story.call
    return make_response(
        render_template(
            "call.html",
            call=call_line(row, desk),
            facts=[*facts(row, desk), hours_words(row, story.documents, story.provisional, desk)],
            ringing=ringing(story.bursts, row.answer_delay, g.t) if story.bursts else None,
            steps=step_lines(story.steps, desk),
        )
    )
