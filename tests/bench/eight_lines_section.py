"""Eight lines at once, one of them in trouble: how late the records of the seven others become durable, at the worst.

Measured as in latency_section, from the last byte of a modem's caller ID to the durable commit. The eighth modem is well, then prints
noise without a pause at 115,200 baud, then answers nothing, then is pulled out and put in again. What the trouble may add is 50 ms.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import apsw

from device.exchange.exchange_loop import ExchangeLoop
from tests.bench.appliance import (
    Hearing,
    configuration,
    fresh_folder,
    line_states,
    message,
    start_monitor,
    subscribed,
)
from tests.bench.emulated_modem import RING, EmulatedModem
from tests.bench.figure_table import Figure, Spread, at_most
from tests.bench.latency_section import (
    BETWEEN_CALLS,
    LIFTED,
    PUT_BACK,
    QUIET,
    bare_commit,
    bare_ledger,
    caller_id_block,
    wait_for_idle,
)

LINES = 8
WELL = tuple(f"L{number}" for number in range(1, LINES))  # the eighth is the one in trouble
ALLOWED = 50.0  # ms that another line's trouble may add
STORM_EVERY, STORM_BYTES = (
    0.02,
    260,
)  # seconds between two pieces, bytes of one: 11,500 a second, as 115,200 baud carries them
UNPLUGGED_FOR, PLUGGED_FOR = 1.0, 1.5  # seconds


@dataclass(frozen=True, slots=True)
class Phase:
    """One way for the eighth line to be, and how many calls the others get meanwhile."""

    name: str
    batches: int
    trouble: Callable[[EmulatedModem], contextlib.AbstractContextManager[list[int]]]
    unit: str = ""  # of what the trouble counts


@dataclass(frozen=True, slots=True)
class Taken:
    """Durations of one phase in ns, and what the eighth line went through meanwhile."""

    rings: Spread
    caller_ids: Spread
    bare: Spread
    trouble: str


def run() -> list[Figure]:
    folder = fresh_folder("eight-lines")
    loop = ExchangeLoop()
    loop.start()
    phases = (
        Phase("all well", 20, lambda modem: contextlib.nullcontext([])),
        Phase("noise storm", 20, storm, "kB of noise"),
        Phase("hung", 10, hung),
        Phase("pulled out, put in", 10, pulled_out, "times out and in"),
    )
    try:
        modems = [EmulatedModem(folder / f"tty{number}", loop) for number in range(1, LINES + 1)]
        config = configuration(folder, [modem.path for modem in modems])
        with start_monitor(folder, config), subscribed(folder) as hearing, bare_ledger(folder) as bare:
            wait_for_idle(hearing, 0)
            taken = {phase.name: _phase(phase, modems, hearing, bare) for phase in phases}
    finally:
        loop.close()
    return _figures(taken)


def _phase(phase: Phase, modems: list[EmulatedModem], hearing: Hearing, ledger: apsw.Connection) -> Taken:
    rings: list[int] = []
    caller_ids: list[int] = []
    bare: list[int] = []
    with phase.trouble(modems[-1]) as counted:
        for batch in range(phase.batches):
            for number, line in enumerate(WELL):
                rings.append(until_recorded(modems[number], line, RING, hearing))
                block = caller_id_block(batch * LINES + number, named=False)
                caller_ids.append(until_recorded(modems[number], line, block, hearing))
                bare.append(bare_commit(ledger))
            _end_calls(modems[:-1], hearing)
    return Taken(
        Spread(tuple(rings)), Spread(tuple(caller_ids)), Spread(tuple(bare)), f"{sum(counted)} {phase.unit}"
    )


def until_recorded(modem: EmulatedModem, line: str, words: bytes, hearing: Hearing) -> int:
    """ns from the last byte of `words` to the last commit of a call of `line` that they caused."""
    mark = hearing.mark
    said = modem.say(words)
    recorded = hearing.first(lambda told: is_recorded(told, line), mark, 5.0)
    if recorded is None:
        raise TimeoutError(f"{line}: nothing was recorded within 5 s")
    mark = hearing.mark
    while (more := hearing.first(lambda told: is_recorded(told, line), mark, QUIET)) is not None:
        recorded, mark = more, hearing.mark
    return int(message(recorded[1])["mono"]) - said


def is_recorded(told: bytes, line: str) -> bool:
    """Whether a call of `line` was made durable."""
    if b'"recorded"' not in told:
        return False
    news = message(told)
    return ("CallRecorded", line) in zip(news["kinds"], news["lines"], strict=True)


def _end_calls(modems: list[EmulatedModem], hearing: Hearing) -> None:
    mark = hearing.mark
    for words in (LIFTED, PUT_BACK):
        for modem in modems:
            modem.say(words)
    if hearing.first(well_are_idle, mark, 20.0) is None:
        raise TimeoutError("the lines did not become idle")
    threading.Event().wait(BETWEEN_CALLS)


def well_are_idle(told: bytes) -> bool:
    states = line_states(told)
    return bool(states) and all(states[line] == "idle" for line in WELL)


# ---- the trouble -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def storm(modem: EmulatedModem) -> Iterator[list[int]]:
    """Noise without a pause, full of ends of lines and of words that a modem might say."""
    chance = random.Random(8)
    pieces = [bytes((byte,)) for byte in range(256)] + [b"\r\n"] * 8 + [b"RING", b"NMBR=", b"OK", b"\x10"]

    counted: list[int] = []
    printed = 0

    def once() -> None:
        nonlocal printed
        modem.say(b"".join(chance.choice(pieces) for _ in range(STORM_BYTES))[:STORM_BYTES])
        printed += STORM_BYTES
        counted[:] = [printed // 1000]

    with _again_and_again(once, STORM_EVERY):
        yield counted


@contextlib.contextmanager
def hung(modem: EmulatedModem) -> Iterator[list[int]]:
    modem.hang(True)
    try:
        yield []
    finally:
        modem.hang(False)


@contextlib.contextmanager
def pulled_out(modem: EmulatedModem) -> Iterator[list[int]]:
    """Out and in again, all the time; in at the end."""

    counted: list[int] = []

    def once() -> None:
        modem.unplug()
        threading.Event().wait(UNPLUGGED_FOR)
        modem.plug_in()
        counted.append(1)

    with _again_and_again(once, PLUGGED_FOR):
        yield counted


@contextlib.contextmanager
def _again_and_again(what: Callable[[], object], every: float) -> Iterator[None]:
    """`what` in a thread of its own, every so many seconds, and once more begun never after the block."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(every):
            what()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


# ---- the figures -----------------------------------------------------------------------------------------------------


def _figures(taken: dict[str, Taken]) -> list[Figure]:
    usual = taken["all well"].caller_ids.p50
    figures = []
    for name, each in taken.items():
        figures += [
            Figure(f"{name}: bare durable commit, p50 / p95", "", each.bare.told()),
            Figure(f"{name}: RING → recorded, p50 / p95", "", each.rings.told()),
            Figure(f"{name}: last caller-ID byte → recorded, p50 / p95", "", each.caller_ids.told()),
        ]
        worst = each.caller_ids.quantile(1.0)
        if name == "all well":
            figures.append(Figure("  at the worst", "", f"{worst:.1f} ms"))
        else:
            if each.trouble.strip("0 "):
                figures.append(Figure("  the eighth line meanwhile", "", each.trouble))
            figures.append(
                at_most(
                    "  at the worst, beyond the usual (p50, all well)", worst - usual, ALLOWED, "ms", digits=1
                )
            )
    return figures
