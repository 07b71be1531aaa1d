"""The pages *service hours*: today's real windows, two weeks, versions, closures, holidays, duty; and the forms to change them.

Each change is a new version of a site document, recorded by the monitor. What was decided before it stays as it was. A form that
cannot be understood comes back with everything that was typed, and says what to mend.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from firmware_app.calls.holiday_calendar import document_name, problems
from firmware_app.calls.service_hours import DAYS
from firmware_app.monitor_link import Answer
from firmware_app.records.entry_bytes import canonical
from firmware_app.roles import Right
from web_panel import hours_forms as forms
from web_panel import hours_view, sessions
from web_panel.hours_door import documents
from web_panel.hours_door import hours_view as everything
from web_panel.hours_forms import Wrong
from web_panel.parts import parts
from web_panel.refusals import refusal

LATEST_CLOSURES = 6  # that are listed at once; the others are folded away
PASTED = 40_000  # characters of a calendar; a year has about 4,000

blueprint = Blueprint("hours", __name__)
_saving = threading.Lock()  # a form changes a part of a document: two at once must not undo each other


def _clock() -> hours_view.Clock:
    here = parts()
    return hours_view.Clock(here.clock().wall, here.zone, g.t)


def _content(name: str) -> Mapping[str, Any] | None:
    found = documents(parts().ledger, parts().zone).get(name)
    return None if found is None else found.content


def _record(name: str, content: Mapping[str, Any]) -> Answer:
    here = sessions.visitor()
    assert here is not None, "pages here are for people who have signed in"
    body = {"name": name, "content": canonical(content)}
    return parts().link.record("SiteDocumentChanged", body, here.account)


def _done(text: str) -> BaseResponse:
    flash(text, "done")
    return redirect(url_for("hours.page"), 303)


def _again(template: str, wrong: Sequence[Wrong], **shown: object) -> BaseResponse:
    """The form once more, with what was typed."""
    return make_response(render_template(template, wrong=wrong, **shown), 422)


def _editing(form: Callable[[], BaseResponse]) -> Callable[[], BaseResponse]:
    """For a form that takes a while to fill in: whoever was away long gives the password before, not after."""

    @wraps(form)
    def guarded() -> BaseResponse:
        here = sessions.visitor()
        if here is not None and not here.fresh:
            return sessions.ask_again(f"hours.{form.__name__}")
        sessions.has_acted(parts().clock())
        return form()

    return sessions.signed_in_only(sessions.needs(Right.HOURS)(guarded))


# ---- what holds


@blueprint.get("/hours")
@sessions.signed_in_only
def page() -> BaseResponse:
    """Today, this week and the next, and all that stands behind it."""
    clock, found = _clock(), everything(parts().ledger, parts().zone)
    hours = found.hours
    plan = found.documents.get("duty")
    duty = {} if plan is None else plan.content
    if hours is None:
        return make_response(render_template("hours.html", hours=None))
    closures = hours_view.closure_lines(found.closures, clock)
    return make_response(
        render_template(
            "hours.html",
            hours=hours,
            state=hours_view.state_now(hours, clock),
            weeks=_weeks(hours_view.days(hours, duty, clock)),
            versions=hours_view.versions(found.documents["service_hours"].content, clock),
            changes=hours_view.changes(found.changes, clock),
            closures=closures[:LATEST_CLOSURES],
            older_closures=closures[LATEST_CLOSURES:],
            years=hours_view.calendar_years(hours, g.t),
        )
    )


def _weeks(days: Sequence[hours_view.DayRow]) -> list[tuple[str, Sequence[hours_view.DayRow]]]:
    return [(g.t("本周"), days[:7]), (g.t("下周"), days[7:])]


# ---- the weekly hours


@blueprint.get("/hours/week")
@_editing
def week() -> BaseResponse:
    """The form for hours that hold from a date on, filled with those of today."""
    fields = forms.hours_fields(_content("service_hours"), _clock().today)
    return make_response(render_template("hours_week.html", wrong=(), **_week_form(fields)))


def _week_form(fields: Mapping[str, str]) -> dict[str, object]:
    makeup = [(key, hours_view.makeup_words(key, g.t)) for key in (*DAYS, "own", "closed")]
    used = [
        place for place in range(forms.BLOCKS) if any(fields.get(f"{key}{place}") for key in ("start", *DAYS))
    ]
    return {
        "fields": fields,
        "days": list(zip(DAYS, forms.DAY_WORDS, strict=True)),
        "holidays": [(key, g.t(words)) for key, words in hours_view.HOLIDAY_WORDS.items()],
        "makeup": makeup,
        "blocks": range(max(2, *(place + 1 for place in used))) if used else range(2),
    }


@blueprint.post("/hours/week")
@sessions.acting
@sessions.needs(Right.HOURS)
def save_week() -> BaseResponse:
    """Record the hours of the form as a version from its date on."""
    with _saving:
        content, wrong = forms.hours_document(request.form, _content("service_hours"), _clock().today, g.t)
        answer = None if wrong else _record("service_hours", content)
    if answer is not None and answer.ok:
        return _done(g.t("已记下：新的服务时间从 {date} 起执行。", date=request.form["from"].strip()))
    wrong = wrong if answer is None else [Wrong("", refusal(answer))]
    return _again("hours_week.html", wrong, **_week_form(request.form))


@blueprint.post("/hours/week/withdraw")
@sessions.acting
@sessions.needs(Right.HOURS)
def withdraw_week() -> BaseResponse:
    """Take back a version that does not hold yet."""
    with _saving:
        content = _content("service_hours")
        left = (
            forms.without_version(content, request.form.get("from", ""), _clock().today) if content else None
        )
        answer = None if left is None else _record("service_hours", left)
    return _told(answer, g.t("已撤销还没有开始执行的服务时间。"))


def _told(answer: Answer | None, done: str) -> BaseResponse:
    if answer is not None and answer.ok:
        return _done(done)
    flash(g.t("这一条已经不能撤销。") if answer is None else refusal(answer), "failed")
    return redirect(url_for("hours.page"), 303)


# ---- closures


def _closures() -> list[Mapping[str, str]]:
    found = _content("closures")
    return [] if found is None else list(found["closures"])


@blueprint.get("/hours/closure")
@_editing
def closure() -> BaseResponse:
    """The form for a closure; `id`: the one to change."""
    wanted = request.args.get("id", "")
    known = next((each for each in _closures() if each["id"] == wanted), None)
    if wanted and known is None:
        abort(404)
    fields = known or hours_view.closure_begun(everything(parts().ledger, parts().zone).hours, _clock())
    return make_response(render_template("hours_closure.html", wrong=(), fields=fields, id=wanted))


@blueprint.post("/hours/closure")
@sessions.acting
@sessions.needs(Right.HOURS)
def save_closure() -> BaseResponse:
    """Record a closure, or a change of one."""
    wanted = request.form.get("id", "")
    with _saving:
        known = _closures()
        found = documents(parts().ledger, parts().zone).get("closures")
        name = wanted or f"c{1 if found is None else found.version + 1}"
        made, wrong = forms.closure_of(request.form, name, g.t)
        others = [each for each in known if each["id"] != name]
        answer = None if wrong else _record("closures", {"closures": [*others, made]})
    if answer is not None and answer.ok:
        return _done(_closure_told(name))
    wrong = wrong if answer is None else [Wrong("", refusal(answer))]
    return _again("hours_closure.html", wrong, fields=request.form, id=wanted)


def _closure_told(name: str) -> str:
    found = everything(parts().ledger, parts().zone).closures
    calls = next((row.calls for row in found if row.closure.id == name), 0)
    if calls:
        return str(g.t("已记下：临时停止服务。其间的 {n} 个来电不计入服务时间。", n=calls))
    return str(g.t("已记下：临时停止服务。"))


@blueprint.post("/hours/closure/withdraw")
@sessions.acting
@sessions.needs(Right.HOURS)
def withdraw_closure() -> BaseResponse:
    """Take back a closure, at most 24 h after it began."""
    with _saving:
        known = _closures()
        left = [each for each in known if each["id"] != request.form.get("id")]
        answer = _record("closures", {"closures": left}) if len(left) < len(known) else None
    return _told(answer, g.t("已撤销：这段时间照常服务。"))


# ---- the holiday calendar


@blueprint.get("/hours/calendar")
@_editing
def calendar() -> BaseResponse:
    """The form to import a year's notice."""
    return make_response(render_template("hours_calendar.html", wrong=(), pasted=""))


@blueprint.post("/hours/calendar")
@sessions.acting
@sessions.needs(Right.HOURS)
def import_calendar() -> BaseResponse:
    """Record the calendar of a year, pasted or from a file, in the place of the one there may be."""
    pasted = _pasted()
    content, wrong = _calendar_of(pasted)
    answer = None if content is None else _record(document_name(content["year"]), content)
    if content is not None and answer is not None and answer.ok:
        return _done(
            g.t("已导入 {year} 年放假安排，共 {n} 天。", year=content["year"], n=len(content["days"]))
        )
    wrong = wrong if answer is None else [Wrong("", refusal(answer))]
    return _again("hours_calendar.html", wrong, pasted=pasted)


def _pasted() -> str:
    """What was pasted, else what is in the file."""
    typed = request.form.get("pasted", "").strip()
    file = request.files.get("file")
    if typed or file is None:
        return typed[:PASTED]
    return file.stream.read(4 * PASTED).decode("utf-8-sig", "replace").strip()[:PASTED]


def _calendar_of(pasted: str) -> tuple[dict[str, Any] | None, list[Wrong]]:
    if not pasted:
        return None, [Wrong("pasted", g.t("请粘贴内容，或选一个文件。"))]
    try:
        content = json.loads(pasted)
    except (ValueError, RecursionError):
        return None, [Wrong("pasted", g.t("这不是 JSON 格式的放假安排。请粘贴整个文件的内容，从“{open}”到“{close}”。", open="{", close="}"))]  # fmt: skip
    wrong = problems(content)
    if wrong or not isinstance(content, dict):
        return None, [Wrong("pasted", each.in_language(g.t.language)) for each in wrong[:10]]
    return {key: content[key] for key in ("year", "papers", "days") if key in content}, []


# ---- duty


@blueprint.get("/hours/duty")
@_editing
def duty() -> BaseResponse:
    """The form of the duty plan."""
    content = _content("duty") or {}
    dates = hours_view.duty_dates(content, _clock())
    return make_response(
        render_template("hours_duty.html", wrong=(), **_duty_form(content.get("week", {}), dates))
    )


def _duty_form(week: Mapping[str, str], dates: Sequence[tuple[str, str]]) -> dict[str, object]:
    return {
        "fields": week,
        "days": list(zip(DAYS, forms.DAY_WORDS, strict=True)),
        "dates": [*dates, *(("", "") for _ in range(forms.DUTY_ROWS))],
        "shown": " ".join(day for day, _ in dates),
    }


@blueprint.post("/hours/duty")
@sessions.acting
@sessions.needs(Right.HOURS)
def save_duty() -> BaseResponse:
    """Record the duty plan."""
    typed = list(zip(request.form.getlist("date"), request.form.getlist("names"), strict=False))
    with _saving:
        content, wrong = forms.duty_document(request.form, typed, _content("duty") or {}, g.t)
        answer = None if wrong else _record("duty", content)
    if answer is not None and answer.ok:
        return _done(g.t("值班安排已记下。"))
    wrong = wrong if answer is None else [Wrong("", refusal(answer))]
    shown = {
        **_duty_form(request.form, [each for each in typed if any(each)]),
        "shown": request.form.get("shown", ""),
    }
    return _again("hours_duty.html", wrong, **shown)
