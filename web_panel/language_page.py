"""`POST /language`: the reader's choice of language in, a cookie for a year out."""

from __future__ import annotations

from flask import Blueprint, Flask, g, redirect, request, url_for
from werkzeug.wrappers import Response

from web_panel.navigation import PLACES
from web_panel.translating import LANGUAGES, Translator

COOKIE = "ringkeeper-language"
YEAR = 365 * 24 * 3600  # seconds
RETURN_TO = {"sign_in.form", "sign_in.password", "sign_in.sign_in", "sign_in.change_password"} | {
    place.endpoint for place in PLACES
}

blueprint = Blueprint("language", __name__)


def choose_for_request(app: Flask, configured: str) -> None:
    """Before each request: `g.t` speaks the language of the cookie, else that of the configuration."""

    @app.before_request
    def speak() -> None:
        chosen = request.cookies.get(COOKIE, "")
        g.t = Translator(chosen if chosen in LANGUAGES else configured)


@blueprint.post("/language")
def choose() -> Response:
    """Switch the language and go back to the page where the switch was pressed."""
    back = request.form.get("back", "")
    pages = {
        "sign_in.sign_in": "sign_in.form",
        "sign_in.change_password": "sign_in.password",
    }  # answers to forms
    response = redirect(url_for(pages.get(back, back) if back in RETURN_TO else "today.page"), 303)
    language = request.form.get("language", "")
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="Strict")
    return response
