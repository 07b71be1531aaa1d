"""What a person may record through the monitor socket: JSON bodies in, entries or a clear refusal out.

Pure. Only the kinds of `ALLOWED` come in, only the fields a person decides; the ledger decides the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware_app.calls.callback import MARKS, NO_MARK, REASONS, TOLD_MEANS, TOLD_OUTCOMES, Means
from firmware_app.calls.dial_plan import FORMS
from firmware_app.calls.phone_number import parse
from firmware_app.records import entries
from firmware_app.reminding import KINDS as REMINDER_KINDS
from firmware_app.wording import Text

Body = Mapping[str, Any]

LONGEST_WORD = 64  # characters: names of lines, accounts, documents
LONGEST_SECRET = 512
LONGEST_DETAIL = 300
LONGEST_DOCUMENT = 200_000  # as records.documents has it
LONGEST_NOTE = 200  # as records.deciding_numbers has it
LONGEST_NUMBER = 40
LONGEST_FIGURES = 1_000  # counts of a carrier's bill


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
    means = _word(body, "means", TOLD_MEANS) if "means" in body else Means.SELF_REPORTED.value
    outcome = _word(body, "outcome", TOLD_OUTCOMES)
    return entries.CallbackAttempted(
        _whole(body, "case"), outcome, means=means, closes=False, after=_count(body, "after")
    )


def _postponed(body: Body) -> entries.Entry:
    if "until_wall" not in body:
        raise _WrongFieldError("until_wall")
    until = None if body["until_wall"] is None else _whole(body, "until_wall")
    return entries.CallbackPostponed(_whole(body, "case"), until)


def _closed(body: Body) -> entries.Entry:
    state = _word(body, "state", tuple(each.value for each in REASONS))
    codes = next(tuple(codes) for each, codes in REASONS.items() if each.value == state)
    note = None if body.get("note") is None else entries.Personal("text", _note(body, "note"))
    reason, agreed = _word(body, "reason", codes), _agreed(body)
    return entries.CaseClosed(_whole(body, "case"), state, reason, agreed, note)


def _noted(body: Body) -> entries.Entry:
    note = None if body.get("note") is None else entries.Personal("text", _note(body, "note"))
    other = None if body.get("other") is None else _number(body, "other")
    return entries.NumberNoted(_number(body, "number"), note, other)


def _marked(body: Body) -> entries.Entry:
    mark = _word(body, "mark", (*MARKS, NO_MARK))
    return entries.NumberMarked(_number(body, "number"), mark, _agreed(body))


def _dial(body: Body) -> entries.Entry:
    case = None if body.get("case") is None else _whole(body, "case")
    return entries.DialAsked(_word(body, "line"), case, _word(body, "dial_form", FORMS))


def _message(body: Body) -> entries.Entry:
    """What the uplink sent; its words are made of counts, the reason of a failure is cleared of numbers (uplink.troubles)."""
    detail = "" if body.get("detail") == "" else _word(body, "detail", longest=LONGEST_DETAIL)
    return entries.MessageSent(
        _word(body, "channel"),
        _word(body, "kind", REMINDER_KINDS),
        _word(body, "occasion", ("waiting", "test")),
        _word(body, "outcome", ("sent", "failed")),
        detail,
    )


def _agreed(body: Body) -> str:
    """Who agreed; may be empty, the ledger knows when it must not."""
    return "" if body.get("approved_by") == "" else _word(body, "approved_by").strip()


def _note(body: Body, key: str) -> str:
    """A few words, not only spaces."""
    words = _word(body, key, longest=LONGEST_NOTE).strip()
    if not words:
        raise _WrongFieldError(key)
    return words


def _number(body: Body, key: str) -> entries.Personal:
    """A number that can be found again: the `key` of one that is known, or as a person writes it, with its area code."""
    written = _word(body, key, longest=LONGEST_NUMBER).strip()
    lookup = parse(written).key
    if lookup is None:
        raise _WrongFieldError(key)
    return entries.Personal("number", written, lookup)


ALLOWED: Mapping[str, Callable[[Body], entries.Entry]] = {
    "CarrierBill": lambda body: entries.CarrierBill(
        _word(body, "month"), _word(body, "line"), _word(body, "figures", longest=LONGEST_FIGURES)
    ),
    "CallSeen": lambda body: entries.CallSeen(_whole(body, "call")),
    "CallSettled": _settled,
    "CallbackAttempted": _attempted,
    "CallbackPostponed": _postponed,
    "CaseClosed": _closed,
    "CaseReopened": lambda body: entries.CaseReopened(_whole(body, "case")),
    "NumberNoted": _noted,
    "NumberMarked": _marked,
    "DialAsked": _dial,
    "Presence": lambda body: entries.Presence(_truth(body, "present"), source="panel"),
    "StillTalking": lambda body: entries.StillTalking(_word(body, "line")),
    "MessageSent": _message,
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
