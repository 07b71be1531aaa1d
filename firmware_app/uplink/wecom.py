"""A message in, a text sent by the robot of a WeCom group out. The key in its address is all that protects it.

Source: WeCom developer centre, "群机器人配置说明": at most 2048 bytes of text, 20 messages a minute; `errcode` says how it went.
"""

from __future__ import annotations

from device.signals import Instant
from firmware_app.uplink.messages import Message, Outcome
from firmware_app.uplink.posting import PATIENT, Patience, Reply, post, secrets_in
from firmware_app.uplink.robots import text_body, understood
from firmware_app.wording import Text

HINTS = {
    93000: Text("。请检查机器人的地址（key）", ". Check the robot's address (key)"),
    45009: Text("。发得太频繁，稍后会再试", ". Too often; it is tried again later"),
}


def send(
    message: Message, _now: Instant, url: str, ca_file: str = "", patience: Patience = PATIENT
) -> Outcome:
    """Never raises."""
    reply = post(url, text_body(message.text), {}, ca_file, patience)
    return understood(reply.content, HINTS, secrets_in(url)) if isinstance(reply, Reply) else reply
