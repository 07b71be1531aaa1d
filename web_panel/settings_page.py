"""The pages *settings*: what the point is, its lines, the rules of call-backs, which parts of the panel it uses; and their forms.

Each change is a new version of a site document, recorded by the monitor. A form that cannot be understood comes back with
everything that was typed, and says what to mend.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from firmware_app.calls import callback_rules, modules
from firmware_app.records.entry_bytes import canonical
from firmware_app.roles import Right
from web_panel import sessions
from web_panel import settings_forms as forms
from web_panel.hours_door import document_changes, documents
from web_panel.hours_view import Clock, changes
from web_panel.navigation import MODULE_OF
from web_panel.parts import parts
from web_panel.refusals import refusal
from web_panel.settings_forms import Wrong
from web_panel.who_looks import person

SHOWN_CHANGES = 12  # versions of each document that are listed, the newest
RARE_RULES = ("talk_proposes_reached_s", "machine_calls", "machine_sigma_s", "machine_tolerance_s")

blueprint = Blueprint("settings", __name__)
_saving = threading.Lock()  # a form changes a part of a document: two at once must not undo each other
_TITLES = (
    ("profile", "站点"),
    ("lines", "电话线路"),
    ("callback_rules", "回拨规则"),
    ("modules", "使用哪些功能"),
)


def _content(name: str) -> dict[str, Any]:
    found = documents(parts().ledger, parts().zone).get(name)
    return {} if found is None else dict(found.content)


def _saved(name: str, content: Mapping[str, Any], done: str) -> BaseResponse:
    body = {"name": name, "content": canonical(content)}
    answer = parts().link.record("SiteDocumentChanged", body, person().account)
    if answer.ok:
        flash(done, "done")
    elif answer.error == "no_change":
        flash(g.t("没有改动，不用保存。"), "info")
    else:
        flash(refusal(answer), "failed")
    return redirect(url_for("settings.page"), 303)


def _form(
    template: str, fields: Mapping[str, str], wrong: Sequence[Wrong] = (), **shown: object
) -> BaseResponse:
    page = render_template(template, fields=fields, wrong=wrong, **shown)
    return make_response(page, 422 if wrong else 200)


@blueprint.get("/settings")
@sessions.signed_in_only
@sessions.needs(Right.SETTINGS)
def page() -> BaseResponse:
    """Everything that can be set here, as it stands, each with the way to change it."""
    here, clock = parts(), Clock(parts().clock().wall, parts().zone, g.t)
    held = documents(here.ledger, here.zone)
    content = {name: dict(held[name].content) if name in held else {} for name, _ in _TITLES}
    lines = [
        (line.name, line.number, forms.line_rows(content["lines"].get(line.name) or {}, g.t))
        for line in here.settings.lines
    ]
    return make_response(
        render_template(
            "settings.html",
            site=here.settings.site,
            profile=forms.profile_rows(content["profile"], g.t),
            lines=lines,
            rules=forms.rule_rows(content["callback_rules"], g.t),
            modules=forms.module_rows(content["modules"], _there(), g.t),
            changes=[
                (g.t(words), changes(document_changes(here.ledger, name, SHOWN_CHANGES), clock))
                for name, words in _TITLES
            ],
        )
    )


# ---- the point


@blueprint.get("/settings/profile")
@sessions.signed_in_only
@sessions.needs(Right.SETTINGS)
def profile() -> BaseResponse:
    """The form of the point."""
    return _profile(forms.profile_fields(_content("profile")))


def _profile(fields: Mapping[str, str], wrong: Sequence[Wrong] = ()) -> BaseResponse:
    levels = [(key, g.t(words)) for key, words in forms.LEVELS]
    return _form("settings_profile.html", fields, wrong, known=forms.PROFILE, levels=levels)


@blueprint.post("/settings/profile")
@sessions.acting
@sessions.needs(Right.SETTINGS)
def save_profile() -> BaseResponse:
    """What the point is."""
    with _saving:
        content, wrong = forms.profile_document(request.form, _content("profile"), g.t)
        return _profile(request.form, wrong) if wrong else _saved("profile", content, g.t("站点信息已保存。"))


# ---- a line


def _line() -> str:
    name = request.values.get("line", "")
    if name not in {line.name for line in parts().settings.lines}:
        abort(404)
    return name


@blueprint.get("/settings/line")
@sessions.signed_in_only
@sessions.needs(Right.SETTINGS)
def line() -> BaseResponse:
    """The form of one line."""
    name = _line()
    return _form("settings_line.html", forms.line_fields(_content("lines").get(name) or {}), line=name)


@blueprint.post("/settings/line")
@sessions.acting
@sessions.needs(Right.SETTINGS)
def save_line() -> BaseResponse:
    """What is true of one line; the others stay as they are."""
    name = _line()
    with _saving:
        lines = _content("lines")
        known, wrong = forms.line_document(request.form, lines.get(name) or {}, g.t)
        if wrong:
            return _form("settings_line.html", request.form, wrong, line=name)
        return _saved("lines", {**lines, name: known}, g.t("{line} 的设置已保存。", line=name))


# ---- the rules of call-backs


@blueprint.get("/settings/rules")
@sessions.signed_in_only
@sessions.needs(Right.SETTINGS)
def rules() -> BaseResponse:
    """The form of the rules."""
    return _rules(forms.rule_fields(_content("callback_rules")))


def _rules(fields: Mapping[str, str], wrong: Sequence[Wrong] = ()) -> BaseResponse:
    options = callback_rules.OPTIONS.items()
    return _form(
        "settings_rules.html", fields, wrong, rules=callback_rules.RULES, rare=RARE_RULES, options=options
    )


@blueprint.post("/settings/rules")
@sessions.acting
@sessions.needs(Right.SETTINGS)
def save_rules() -> BaseResponse:
    """The rules that what comes from now on is decided by."""
    with _saving:
        content, wrong = forms.rules_document(request.form, g.t)
        if wrong:
            return _rules(request.form, wrong)
        return _saved("callback_rules", content, g.t("回拨规则已保存，从现在起按新的算。"))


# ---- the parts of the panel


def _there() -> frozenset[str]:
    """The modules that this panel has pages of."""
    return frozenset(module for page, module in MODULE_OF.items() if page in current_app.blueprints)


@blueprint.get("/settings/modules")
@sessions.signed_in_only
@sessions.needs(Right.SETTINGS)
def use() -> BaseResponse:
    """The form of the parts."""
    off = modules.switched_off(_content("modules"))
    known = {key: words for key, words in modules.MODULES.items() if key in _there()}
    fields = {key: "" if key in off else "yes" for key in known}
    return _form("settings_modules.html", fields, known=known.items())


@blueprint.post("/settings/modules")
@sessions.acting
@sessions.needs(Right.SETTINGS)
def save_use() -> BaseResponse:
    """Which parts this point uses; what was recorded by one that is switched off stays."""
    with _saving:
        content = forms.modules_document(request.form, _content("modules"), _there())
        return _saved("modules", content, g.t("已保存：停用的功能不再显示，原来的记录都在。"))
