"""Every recording in tests/traces, read purely and through a real pty and the real driver: the same calls and numbers both ways.

NAME.expected beside NAME.trace echoes each line of the trace, and below it what it caused. `pytest --rewrite-traces` writes
the expected files anew; a rewrite needs its reason in the commit.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from device.modem_replay import ModemReplay
from device.signal_text import format_signal
from device.signals import (
    CallerIdHeard,
    Damaged,
    Instant,
    LineRestored,
    LineSignal,
    LoopLost,
    LoopRestored,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    seconds,
)
from device.trace import HEADER_KEYS, Heard, Note, Sent, Trace, format_item, parse_trace
from tests.scripted_modem import ERROR, PLAIN, Answer, Listening, ScriptedModem, reading

FOLDER = Path(__file__).parent / "traces"
NAMES = sorted(path.stem for path in FOLDER.glob("*.trace"))
LONGEST_SILENCE = seconds(1.2)  # what is longer is cut to it: a silence that ends a caller-ID block stays one
Told = list[tuple[type[LineSignal], object]]
CALLS = {RingWord, RingStarted, RingEnded, CallerIdHeard, Damaged}
# Told of the recordings of the driver's own polling too. (A flash is seen or not by when the poll falls.)
HOOK = {OffHook, OnHook, LoopLost, LoopRestored}


def load(name: str) -> Trace:
    return parse_trace((FOLDER / f"{name}.trace").read_text("utf-8"))


def told_by(trace: Trace) -> Iterator[tuple[str, int, list[LineSignal]]]:
    """Each line of the trace, its time, and the signals it causes."""
    replay = ModemReplay("L1")
    for item in trace.items:
        signals: list[LineSignal] = []
        if isinstance(item, Heard):
            signals = replay.heard(item.data, Instant(item.at, item.at))
        elif isinstance(item, Sent):
            replay.sent(item.data, Instant(item.at, item.at))
        yield format_item(item), 0 if isinstance(item, Note) else getattr(item, "at", 0), signals


def echo(trace: Trace) -> str:
    lines = []
    for text, at, signals in told_by(trace):
        lines.append(text)
        lines += [f"    > {format_signal(signal, at)}" for signal in signals]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_means_what_it_meant(name: str, request: pytest.FixtureRequest) -> None:
    trace = load(name)
    assert not trace.bad_lines
    assert tuple(key for key, _ in trace.header) == HEADER_KEYS
    expected = FOLDER / f"{name}.expected"
    if request.config.getoption("--rewrite-traces"):
        expected.write_text(echo(trace), "utf-8")
    assert echo(trace) == expected.read_text("utf-8")


def test_every_expectation_has_its_recording() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.expected")) == NAMES


# --- through a real pty and the real driver ---------------------------------------------------------------------------


def without_time(signals: list[LineSignal]) -> Told:
    return [
        (type(signal), getattr(signal, "caller_id", getattr(signal, "reason", None))) for signal in signals
    ]


def answers_in(trace: Trace) -> dict[int, float]:
    """The items that answer AT-TRV, with what was read: the scripted modem answers so at that time."""
    found: dict[int, float] = {}
    asked = False
    for index, item in enumerate(trace.items):
        if isinstance(item, Sent):
            asked = b"-TRV" in item.data
        elif isinstance(item, Heard) and asked:
            text = item.data.strip().split(b"\r\n")[0]
            if text.replace(b".", b"").isdigit() and b"." in text:
                found[index] = float(text)
    return found


def play(trace: Trace, folder: Path) -> Told:
    """What the driver tells of a trace that a modem says in real time, long silences cut."""
    folder.mkdir()
    volts = answers_in(trace)
    now = [next(iter(volts.values()), 48.0)]
    answers: dict[str, Answer] = {**PLAIN, "AT-TRV": (lambda: reading(now[0])) if volts else ERROR}
    pause = threading.Event()
    with ScriptedModem(folder / "modem", answers) as modem, Listening(modem.path) as heard:
        heard.until(LineRestored)
        before = 0
        for index, item in enumerate(trace.items):
            if not isinstance(item, Heard):
                continue
            pause.wait(min(item.at - before, LONGEST_SILENCE) / seconds(1))
            before = item.at
            if index in volts:
                now[0] = volts[index]
            elif not (volts and item.data in (b"\r\nOK\r\n", b"")):
                modem.say(item.data)
        pause.wait(1.5 if volts else 0.5)
    return without_time(heard.signals)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All traces at once, each through its own pty: together they take as long as the longest."""
    folder = tmp_path_factory.mktemp("ptys")
    with ThreadPoolExecutor(len(NAMES)) as pool:
        results = pool.map(lambda name: play(load(name), folder / name), NAMES)
        return dict(zip(NAMES, results, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_driver_hears_the_same_through_a_pty(name: str, played: dict[str, Told]) -> None:
    purely = without_time([signal for _, _, signals in told_by(load(name)) for signal in signals])
    kinds = CALLS | HOOK if name.startswith("voltage-") else CALLS
    assert [what for what in played[name] if what[0] in kinds] == [
        what for what in purely if what[0] in kinds
    ]
