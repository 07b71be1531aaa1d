"""What may be recorded of the people of a point through the monitor socket: JSON bodies in, entries out. Part of `desk_entries`.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware_app.desk_fields import Body, secret, text, truth, whole, wholes, word
from firmware_app.records import entries
from firmware_app.roles import Role

LONGEST_REMARK = 200
MOST_CASES = 2_000


def _pin(body: Body) -> entries.Entry:
    return entries.PinSet(word(body, "account"), None if body.get("secret") is None else secret(body))


def _sign_in(body: Body) -> entries.Entry:
    account = "" if body.get("account") == "" else word(body, "account")
    desk = None if body.get("desk") is None else word(body, "desk")
    what, how = (
        word(body, "what", ("in", "out", "failed", "locked", "more")),
        word(body, "how", ("password", "pin", "code")),
    )
    return entries.SignInNoted(account, what, how, desk)


def _handed_over(body: Body) -> entries.Entry:
    remark = text(body, "remark", LONGEST_REMARK)
    return entries.HandedOver(
        word(body, "giver"), word(body, "taker"), wholes(body, "cases", MOST_CASES), remark
    )


def _paper(body: Body) -> entries.Entry:
    return entries.PaperMade(
        word(body, "account"),
        word(body, "paper"),
        word(body, "form", ("xlsx", "csv", "pdf", "print")),
        word(body, "since"),
        word(body, "until"),
        0 if body.get("rows") == 0 else whole(body, "rows"),
        truth(body, "full"),
        "" if not body.get("reason") else word(body, "reason", longest=LONGEST_REMARK),
    )


ALLOWED_OF_PEOPLE: Mapping[str, Callable[[Body], entries.Entry]] = {
    "AccountSet": lambda body: entries.AccountSet(
        word(body, "account"),
        word(body, "person"),
        word(body, "role", tuple(role.value for role in Role)),
        truth(body, "active"),
    ),
    "PasswordSet": lambda body: entries.PasswordSet(
        word(body, "account"), secret(body), truth(body, "must_change")
    ),
    "PinSet": _pin,
    "SignInNoted": _sign_in,
    "DeskPaired": lambda body: entries.DeskPaired(word(body, "desk"), word(body, "name"), secret(body)),
    "DeskUnpaired": lambda body: entries.DeskUnpaired(word(body, "desk")),
    "RecoveryUsed": lambda body: entries.RecoveryUsed(word(body, "account")),
    "HandedOver": _handed_over,
    "PaperMade": _paper,
}
