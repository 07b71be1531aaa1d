"""A channel of the configuration and a message in, what became of it out; the only place that names the adapters.

Secrets are read anew for each message: a corrected file needs no restart. None of them leaves this room but to its server.
"""

from __future__ import annotations

from device.signals import Instant
from firmware_app import secret_files
from firmware_app.reminding import Mail, Reminder, Robot, Secret, Webhook
from firmware_app.reminding_rules import DINGTALK, is_url
from firmware_app.uplink import dingtalk, mail, webhook, wecom
from firmware_app.uplink.messages import Fate, Message, Outcome, failed
from firmware_app.uplink.posting import PATIENT, Patience
from firmware_app.wording import Text

NO_URL = Text(
    "文件里不是一个 https 或 http 网址",
    "the file does not hold an address of the web",
)


def send(reminder: Reminder, message: Message, now: Instant, patience: Patience = PATIENT) -> Outcome:
    """Send `message` by that channel. Never raises; blocks for `patience` and a name look-up."""
    match reminder.by:
        case Robot(url=url, secret=secret) | Webhook(url=url, secret=secret):
            address, key = _read(url), _read(secret)
            if isinstance(address, Text) or isinstance(key, Text):
                return _unread(address, key)
            if not is_url(address):
                return Outcome(Fate.FAILED, NO_URL)
            if isinstance(reminder.by, Webhook):
                return webhook.send(message, now, address, key, reminder.ca_file, patience)
            if reminder.kind == DINGTALK:
                return dingtalk.send(message, now, address, key, reminder.ca_file, patience)
            return wecom.send(message, now, address, reminder.ca_file, patience)
        case Mail(password=password):
            known = _read(password)
            if isinstance(known, Text):
                return _unread(known)
            return mail.send(message, now, reminder.by, known, reminder.ca_file, patience)


def _read(secret: Secret | None) -> str | Text:
    return "" if secret is None else secret_files.read(secret)


def _unread(*found: str | Text) -> Outcome:
    wrong = next(each for each in found if isinstance(each, Text))
    return failed(wrong.zh, wrong.en)
