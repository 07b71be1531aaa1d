"""The page *reminders*: the channels to the head of the point with a test of each, and the clips that the box speaks.

A test is sent by the process `ringkeeper uplink`; how it went is read in the ledger, where it has it recorded.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from device.spoken import CLIPS, MORE
from firmware_app.records.reminder_rows import latest_messages
from firmware_app.roles import Right
from web_panel import sessions
from web_panel.clips import LONGEST, MOST_BYTES, NOT_WAV, Clips
from web_panel.formatting import when
from web_panel.parts import parts
from web_panel.presence_view import channel_rows
from web_panel.refusals import refusal

WITHIN = 5.0  # seconds in which the monitor passes a test on

blueprint = Blueprint("reminders", __name__)


def _clips() -> Clips:
    return Clips(parts().settings.data_dir / "clips")


def _back(text: str, tone: str) -> BaseResponse:
    flash(text, tone)
    return sessions.elsewhere("reminders.page")


@blueprint.get("/reminders")
@sessions.signed_in_only
@sessions.needs(Right.REMINDERS)
def page() -> BaseResponse:
    """Channels and clips as they are."""
    here = parts()
    now, state = here.clock().wall, here.live.present().state
    with here.ledger.reading() as db:
        messages = latest_messages(db)
    return make_response(
        render_template(
            "reminders.html",
            channels=channel_rows(
                here.settings.reminders, messages, g.t, lambda wall: when(wall, now, here.zone, g.t)
            ),
            running=(state or {}).get("uplink") is True,
            escalation=here.settings.escalation,
            clips=[(name, name in _clips().there()) for name in CLIPS],
            more=MORE,
            longest=LONGEST,
            most_bytes=MOST_BYTES,
        )
    )


@blueprint.post("/reminders/test")
@sessions.acting
@sessions.needs(Right.REMINDERS)
def test() -> BaseResponse:
    """Have a test sent on every channel."""
    answer = parts().link.request("test_reminder", within=WITHIN, patience=2 * WITHIN)
    if answer.ok:
        return _back(g.t("已请提醒程序发送测试，结果过几秒显示在下面。"), "done")
    if answer.error == "no_uplink":
        return _back(g.t("没有发送：提醒程序（ringkeeper uplink）没有运行。请告诉技术员。"), "failed")
    return _back(refusal(answer), "failed")


@blueprint.get("/reminders/clips/<name>.wav")
@sessions.signed_in_only
@sessions.needs(Right.REMINDERS)
def clip(name: str) -> BaseResponse:
    """One clip, to listen to it."""
    content = _clips().content(name)
    return Response(status=404) if content is None else Response(content, mimetype="audio/wav")


@blueprint.post("/reminders/clips")
@sessions.acting
@sessions.needs(Right.REMINDERS)
def upload() -> BaseResponse:
    """Keep a clip that was recorded in the page or given as a file; without one, forget the clip of that name."""
    name, given = request.form.get("name", ""), request.files.get("wav")
    if name not in CLIPS:
        return _back(g.t("没有这个操作，请再按一次。"), "failed")
    if request.form.get("do") == "forget":
        wrong = _clips().forget(name)
        return _back(g.t(wrong), "failed") if wrong else _back(g.t("已删除这段录音。"), "done")
    wrong = (
        NOT_WAV if given is None or not given.filename else _clips().keep(name, given.read(MOST_BYTES + 1))
    )
    return _back(g.t(wrong), "failed") if wrong else _back(g.t("录音已保存。"), "done")
