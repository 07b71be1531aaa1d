"""Who is at this page: Flask's signed cookie in, a visitor or nobody out. Decides nothing about calls.

Rule 1: twelve hours after signing in, or when the account's password changes, a sign-in is over, open streams included.
Rule 2: after 30 minutes in which the person did nothing, the masked page stays (it is the desk's display), but to act or to see a
number the password is asked again: a time-out drops the person, never the page. At a paired desk computer it is 5 minutes, then
nobody is signed in there; the masked page needs nobody, and whoever presses a button says by name and PIN who it is.
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
from firmware_app.roles import RIGHTS, Right, Role
from web_panel import paired_desk, pin_check
from web_panel.desk_memory import LONGEST_SIGN_IN
from web_panel.ledger_door import AccountView, LedgerAway
from web_panel.paired_desk import Desk
from web_panel.parts import Parts, parts

IDLE = 30 * 60 * SECOND
DESK_IDLE = 5 * 60 * SECOND
BACKGROUND = ("events.events", "today.fragment", "today.waiting")  # what a page asks for by itself
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


def desk() -> Desk | None:
    """The paired desk computer that makes this request; None for every other one."""
    if "desk" not in g:
        cookie = request.cookies.get(paired_desk.COOKIE, "")
        g.desk = paired_desk.desk_of(cookie, parts().ledger) if cookie else None
    found: Desk | None = g.desk
    return found


def begin(account: AccountView, now: Instant, how: str = "password") -> None:
    """Sign in: a new session with a new id, on record. how: password | pin | code.

    Somebody who only confirms the password keeps the forms of other tabs good; so does the next person at a desk computer.
    """
    here = desk()
    leaving = session.get("who") if here is not None else None
    if leaving not in (None, account.name) and visitor() is not None:
        parts().notes.note(str(leaving), "out", how, now, desk=here.id if here else None, by=str(leaving))
    forms = session.get("csrf_token") if here is not None or session.get("who") == account.name else None
    session.clear()
    g.pop("visitor", None)
    if forms is not None:
        session["csrf_token"] = forms
    session["who"] = account.name
    session["how"] = how
    session["desk"] = here.id if here else None
    session["id"] = secrets.token_urlsafe(12)
    session["boot"] = parts().boot
    session["since"] = session["acted"] = now.mono
    session["mark"] = _mark(account, _key())
    parts().notes.note(account.name, "in", how, now, desk=here.id if here else None, by=account.name)


def has_acted(now: Instant) -> None:
    """The person did something: the 30 minutes begin anew."""
    session["acted"] = now.mono


def end(now: Instant) -> None:
    """Sign out: this sign-in's cookie is worth nothing from now on."""
    sign_in, here, leaving = session.get("id"), desk(), visitor()
    if isinstance(sign_in, str):
        parts().memory.end(sign_in, now)
    if leaving is not None:
        how = str(session.get("how", "password"))
        parts().notes.note(
            leaving.account, "out", how, now, desk=here.id if here else None, by=leaving.account
        )
    forms = session.get("csrf_token") if here is not None else None
    session.clear()
    g.pop("visitor", None)
    if forms is not None:
        session["csrf_token"] = forms


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
        g.visitor = account and _visitor(account, desk(), now.mono - session["acted"])
    found: Visitor | None = g.visitor
    return found


def _visitor(account: AccountView, at: Desk | None, idle: int) -> Visitor | None:
    """None at a desk computer that was left; and a PIN is worth something only at the desk where it was given."""
    if at is None and session.get("how") == "pin":
        return None
    if at is not None and idle >= DESK_IDLE:
        return None
    return Visitor(
        account=account.name,
        person=account.person,
        rights=account.rights,
        sign_in=session["id"],
        must_change=account.must_change,
        fresh=idle < IDLE,
    )


def offers(right: Right) -> bool:
    """Whether a button that needs `right` is shown: to whoever has it; at a desk computer where nobody is signed in to whoever
    stands there, who is asked then."""
    return right in rights_here()


def rights_here() -> frozenset[Right]:
    """What is offered to whoever is here."""
    here = visitor()
    if here is not None:
        return here.rights
    return frozenset() if desk() is None else RIGHTS[Role.CLERK]


def shown_to() -> str:
    """Under what id numbers are shown to whoever looks: nothing is ever shown to nobody."""
    here = visitor()
    return here.sign_in if here is not None else ""


def still_welcome() -> Callable[[], bool]:
    """A question that a stream asks long after its request: is this sign-in still good, or this desk still paired?"""
    here, cookie, key = parts(), dict(session), _key()
    if desk() is not None:
        held = request.cookies.get(paired_desk.COOKIE, "")
        return lambda: _still_paired(here, held)
    return lambda: _still_good(here, cookie, key, here.clock()) is not None


def _still_paired(here: Parts, cookie: str) -> bool:
    try:
        return paired_desk.desk_of(cookie, here.ledger) is not None
    except LedgerAway:
        return True  # the page says so itself


def elsewhere(endpoint: str) -> BaseResponse:
    """Send the browser to another page, also from within a fragment that htmx asked for."""
    return _to(url_for(endpoint))


def _to(target: str) -> BaseResponse:
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
    """For people who have signed in; others are sent to where they do, at a desk computer they say who they are."""

    @wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> BaseResponse:
        if visitor() is None:
            answer = _who_is_it()
            if answer is not None:
                return answer
        elif desk() is not None and request.endpoint not in BACKGROUND:
            has_acted(parts().clock())
        return page(*args, **kwargs)

    return guarded


def watching(page: Page[P]) -> Page[P]:
    """For what a paired desk computer shows when nobody is signed in there, all numbers masked; and for people."""

    @wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> BaseResponse:
        if visitor() is None and desk() is not None:
            return page(*args, **kwargs)
        return signed_in_only(page)(*args, **kwargs)

    return guarded


def _who_is_it() -> BaseResponse | None:
    """What somebody who is not signed in gets. None: name and PIN came with the form, and the page goes on."""
    at = desk()
    if request.endpoint in BACKGROUND:
        return Response(status=401)
    if at is None:
        return elsewhere("sign_in.form")
    if request.method != "POST":
        onward_path = request.full_path.rstrip("?")
        return _to(url_for("pin.page", onward=onward_path))
    found = pin_check.given(at)
    if isinstance(found, pin_check.NotSo):
        return pin_check.asked(found)
    begin(found, parts().clock(), "pin")
    return None


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
