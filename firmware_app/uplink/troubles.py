"""What can go wrong between us and a server, as sentences for the technician: an exception in, an outcome out.

Pure: nothing that a server said is repeated but its code, and what `quoted` lets through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from firmware_app.uplink.messages import Outcome, failed, unsure

SHOWN = 80  # characters of what a server says of itself


def of_connection(error: Exception, *, sent: bool, late: bool) -> Outcome:
    """`error` while connecting, or (`sent`) after the message was on its way; `late`: all the time was up."""
    name = type(error).__name__
    reason = getattr(error, "verify_message", "")
    if name == "SSLCertVerificationError":
        return failed(f"服务器的证书不可信：{reason}", f"the server's certificate is not trusted: {reason}")
    if late or isinstance(error, TimeoutError):
        if sent:
            return unsure(
                "服务器没有按时答复，可能已收到", "the server did not answer in time; it may have it"
            )
        return failed("连接服务器超时", "no connection in time")
    if name == "gaierror":
        return failed(
            "找不到服务器：请检查网址和网络", "the server's name is not found: check address and network"
        )
    if sent:
        return unsure("连接中断，可能已收到", "the connection broke; the server may have it")
    if name.startswith("SSL"):
        return failed("加密连接没有建成（TLS）", "no encrypted connection (TLS)")
    why = getattr(error, "strerror", None) or name
    return failed(f"连不上服务器：{why}", f"no connection to the server: {why}")


def of_status(status: int) -> Outcome:
    """An HTTP status that is not 2xx."""
    if 300 <= status < 400:
        return failed(
            f"服务器要求转到别处（HTTP {status}），没有照做",
            f"the server wants us to go elsewhere (HTTP {status}); we did not",
        )
    return failed(f"服务器拒绝：HTTP {status}", f"the server refused: HTTP {status}")


def quoted(text: object, secrets: Iterable[str] = ()) -> str:
    """What a server said of its refusal, in one short line; no secret, no long number, no address in it."""
    said = " ".join(str(text).split())
    for secret in secrets:
        said = said.replace(secret, "…") if secret else said
    said = re.sub(r"https?://\S+", "…", said)
    said = re.sub(r"[0-9]{5,}", "…", said)
    said = "".join(each for each in said if each.isprintable())
    return said if len(said) <= SHOWN else said[: SHOWN - 1] + "…"
