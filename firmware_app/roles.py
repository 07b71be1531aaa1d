"""Who may do what: the role of an account in, its rights out.

Pure. Roles as GB/T 22239 asks of level 2 (least privilege, separate administrators; docs/DOMAIN.md 3.2). Where a point has
no active head yet, an administrator stands in for one: a box with one account must be of use on its first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from firmware_app.wording import Text


class Role(Enum):
    CLERK = "clerk"
    HEAD = "head"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLES: Mapping[Role, Text] = {
    Role.CLERK: Text("值守员", "clerk"),
    Role.HEAD: Text("站长", "head of the point"),
    Role.TECHNICIAN: Text("技术员", "technician"),
    Role.AUDITOR: Text("审计员", "auditor"),
    Role.ADMIN: Text("系统管理员", "administrator"),
}


class Right(Enum):
    WORK = "work"  # act on calls and call-backs, register what came of a call
    REVEAL = "reveal"  # see a number in full, on record
    LAST_FOUR = "last_four"  # see the first and last digits of a number, names masked
    CALLS = "calls"  # the page of calls
    FIGURES = "figures"
    HOURS = "hours"  # change service hours, closures, holidays, duty
    REMINDERS = "reminders"
    CARDS = "cards"  # change cards
    BLOCK = "block"  # have a number need no call-back
    CLERKS = "clerks"  # make and reset the accounts of clerks
    ACCOUNTS = "accounts"  # of everybody
    SETTINGS = "settings"  # what the point is called, its rules and modules, the desk computers
    EQUIPMENT = "equipment"  # lines and the box
    AUDIT = "audit"  # read who did what
    EXPORT = "export"  # masked
    EXPORT_FULL = "export_full"  # with numbers in full


_CLERK = frozenset({Right.WORK, Right.REVEAL, Right.LAST_FOUR})
_HEAD = _CLERK | {
    *(Right.CALLS, Right.FIGURES, Right.HOURS, Right.REMINDERS, Right.CARDS, Right.BLOCK, Right.CLERKS),
    *(Right.SETTINGS, Right.EXPORT, Right.EXPORT_FULL),
}
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.CLERK: _CLERK,
    Role.HEAD: _HEAD,
    Role.TECHNICIAN: frozenset({Right.EQUIPMENT}),
    Role.AUDITOR: frozenset({Right.LAST_FOUR, Right.CALLS, Right.FIGURES, Right.AUDIT, Right.EXPORT}),
    Role.ADMIN: frozenset({Right.ACCOUNTS, Right.CLERKS, Right.SETTINGS, Right.EQUIPMENT}),
}


def role_of(word: str) -> Role | None:
    """The role that `word` names, None where it names none."""
    return next((role for role in Role if role.value == word), None)


def rights(role: Role, has_head: bool) -> frozenset[Right]:
    """What an account of `role` may do. has_head: whether the point has an active head."""
    return RIGHTS[role] | (_HEAD if role is Role.ADMIN and not has_head else frozenset())
