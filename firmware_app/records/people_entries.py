"""What happens with the people of a point, as values: accounts, PINs, sign-ins, desk computers, papers that left the box.

Pure. Part of the closed union `entries.Entry`, under its rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_app.records.party import Party


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """An account's password. secret: the salted hash, as an erasable party of kind `secret`.

    replaces: decided: the row of `parties` of the secret until now, which this entry erases as `PartyErased` would.
    """

    account: str
    secret: Party
    must_change: bool
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class AccountSet:
    """Who has an account: its name, how the person is called, a value of roles.Role, and whether it may be used."""

    account: str
    person: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class PinSet:
    """An account's PIN for the desk computer, a salted hash like a password; None takes it away. replaces: decided."""

    account: str
    secret: Party | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class SignInNoted:
    """Somebody signed in or out, or could not. what: in | out | failed | locked | more; how: password | pin | code.

    locked: the last failure before a wait. more: a failure after which, for an hour, no others are recorded.

    account: empty where the name that was given is none. desk: the desk computer it was at, None elsewhere.
    """

    account: str
    what: str
    how: str
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class DeskPaired:
    """A computer keeps the masked page of today without signing in. desk: its random id; name: as people call it;
    secret: the digest of the token it holds, as an erasable party of kind `secret`."""

    desk: str
    name: str
    secret: Party


@dataclass(frozen=True, slots=True)
class DeskUnpaired:
    """That computer is one like any other from now on."""

    desk: str
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class RecoveryMade:
    """The box's button was held at power-up: a one-time code was shown at its console. secret: its salted hash.

    until_mono: ns of the monotonic clock of `boot`, after which it is worth nothing. replaces: decided: the code before.
    """

    secret: Party
    boot: str
    until_mono: int
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class RecoveryUsed:
    """The one-time code was given: the next entry sets a password. replaces: decided: its secret, erased by this entry."""

    account: str
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """交接班: one person leaves the desk to another. cases: those that were open; remark: a few words."""

    giver: str
    taker: str
    cases: tuple[int, ...]
    remark: Party | None = None


@dataclass(frozen=True, slots=True)
class PaperMade:
    """A file or a print left the box. paper: which; form: xlsx | csv | pdf | print; since, until: dates, 2026-11-01.

    rows: how many; full: with numbers in full, reason: why.
    """

    account: str
    paper: str
    form: str
    since: str
    until: str
    rows: int
    full: bool
    reason: str = ""
