"""A name and a PIN that were given at a paired desk in, the account or why not out. Signs nobody in.

Five wrong ones, then ten minutes for this account at this desk (docs/DOMAIN.md 3.2). Tries are counted in memory; after a
restart the ledger's row of failures counts on, so that switching the box off and on wins no tries.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g, make_response, render_template, request
from werkzeug.security import check_password_hash

from device.signals import SECOND
from firmware_app.records.desk_list import failures_in_a_row
from web_panel.attempts import MAX_FAILURES, BusyError
from web_panel.ledger_door import AccountView
from web_panel.paired_desk import Desk
from web_panel.parts import parts

LONGEST_PIN = 6
FIELD, ACCOUNT = OWN = "pin", "pin_account"


@dataclass(frozen=True, slots=True)
class NotSo:
    """Why nobody is signed in; `words` empty where nothing was given yet. status: of HTTP."""

    words: str = ""
    status: int = 401


def given(desk: Desk) -> AccountView | NotSo:
    """Whose PIN it is that the form of this request holds."""
    if FIELD not in request.form:
        return NotSo()
    name = request.form.get(ACCOUNT, "")[:64]
    account = parts().ledger.account(name)
    if account is None or not account.pin_hash:
        return NotSo(g.t("请先点一下您的名字，再输入 PIN。"), 422)
    return _tried(account, request.form[FIELD].strip()[: LONGEST_PIN + 1], desk)


def _tried(account: AccountView, pin: str, desk: Desk) -> AccountView | NotSo:
    here = parts()
    now = here.clock()
    wait = here.pins.begin(account.name, desk.id, now, lambda: _before(account.name, desk.id))
    if wait:
        return NotSo(
            g.t("PIN 错了 5 次，请等 {n} 分钟再试，或用密码登录。", n=-(-wait // (60 * SECOND))), 429
        )
    try:
        with here.attempts.hashing():
            right = check_password_hash(account.pin_hash, pin)
    except BusyError:
        here.pins.not_made(account.name, desk.id)
        return NotSo(g.t("现在登录的人太多，请过几秒再试。"), 503)
    if right:
        here.pins.right(account.name, desk.id)
        return account
    left = here.pins.left(account.name, desk.id)
    here.notes.note(account.name, "failed" if left else "locked", "pin", now, desk=desk.id)
    if left:
        return NotSo(g.t("PIN 不对，还可以试 {n} 次。", n=left), 403)
    return NotSo(g.t("PIN 错了 5 次，请等 {n} 分钟再试，或用密码登录。", n=10), 429)


def _before(account: str, desk: str) -> int:
    """Failures that were counted before this panel started."""
    with parts().ledger.reading() as db:
        return failures_in_a_row(db, account, desk, MAX_FAILURES)


# ---- asking


def asked(told: NotSo) -> Response:
    """The question who it is, in answer to a form: what was sent comes along and is sent again with name and PIN.

    In a part of a page that htmx asked for it takes the place of the whole page.
    """
    carried = [
        (key, value) for key, value in request.form.items(multi=True) if key not in (*OWN, "csrf_token")
    ]
    within = bool(request.headers.get("HX-Request"))
    text = render_template(
        "_pin.html" if within else "pin.html",
        action=request.full_path.rstrip("?"),
        carried=carried,
        lost_files=bool(request.files),
        **known(told),
    )
    response = make_response(text, told.status)
    if within:
        response.headers["HX-Retarget"] = "#main"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def known(told: NotSo) -> dict[str, object]:
    """What the question shows: the people who have a PIN, the one who was chosen, what was wrong."""
    people = parts().ledger.people_with_pin()
    chosen = request.form.get(ACCOUNT, "")
    return {"people": people, "chosen": chosen, "error": told.words}
