"""What stands before and after every page: only for this host, small requests, no scripts from elsewhere, nothing kept by caches.

Host names that are let in: the configured host, `localhost`, IP addresses, the machine's own name, also with `.local`. A page
of another site whose name was re-pointed to this box (DNS rebinding, or mDNS) comes with its own name and is refused.
"""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

from flask import Flask, Response, g, request

from web_panel.old_browsers import is_too_old

MAX_REQUEST = 64 * 1024  # bytes; the largest form has three fields
# A carrier's bill, a spoken clip; above 500 kB werkzeug would put the upload, full of numbers, into a file.
MAX_FILE = 480 * 1024
TAKE_A_FILE = ("figures.bill", "reminders.upload")
MAY_RECORD = "reminders.page"
_PLAIN_PAGE = Path(__file__).parent / "static" / "old_browser.html"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def host_name(host: str) -> str:
    """The name in a Host header, without port, brackets and case."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def is_ours(host: str, configured: str, machine: str) -> bool:
    """Whether a request that names `host` may be for this panel on `machine`, as gethostname(2) has it."""
    name, whole = host_name(host), machine.lower()
    own = whole.partition(".")[0]
    if name and name in (
        "localhost",
        configured.strip("[]").lower(),
        whole,
        own,
        f"{own or 'localhost'}.local",
    ):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _plain_page() -> Response | None:
    """For a browser that can show none of our pages."""
    if request.endpoint == "static" or not is_too_old(request.headers.get("User-Agent", "")):
        return None
    return Response(_PLAIN_PAGE.read_bytes(), mimetype="text/html")


def guard(app: Flask, configured_host: str) -> None:
    """Put the checks before, and the headers after, every page of `app`."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST

    @app.before_request
    def only_our_host() -> Response | None:
        if request.endpoint in TAKE_A_FILE:
            request.max_content_length = MAX_FILE
        if is_ours(request.headers.get("Host", ""), configured_host, socket.gethostname()):
            return None
        text = g.t("这个网址不是铃守的。请用盒子的 IP 地址、localhost 或主机名打开。")
        return Response(text + "\n", status=421, mimetype="text/plain")

    app.before_request(_plain_page)

    @app.after_request
    def with_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if request.endpoint == MAY_RECORD:
            response.headers["Permissions-Policy"] = HEADERS["Permissions-Policy"].replace(
                "microphone=()", "microphone=(self)"
            )
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        elif response.status_code == 200:
            response.headers["Cache-Control"] = (
                "public, max-age=31536000, immutable"  # its address holds its digest
            )
        return response
