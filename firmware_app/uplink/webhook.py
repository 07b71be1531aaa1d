"""A message in, a JSON object posted to an address of one's own out; signed where there is a key. Any 2xx answer is a yes.

    {"occasion": "waiting", "site": "jc-zezhou-0001", "site_name": "…", "waiting": 3, "oldest_minutes": 45, "text": "…"}

X-Ringkeeper-Timestamp: ms since 1970. X-Ringkeeper-Signature: "sha256=" and HMAC-SHA256, hex, with the key over the
timestamp, a full stop and the body as sent: a copy that comes late can be told.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from device.signals import MILLISECOND, Instant
from firmware_app.uplink.messages import SENT, Message, Outcome
from firmware_app.uplink.posting import PATIENT, Patience, Reply, post


def body_of(message: Message) -> bytes:
    """The object as it is sent."""
    content = {
        "occasion": message.occasion,
        "site": message.site,
        "site_name": message.site_name,
        "waiting": message.waiting,
        "oldest_minutes": message.oldest,
        "text": message.text,
    }
    return json.dumps(content, ensure_ascii=False).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Ringkeeper-Signature."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def send(
    message: Message, now: Instant, url: str, secret: str, ca_file: str = "", patience: Patience = PATIENT
) -> Outcome:
    """Never raises. secret: empty where nothing is signed."""
    body, timestamp = body_of(message), str(now.wall // MILLISECOND)
    headers = {"X-Ringkeeper-Timestamp": timestamp}
    if secret:
        headers["X-Ringkeeper-Signature"] = signature(secret, timestamp, body)
    reply = post(url, body, headers, ca_file, patience)
    return SENT if isinstance(reply, Reply) else reply
