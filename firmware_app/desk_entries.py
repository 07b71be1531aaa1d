"""What a person may record through the monitor socket: JSON bodies in, entries or a clear refusal out.

Pure. Only the kinds of `ALLOWED` come in, only the fields a person decides; the ledger decides the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware_app.calls.callback import MARKS, NO_MARK, REASONS, TOLD_MEANS, TOLD_OUTCOMES, Means
from firmware_app.calls.dial_plan import FORMS
from firmware_app.desk_fields import (
    LONGEST_DETAIL,
    LONGEST_DOCUMENT,
    LONGEST_FIGURES,
    Body,
    WrongFieldError,
    count,
    note,
    number,
    truth,
    whole,
    word,
    word_or_none,
)
from firmware_app.desk_people import ALLOWED_OF_PEOPLE
from firmware_app.desk_talks import ALLOWED_OF_TALKS
from firmware_app.records import entries
from firmware_app.reminding import KINDS as REMINDER_KINDS
from firmware_app.wording import Text


def _settled(body: Body) -> entries.Entry:
    disposition = word(body, "disposition", ("answered", "no_answer"))
    return entries.CallSettled(whole(body, "call"), disposition, how="panel")


def _attempted(body: Body) -> entries.Entry:
    means = word(body, "means", TOLD_MEANS) if "means" in body else Means.SELF_REPORTED.value
    outcome = word(body, "outcome", TOLD_OUTCOMES)
    return entries.CallbackAttempted(
        whole(body, "case"), outcome, means=means, closes=False, after=count(body, "after")
    )


def _postponed(body: Body) -> entries.Entry:
    if "until_wall" not in body:
        raise WrongFieldError("until_wall")
    until = None if body["until_wall"] is None else whole(body, "until_wall")
    return entries.CallbackPostponed(whole(body, "case"), until)


def _closed(body: Body) -> entries.Entry:
    state = word(body, "state", tuple(each.value for each in REASONS))
    codes = next(tuple(codes) for each, codes in REASONS.items() if each.value == state)
    told = None if body.get("note") is None else entries.Personal("text", note(body, "note"))
    reason, agreed = word(body, "reason", codes), _agreed(body)
    return entries.CaseClosed(whole(body, "case"), state, reason, agreed, told)


def _noted(body: Body) -> entries.Entry:
    told = None if body.get("note") is None else entries.Personal("text", note(body, "note"))
    other = None if body.get("other") is None else number(body, "other")
    return entries.NumberNoted(number(body, "number"), told, other)


def _marked(body: Body) -> entries.Entry:
    mark = word(body, "mark", (*MARKS, NO_MARK))
    return entries.NumberMarked(number(body, "number"), mark, _agreed(body))


def _dial(body: Body) -> entries.Entry:
    case = None if body.get("case") is None else whole(body, "case")
    return entries.DialAsked(word(body, "line"), case, word(body, "dial_form", FORMS))


def _message(body: Body) -> entries.Entry:
    """What the uplink sent; its words are made of counts, the reason of a failure is cleared of numbers (uplink.troubles)."""
    detail = "" if body.get("detail") == "" else word(body, "detail", longest=LONGEST_DETAIL)
    return entries.MessageSent(
        word(body, "channel"),
        word(body, "kind", REMINDER_KINDS),
        word(body, "occasion", ("waiting", "help", "test")),
        word(body, "outcome", ("sent", "failed")),
        detail,
    )


def _agreed(body: Body) -> str:
    """Who agreed; may be empty, the ledger knows when it must not."""
    return "" if body.get("approved_by") == "" else word(body, "approved_by").strip()


ALLOWED: Mapping[str, Callable[[Body], entries.Entry]] = {
    **ALLOWED_OF_PEOPLE,
    **ALLOWED_OF_TALKS,
    "CarrierBill": lambda body: entries.CarrierBill(
        word(body, "month"), word(body, "line"), word(body, "figures", longest=LONGEST_FIGURES)
    ),
    "CallSeen": lambda body: entries.CallSeen(whole(body, "call")),
    "CallSettled": _settled,
    "CallbackAttempted": _attempted,
    "CallbackPostponed": _postponed,
    "CaseClosed": _closed,
    "CaseReopened": lambda body: entries.CaseReopened(whole(body, "case")),
    "NumberNoted": _noted,
    "NumberMarked": _marked,
    "DialAsked": _dial,
    "Presence": lambda body: entries.Presence(truth(body, "present"), source="panel"),
    "StillTalking": lambda body: entries.StillTalking(word(body, "line")),
    "MessageSent": _message,
    "NumberRevealed": lambda body: entries.NumberRevealed(
        word(body, "account"), whole(body, "call"), word_or_none(body, "reason")
    ),
    "SiteDocumentChanged": lambda body: entries.SiteDocumentChanged(
        word(body, "name"), version=0, digest="", content=word(body, "content", longest=LONGEST_DOCUMENT)
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
    except WrongFieldError as wrong:
        return Text(
            f"{kind} 的“{wrong}”缺失或不合规定", f"{kind}: the field {wrong} is missing or not allowed"
        )
