"""Thirty clients of the figures in a process of their own: `python -m tests.bench.asking_clients LEDGER NOW`, until its input ends.

Each client asks for the call-back list and the last 24 hours, then waits a second, as an open page does.
"""

from __future__ import annotations

import sys
import threading
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


def main(path: str, now: str) -> None:
    ended = threading.Event()
    reader = Reader(Path(path))
    figures = Figures(reader, ZONE, [f"L{number}" for number in range(1, 9)])
    threads = [
        threading.Thread(target=_client, args=(reader, figures, int(now), ended, place / CLIENTS))
        for place in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    print("asking", flush=True)
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join()
    reader.close()


def _client(reader: Reader, figures: Figures, now: int, ended: threading.Event, first: float) -> None:
    ended.wait(first * PAUSE)
    while not ended.is_set():
        with reader.snapshot() as db:
            case_list.waiting(db, now, Desk(db, ZONE))
        figures.window(now - DAY, now)
        ended.wait(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
