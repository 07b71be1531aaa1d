"""A writing process is killed at any moment: what it acknowledged is there, and the ledger holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify

WRITER = """
import sys
from pathlib import Path
from typing import Any
from firmware_app.records.ledger import Ledger
from tests.ledger_support import BOOT, call, number, record, seq_of
ledger = Ledger(Path(sys.argv[1]), BOOT)
first = ledger.head()[0]
for index in range(100_000):
    key = f"{first}.{index}"
    who = number(f"154{index % 7:08}")
    for stage in ("opened", "changed", "closed"):
        outcomes = record(ledger, call(key, stage, number=who))
        print(seq_of(outcomes[-1]), flush=True)
    ledger.tidy()
"""


@pytest.mark.slow
def test_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Each round goes on with the ledger of the one before; the moments are spread over opening, writing, checkpoints."""
    path = tmp_path / "ledger.db"
    for turn in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, env=os.environ
        ) as writer:
            assert writer.stdout is not None
            enough = threading.Timer(30, writer.kill)
            enough.start()
            acknowledged = [int(writer.stdout.readline()) for _ in range(1 + 37 * turn % 250)]
            writer.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
            enough.cancel()
        assert writer.returncode == -signal.SIGKILL
        reader = Reader(path)
        assert reader.head()[0] >= acknowledged[-1]
        reader.close()
    report = verify(path)
    assert report.holds, report.findings
    assert report.entries > 1000
