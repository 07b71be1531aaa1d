"""A browser without its pictures: signs in to the panel over HTTP and opens its first page."""

from __future__ import annotations

import http.client
import json
import re
import socket
from urllib.parse import urlencode

from device import clock
from firmware_app import passwords
from tests.bench.appliance import Hearing, message

ACCOUNT, PASSWORD = "admin", "bench-only-8k2m"  # of a ledger that is thrown away


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


class Visitor:
    """One browser: it keeps its connection and its cookies."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._cookies: dict[str, str] = {}

    def sign_in(self, monitor: Hearing) -> None:
        """Have the monitor record a password of the bench's own, and sign in with it."""
        set_password(monitor)
        self.enter(PASSWORD)

    def enter(self, password: str) -> None:
        """Sign in with a password that is set already."""
        _, form = self.ask("GET", "/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        if token is None:
            raise ValueError("the sign-in page has no form")
        fields = {"account": ACCOUNT, "password": password, "csrf_token": token[1]}
        status, page = self.ask("POST", "/sign-in", urlencode(fields))
        if status not in (302, 303):
            raise ValueError(f"signing in was answered {status}: {page[:300]}")

    def first_page(self) -> int:
        """ns from asking for the page to its last byte."""
        began = clock.now().mono
        status, page = self.ask("GET", "/")
        took = clock.now().mono - began
        if status != 200 or "</html>" not in page:
            raise ValueError(f"the first page was answered {status}")
        return took

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """The status, and the page."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        page = response.read().decode("utf-8", "replace")
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return response.status, page


def set_password(monitor: Hearing) -> None:
    secret = {"kind": "secret", "content": passwords.password_hash(PASSWORD)}
    body = {"account": ACCOUNT, "secret": secret, "must_change": False}
    mark = monitor.mark
    monitor.send(json.dumps({"verb": "record", "kind": "PasswordSet", "body": body, "actor": ACCOUNT}))
    answer = monitor.first(lambda line: "ok" in message(line), mark, 5.0)
    if answer is None or not message(answer[1])["ok"]:
        raise ValueError(f"the password was not recorded: {answer}")
