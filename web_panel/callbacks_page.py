"""The pages *call-backs*: what is owed to whom, the most urgent first; one case opened, with its number, and what a person says of it.

A number is seen in full only in the case that this person has opened, and the opening is on record. Whatever a form says is
recorded by the monitor and shown only then; an attempt says after how many others it comes, so that a second press is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from firmware_app.calls.dial_plan import DialPlan
from firmware_app.calls.phone_number import parse
from firmware_app.monitor_link import Answer
from firmware_app.roles import Right
from firmware_app.wiring import ModemWiring
from web_panel import sessions
from web_panel.callbacks_view import (
    CasesPart,
    agreed,
    case_line,
    case_page,
    cases_part,
    machine_line,
    means,
    outcomes,
    reasons,
    summary,
)
from web_panel.case_door import OpenedCase, case_list, machine_proposals, opened_case
from web_panel.parts import parts
from web_panel.refusals import refusal
from web_panel.who_looks import audience, person

SHOWN = 60  # cases of one page

blueprint = Blueprint("callbacks", __name__)


def _list() -> CasesPart:
    desk = audience()
    found = case_list(parts().ledger, desk.now, parts().zone, SHOWN)
    busy = parts().memory.callers(parts().clock(), person().account)
    lines = [case_line(row, desk, busy.get(row.case, "")) for row in found.rows]
    return cases_part(summary(found, g.t), lines, found.total - len(found.rows))


@blueprint.get("/callbacks/fragment")
@sessions.signed_in_only
@sessions.needs(Right.WORK)
def fragment() -> BaseResponse:
    """The list for a live update; 304 when nothing is new."""
    version, found = parts().live.present().version, _list()
    etag = f'"{g.t.language}-{found.digest}"'
    if request.headers.get("If-None-Match") == etag:
        response = Response(status=304)
    else:
        response = make_response(render_template("_cases.html", list=found))
    response.headers["ETag"] = etag
    response.headers["X-Version"] = version
    return response


@blueprint.get("/callbacks")
@sessions.signed_in_only
@sessions.needs(Right.WORK)
def page() -> BaseResponse:
    """The list."""
    return make_response(
        render_template(
            "callbacks.html",
            version=parts().live.present().version,  # taken first: a change in between is fetched again
            list=_list(),
            machines=[
                machine_line(each, g.t)
                for each in machine_proposals(parts().ledger, parts().zone, parts().settings.lines)
            ],
        )
    )


def _opened(case: int) -> OpenedCase:
    found = opened_case(parts().ledger, case, parts().clock().wall, parts().zone, parts().settings.lines)
    if found is None:
        abort(404)
    return found


@blueprint.get("/callbacks/<int:case>")
@sessions.signed_in_only
@sessions.needs(Right.WORK)
def one(case: int) -> BaseResponse:
    """One case. A dialling under way has the page look again by itself."""
    here, desk, opened = parts(), audience(), _opened(case)
    busy = here.memory.callers(here.clock(), person().account).get(case, "")
    shown = here.memory.has_open(person().sign_in, case, here.clock())
    dialling = here.diallings.of_case(case)
    ended = dialling.answer if dialling else None
    if ended is not None:
        here.diallings.forget(case)
    return make_response(
        render_template(
            "callback.html",
            case=case_page(opened.view, opened.plans, shown, desk),
            busy=busy,
            note=opened.view.row.known.note or "",
            other=opened.view.row.known.other or "" if shown else "",
            outcomes=outcomes(g.t),
            means=means(g.t),
            reasons=reasons(g.t),
            modems=_modems(),
            dialling=dialling is not None and ended is None,
            dialled=_dial_words(ended) if ended is not None else "",
        )
    )


def _modems() -> set[str]:
    """The lines that can be dialled on."""
    return {
        line.name
        for line in parts().settings.lines
        if any(isinstance(ear, ModemWiring) for ear in line.wirings)
    }


def _dial_words(answer: Answer) -> str:
    if answer.ok:
        return str((answer.message or {}).get(g.t.language, ""))
    return refusal(answer)


# ---- what a person does


def _back(case: int | None, text: str = "", tone: str = "done") -> BaseResponse:
    if text:
        flash(text, tone)
    target = url_for("callbacks.page") if case is None else url_for("callbacks.one", case=case)
    return redirect(target, 303)


def _record(kind: str, body: Mapping[str, object]) -> Answer:
    return parts().link.record(kind, body, person().account)


def _told(case: int | None, again: int, answer: Answer, done: str) -> BaseResponse:
    """After a record: to `case` (None: the list); where it was refused, to the case `again`."""
    if not answer.ok:
        return _back(again, refusal(answer), "failed")
    parts().live.touch()
    return _back(case, done)


@dataclass(frozen=True, slots=True)
class Press:
    """A form of the page of a case."""

    case: int
    opened: OpenedCase

    def field(self, name: str, longest: int = 200) -> str:
        return request.form.get(name, "").strip()[:longest]


@blueprint.post("/callbacks/<int:case>")
@sessions.acting
@sessions.needs(Right.WORK)
def act(case: int) -> BaseResponse:
    """One of the buttons of a case; `do` says which."""
    do = request.form.get("do", "")
    if do == "block" and not person().may(Right.BLOCK):
        return _back(case, g.t("屏蔽号码要由站长来做。"), "failed")
    press = _PRESSES.get(do)
    if press is None:
        return _back(case, g.t("没有这个操作，请再按一次。"), "failed")
    return press(Press(case, _opened(case)))


def _open(press: Press) -> BaseResponse:
    """See the number; that is on record. Not while somebody else is calling back: that is taken over, or left."""
    here, now = person(), parts().clock()
    other = parts().memory.callers(now, here.account).get(press.case)
    if other is not None and press.field("do") != "over":
        return _back(press.case, g.t("{who}正在回拨这个号码。要由您来打，请按“接过来”。", who=other), "info")
    answer = _record("NumberRevealed", {"account": here.account, "call": press.opened.view.row.call})
    if answer.ok:
        parts().memory.open_case(here.sign_in, press.case, now, here.account, here.person)
    if answer.ok and press.opened.view.row.unseen:
        _record("CallSeen", {"call": press.opened.view.row.call})
    return _told(press.case, press.case, answer, g.t("号码已显示，查看已记录在您的名下。"))


def _leave(press: Press) -> BaseResponse:
    parts().memory.leave_case(person().sign_in, press.case, person().account)
    parts().live.touch()
    return _back(None)


def _attempt(press: Press) -> BaseResponse:
    after = request.form.get("after", type=int)
    if after is None or press.field("outcome") not in {"reached", *(key for key, _ in outcomes(g.t))}:
        return _back(press.case, g.t("请选一个回拨结果。"), "failed")
    body = {
        "case": press.case,
        "outcome": press.field("outcome"),
        "means": press.field("means") or "line",
        "after": after,
    }
    answer = _record("CallbackAttempted", body)
    if answer.ok:
        parts().memory.called_back(press.case, person().account)
    if body["outcome"] == "reached":
        return _told(None, press.case, answer, g.t("已记下：回拨接通，这一条处理好了。"))
    return _told(press.case, press.case, answer, g.t("已记下这一次回拨。"))


def _postpone(press: Press) -> BaseResponse:
    desk = audience()
    wall = (
        press.opened.next_opening
        if press.field("at") == "next"
        else agreed(press.field("at"), desk.now, desk.zone)
    )
    if wall is None:
        text = g.t("约定的时间没有看懂，或者已经过了。请写成 15:00，或选一个日期和时间。")
        return _back(press.case, text, "failed")
    answer = _record("CallbackPostponed", {"case": press.case, "until_wall": wall})
    return _told(None, press.case, answer, g.t("已记下约定的时间，到时候会排到最前面。"))


def _not_postponed(press: Press) -> BaseResponse:
    answer = _record("CallbackPostponed", {"case": press.case, "until_wall": None})
    return _told(press.case, press.case, answer, g.t("已取消约定的时间。"))


def _end(press: Press) -> BaseResponse:
    state, _, reason = press.field("reason").partition("/")
    if not reason or not press.field("approved_by"):
        return _back(press.case, g.t("请选一个原因，并写明谁同意的。"), "failed")
    body: dict[str, object] = {
        "case": press.case,
        "state": state,
        "reason": reason,
        "approved_by": press.field("approved_by", 32),
    }
    if press.field("note"):
        body["note"] = press.field("note")
    return _told(None, press.case, _record("CaseClosed", body), g.t("已办结，原因已记下。"))


def _reopen(press: Press) -> BaseResponse:
    answer = _record("CaseReopened", {"case": press.case})
    return _told(press.case, press.case, answer, g.t("已撤销，这一条重新待回拨。"))


def _note(press: Press) -> BaseResponse:
    row = press.opened.view.row
    body: dict[str, object] = {"number": row.key}
    if press.field("note"):
        body["note"] = press.field("note")
    if press.field("other"):  # written as people write it here: without the area code
        other = press.field("other", 40)
        body["other"] = parse(other, audience().own_numbers.get(row.line, "")).key or other
    return _told(press.case, press.case, _record("NumberNoted", body), g.t("备注已记下。"))


def _block(press: Press) -> BaseResponse:
    if not press.field("approved_by"):
        return _back(press.case, g.t("请写明谁同意屏蔽的。"), "failed")
    body = {
        "number": press.opened.view.row.key,
        "mark": "blocked",
        "approved_by": press.field("approved_by", 32),
    }
    return _told(
        press.case, press.case, _record("NumberMarked", body), g.t("这个号码已屏蔽，以后来电不再要求回拨。")
    )


def _dial(press: Press) -> BaseResponse:
    """Have the modem dial: who asked is on record first."""
    line, _, form = press.field("way").partition("/")
    plan = next((plan for name, plan in press.opened.plans if name == line), DialPlan())
    wanted = next((each for each in plan.strings if each.form == form), None)
    here = parts()
    if wanted is None or line not in _modems():
        return _back(press.case, g.t("这条线不能代拨，请在话机上照号码拨。"), "failed")
    if not here.memory.has_open(person().sign_in, press.case, here.clock()):
        return _back(press.case, g.t("请先打开号码，再代拨。"), "failed")
    answer = _record("DialAsked", {"line": line, "case": press.case, "dial_form": form})
    if not answer.ok:
        return _back(press.case, refusal(answer), "failed")
    if not here.diallings.start(press.case, line, wanted.digits, here.clock().mono):
        return _back(press.case, g.t("这条线正在拨号。"), "failed")
    return _back(press.case)


def _cancel(press: Press) -> BaseResponse:
    parts().diallings.cancel(press.case)
    return _back(press.case)


_PRESSES: Mapping[str, Callable[[Press], BaseResponse]] = {
    "open": _open,
    "over": _open,
    "leave": _leave,
    "attempt": _attempt,
    "postpone": _postpone,
    "not_postponed": _not_postponed,
    "end": _end,
    "reopen": _reopen,
    "note": _note,
    "block": _block,
    "dial": _dial,
    "cancel": _cancel,
}


@blueprint.get("/callbacks/<int:case>/dialling")
@sessions.signed_in_only
@sessions.needs(Right.WORK)
def dialling(case: int) -> Response:
    """204 while the modem is dialling for this case, 200 when it is over: for the page to know when to look again."""
    view = parts().diallings.of_case(case)
    return Response(status=204 if view is not None and view.answer is None else 200)
