"""The page *help*: what to do when the telephone rings, when one comes back, when a lamp is lit; each role sees what is its own."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from web_panel import sessions
from web_panel.hours_door import documents
from web_panel.parts import parts

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@sessions.signed_in_only
def page() -> BaseResponse:
    """The help for this person, with whom to ring when the box does not work."""
    profile = documents(parts().ledger, parts().zone).get("profile")
    known = {} if profile is None else profile.content
    return make_response(
        render_template(
            "help.html", support=str(known.get("support") or ""), head=str(known.get("head") or "")
        )
    )
