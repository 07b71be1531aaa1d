"""Site documents that are recorded while the monitor runs decide about the next call, with a real recorder and socket."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device import clock
from device.signals import SECOND
from firmware_app.annunciator import Annunciator
from firmware_app.calls.call import Call, CallOpened, Direction
from firmware_app.monitor import Item, Monitor
from firmware_app.monitor_socket import MonitorSocket
from firmware_app.records import entries
from firmware_app.records.reading import Reader
from firmware_app.records.recorder import Committed, Recorder
from tests.hours_support import SHANGHAI, closure
from tests.ledger_support import BOOT

ALWAYS = {"week": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
SOON = 20.0  # seconds


class Running:
    """A monitor without lines."""

    def __init__(self, folder: Path) -> None:
        self.items: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self.committed = threading.Semaphore(0)
        self.recorder = Recorder(
            folder / "ledger.db", BOOT, self._tell, seeds={"service_hours": ALWAYS}, timezone=SHANGHAI
        )
        self.monitor = Monitor(
            boot=BOOT,
            items=self.items,
            site={},
            lines=(),
            annunciator=Annunciator({}),
            button=None,
            timezone=SHANGHAI,
        )
        self.monitor.documents_are(self.recorder.documents)
        self.socket = MonitorSocket(folder / "monitor.sock", self.monitor)
        self.monitor.connect(self.recorder, self.socket)
        self.socket.start()
        self.reader = Reader(folder / "ledger.db")
        self._loop = threading.Thread(target=self.monitor.run, daemon=True)
        self._loop.start()

    def _tell(self, news: object) -> None:
        self.items.put(news)  # type: ignore[arg-type]
        if isinstance(news, Committed):
            self.committed.release()

    def change(self, name: str, content: object) -> dict[str, Any]:
        """As the panel does it; gives the answer."""
        answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        body = {"name": name, "content": json.dumps(content)}
        self.monitor.record("SiteDocumentChanged", body, "admin", answers.put)  # type: ignore[arg-type]
        told = answers.get(timeout=SOON)
        self.monitor.request("silence", None, SOON, answers.put)  # type: ignore[arg-type]
        answers.get(timeout=SOON)  # the loop has taken all that came before
        return told

    def rings(self, key: str) -> tuple[bool | None, int | None, str | None]:
        """A call that begins now: in_hours, hours_version and hours_basis as the ledger has them."""
        now = clock.now()
        done = threading.Event()
        call = Call(key, "L1", Direction.INBOUND, now, ring_bursts=1, last_edge=now)
        self.monitor.records.event(CallOpened(call))
        self.recorder.put(entries.StillTalking("L1"), now, then=lambda _: done.set())
        assert done.wait(SOON)
        with self.reader.snapshot() as db:
            found = db.execute(
                "SELECT in_hours, hours_version, hours_basis FROM calls WHERE key = ?", (key,)
            ).fetchone()
        return (None if found[0] is None else bool(found[0]), found[1], found[2])

    def close(self) -> None:
        self.monitor.stop("test")
        self._loop.join(SOON)
        self.monitor.close()
        self.recorder.close()
        self.reader.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    made.close()


def year(first_day_off: str) -> dict[str, Any]:
    return {"year": int(first_day_off[:4]), "days": [{"name": "x", "date": first_day_off, "isOffDay": True}]}


def test_hours_calendar_and_closures_decide_from_the_moment_they_are_recorded(running: Running) -> None:
    today = _today()
    assert running.rings("boot:L1:1") == (True, 1, "service_hours:1 provisional")
    assert running.change(f"calendar.{today[:4]}", year(today))["ok"] is True
    calendar = f"calendar.{today[:4]}:1"
    assert running.rings("boot:L1:2") == (False, 1, f"service_hours:1 {calendar}")
    assert running.change("service_hours", {"versions": [{**ALWAYS, "holidays": "open"}]})["ok"] is True
    assert running.rings("boot:L1:3") == (True, 2, f"service_hours:2 {calendar}")
    told = closure(f"{today}T00:00", f"{_today(2)}T00:00")
    assert running.change("closures", {"closures": [told]})["ok"] is True
    assert running.rings("boot:L1:4") == (False, 2, f"service_hours:2 {calendar} closures:1")
    with running.reader.snapshot() as db:  # what the closure took out, and what other changes left as it was
        found = db.execute("SELECT key, in_hours FROM calls ORDER BY id").fetchall()
    assert found == [("boot:L1:1", 0), ("boot:L1:2", 0), ("boot:L1:3", 0), ("boot:L1:4", 0)]
    assert running.change("closures", {"closures": []})["ok"] is True
    with running.reader.snapshot() as db:
        found = db.execute("SELECT key, in_hours FROM calls ORDER BY id").fetchall()
    assert found == [("boot:L1:1", 1), ("boot:L1:2", 0), ("boot:L1:3", 1), ("boot:L1:4", 1)]


def test_a_document_that_is_refused_changes_nothing(running: Running) -> None:
    answer = running.change("service_hours", {"week": {"mon": "x"}})
    assert answer["error"] == "invalid"
    assert "week.mon" in answer["message"]["en"]
    assert running.rings("boot:L1:1")[:2] == (True, 1)


def _today(more: int = 0) -> str:
    return f"{datetime.fromtimestamp(clock.now().wall // SECOND, SHANGHAI) + timedelta(days=more):%Y-%m-%d}"
