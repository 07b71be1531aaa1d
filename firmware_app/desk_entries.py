"""What a person may record through the monitor socket: JSON bodies in, entries or a clear refusal out.

Pure. Only the kinds of `ALLOWED` come in, only the fields a person decides; the ledger decides the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware_app.records import entries
from firmware_app.wording import Text

Body = Mapping[str, Any]

LONGEST_WORD = 64  # characters: names of lines, accounts, documents
LONGEST_SECRET = 512
LONGEST_DOCUMENT = 200_000  # as records.documents has it


class _WrongFieldError(Exception):
    """A field is missing, of the wrong type or not an allowed value."""


def _whole(body: Body, key: str) -> int:
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**62:
        raise _WrongFieldError(key)
    return value


def _word(body: Body, key: str, allowed: tuple[str, ...] = (), longest: int = LONGEST_WORD) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= longest or (allowed and value not in allowed):
        raise _WrongFieldError(key)
    return value


def _count(body: Body, key: str) -> int | None:
    """A whole number, 0 or more, that may be left out."""
    value = body.get(key)
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31
    ):
        raise _WrongFieldError(key)
    return value


def _truth(body: Body, key: str) -> bool:
    value = body.get(key)
    if not isinstance(value, bool):
        raise _WrongFieldError(key)
    return value


def _secret(body: Body) -> entries.Personal:
    secret = body.get("secret")
    if not isinstance(secret, dict) or secret.get("kind") != "secret":
        raise _WrongFieldError("secret")
    return entries.Personal("secret", _word(secret, "content", longest=LONGEST_SECRET))


def _settled(body: Body) -> entries.Entry:
    disposition = _word(body, "disposition", ("answered", "no_answer"))
    return entries.CallSettled(_whole(body, "call"), disposition, how="panel")


def _attempted(body: Body) -> entries.Entry:
    outcome = _word(body, "outcome", ("reached", "not_reached"))
    return entries.CallbackAttempted(
        _whole(body, "case"), outcome, means="self_reported", closes=False, after=_count(body, "after")
    )


ALLOWED: Mapping[str, Callable[[Body], entries.Entry]] = {
    "CallSeen": lambda body: entries.CallSeen(_whole(body, "call")),
    "CallSettled": _settled,
    "CallbackAttempted": _attempted,
    "Presence": lambda body: entries.Presence(_truth(body, "present"), source="panel"),
    "StillTalking": lambda body: entries.StillTalking(_word(body, "line")),
    "PasswordSet": lambda body: entries.PasswordSet(
        _word(body, "account"), _secret(body), _truth(body, "must_change")
    ),
    "NumberRevealed": lambda body: entries.NumberRevealed(_word(body, "account"), _whole(body, "call")),
    "SiteDocumentChanged": lambda body: entries.SiteDocumentChanged(
        _word(body, "name"), version=0, digest="", content=_word(body, "content", longest=LONGEST_DOCUMENT)
    ),
}


def from_desk(kind: str, body: Body) -> entries.Entry | Text:
    """The entry that `kind` and `body` stand for, or the sentence that says what is wrong with them."""
    build = ALLOWED.get(kind)
    if build is None:
        return Text(
            f"不能这样登记：{kind[:40]}；允许：{'、'.join(ALLOWED)}",
            f"cannot be recorded from outside: {kind[:40]}; allowed: {', '.join(ALLOWED)}",
        )
    try:
        return build(body)
    except _WrongFieldError as wrong:
        return Text(
            f"{kind} 的“{wrong}”缺失或不合规定", f"{kind}: the field {wrong} is missing or not allowed"
        )
