"""Who is at this page: Flask's signed cookie in, a visitor or nobody out. Decides nothing about calls.

Rule 1: twelve hours after signing in, or when the account's password changes, a sign-in is over, open streams included.
Rule 2: after 30 minutes in which the person did nothing, the masked page stays (it is the desk's display), but to act or to see a
number the password is asked again: a time-out drops the person, never the page.
Rule 3: both times are counted on the monotonic clock of one boot; a Pi has no clock battery and its wall clock may jump.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import Response, abort, current_app, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from device.signals import SECOND, Instant
from firmware_app.roles import Right
from web_panel.desk_memory import LONGEST_SIGN_IN
from web_panel.ledger_door import AccountView
from web_panel.parts import Parts, parts

IDLE = 30 * 60 * SECOND
P = ParamSpec("P")
Page = Callable[P, BaseResponse]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who has signed in. fresh: recently enough to act; sign_in: the random id of this sign-in."""

    account: str
    person: str
    rights: frozenset[Right]
    sign_in: str
    must_change: bool
    fresh: bool

    def may(self, right: Right) -> bool:
        return right in self.rights


def _mark(account: AccountView, key: bytes) -> str:
    """What changes when the password does; the hash itself never leaves the machine."""
    return hmac.new(key, account.password_hash.encode(), hashlib.sha256).hexdigest()[:24]


def _key() -> bytes:
    key = current_app.secret_key
    return key.encode() if isinstance(key, str) else (key or b"")


def begin(account: AccountView, now: Instant) -> None:
    """Sign in: a new session with a new id. Somebody who only confirms the password keeps the forms of other tabs good."""
    forms = session.get("csrf_token") if session.get("who") == account.name else None
    session.clear()
    if forms is not None:
        session["csrf_token"] = forms
    session["who"] = account.name
    session["id"] = secrets.token_urlsafe(12)
    session["boot"] = parts().boot
    session["since"] = session["acted"] = now.mono
    session["mark"] = _mark(account, _key())


def has_acted(now: Instant) -> None:
    """The person did something: the 30 minutes begin anew."""
    session["acted"] = now.mono


def end(now: Instant) -> None:
    """Sign out: this sign-in's cookie is worth nothing from now on."""
    sign_in = session.get("id")
    if isinstance(sign_in, str):
        parts().memory.end(sign_in, now)
    session.clear()


def _still_good(here: Parts, cookie: dict[str, object], key: bytes, now: Instant) -> AccountView | None:
    """The account of a sign-in that is not over."""
    who, sign_in, since = cookie.get("who"), cookie.get("id"), cookie.get("since")
    if not (isinstance(who, str) and isinstance(sign_in, str) and isinstance(since, int)):
        return None
    if (
        cookie.get("boot") != here.boot
        or now.mono - since >= LONGEST_SIGN_IN
        or here.memory.has_ended(sign_in)
    ):
        return None
    account = here.ledger.account(who)
    if account is None or not hmac.compare_digest(str(cookie.get("mark")), _mark(account, key)):
        return None
    return account


def visitor() -> Visitor | None:
    """Who makes this request; None for somebody who has not signed in (or no longer)."""
    if "visitor" not in g:
        now = parts().clock()
        account = _still_good(parts(), dict(session), _key(), now)
        g.visitor = account and Visitor(
            account=account.name,
            person=account.person,
            rights=account.rights,
            sign_in=session["id"],
            must_change=account.must_change,
            fresh=now.mono - session["acted"] < IDLE,
        )
    found: Visitor | None = g.visitor
    return found


def still_welcome() -> Callable[[], bool]:
    """A question that a stream asks long after its request: is this sign-in still good?"""
    here, cookie, key = parts(), dict(session), _key()
    return lambda: _still_good(here, cookie, key, here.clock()) is not None


def elsewhere(endpoint: str) -> BaseResponse:
    """Send the browser to another page, also from within a fragment that htmx asked for."""
    target = url_for(endpoint)
    if request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": target})
    return redirect(target, 303)


def ask_again(endpoint: str) -> BaseResponse:
    """Have the password given; to somebody who was signed in but long away it is said why, and the way leads to `endpoint` then."""
    if visitor() is not None:
        session["onward"] = endpoint
        flash(g.t("离开超过 30 分钟了。为安全起见，请先再输入一次密码。"), "info")
    return elsewhere("sign_in.form")


def onward() -> str:
    """Where somebody who gives the password once more was going."""
    wanted = session.get("onward")
    return wanted if isinstance(wanted, str) else "today.page"


def signed_in_only(page: Page[P]) -> Page[P]:
    """For people who have signed in; others are sent to where they do."""

    @wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> BaseResponse:
        here = visitor()
        if here is None:
            background = request.endpoint in ("events.events", "today.fragment", "today.waiting")
            return Response(status=401) if background else elsewhere("sign_in.form")
        return page(*args, **kwargs)

    return guarded


def acting(page: Page[P]) -> Page[P]:
    """For what is recorded under a person's name: signed in, and not long away."""

    @wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> BaseResponse:
        here = visitor()
        if here is not None and not here.fresh:
            flash(g.t("离开超过 30 分钟了。为安全起见，请再输入一次密码，然后重新按一下刚才的按钮。"), "info")
            return elsewhere("sign_in.form")
        has_acted(parts().clock())
        return page(*args, **kwargs)

    return signed_in_only(guarded)


def needs(*wanted: Right) -> Callable[[Page[P]], Page[P]]:
    """For people of a role that has one of `wanted`; stands below `signed_in_only` or `acting`."""

    def guarding(page: Page[P]) -> Page[P]:
        @wraps(page)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> BaseResponse:
            here = visitor()
            if here is None or not here.rights.intersection(wanted):
                abort(403)
            return page(*args, **kwargs)

        return guarded

    return guarding
