"""Name and PIN at a paired desk computer: a tap and some digits in, somebody signed in and the way on to where they were going out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from web_panel import pin_check, sessions
from web_panel.parts import parts

blueprint = Blueprint("pin", __name__)


def own_address(wanted: str) -> str:
    """`wanted` when it is a page of this panel, else the page of today: nobody is led elsewhere."""
    split = urlsplit(wanted)
    if split.scheme or split.netloc or not wanted.startswith("/") or "\\" in wanted:
        return "/"
    try:
        current_app.url_map.bind("").match(split.path, method="GET")
    except HTTPException:
        return "/"
    return wanted


@blueprint.get("/pin")
def page() -> Response | str:
    """Who is it? Only at a paired desk; elsewhere one signs in by password. Also how one person takes over from another."""
    if sessions.desk() is None:
        return sessions.elsewhere("sign_in.form")
    return _page(pin_check.NotSo("", 200), request.args.get("onward", "/"))


@blueprint.post("/pin")
def sign_in() -> Response | tuple[str, int]:
    """Name and PIN alone, with no other form behind them."""
    desk = sessions.desk()
    if desk is None:
        return sessions.elsewhere("sign_in.form")
    wanted = own_address(request.form.get("onward", "/"))
    found = pin_check.given(desk)
    if isinstance(found, pin_check.NotSo):
        return _page(found, wanted), found.status
    sessions.begin(found, parts().clock(), "pin")
    return redirect(wanted, 303)


def _page(told: pin_check.NotSo, wanted: str) -> str:
    carried = [("onward", own_address(wanted))]
    return render_template(
        "pin.html", action="/pin", carried=carried, lost_files=False, **pin_check.known(told)
    )
