"""A box for the panel's tests: a real ledger, the monitor's real socket, the panel's application; only the telephone is missing.

`Box` stands where the monitor stands: it writes what a test says has happened, and records what the panel asks for, through
the same code (`from_desk`, `Ledger`). Its clock is moved by the test.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient

from device import clock
from device.signals import SECOND, Instant
from firmware_app.desk_entries import from_desk
from firmware_app.line_view import iso
from firmware_app.monitor_link import MonitorLink
from firmware_app.monitor_requests import Asked, MonitorRequests
from firmware_app.monitor_socket import Answer, Json, MonitorSocket, failure
from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded
from firmware_app.settings import Indicators, Line, Panel, Settings, Site
from firmware_app.wiring import GpioWiring
from firmware_app.wording import Text
from web_panel.app import create_app
from web_panel.ledger_door import LedgerDoor
from web_panel.live import Live
from web_panel.parts import Parts

BOOT = "00000000-0000-4000-8000-000000000001"
MINUTE = 60 * SECOND
PASSWORD = "quiet-river-42"
SOON = 10.0  # seconds
NOON = Instant(50_000 * SECOND, 1_795_406_400 * SECOND)  # 2026-11-23 12:00 in Shanghai


def settings_for(folder: Path, port: int = 8080, language: str = "zh_CN") -> Settings:
    wiring = GpioWiring("simulated", 17, 27)
    return Settings(
        path=folder / "ringkeeper.toml",
        language=language,
        timezone="Asia/Shanghai",
        data_dir=folder,
        run_dir=folder,
        site=Site("jc-zezhou-0001", "泽州县示范便民服务站"),
        lines=(Line("L1", "03562217000", (wiring,)), Line("L2", "03562217001", (wiring,))),
        indicators=Indicators(),
        panel=Panel(port=port),
        exchange=None,
    )


def line_state(name: str, state: str = "idle", **more: object) -> dict[str, Any]:
    """A line as STATE tells it."""
    plain = {"name": name, "number": "03562217000", "state": state, "since": "2026-11-23T01:00:00.000Z"}
    return plain | {"stage": None, "call": None, "troubles": []} | more


class Box:
    """See above. The desk's end of the socket is `record` and `request`."""

    def __init__(self, folder: Path, now: Instant | None = None) -> None:
        self.folder = folder
        self.now = now or clock.now()
        self.asked: list[tuple[str, Any, str]] = []
        self.noted: list[Any] = []
        self.refuse: Text | None = None
        self.stalled: tuple[str, ...] = ()
        self._queue: list[tuple[entries.Entry | Text, str, Answer]] = []
        self._arrived = threading.Semaphore(0)
        self._calls = 0
        self._lock = threading.Lock()
        self.ledger = Ledger(folder / "ledger.db", BOOT)
        self.lines = [line_state("L1"), line_state("L2")]
        self.recorder = {"ok": True, "waiting": 0}
        self.present = True
        self.socket: MonitorSocket | None = None

    # ---- the monitor's side

    def start(self) -> None:
        self.socket = MonitorSocket(self.folder / "monitor.sock", self)
        self.publish()
        self.socket.start()

    def stop(self) -> None:
        """The monitor goes away; the ledger stays."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def close(self) -> None:
        self.stop()
        self.ledger.close()

    def publish(self, *lines: Json) -> None:
        """Tell what is true now; `lines` replace those of the same name."""
        for line in lines:
            self.lines = [dict(line) if known["name"] == line["name"] else known for known in self.lines]
        if self.socket is not None:
            state = {
                "at": iso(self.now.wall),
                "lines": self.lines,
                "recorder": self.recorder,
                "present": self.present,
            }
            self.socket.publish(state)

    def record(self, kind: str, body: Json, actor: str, answer: Answer) -> None:
        if kind == "SignInNoted":
            self.noted.append(body)
        else:
            self.asked.append((kind, body, actor))
        entry = from_desk(kind, body)
        if kind in self.stalled:
            self._queue.append((entry, actor, answer))
            self._arrived.release()
        else:
            self._commit(entry, actor, answer)

    def waits(self) -> None:
        """Until one more of what the panel asks for waits for the card."""
        assert self._arrived.acquire(timeout=SOON)

    def flows(self) -> None:
        """The card stalls no longer (`stalled`: the kinds that wait for it)."""
        self.stalled = ()
        while self._queue:
            self._commit(*self._queue.pop(0))

    def _commit(self, entry: entries.Entry | Text, actor: str, answer: Answer) -> None:
        if self.refuse is not None:
            answer(failure("busy", self.refuse))
        elif isinstance(entry, Text):
            answer(failure("invalid", entry))
        else:
            outcome = self.write(entry, actor)
            answer(
                {"ok": True, "seq": outcome.seq}
                if isinstance(outcome, Recorded)
                else failure(outcome.code, outcome.message)
            )

    def request(
        self, what: str, line: str | None, within: float, answer: Answer, number: str | None = None
    ) -> None:
        if what != "test_reminder":
            answer({"ok": True, "result": None})
        elif self.socket is not None:
            requests = MonitorRequests({}, lambda: None, self.socket.announce, lambda _: None)
            listens = self.socket.listens("uplink")
            requests.uplink_there = lambda: listens
            requests.take(Asked(what, line, 1, answer), 0)

    # ---- what happened

    def write(self, entry: entries.Entry, actor: str = "monitor", at: Instant | None = None) -> Any:  # noqa: ANN401
        with self._lock:
            [outcome] = self.ledger.append([Pending(entry, at or self.now, actor)])
        if self.socket is not None:
            self.socket.announce({"event": "recorded", "seq": getattr(outcome, "seq", None)})
        return outcome

    def writes(self, batch: list[Pending]) -> None:
        self.ledger.append(batch)

    def call_entry(
        self,
        number: str | None,
        minutes_ago: float,
        disposition: str = "no_answer",
        *,
        line: str = "L1",
        name: str | None = None,
        absence: str | None = None,
        in_hours: bool | None = True,
    ) -> entries.CallRecorded:
        self._calls += 1
        started = self.now.plus(-round(minutes_ago * MINUTE))
        answered = started.plus(7 * SECOND) if disposition == "answered" else None
        ended = started.plus(11 * SECOND)
        return entries.CallRecorded(
            stage="closed",
            key=f"{BOOT}/{line}/{self._calls}",
            line=line,
            direction="inbound",
            boot=BOOT,
            started_mono=started.mono,
            started_wall=started.wall,
            ring_bursts=3,
            last_edge_mono=ended.mono,
            answered_mono=answered.mono if answered else None,
            answered_wall=answered.wall if answered else None,
            ended_mono=ended.mono,
            ended_wall=ended.wall,
            ringing=11 * SECOND,
            talk=None,
            uncertainty=None,
            disposition=disposition,
            absence=absence,
            caller_id_wall=None,
            in_hours=in_hours,
            hours_version=1,
            number=entries.Personal("number", number, lookup=number) if number else None,
            name=entries.Personal("name", name) if name else None,
        )

    def call(
        self, number: str | None, minutes_ago: float, disposition: str = "no_answer", **more: object
    ) -> int:
        """A call that came and went `minutes_ago`; gives its id."""
        entry = self.call_entry(number, minutes_ago, disposition, **more)
        ended = Instant(entry.ended_mono or 0, entry.ended_wall or 0)
        return int(self.write(entry, at=ended).row)

    def account(self, must_change: bool = False, name: str = "admin", hashed: str | None = None) -> None:
        secret = entries.Personal("secret", hashed or password_hash(PASSWORD))
        if name != "admin":  # the first one comes with its password
            self.write(entries.AccountSet(name, name, "admin", active=True))
        self.write(entries.PasswordSet(name, secret, must_change))

    def ringing(
        self, seconds_ago: float, number: str | None = "15400000001", line: str = "L1", **more: object
    ) -> None:
        """A line that has been ringing since `seconds_ago`."""
        started = iso(self.now.wall - round(seconds_ago * SECOND))
        call = {
            "key": "k",
            "direction": "inbound",
            "started_at": started,
            "ring_bursts": 1,
            "answered_at": None,
        }
        call |= {"number": number, "masked": None, "name": None, "absence": None} | more
        self.publish(line_state(line, "ringing", stage=0, since=started, call=call))

    def later(self, seconds: float) -> None:
        self.now = self.now.plus(round(seconds * SECOND))

    def kinds(self) -> list[str]:
        """What the panel asked to have recorded, in order."""
        return [kind for kind, _, _ in self.asked]

    # ---- the panel's side

    def parts(self, live: Live, settings: Settings | None = None, answer_within: float = SOON) -> Parts:
        settings = settings or settings_for(self.folder)
        return Parts(
            settings=settings,
            zone=ZoneInfo(settings.timezone),
            ledger=LedgerDoor(self.folder / "ledger.db"),
            link=MonitorLink(self.folder / "monitor.sock", self.folder / "ledger.db", answer_within),
            live=live,
            clock=lambda: self.now,
            boot=BOOT,
        )


def password_hash(password: str) -> str:
    """As the panel reads it, with a cost that suits a test."""
    from werkzeug.security import generate_password_hash

    return generate_password_hash(password, "scrypt:1024:1:1")


class Desk:
    """A clerk at a browser without JavaScript: pages in, presses out, with the hidden fields of each form."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def page(self, address: str = "/") -> str:
        return self.client.get(address, follow_redirects=True).text

    def token(self) -> str:
        with self.client.session_transaction() as session:
            known = session.get("csrf_token")
        if known is None:
            self.client.get("/sign-in")
        html = self.client.get("/", follow_redirects=True).text
        return html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def send(self, address: str, htmx: bool = False, **fields: Any) -> Any:  # noqa: ANN401
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(address, data={"csrf_token": self.token(), **fields}, headers=headers)

    def press(self, call: int, do: str, after: int = 0, htmx: bool = False) -> str:
        """Press a button of the row of `call`; gives the page that comes then."""
        answer = self.send(f"/calls/{call}", htmx, do=do, after=after)
        return str(answer.text) if htmx else self.page()

    def sign_in(self, account: str = "admin", password: str = PASSWORD) -> Any:  # noqa: ANN401
        return self.send("/sign-in", account=account, password=password)


@contextmanager
def panel(box: Box, language: str = "zh_CN", answer_within: float = SOON) -> Iterator[tuple[Flask, Live]]:
    """The panel's application beside `box`, with its subscription running."""
    live = Live(box.folder / "monitor.sock", box.folder / "ledger.db")
    settings = replace(settings_for(box.folder), language=language)
    app = create_app(box.parts(live, settings, answer_within), b"a key for tests only, of no worth")
    live.start()
    if box.socket is not None:
        heard(live)
    try:
        yield app, live
    finally:
        live.close()


def heard(live: Live) -> None:
    """Wait until the panel has heard the monitor."""
    while live.present().state is None:
        assert live.wait(live.present().version, SOON) is not None


# ---- what is on a page


def words(html: str) -> str:
    """What is on the page, without tags, blanks made one."""
    main = html.split('<div id="today"', 1)[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main))


def row(html: str, call: int) -> str:
    """The words of one row; empty when it is not there."""
    found = re.search(rf'<li class="call [^"]*" id="call-{call}">.*?</li>', html, re.DOTALL)
    return words(found.group()) if found else ""


def told(live: Live, box: Box, *lines: dict[str, Any]) -> None:
    """Publish and wait until the panel has heard it."""
    before = live.present().version
    box.publish(*lines)
    while live.present().state is None or live.present().state["lines"] != box.lines:  # type: ignore[index]
        assert live.wait(before, SOON) is not None
        before = live.present().version
