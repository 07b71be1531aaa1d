"""`POST /text`: large or plain letters, as the reader chose, in; a cookie for a year out. No script is needed."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

COOKIE = "ringkeeper-text"
YEAR = 365 * 24 * 3600  # seconds

blueprint = Blueprint("text", __name__)


def is_large() -> bool:
    """Whether this reader has large letters."""
    return request.cookies.get(COOKIE) == "large"


def _way_back(wanted: str) -> str:
    """The page where the switch was pressed, if it is one of ours that can be asked for; else today."""
    home = url_for("today.page")
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return home
    try:
        current_app.url_map.bind("").match(wanted.partition("?")[0], "GET")
    except HTTPException:
        return home
    return wanted


@blueprint.post("/text")
def choose() -> Response:
    """Switch, and go back to the page where the switch was pressed."""
    response = redirect(_way_back(request.form.get("back", "")), 303)
    if request.form.get("size") == "large":
        response.set_cookie(COOKIE, "large", max_age=YEAR, httponly=True, samesite="Strict")
    else:
        response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    return response
