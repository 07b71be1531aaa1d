"""Thirty clients of the figures in a process of their own: `python -m tests.bench.asking_clients LEDGER NOW`.

They ask from a line "on" of its input to a line "off", and end with it. Each asks for the call-back list and the last 24 hours,
then waits a second, as an open page does; they do not ask all at once.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware_app.calls.civil_time import DAY
from firmware_app.records import case_list
from firmware_app.records.desk_rules import Desk
from firmware_app.records.figures import Figures
from firmware_app.records.reading import Reader

CLIENTS = 30
PAUSE = 1.0  # seconds
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class _Client:
    reader: Reader
    figures: Figures
    now: int

    def ask(self) -> None:
        with self.reader.snapshot() as db:
            case_list.waiting(db, self.now, Desk(db, ZONE))
        self.figures.window(self.now - DAY, self.now)


def main(path: str, now: str) -> None:
    asking, ended = threading.Event(), threading.Event()
    reader = Reader(Path(path))
    figures = Figures(reader, ZONE, [f"L{number}" for number in range(1, 9)])
    threads = [
        threading.Thread(
            target=_client, args=(_Client(reader, figures, int(now)), asking, ended, place / CLIENTS)
        )
        for place in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "on":
            asking.set()
        else:
            asking.clear()
    ended.set()
    asking.set()
    for thread in threads:
        thread.join()
    reader.close()


def _client(client: _Client, asking: threading.Event, ended: threading.Event, place: float) -> None:
    while not ended.is_set():
        if not asking.is_set():
            asking.wait()
            ended.wait(place * PAUSE)
        elif not ended.is_set():
            client.ask()
            ended.wait(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
