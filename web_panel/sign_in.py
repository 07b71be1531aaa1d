"""Signing in and out and choosing a password: forms in, a session out. A password goes to the monitor as a salted hash, never further.

An unknown account costs the same time and gets the same words as a wrong password, so that names cannot be guessed.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, g, render_template, request
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response

from device.signals import SECOND
from web_panel import sessions
from web_panel.attempts import BusyError
from web_panel.ledger_door import AccountView
from web_panel.parts import parts
from web_panel.refusals import refusal

METHOD = "scrypt:16384:8:5"  # 16 MiB, the low-memory row of OWASP's list
NOBODY = f"{METHOD}$nobody${'0' * 128}"  # no password has this hash; checking against it takes as long as any
MIN_LENGTH, MAX_LENGTH = 8, 128

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def form() -> Response | str:
    """The sign-in form; somebody who is signed in and may act has no use for it."""
    here = sessions.visitor()
    if here is not None and here.fresh:
        return sessions.elsewhere("today.page")
    return render_template("sign_in.html", account=here.account if here else _only_account())


@blueprint.post("/sign-in")
def sign_in() -> Response | tuple[str, int]:
    """Check name and password; five failures, then a wait of ten minutes."""
    name = request.form.get("account", "").strip()[:64]
    account = parts().ledger.account(name)
    address = request.remote_addr or ""
    wait = parts().attempts.begin(name, address, parts().clock())
    if wait:
        return _again(name, g.t("密码错了 5 次。请等 {n} 分钟再试。", n=-(-wait // (60 * SECOND))), 429)
    try:
        pause = parts().attempts.pause(name, address)
        right = _is_right(account, request.form.get("password", ""), pause)
    except BusyError:
        parts().attempts.not_made(name, address)
        return _again(name, g.t("现在登录的人太多，请过几秒再试。"), 503)
    if account is None or not right:
        _note_failure(account, name, address)
        return _again(name, g.t("用户名或密码不对，请重新输入。连续错 5 次要等 10 分钟。"), 403)
    parts().attempts.right(account.name, address)
    onward = "sign_in.password" if account.must_change else sessions.onward()
    sessions.begin(account, parts().clock())
    return sessions.elsewhere(onward)


def _is_right(account: AccountView | None, password: str, pause: float = 0.0) -> bool:
    with parts().attempts.hashing(pause):
        return check_password_hash(
            account.password_hash if account and account.password_hash else NOBODY, password[: MAX_LENGTH + 1]
        )


def _note_failure(account: AccountView | None, name: str, address: str) -> None:
    """On record; a name that is none is not, it may be a password in the wrong field."""
    here, at = parts(), sessions.desk()
    what = "failed" if here.attempts.left(name, address) else "locked"
    here.notes.note(
        account.name if account else "", what, "password", here.clock(), desk=at.id if at else None
    )


def _again(name: str, error: str, status: int) -> tuple[str, int]:
    return render_template("sign_in.html", account=name, error=error), status


def _only_account() -> str:
    """The name to put into the form: where there is one account, nobody need type it."""
    names = parts().ledger.account_names()
    return names[0] if len(names) == 1 else ""


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this sign-in here and for every copy of its cookie."""
    sessions.end(parts().clock())
    flash(g.t("已退出登录。"), "done")
    return sessions.elsewhere("sign_in.form" if sessions.desk() is None else "today.page")


@blueprint.get("/password")
def password() -> Response | str:
    """The form to choose a password: at first sign-in, and whenever one wants."""
    here = sessions.visitor()
    if here is None or not here.fresh:
        return sessions.ask_again("sign_in.password")
    return render_template("password.html", first=here.must_change)


@blueprint.post("/password")
def change_password() -> Response | tuple[str, int]:
    """Record a new password; every other sign-in of the account ends with it.

    Not at a desk that was left: a first password is not asked for once more, it could be replaced by whoever comes by.
    """
    here = sessions.visitor()
    if here is None or not here.fresh:
        return sessions.ask_again("sign_in.password")
    account = parts().ledger.account(here.account)
    if account is None:
        return sessions.elsewhere("sign_in.form")
    try:
        error = _objection(account)
        return _not_changed(here, error, 422) if error else _store(here, account)
    except BusyError:
        return _not_changed(here, g.t("现在登录的人太多，请过几秒再试。"), 503)


def _not_changed(here: sessions.Visitor, error: str, status: int) -> tuple[str, int]:
    return render_template("password.html", first=here.must_change, error=error), status


def _objection(account: AccountView) -> str | None:
    """What is wrong with the form, in words that say what to do; None when all is well."""
    chosen, again = request.form.get("chosen", ""), request.form.get("again", "")
    if chosen != again:
        return str(g.t("两次输入的新密码不一样，请重新输入。"))
    if not MIN_LENGTH <= len(chosen) <= MAX_LENGTH:
        return str(g.t("新密码至少要 8 个字符。"))
    if len(set(chosen)) < 4 or chosen.casefold() == account.name.casefold():
        return str(g.t("这个密码太容易猜到，请换一个。"))
    wait = parts().attempts.begin(account.name, request.remote_addr or "", parts().clock())
    if wait:
        return str(g.t("密码错了 5 次。请等 {n} 分钟再试。", n=-(-wait // (60 * SECOND))))
    present = request.form.get("present", "")
    if not account.must_change and not _is_right(account, present):
        return str(g.t("现在的密码不对，请重新输入。"))
    parts().attempts.right(account.name, request.remote_addr or "")
    same = _is_right(account, chosen) if account.must_change else chosen == present
    return str(g.t("新密码不能和现在的一样。")) if same else None


def _store(here: sessions.Visitor, account: AccountView) -> Response | tuple[str, int]:
    with parts().attempts.hashing():
        hashed = generate_password_hash(request.form["chosen"], METHOD)
    body = {
        "account": account.name,
        "secret": {"kind": "secret", "content": hashed},
        "must_change": False,
    }
    answer = parts().link.record("PasswordSet", body, here.account)
    if not answer.ok:
        return _not_changed(here, refusal(answer), 503)
    sessions.end(parts().clock())
    sessions.begin(replace(account, password_hash=hashed, must_change=False), parts().clock())
    flash(g.t("新密码已保存，下次请用新密码登录。"), "done")
    return sessions.elsewhere("today.page")
