"""An address and bytes in, one HTTP POST, the status and a bounded answer out, or what went wrong. It follows no redirection."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from firmware_app.uplink import troubles, wire
from firmware_app.uplink.messages import Outcome, failed, unsure

MOST = 64 * 1024  # bytes of an answer that are read
AGENT = "Ringkeeper"


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer; content: its first 64 KiB."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without a byte, and in all."""

    step: float = wire.STEP
    total: float = wire.TOTAL


PATIENT = Patience()


def post(
    url: str, body: bytes, headers: Mapping[str, str], ca_file: str = "", patience: Patience = PATIENT
) -> Reply | Outcome:
    """POST `body` (JSON) to `url`. Never raises; blocks for `patience` and a name look-up at most."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if encrypted else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        tls = wire.trust(ca_file) if encrypted else None
    except OSError:
        return failed(f"ca_file 用不了：{ca_file}", f"ca_file cannot be used: {ca_file}")
    sent = False
    with wire.Deadline(patience.total) as deadline:
        try:
            connection = http.client.HTTPConnection(host, port, timeout=patience.step)
            connection.sock = wire.connect(host, port, tls, deadline, patience.step)
            try:
                sent = True
                plain_port = parts.port is None
                connection.request(
                    "POST", path, body, _headers(headers, host if plain_port else parts.netloc)
                )
                answer = connection.getresponse()
                content = answer.read(MOST)
            finally:
                connection.close()
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be encoded
            return troubles.of_connection(error, sent=sent, late=deadline.passed)
        except http.client.HTTPException:
            if deadline.passed:
                return troubles.of_connection(TimeoutError(), sent=sent, late=True)
            return unsure("服务器的答复看不懂", "the server's answer is not understood")
    return Reply(content) if 200 <= answer.status < 300 else troubles.of_status(answer.status)


def secrets_in(url: str) -> tuple[str, ...]:
    """What must not be repeated of an address: all of it, and the tokens in its query."""
    return (url, *(value for _, value in parse_qsl(urlsplit(url).query)))


def _headers(more: Mapping[str, str], host: str) -> dict[str, str]:
    return {"Host": host, "Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT, **more}
