"""`GET /events`: server-sent events that tell an open page that something changed; never what.

Nothing of a call goes over the stream: it carries a version, the page then asks for the fragment it shows
(`/today/fragment`, answered 304 when nothing is new).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Blueprint, Response

from web_panel.live import Live
from web_panel.parts import parts
from web_panel.sessions import still_welcome, watching

PING = 15.0  # seconds; a stream whose reader has gone is noticed at the next ping
RETRY_AFTER = 10  # seconds, told to a browser when all streams are taken

blueprint = Blueprint("events", __name__)


def stream(live: Live, welcome: Callable[[], bool], ping: float = PING) -> Iterator[bytes]:
    """Server-sent events (HTML standard, 9.2): `changed` with the version, `ping` when nothing does."""
    told: str | None = live.present().version
    yield f"retry: 3000\nevent: changed\ndata: {told}\n\n".encode()
    while told is not None and welcome():
        version = live.wait(told, ping)
        if version is None:
            return
        yield (
            f"event: changed\ndata: {version}\n\n" if version != told else "event: ping\ndata: -\n\n"
        ).encode()
        told = version


@blueprint.get("/events")
@watching
def events() -> Response:
    """One stream of changes; 503 when all are taken, the page then polls."""
    live = parts().live
    if not live.take_stream():
        return Response(status=503, headers={"Retry-After": str(RETRY_AFTER)})
    response = Response(stream(live, still_welcome()), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # nginx in front must pass each event on at once
    response.call_on_close(live.leave_stream)
    return response
