"""Builds the panel's Flask application from its parts; opens nothing, starts nothing, reads no configuration file."""

from __future__ import annotations

import hashlib
import logging
import traceback
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, flash, g, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from firmware_app.roles import Right
from web_panel import (
    callbacks_page,
    calls_page,
    events_page,
    exports_page,
    figures_page,
    help_page,
    hours_page,
    language_page,
    machine_page,
    pin_page,
    reminders_page,
    sessions,
    settings_page,
    sign_in,
    text_page,
    today_page,
)
from web_panel.guarding import guard
from web_panel.hours_door import years_missing
from web_panel.ledger_door import LedgerAway
from web_panel.modules_door import guard_modules, off
from web_panel.navigation import places
from web_panel.paired_desk import Desk
from web_panel.parts import Parts

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def create_app(parts: Parts, secret: bytes) -> Flask:
    """The panel. `secret` signs the session cookies and the tokens of forms."""
    app = Flask("web_panel")
    app.extensions["ringkeeper"] = parts
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="ringkeeper",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,  # a page may stand open all day; the token ends with the session
    )
    language_page.choose_for_request(app, parts.settings.language)
    guard(app, parts.settings.panel.host)
    guard_modules(app)
    CSRFProtect(app)
    for page in (
        today_page,
        callbacks_page,
        machine_page,
        calls_page,
        figures_page,
        sign_in,
        events_page,
        exports_page,
        hours_page,
        reminders_page,
        settings_page,
        help_page,
        language_page,
        pin_page,
        text_page,
    ):
        app.register_blueprint(page.blueprint)
    _dress(app, parts)
    _handle_trouble(app)
    return app


def _visitor() -> sessions.Visitor | None:
    """Who looks, also where the ledger that knows them cannot be read."""
    try:
        return sessions.visitor()
    except LedgerAway:
        return None


def _rights() -> frozenset[Right]:
    try:
        return sessions.rights_here()
    except LedgerAway:
        return frozenset()


def _desk() -> Desk | None:
    try:
        return sessions.desk()
    except LedgerAway:
        return None


def _dress(app: Flask, parts: Parts) -> None:
    """What all templates know."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def known() -> dict[str, Any]:
        here = _visitor()
        return {
            "t": g.t,
            "site_name": parts.settings.site.name,
            "visitor": here,
            "desk": _desk(),
            "may": sessions.offers,
            "Right": Right,
            "waiting": lambda: parts.ledger.waiting_count() if _visitor() or _desk() else 0,
            "ledger_there": parts.ledger.is_there(),
            "places": places(app.view_functions, _rights(), off()),
            "large": text_page.is_large(),
            "modules_off": off(),
            "years_missing": lambda: years_missing(parts.ledger, parts.clock().wall, parts.zone),
            "asset": lambda name: url_for("static", filename=name, v=_digest(name)),
        }


def _told(heading: str, advice: str, status: int) -> Response:
    """A page in words; where htmx asked for a part of a page, the page is loaded anew and says it there."""
    if request.headers.get("HX-Request"):
        flash(advice, "failed")
        return Response(status=status, headers={"HX-Refresh": "true"})
    return make_response(render_template("trouble.html", heading=heading, advice=advice), status)


_HEADINGS = {403: "您的账号没有这个权限", 404: "没有这个页面", 405: "没有这个页面", 413: "提交的内容太大"}


def _handle_trouble(app: Flask) -> None:
    """What went wrong, in words; never a trace, never a code alone."""

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> Response:
        return _told(g.t("请再按一次"), g.t("这个页面放得太久了，刚才的操作没有记上，请再按一次。"), 400)

    @app.errorhandler(LedgerAway)
    def no_ledger(_error: LedgerAway) -> Response:
        advice = g.t("还没有记录可读。监测程序第一次启动后就能登录；请先确认它已启动。")
        return _told(g.t("暂时打不开记录"), advice, 503)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        heading = g.t(_HEADINGS.get(error.code or 500, "这个请求不能处理"))
        return _told(heading, g.t("请回到“今天”再试。"), error.code or 500)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error(
            "a page failed: %s, %s\n%s", request.endpoint, type(error).__name__, where
        )  # a message may hold a number
        return _told(
            g.t("面板出了差错"), g.t("没有丢失任何记录。请稍后再试；若一直这样，请告诉技术员。"), 500
        )
