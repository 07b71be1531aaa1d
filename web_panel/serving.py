"""Connections from the network in, threads that run the application out; no address and no slow hand can hold all of it.

Over waitress: at most `AN_ADDRESS` connections an address, `ALL` in all; who has not sent a whole request in time is hung up on.
"""

from __future__ import annotations

import logging
import signal
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from device import clock
from device.signals import SECOND
from web_panel.attempts import neighbourhood
from web_panel.live import MAX_STREAMS, Live

log = logging.getLogger(__name__)

THREADS = 48  # half of them for pages when all streams are taken
ALL = 256  # connections; more wait to be accepted, until others are hung up on
AN_ADDRESS = (
    MAX_STREAMS + 8
)  # one browser opens 6 (Chromium); an address may be a proxy that holds every stream
REQUEST_WITHIN = 15 * SECOND  # a form has a few hundred bytes
IDLE_FOR = 60  # seconds a connection without a request is kept; a page asks at least once a minute


class PanelChannel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    """One connection. `_since`: from when a request has been awaited or is coming in; None between two requests."""

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: ANN401
        self._since: int | None = clock.now().mono
        super().__init__(server, sock, addr, adj, map=map)
        place = neighbourhood(addr[0])
        held = sum(neighbourhood(channel.addr[0]) == place for channel in server.active_channels.values())
        if held > AN_ADDRESS:
            self.will_close = True

    def received(self, data: bytes) -> Any:  # noqa: ANN401
        done = super().received(data)
        if self.request is None:
            self._since = None
        elif self._since is None:
            self._since = clock.now().mono
        return done

    def readable(self) -> Any:  # noqa: ANN401
        """Asked at least once a second (see `run`), and before `writable`, which is where `will_close` is heeded."""
        if self._since is not None and clock.now().mono - self._since > self.server.request_within:
            self.will_close = True
        return super().readable()


def listen(
    app: object, host: str, port: int, sockets: dict[int, Any], request_within: int = REQUEST_WITHIN
) -> Any:  # noqa: ANN401
    """A server that `run` runs. Raises OSError, or ValueError for a host that cannot be resolved."""
    server = create_server(
        app,
        sockets,
        host=host,
        port=port,
        threads=THREADS,
        connection_limit=ALL,
        channel_timeout=IDLE_FOR,
        max_request_body_size=64 * 1024,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    for each in sockets.values():  # a host name may stand for several addresses, each has its own
        if isinstance(each, BaseWSGIServer):
            each.channel_class = PanelChannel
            each.request_within = request_within
    return server


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def run(server: Any, sockets: dict[int, Any], live: Live) -> None:  # noqa: ANN401
    """Until SIGTERM or SIGINT. Streams are woken first, else waitress waits 5 s for their threads."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
        try:
            wasyncore.loop(timeout=1, map=sockets, use_poll=True)
        except (SystemExit, KeyboardInterrupt):
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)  # we are ending already
    finally:
        live.close()
        server.task_dispatcher.shutdown(timeout=0.5)
        server.close()
