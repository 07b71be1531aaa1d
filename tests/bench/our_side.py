"""Our side of the comparison with a peer: the monitor on emulated modems, what is asked of it, and a row of the table."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.appliance import ROOT, Hearing, Message
from tests.bench.emulated_modem import RING, EmulatedModem
from tests.bench.latency_section import LIFTED, PUT_BACK, is_recorded, wait_for_idle
from tests.bench.odd_blocks import GOOD_BLOCK, number

LINES = 4  # of ours, so that a call need not wait for the end of the one before

pause = threading.Event().wait


@dataclass(slots=True)
class Ours:
    """Our monitor on emulated modems."""

    modems: list[EmulatedModem]
    hearing: Hearing
    pid: int
    alive: Callable[[], bool]
    config: str

    def end_calls(self) -> None:
        """Lift and put back at every line, so that the next calls can begin."""
        mark = self.hearing.mark
        for words in (LIFTED, PUT_BACK):
            for modem in self.modems:
                modem.say(words)
        wait_for_idle(self.hearing, mark)

    def calls(self) -> list[Message]:
        """Every call in the ledger, as the owner's shell shows them."""
        command = [sys.executable, "-m", "firmware_app", "calls", "--json", "--config", self.config]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in told.stdout.splitlines()]


@dataclass(slots=True)
class Row:
    what: str
    theirs: str
    ours: str


def alive_or_not(alive: bool) -> str:
    return "process alive" if alive else "process ended"


def call_heard(ours: Ours) -> str:
    """Whether the next good call on our first line is in the record; it is ended."""
    mark = ours.hearing.mark
    ours.modems[0].say(RING + GOOD_BLOCK % number(990).encode())
    found = ours.hearing.first(is_recorded, mark, 5.0)
    pause(0.2)
    ours.end_calls()
    return "next call recorded" if found else "next call LOST"
