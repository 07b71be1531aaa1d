"""What happens while missed calls wait: how the desk is reminded, and which channels lead to the head of the point. Pure values.

Secrets are held so that nothing prints them: `repr` of a Secret shows nothing of its value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

KINDS = ("dingtalk", "wecom", "mail", "webhook")
AFTER_MINUTES = 30  # the time within which a first call-back is timely (DOMAIN 2.2, T)
SSL, STARTTLS = "ssl", "starttls"
SMTP_PORTS = {SSL: 465, STARTTLS: 587}  # RFC 8314, 3.3; RFC 6409, 3.1


@dataclass(frozen=True, slots=True)
class Quiet:
    """[start, end) in minutes of the day by the point's clock; over midnight where `end` is before `start`."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def is_quiet(quiet: Iterable[Quiet], minute: int) -> bool:
    """Whether `minute` of the day lies in quiet hours."""
    return any(each.holds(minute) for each in quiet)


@dataclass(frozen=True, slots=True)
class Escalation:
    """At the desk. None: not at all. buzzer_every_minutes: between two blips; voice: an ALSA device that speaks clips."""

    buzzer_every_minutes: int | None = None
    voice: str | None = None
    quiet: tuple[Quiet, ...] = ()


SILENT = Escalation()


@dataclass(frozen=True, slots=True)
class Secret:
    """`value` as the configuration has it, or `file`, an absolute path, in which it stands alone."""

    value: str = field(default="", repr=False)
    file: str = ""


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot of a DingTalk or WeCom group. url: with its token; secret: DingTalk's key for signatures (加签)."""

    url: Secret
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """JSON to an address of one's own. secret: the key of the signature in a header."""

    url: Secret
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mailbox that sends to others, over TLS alone. security: ssl (TLS from the start) or starttls."""

    host: str
    port: int
    security: str
    user: str
    password: Secret
    sender: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One channel to the head of the point. name: as pages and the ledger call it; kind: dingtalk, wecom, mail, webhook.

    after_minutes: working minutes that a caller has waited. ca_file: certificates trusted besides the system's own.
    help: whether it also tells, at once, that somebody at the desk asks for help.
    """

    name: str
    kind: str
    by: Robot | Webhook | Mail
    after_minutes: int = AFTER_MINUTES
    quiet: tuple[Quiet, ...] = ()
    ca_file: str = ""
    help: bool = False

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All that must never be printed."""
        held = (self.by.password,) if isinstance(self.by, Mail) else (self.by.url, self.by.secret)
        return tuple(secret for secret in held if secret is not None)
