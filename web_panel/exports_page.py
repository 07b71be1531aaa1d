"""The page *exports*: calls, call-backs, a day or a month as a file or for the printer; who took what is on record first.

Masked, unless somebody who may asks for full numbers and says why. A job is its maker's alone; another process makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from firmware_app.papers import print_writing
from firmware_app.papers.paper import FORMS, MOST_ROWS, Form
from firmware_app.papers.writing import unable
from firmware_app.roles import Right
from web_panel import sessions
from web_panel.calls_view import say
from web_panel.export_asking import (
    LISTS,
    PAPERS,
    Asked,
    Wanted,
    asked_of,
    narrowing,
    order_for,
    wanted,
)
from web_panel.export_jobs import JobView, Stage
from web_panel.parts import parts
from web_panel.refusals import refusal
from web_panel.translating import Translator
from web_panel.who_looks import audience, person

AT_ONCE = 1.5  # seconds in which most papers are made; what takes longer shows how far it is
AGAIN = "2"  # seconds until the page of a job that goes on is loaded anew
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}

blueprint = Blueprint("exports", __name__)


def _why(view: JobView, t: Translator) -> str:
    """What went wrong with a job, and what to do."""
    if view.why == "told":
        return t("文件没有给出：{reason}", reason=view.told)
    known = {
        "too_long": t("{form} 最多 {n} 行，这次超过了。请把日期选短一些，或改用 xlsx。", form=view.form, n=MOST_ROWS[Form(view.form)]),
        "disk_full": t("放临时文件的地方满了，文件没有做成。请等几分钟再试，或把日期选短一些；一直这样请告诉技术员。"),
        "file": t("临时文件写不进去，文件没有做成。请告诉技术员。"),
        "ledger": t("账本现在读不出来，文件没有做成。请稍后再试。"),
        "library": t("本机缺少导出 {form} 的软件，请改用别的格式，并告诉技术员。", form=view.form),
        "memory": t("内容太多，内存不够，文件没有做成。请把日期选短一些。"),
    }  # fmt: skip
    return known.get(view.why, t("文件没有做成，请再试一次；一直这样请告诉技术员。"))


@blueprint.get("/exports")
@sessions.signed_in_only
@sessions.needs(Right.EXPORT)
def page() -> Response:
    """What is to go onto paper, in which form; and what this person had made lately."""
    return _form(asked_of(request.args))


def _form(asked: Asked, errors: tuple[tuple[str, str], ...] = ()) -> Response:
    here, who = parts(), person()
    full_too = who.may(Right.EXPORT_FULL) and asked.paper in LISTS
    found = wanted(asked, audience())
    return make_response(
        render_template(
            "exports.html",
            asked=found.asked,
            papers=[(key, g.t(paper.title)) for key, paper in PAPERS.items()],
            narrowing=" · ".join(narrowing(found, audience())),
            forms=[(form.value, say(text, g.t), say(unable(form), g.t)) for form, text in FORMS.items()],
            full_too=full_too,
            errors=errors,
            jobs=here.exports.of(who.account),
            Stage=Stage,
        ),
        422 if errors else 200,
    )


@blueprint.post("/exports")
@sessions.acting
@sessions.needs(Right.EXPORT)
def make() -> Response:
    """Have a paper made; it is on record before anybody gets it."""
    asked, who = asked_of(request.form), person()
    found = wanted(asked, audience())
    errors = _errors(asked, found, who)
    if errors:
        return _form(asked, errors)
    here = parts()
    order = order_for(found, audience(), who.person, here)
    try:
        number = here.exports.start(
            who.account,
            order,
            found.file_name(g.t.language),
            found.file_name("en"),
            _record(found, who.account),
        )
    except OSError:
        return _form(asked, (("form", g.t("临时文件写不进去，文件没有做成。请告诉技术员。")),))
    if number is None:
        return _form(asked, (("form", g.t("您有几份还没有做完，请等它们做完，或取消一份。")),))
    here.exports.wait(number, AT_ONCE)
    return redirect(url_for("exports.one", job=number), 303)


def _errors(asked: Asked, found: Wanted, who: sessions.Visitor) -> tuple[tuple[str, str], ...]:
    """What is missing: the field and what to do."""
    t, errors = g.t, []
    if not found.understood:
        errors.append(("from", t("日期没有看懂，请重新选。")))
    form = next((each for each in Form if each.value == asked.form), None)
    missing = unable(form) if form is not None else None
    if form is None:
        errors.append(("form", t("请选一种格式。")))
    elif missing is not None:
        errors.append(("form", say(missing, t)))
    if asked.full and not who.may(Right.EXPORT_FULL):
        abort(403)
    if asked.full and not asked.reason:
        errors.append(("reason", t("要完整号码，请写明用途，例如：迎接检查。")))
    return tuple(errors)


def _record(found: Wanted, account: str) -> Callable[[int], str | None]:
    """What puts the paper on record when it is made, in a thread that serves no page."""
    asked, link, t = found.asked, parts().link, g.t
    body = {
        "account": account,
        "paper": asked.paper,
        "form": asked.form,
        "since": found.begin,
        "until": found.end,
        "full": asked.full,
        "reason": asked.reason if asked.full else "",
    }

    def record(rows: int) -> str | None:
        answer = link.record("PaperMade", {**body, "rows": rows}, account)
        return None if answer.ok else refusal(answer, t)

    return record


def _job(number: int) -> JobView:
    """The job of that number, if it is this person's, and they may still have what it holds."""
    who = person()
    view = parts().exports.job(number, who.account)
    if view is None or (view.full and not who.may(Right.EXPORT_FULL)):
        abort(404)
    return view


@blueprint.get("/exports/<int:job>")
@sessions.signed_in_only
@sessions.needs(Right.EXPORT)
def one(job: int) -> Response:
    """How far it is, or where to get it."""
    view = _job(job)
    why = _why(view, g.t) if view.stage is Stage.FAILED else ""
    response = make_response(render_template("export_job.html", job=view, Stage=Stage, why=why))
    if view.stage in (Stage.WAITING, Stage.RUNNING):
        response.headers["Refresh"] = AGAIN
    return response


@blueprint.post("/exports/<int:job>/cancel")
@sessions.acting
@sessions.needs(Right.EXPORT)
def cancel(job: int) -> Response:
    """Give it up, or delete the file now."""
    parts().exports.cancel(job, person().account)
    return redirect(url_for("exports.page"), 303)


@blueprint.get("/exports/<int:job>/file")
@sessions.acting
@sessions.needs(Right.EXPORT)
def file(job: int) -> Response:
    """The file, to its maker."""
    view = _job(job)
    if view.stage is not Stage.READY or view.form not in TYPES:
        abort(404)
    try:
        response = send_file(view.path, mimetype=TYPES[view.form], etag=False, conditional=False)
    except OSError:
        abort(404)
    response.headers["Content-Disposition"] = disposition(view.name, view.plain_name)
    return response


def disposition(name: str, plain: str) -> str:
    """Save as `name`; `plain` is for what does not read RFC 5987."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@blueprint.get("/exports/<int:job>/print")
@sessions.acting
@sessions.needs(Right.EXPORT)
def printed(job: int) -> Response:
    """The paper as a page that prints well."""
    view = _job(job)
    if view.stage is not Stage.READY or view.form != Form.PRINT.value:
        abort(404)
    try:
        paper, rows = print_writing.read(view.path)
    except OSError:
        abort(404)
    return make_response(render_template("export_print.html", paper=paper, rows=rows, job=view))
