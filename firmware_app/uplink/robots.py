"""The answer of a DingTalk or WeCom robot in, what became of the message out. Pure.

Both answer HTTP 200 and say in `errcode` whether they took it; 0 is yes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from firmware_app.uplink.messages import SENT, Outcome, failed, unsure
from firmware_app.uplink.troubles import quoted
from firmware_app.wording import Text


def text_body(content: str) -> bytes:
    """A plain text message, as both robots take it."""
    return json.dumps({"msgtype": "text", "text": {"content": content}}, ensure_ascii=False).encode()


def understood(content: bytes, hints: Mapping[int, Text], secrets: Iterable[str]) -> Outcome:
    """`hints`: what to do about a code; `secrets` are not repeated."""
    try:
        said = json.loads(content)
        code = said["errcode"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return unsure(
            "机器人的答复看不懂：请检查地址", "the robot's answer is not understood: check the address"
        )
    if code == 0 and not isinstance(code, bool):
        return SENT
    message = quoted(said.get("errmsg", ""), secrets)
    hint = hints.get(code, Text("", "")) if isinstance(code, int) else Text("", "")
    code = quoted(json.dumps(code))[:20] if not isinstance(code, int) else code
    return failed(
        f"机器人拒绝（errcode {code}：{message}）{hint.zh}",
        f"the robot refused (errcode {code}: {message}){hint.en}",
    )
