"""From the last byte of a modem's words to a durable record, beside a bare durable commit on the same disk in the same minute.

Measured from the moment the emulated modem wrote the last byte to the pseudo-terminal until the commit was durable: the monitor tells
subscribers `recorded` with that moment (`mono`), taken in the recorder's thread when the transaction returned. A call ends by the codes of a telephone lifted and put back, so that the next can begin.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from device import clock
from device.exchange.caller_id_sender import Dialect, formatted
from device.exchange.exchange_loop import ExchangeLoop
from device.signals import CallerId
from firmware_app.records.database import open_writer
from tests.bench.appliance import (
    Hearing,
    all_idle,
    configuration,
    fresh_folder,
    message,
    start_monitor,
    subscribed,
)
from tests.bench.emulated_modem import RING, EmulatedModem
from tests.bench.figure_table import Figure, Spread, at_most

LINES = 8
BATCHES = 50  # of one call on each line: 400 calls, half of them with a name
ALLOWED_P50, ALLOWED_P95 = 2.0, 6.0  # ms beyond a bare commit
QUIET = 0.04  # seconds without another commit: what was said is recorded whole
BETWEEN_CALLS = 1.6  # seconds: RING tells of a burst that began up to 1.53 s before (0.93 +- 0.6), which must not be in the talk
LIFTED, PUT_BACK = b"\x10H", b"\x10h"  # V.253: the telephone at the modem's jack


@dataclass(slots=True)
class Measured:
    """Durations in ns."""

    bare: list[int] = field(default_factory=list)
    ring: list[int] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)


def run() -> list[Figure]:
    folder = fresh_folder("latency")
    measured = Measured()
    loop = ExchangeLoop()
    loop.start()
    try:
        modems = [EmulatedModem(folder / f"tty{number}", loop) for number in range(LINES)]
        config = configuration(folder, [modem.path for modem in modems])
        with start_monitor(folder, config), subscribed(folder) as hearing, bare_ledger(folder) as bare:
            wait_for_idle(hearing, 0)
            for batch in range(BATCHES):
                _one_call_each(modems, hearing, bare, batch, measured)
    finally:
        loop.close()
    return _figures(measured)


def _one_call_each(
    modems: list[EmulatedModem], hearing: Hearing, bare: apsw.Connection, batch: int, measured: Measured
) -> None:
    for number, modem in enumerate(modems):
        measured.ring.append(until_recorded(modem, RING, hearing))
        measured.bare.append(bare_commit(bare))
        named = (batch + number) % 2 == 0
        block = caller_id_block(batch * LINES + number, named)
        (measured.named if named else measured.unnamed).append(until_recorded(modem, block, hearing))
        measured.bare.append(bare_commit(bare))
    mark = hearing.mark
    for modem in modems:
        modem.say(LIFTED)
    for modem in modems:
        modem.say(PUT_BACK)
    wait_for_idle(hearing, mark)
    threading.Event().wait(BETWEEN_CALLS)


def caller_id_block(number: int, named: bool) -> bytes:
    """What a CX930xx prints for one call from a number nobody has."""
    name = "WANG FANG" if named else None
    caller_id = CallerId(number=f"154{number:08}", name=name, date_time="11231940")
    return formatted(caller_id, Dialect.CONEXANT)


def until_recorded(modem: EmulatedModem, words: bytes, hearing: Hearing) -> int:
    """ns from the last byte of `words` to the last commit that they caused."""
    mark = hearing.mark
    said = modem.say(words)
    recorded = hearing.first(is_recorded, mark, 5.0)
    if recorded is None:
        raise TimeoutError("nothing was recorded within 5 s")
    mark = hearing.mark
    while (more := hearing.first(is_recorded, mark, QUIET)) is not None:
        recorded, mark = more, hearing.mark
    return int(message(recorded[1])["mono"]) - said


def is_recorded(line: bytes) -> bool:
    return b'"recorded"' in line and "CallRecorded" in message(line).get("kinds", ())


def wait_for_idle(hearing: Hearing, mark: int, timeout: float = 20.0) -> int:
    """The moment at which the monitor told that every line is idle."""
    told = hearing.first(all_idle, mark, timeout)
    if told is None:
        raise TimeoutError("the lines did not become idle")
    return told[0]


@contextlib.contextmanager
def bare_ledger(folder: Path) -> Iterator[apsw.Connection]:
    """A database opened as the ledger is, beside it, with nothing but a table of blobs."""
    db = open_writer(folder / "bare.db")
    db.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB) STRICT")
    try:
        yield db
    finally:
        db.close()


def bare_commit(db: apsw.Connection) -> int:
    """ns that one durable commit of one row takes."""
    began = clock.now().mono
    db.execute("INSERT INTO bare (body) VALUES (zeroblob(400))")
    return clock.now().mono - began


def _figures(measured: Measured) -> list[Figure]:
    bare = Spread(tuple(measured.bare))
    figures = [Figure("bare durable apsw commit, p50 / p95", "", bare.told())]
    kinds = (
        ("last caller-ID byte, with NAME", measured.named),
        ("last caller-ID byte, without NAME", measured.unnamed),
        ("RING without caller ID", measured.ring),
    )
    for what, durations in kinds:
        spread = Spread(tuple(durations))
        figures.append(Figure(f"{what} → recorded, p50 / p95", "", spread.told()))
        figures.append(
            at_most("  p50 beyond the bare commit", spread.p50 - bare.p50, ALLOWED_P50, "ms", digits=2)
        )
        figures.append(
            at_most("  p95 beyond the bare commit", spread.p95 - bare.p95, ALLOWED_P95, "ms", digits=2)
        )
    return figures
