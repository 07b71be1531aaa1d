"""For whom a page is: the request's person and what they may see of numbers, out."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from firmware_app.roles import Right
from web_panel import sessions
from web_panel.parts import parts
from web_panel.today_view import Audience


def person() -> sessions.Visitor:
    """Who has signed in; only for pages that nobody else gets to."""
    here = sessions.visitor()
    assert here is not None, "pages here are for people who have signed in"
    return here


def audience(shown: Mapping[int, int] | None = None) -> Audience:
    """The reader of this page. shown: the calls whose number this person sees in full, until when (ns)."""
    here, visitor = parts(), sessions.visitor()
    return Audience(
        t=g.t,
        zone=here.zone,
        now=here.clock().wall,
        own_numbers={line.name: line.number for line in here.settings.lines},
        shown=shown or {},
        sees_people=visitor is None or visitor.may(Right.LAST_FOUR),
    )
