"""A message in, a text sent by the robot of a DingTalk group out; signed where it has a key.

Source: DingTalk open platform, "自定义机器人接入": the signature is HMAC-SHA256 with the key over "timestamp\\nkey", Base64, and goes
percent-encoded into the address with the timestamp in ms, which may differ by an hour at the most. 20 messages a minute.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote_plus

from device.signals import MILLISECOND, Instant
from firmware_app.uplink.messages import Message, Outcome
from firmware_app.uplink.posting import PATIENT, Patience, Reply, post, secrets_in
from firmware_app.uplink.robots import text_body, understood
from firmware_app.wording import Text

HINTS = {
    310000: Text(
        "。请检查：加签密钥、盒子的时间、机器人的关键词里有“铃守”、IP 白名单",
        ". Check the key (加签), the clock of the box, that 铃守 is among the robot's keywords, its list of addresses",
    ),
    300001: Text("。请检查机器人的地址", ". Check the robot's address"),
    300005: Text("。请检查机器人的地址", ". Check the robot's address"),
    130101: Text("。群里消息太多，稍后会再试", ". Too many messages in the group; it is tried again later"),
}


def signed(url: str, secret: str, milliseconds: int) -> str:
    """`url` with timestamp and signature."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    sign = quote_plus(base64.b64encode(digest))
    return f"{url}{'&' if '?' in url else '?'}timestamp={milliseconds}&sign={sign}"


def send(
    message: Message, now: Instant, url: str, secret: str, ca_file: str = "", patience: Patience = PATIENT
) -> Outcome:
    """Never raises. secret: empty where the robot has none."""
    address = signed(url, secret, now.wall // MILLISECOND) if secret else url
    reply = post(address, text_body(message.text), {}, ca_file, patience)
    return understood(reply.content, HINTS, (secret, *secrets_in(url))) if isinstance(reply, Reply) else reply
