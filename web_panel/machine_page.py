"""What a person says of a line that a machine seems to answer: the form of its banner in, a new version of the document `lines` out."""

from __future__ import annotations

import threading

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from device.signals import SECOND
from firmware_app.calls.machine_answers import KEY, is_told
from firmware_app.records.entry_bytes import canonical
from firmware_app.roles import Right
from web_panel import sessions
from web_panel.case_door import machine_proposals
from web_panel.hours_door import documents
from web_panel.parts import parts
from web_panel.refusals import refusal
from web_panel.who_looks import person

blueprint = Blueprint("machine", __name__)
_saving = threading.Lock()  # a press changes a part of a document: two at once must not undo each other


@blueprint.post("/callbacks/machine")
@sessions.acting
@sessions.needs(Right.WORK)
def told() -> BaseResponse:
    """A machine answers this line, or people do (`do`: machine | people); what the ledger proposes, not the form, is the delay."""
    line = request.form.get("line", "")
    here = parts()
    with _saving:
        held = documents(here.ledger, here.zone).get("lines")
        lines = dict(held.content) if held is not None else {}
        known = dict(lines.get(line) or {})
        found = next(
            (
                each
                for each in machine_proposals(here.ledger, here.zone, here.settings.lines)
                if each.line == line
            ),
            None,
        )
        if found is None or is_told(known):
            flash(g.t("这条线已经有人说明过了。"), "info")
            return redirect(url_for("callbacks.page"), 303)
        by_machine = request.form.get("do") == "machine"
        known[KEY] = round(found.delay / SECOND, 1) if by_machine else False
        body = {"name": "lines", "content": canonical({**lines, line: known})}
        answer = here.link.record("SiteDocumentChanged", body, person().account)
    if not answer.ok:
        flash(refusal(answer), "failed")
    elif by_machine:
        flash(g.t("已记下：以后这样接起的来电算漏接（机器应答），要回拨。"), "done")
    else:
        flash(g.t("已记下：这条线是人接的，不再提示。"), "done")
    return redirect(url_for("callbacks.page"), 303)
