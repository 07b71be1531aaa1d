"""The sign of life: left while nothing happens, not between entries, and read at the next start."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

from device import clock
from device.signals import MILLISECOND, SECOND
from firmware_app.records import entries
from firmware_app.records.alive import ALIVE, leave_sign, sign_of_life
from firmware_app.records.database import one, open_reader, open_writer
from firmware_app.records.ledger import Ledger
from firmware_app.records.recorder import Recorder
from tests.ledger_support import BOOT, News, record
from tests.support import at


def sign(path: Path) -> str | None:
    db = open_reader(path)
    try:
        found = one(db, "SELECT value FROM meta WHERE name = ?", (ALIVE,))
    finally:
        db.close()
    return None if found is None else str(found[0])


def until(holds: threading.Event, check: object) -> None:
    for _ in range(2000):
        if check():  # type: ignore[operator]
            return
        holds.wait(0.01)
    raise AssertionError("it did not come to pass")


def test_a_new_ledger_has_heard_of_nobody(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    assert ledger.silent_since is None
    ledger.close()


def test_without_a_sign_the_last_entry_is_the_last_that_was_heard(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    (recorded,) = record(ledger, entries.Stopped("signal"))
    ledger.close()
    again = Ledger(tmp_path / "ledger.db", BOOT)
    assert again.silent_since == recorded.at.wall  # type: ignore[union-attr]
    again.close()


def test_the_sign_counts_when_it_came_after_the_last_entry_whatever_the_clock_said(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    record(ledger, entries.Started("boot", "0.1.0"))
    ledger.leave_sign(5)  # the clock was set back meanwhile
    ledger.close()
    again = Ledger(tmp_path / "ledger.db", BOOT)
    assert again.silent_since == 5
    (recorded,) = record(again, entries.Stopped("signal"))
    again.close()
    third = Ledger(tmp_path / "ledger.db", BOOT)
    assert third.silent_since == recorded.at.wall  # type: ignore[union-attr]
    third.close()


def test_a_sign_that_nobody_understands_is_none(tmp_path: Path) -> None:
    db = open_writer(tmp_path / "ledger.db")
    for value in ("", "1", "x y", "1 2 3", "-1 2"):
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (ALIVE, value))
        assert sign_of_life(db) is None
    leave_sign(db, 0, 7)
    assert sign_of_life(db) is None  # without an entry there was no run
    db.close()


def test_an_idle_recorder_leaves_its_sign(tmp_path: Path) -> None:
    path, news = tmp_path / "ledger.db", News()
    recorder = Recorder(path, BOOT, news, sign_every=20 * MILLISECOND)
    recorder.put(entries.Started(BOOT, "0.1.0"), clock.now())
    news.until_recorded(1)
    began = clock.now().wall
    until(threading.Event(), lambda: (sign(path) or "").startswith("1 "))
    left = int((sign(path) or "").split()[1])
    assert left >= began - SECOND
    until(threading.Event(), lambda: int((sign(path) or "").split()[1]) > left)
    recorder.close()


def test_entries_are_sign_enough(tmp_path: Path) -> None:
    path, news = tmp_path / "ledger.db", News()
    recorder = Recorder(path, BOOT, news)
    for number in range(5):
        recorder.put(entries.LineAnomaly("L1", "test", str(number)), at(number))
    news.until_recorded(5)
    recorder.close()
    assert sign(path) is None


def test_a_monitor_that_was_killed_is_silent_from_its_last_sign(tmp_path: Path) -> None:
    """A real process, killed by SIGKILL between two entries."""
    script = (
        "import sys, threading\nfrom pathlib import Path\nfrom device import clock\n"
        "from firmware_app.records import entries\nfrom firmware_app.records.recorder import Recorder\n"
        "r = Recorder(Path(sys.argv[1]), 'boot', lambda _: None, sign_every=10_000_000)\n"
        "r.put(entries.Started('boot', '0.1.0'), clock.now())\nthreading.Event().wait(60)\n"
    )
    path = tmp_path / "ledger.db"
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=root)
    try:
        until(threading.Event(), lambda: path.exists() and _signed(path))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    last = int((sign(path) or "").split()[1])
    again = Ledger(path, BOOT)
    assert again.silent_since == last
    again.close()


def _signed(path: Path) -> bool:
    try:
        return (sign(path) or "").startswith("1 ")
    except Exception:  # noqa: BLE001  the ledger is being made at this moment
        return False
