"""The page *figures*: is the standard kept, by what is that known, and which calls stand behind each number.

It only reads, except for a carrier's bill, whose counts the monitor puts on record; the numbers in it stay in memory.
"""

from __future__ import annotations

import json

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from firmware_app.bill_file import read_table
from firmware_app.calls.carrier_bill import COLUMNS, guess_columns
from firmware_app.roles import Right
from firmware_app.wording import Text
from web_panel import figures_tables as tables
from web_panel import figures_view as view
from web_panel import sessions
from web_panel.calls_view import say
from web_panel.figures_choice import Choice, choose, months
from web_panel.figures_door import BREACHES, Sheet
from web_panel.parts import parts
from web_panel.refusals import refusal
from web_panel.today_view import Audience
from web_panel.who_looks import audience

blueprint = Blueprint("figures", __name__)


@blueprint.get("/figures")
@sessions.signed_in_only
@sessions.needs(Right.FIGURES)
def page() -> Response:
    """A month, or the last 24 hours, 30 or 90 days."""
    here, desk = parts(), audience()
    choice, understood = choose(request.args.get("period", ""), desk.now, here.zone)
    first, closed = here.figures.months()
    sheet = here.figures.sheet(choice, desk.now)
    known = months(first, [*closed, *([choice.key] if choice.month else [])], desk.now, here.zone)
    return make_response(
        render_template(
            "figures.html",
            choice=choice,
            understood=understood,
            months=known,
            closed=closed,
            title=_title(choice),
            lines=list(desk.own_numbers),
            **_first(sheet, choice),
            **_then(sheet, choice, desk),
        )
    )


def _title(choice: Choice) -> str:
    if choice.month:
        return str(g.t("{year} 年 {month} 月", year=choice.key[:4], month=int(choice.key[5:])))
    return str(g.t({"24h": "近 24 小时", "30d": "近 30 天", "90d": "近 90 天"}[choice.key]))


def _first(sheet: Sheet, choice: Choice) -> dict[str, object]:
    """Whether the standard is kept, and what calls and call-backs make of it."""
    t, links, counts = g.t, view.links_of(choice), sheet.level.counts
    return {
        "over": sheet.over,
        "limit": view.limit(counts, links, t),
        "target": view.target(sheet, choice, t),
        "counted": view.counted(counts, links, t),
        "callers": counts.callers,
        "hidden": links.counted("hidden", counts),
        "timed": links.counted("timed", counts),
        "secondary": view.secondary(sheet.level, links, t),
        "repeated": view.repeated(sheet.repeats, t) if sheet.repeats is not None else [],
        "waits": view.waits(sheet.level, t),
        "cases": view.cases(sheet.cases, t) if sheet.cases is not None else [],
        "case_facts": view.case_facts(sheet.cases, t) if sheet.cases is not None else [],
        "left_out": view.left_out(counts, links, t),
        "every": links.counted("every", counts),
    }


def _then(sheet: Sheet, choice: Choice, desk: Audience) -> dict[str, object]:
    """Which calls, when, how much was heard, and by what it was decided."""
    return {
        "tables": tables.tables(sheet, choice, g.t),
        "columns": tables.columns(sheet.clock.by_hour, g.t),
        "breaches": tables.breach_lines(sheet, desk),
        "more_breaches": max(0, sheet.level.counts.breaches - BREACHES),
        "coverage": tables.coverage(sheet.coverage, desk),
        "busy": tables.busy_lines(sheet.busy or {}, sheet.bills, desk),
        "closures": tables.closure_lines(sheet, choice, desk),
        "basis": tables.basis(sheet.decided, desk),
        "closing": tables.closing(sheet.closing, choice, desk) if sheet.closing is not None else None,
    }


# ---- the carrier's bill


@blueprint.post("/figures/bill")
@sessions.acting
@sessions.needs(Right.EXPORT_FULL)  # the carrier's records hold numbers in full
def bill() -> Response:
    """Compare a carrier's bill of a line and month with our calls, and put the counts on record."""
    month, name = request.form.get("month", ""), request.form.get("line", "")
    told, done = _compared(month, name)
    flash(told, "done" if done else "failed")
    return redirect(url_for("figures.page", period=month), 303)


def _compared(month: str, name: str) -> tuple[str, bool]:
    """What to say, and whether it was recorded."""
    here = parts()
    line = next((line for line in here.settings.lines if line.name == name), None)
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    if line is None or not content:
        return g.t("请选一条线路和话单文件。"), False
    table = read_table(content)
    if isinstance(table, Text):
        return say(table, g.t), False
    columns = guess_columns(table)
    if columns is None:
        return g.t("话单里找不到表头：要有时间和号码两列，例如“开始时间”“对方号码”。"), False
    found = here.figures.compared(table, columns, month, line.name, line.number)
    if found is None:
        return g.t("请选一个月份。"), False
    body = {"month": month, "line": line.name, "figures": json.dumps(found.counts())}
    visitor = sessions.visitor()
    assert visitor is not None, "only those who have signed in come here"
    answer = here.link.record("CarrierBill", body, visitor.account)
    if not answer.ok:
        return refusal(answer), False
    read = "，".join(f"{say(COLUMNS[key], g.t)} ← {heading}" for key, heading in columns.named(table).items())
    return g.t("话单已核对，只记下了数目，没有保存号码。认出的列：{columns}", columns=read), True
