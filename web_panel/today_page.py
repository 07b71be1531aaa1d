"""The page *today*: what is, what must be done, what was done; and the buttons, each an ordinary form that also works without JavaScript.

A press is recorded by the monitor and shown only then. Pressing twice, or two people pressing at once, records once: what a
form was about must still be so when it arrives, presses for one call are taken one at a time, and a call-back says after how
many others it comes, so that the ledger refuses one whose first telling was only slow.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, flash, g, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from firmware_app.monitor_link import Answer
from firmware_app.records.presence_list import presence_now
from firmware_app.records.reminder_rows import latest_messages
from firmware_app.roles import Right
from web_panel import sessions
from web_panel.equipment_words import STAGE_WORDS
from web_panel.ledger_door import LedgerAway, LedgerView, WaitingCall
from web_panel.parts import parts
from web_panel.presence_view import desk_row, uplink_rows
from web_panel.refusals import refusal
from web_panel.today_view import Today, today
from web_panel.who_looks import audience, person

SEEN_AT_ONCE = 500  # commits of one press: seconds, on a slow card

blueprint = Blueprint("today", __name__)
_press_of = tuple(
    threading.Lock() for _ in range(64)
)  # a call shares its lock with few others, and waits for them alone


def _look() -> Today:
    """The page as it is now for this person."""
    here = parts()
    now = here.clock()
    desk = audience(here.memory.shown(sessions.shown_to(), now))
    state = here.live.present().state
    try:
        ledger: LedgerView | None = here.ledger.view(now.wall, here.zone)
        with here.ledger.reading() as db:
            presence, messages = presence_now(db), latest_messages(db)
    except LedgerAway:
        return today(None, state, desk)
    box = uplink_rows(here.settings.reminders, messages, state, g.t)
    return today(ledger, state, desk, desk_row(presence, g.t, desk.when), box)


def _etag(seen: Today) -> str:
    """The same as long as the page would look the same to this person."""
    return f'"{g.t.language}-{"-".join(getattr(seen.digests, part) for part in seen.digests.__slots__)}"'


def _fragment(quiet: bool) -> BaseResponse:
    """What is inside #today, with what the script needs to know of it."""
    version = (
        parts().live.present().version
    )  # taken first: a change in between is fetched again, never missed
    seen = _look()
    etag = _etag(seen)
    if quiet and request.headers.get("If-None-Match") == etag:
        response = Response(status=304)
    else:
        response = make_response(
            render_template("_today.html", today=seen, quiet=quiet, stage_words=_stage_words())
        )
    response.headers["ETag"] = etag
    response.headers["X-Version"] = version
    return response


def _stage_words() -> list[str]:
    return [g.t(words) for words in STAGE_WORDS]


@blueprint.get("/")
@sessions.watching
def page() -> BaseResponse:
    """The whole page."""
    version = parts().live.present().version
    seen = _look()
    return make_response(
        render_template(
            "today.html", today=seen, etag=_etag(seen), version=version, stage_words=_stage_words()
        )
    )


@blueprint.get("/today/fragment")
@sessions.watching
def fragment() -> BaseResponse:
    """The inside of the page for a live update; 304 when nothing is new."""
    return _fragment(quiet=True)


def _answered(text: str, tone: str) -> BaseResponse:
    """After a press: the fragment for htmx, else back to the page."""
    flash(text, tone)
    return _fragment(quiet=False) if request.headers.get("HX-Request") else sessions.elsewhere("today.page")


def _told(answer: Answer, done: str) -> BaseResponse:
    if not answer.ok:
        return _answered(refusal(answer), "failed")
    parts().live.touch()
    return _answered(done, "done")


def _record(kind: str, body: Mapping[str, object]) -> Answer:
    return parts().link.record(kind, body, person().account)


# ---- one call


@blueprint.post("/calls/<int:call>")
@sessions.acting
@sessions.needs(Right.WORK)
def act(call: int) -> BaseResponse:
    """One of the buttons in a row; `do` says which."""
    do = request.form.get("do", "")
    if do == "hide":
        parts().memory.hide(person().sign_in, call)
        parts().live.touch()
        return _answered(g.t("号码已隐藏。"), "done")
    press = _PRESSES.get(do)
    if press is None:
        return _answered(g.t("没有这个操作，请再按一次。"), "failed")
    with _press_of[call % len(_press_of)]:
        found = parts().ledger.waiting_call(call)
        if found is None or not _is_still_so(found, do):
            return _answered(g.t("这一条刚才已经处理过了，没有重复记录。"), "info")
        return press(found, call)


def _is_still_so(found: WaitingCall, do: str) -> bool:
    """Whether the row still is what it was when the button was shown."""
    match do:
        case "reached" | "not_reached":
            return found.kind == "due" and request.form.get("after") == str(found.attempts)
        case "answered" | "missed":
            return found.kind == "unsettled"
        case "seen":
            return found.unseen
        case _:
            return bool(found.number)


def _called_back(found: WaitingCall, outcome: str) -> Answer:
    body = {"case": found.case, "outcome": outcome, "means": "self_reported", "after": found.attempts}
    return _record("CallbackAttempted", body)


def _reached(found: WaitingCall, _call: int) -> BaseResponse:
    return _told(_called_back(found, "reached"), g.t("已记下：回拨接通，这一条处理好了。"))


def _not_reached(found: WaitingCall, _call: int) -> BaseResponse:
    return _told(_called_back(found, "not_reached"), g.t("已记下：回拨没接通。请过一会儿再打。"))


def _answered_after_all(found: WaitingCall, _call: int) -> BaseResponse:
    body = {"call": found.call, "disposition": "answered", "how": "panel"}
    return _told(_record("CallSettled", body), g.t("已记下：这个来电当时有人接听。"))


def _missed_after_all(found: WaitingCall, _call: int) -> BaseResponse:
    body = {"call": found.call, "disposition": "no_answer", "how": "panel"}
    return _told(_record("CallSettled", body), g.t("已记下：这个来电是漏接。"))


def _seen(_found: WaitingCall, call: int) -> BaseResponse:
    return _told(_record("CallSeen", {"call": call}), g.t("已记下：看过。"))  # not a call that came meanwhile


def _show(found: WaitingCall, _call: int) -> BaseResponse:
    here = person()
    answer = _record("NumberRevealed", {"account": here.account, "call": found.call})
    if answer.ok:
        parts().memory.show(here.sign_in, found.call, parts().clock())
    return _told(answer, g.t("号码显示 1 分钟，查看已记录在您的名下。"))


_PRESSES: Mapping[str, Callable[[WaitingCall, int], BaseResponse]] = {
    "reached": _reached,
    "not_reached": _not_reached,
    "answered": _answered_after_all,
    "missed": _missed_after_all,
    "seen": _seen,
    "show": _show,
}


# ---- more than one call


@blueprint.post("/calls/seen")
@sessions.acting
@sessions.needs(Right.WORK)
def all_seen() -> BaseResponse:
    """Every call that was on the page when the button was pressed, and none that came later."""
    newest = request.form.get("up_to", type=int) or 0
    unseen = parts().ledger.unseen_calls(newest)
    for found in unseen[:SEEN_AT_ONCE]:
        answer = _record("CallSeen", {"call": found})  # seen twice is seen: nobody else need wait for this
        if not answer.ok:
            parts().live.touch()
            return _answered(refusal(answer), "failed")
    if len(unseen) > SEEN_AT_ONCE:
        text = g.t("已记下：看过最早的 {n} 个，还有更多，请再按一次。", n=SEEN_AT_ONCE)
        return _told(Answer(ok=True), text)
    return _told(Answer(ok=True), g.t("已记下：全部看过。"))


@blueprint.post("/presence")
@sessions.acting
@sessions.needs(Right.WORK)
def presence() -> BaseResponse:
    """The buttons 离岗 and 返岗: what a person says stands beside what the box believes."""
    said = request.form.get("present")
    if said not in ("yes", "no"):
        return _answered(g.t("没有这个操作，请再按一次。"), "failed")
    done = (
        g.t("已记下：返岗。")
        if said == "yes"
        else g.t("已记下：离岗。回来后拿起话机、按按钮或按“返岗”都行。")
    )
    return _told(_record("Presence", {"present": said == "yes"}), done)


@blueprint.get("/waiting")
@sessions.watching
def waiting() -> BaseResponse:
    """How many calls want something of a person, for the titles of other pages."""
    return make_response({"n": parts().ledger.waiting_count()})


@blueprint.post("/lines/still-talking")
@sessions.acting
@sessions.needs(Right.WORK)
def still_talking() -> BaseResponse:
    """The answer yes to the question whether the call is still going on."""
    line = request.form.get("line", "")
    if line not in {wired.name for wired in parts().settings.lines}:
        return _answered(g.t("没有这个操作，请再按一次。"), "failed")
    return _told(_record("StillTalking", {"line": line}), g.t("已记下：还在通话。"))
