"""This program and callattendant side by side: the same emulated modem, the same bytes, the same machine, one run.

`python -m tests.bench.peers`. "Recorded" means for callattendant: its database committed (its rollback journal was unlinked, seen by
inotify); for us: the monitor's socket told `recorded`, which it does after the durable commit. Both clocks start before the write
of the last byte returns to the emulated modem.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.signals import SECOND
from tests.bench import machine
from tests.bench.appliance import (
    BENCH,
    ROOT,
    Hearing,
    Message,
    Process,
    all_idle,
    configuration,
    fresh_folder,
    line_states,
    loopback_port,
    start_monitor,
    subscribed,
)
from tests.bench.callattendant import CallAttendant, install
from tests.bench.emulated_modem import RING, EmulatedModem, wait_until
from tests.bench.figures import Spread
from tests.bench.latency_section import (
    LIFTED,
    PUT_BACK,
    caller_id_block,
    is_recorded,
    until_recorded,
    wait_for_idle,
)
from tests.bench.odd_blocks import GOOD_BLOCK, ODD_BLOCKS, STOPPERS, OddBlock, number

LINES = 4  # of ours, so that a call need not wait for the end of the one before
CALLS = 80  # of each kind and program
SETTLED, MINUTE = 25.0, 60.0
SILENCE = 3.0  # seconds after which a ring counts as not recorded
AWAY = 3.0  # seconds unplugged
REPLUG_PATIENCE, HANG_PATIENCE = 20.0, 40.0

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


@dataclass(slots=True)
class Latencies:
    named: list[int] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)
    ring: list[int] = field(default_factory=list)


def main() -> int:
    for line in machine.describe(BENCH if BENCH.exists() else ROOT):
        print(line)
    try:
        version = install()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"callattendant could not be installed: {error}")
        return 1
    loop, business = ExchangeLoop(), machine.Business()
    loop.start()
    try:
        _compare(version, loop)
    finally:
        loop.close()
    print(f"all cores were busy {business.so_far():.0f} %; load at the end {machine.load()}")
    return 0


def _compare(version: str, loop: ExchangeLoop) -> None:
    folder = fresh_folder("peers")
    modems = [EmulatedModem(folder / f"tty{place}", loop) for place in range(LINES)]
    config = configuration(folder, [modem.path for modem in modems])
    with start_monitor(folder, config) as monitor, subscribed(folder) as hearing:
        wait_for_idle(hearing, 0)
        ours = Ours(modems, hearing, monitor.pid, lambda: monitor.running, str(config))
        theirs = CallAttendant(loop)
        try:
            _heading(version)
            _print(_latency(theirs, ours))
            _print(_idle(theirs, loop))
            _print(_unplug(theirs, ours))
        finally:
            theirs.close()
        _print(_hang(loop, ours))
        _print(_odd(loop, ours))
        _print(_stoppers(loop, ours))


def _heading(version: str) -> None:
    print(f"\n  {'':58}  {'callattendant ' + version.lstrip('v'):34}  Ringkeeper")
    sys.stdout.flush()


def _print(rows: list[Row]) -> None:
    for row in rows:
        print(f"  {row.what:58}  {row.theirs:34}  {row.ours}")
    sys.stdout.flush()


# ---- from the last byte to the record


def _latency(theirs: CallAttendant, ours: Ours) -> list[Row]:
    mine, peer = Latencies(), Latencies()
    for batch in range(2 * CALLS // LINES):
        for place, modem in enumerate(ours.modems):
            named = (batch + place) % 2 == 0
            block = caller_id_block(batch * LINES + place, named)
            mine.ring.append(until_recorded(modem, RING, ours.hearing))
            (mine.named if named else mine.unnamed).append(until_recorded(modem, block, ours.hearing))
            theirs.modem.say(RING)
            pause(0.05)
            (peer.named if named else peer.unnamed).append(_until_committed(theirs, block))
        ours.end_calls()
    rings = sum(_rings_alone(theirs) for _ in range(3))
    return [
        _spreads("last caller-ID byte → recorded, with NAME, p50 / p95", peer.named, mine.named),
        _spreads("last caller-ID byte → recorded, without NAME, p50 / p95", peer.unnamed, mine.unnamed),
        Row(
            "RING without caller ID → recorded, p50 / p95",
            f"{rings} of 3 recorded",
            Spread(tuple(mine.ring)).told(),
        ),
    ]


def _until_committed(theirs: CallAttendant, block: bytes) -> int:
    mark = theirs.commits.mark
    said = theirs.modem.say(block)
    committed = theirs.commits.first(mark, 5.0)
    if committed is None:
        raise TimeoutError("callattendant recorded nothing within 5 s")
    return committed - said


def _rings_alone(theirs: CallAttendant) -> bool:
    mark = theirs.commits.mark
    theirs.modem.say(RING)
    return theirs.commits.first(mark, SILENCE) is not None


def _spreads(what: str, theirs: list[int], ours: list[int]) -> Row:
    return Row(what, Spread(tuple(theirs)).told(), Spread(tuple(ours)).told())


# ---- at rest


def _idle(theirs: CallAttendant, loop: ExchangeLoop) -> list[Row]:
    """Both at once for the same minute, one modem each. Ours measures its line's voltage each second; theirs asks nothing."""
    folder = fresh_folder("peers-idle")
    modem = EmulatedModem(folder / "tty0", loop)
    port = loopback_port()
    config = configuration(folder, [modem.path], panel_port=port)
    panel = ["-m", "web_panel", "--config", str(config)]
    with start_monitor(folder, config) as monitor, Process(folder, panel, "panel") as page:
        pause(SETTLED)  # past the check of the first start
        pids = theirs.pid, monitor.pid, page.pid
        shares = [machine.ProcessorShare(pid) for pid in pids]
        pause(MINUTE)
        processor = [f"{share.so_far():.3f} %" for share in shares]
        used = [machine.memory(pid) for pid in pids]
    memory = [f"{use.pss:.1f} / {use.rss:.1f} MB" for use in used]
    return [
        Row("memory PSS / RSS (theirs: one process with its page)", memory[0], _parts(memory)),
        Row("idle for 60 s: processor, of one core", processor[0], _parts(processor)),
    ]


def _parts(values: list[str]) -> str:
    return f"monitor {values[1]}, panel {values[2]}"


# ---- a modem that goes away, or hangs


def _unplug(theirs: CallAttendant, ours: Ours) -> list[Row]:
    modem = ours.modems[0]
    mark = ours.hearing.mark
    theirs.modem.unplug()
    modem.unplug()
    away = clock.now().mono
    lost = ours.hearing.first(lambda line: line_states(line).get("L1") == "lost", mark, 10.0)
    pause(AWAY)
    mark = ours.hearing.mark
    theirs.modem.plug_in()
    modem.plug_in()
    back = clock.now().mono
    heard = ours.hearing.first(lambda line: line_states(line).get("L1") == "idle", mark, REPLUG_PATIENCE)
    mine = "never" if heard is None else f"after {(heard[0] - back) / SECOND:.1f} s, {_call_heard(ours)}"
    again = _hears_again(theirs, REPLUG_PATIENCE)
    peer = f"not within {REPLUG_PATIENCE:.0f} s" if again is None else f"after {again:.1f} s"
    return [
        Row("modem unplugged: told", _said(theirs, b"disconnected"), _after(lost, away)),
        Row("modem plugged in again: hears", f"{peer}, {_alive(theirs.alive)}", mine),
    ]


def _after(told: tuple[int, bytes] | None, since: int) -> str:
    return "never" if told is None else f"lost, after {(told[0] - since) / SECOND:.1f} s"


def _said(theirs: CallAttendant, word: bytes) -> str:
    return "in its log" if word in theirs.log() else "nothing to be seen in its log"


def _alive(alive: bool) -> str:
    return "process alive" if alive else "process ended"


def _hears_again(theirs: CallAttendant, patience: float) -> float | None:
    """Seconds until a call is recorded again, with one call a second."""
    began, mark = clock.now().mono, theirs.commits.mark
    for place in range(int(patience)):
        theirs.modem.say(RING + GOOD_BLOCK % number(900 + place).encode())
        committed = theirs.commits.first(mark, 1.0)
        if committed is not None:
            return (committed - began) / SECOND
    return None


def _call_heard(ours: Ours) -> str:
    """Whether the next good call on our first line is in the record; it is ended."""
    mark = ours.hearing.mark
    ours.modems[0].say(RING + GOOD_BLOCK % number(990).encode())
    found = ours.hearing.first(is_recorded, mark, 5.0)
    pause(0.2)
    ours.end_calls()
    return "next call recorded" if found else "next call LOST"


def _hang(loop: ExchangeLoop, ours: Ours) -> list[Row]:
    """The modem stays plugged in and says nothing more, whatever it is asked. Theirs is a new run: unplugging may have left it deaf."""
    theirs = CallAttendant(loop)
    try:
        return _hung(theirs, ours)
    finally:
        theirs.close()


def _hung(theirs: CallAttendant, ours: Ours) -> list[Row]:
    modem = ours.modems[0]
    mark, before = ours.hearing.mark, len(theirs.log())
    theirs.modem.hang(True)
    modem.hang(True)
    began = clock.now().mono
    lost = ours.hearing.first(lambda line: line_states(line).get("L1") == "lost", mark, HANG_PATIENCE)
    wait_until(lambda: len(theirs.log()) > before, HANG_PATIENCE - (clock.now().mono - began) / SECOND)
    peer = "told in its log" if len(theirs.log()) > before else f"not within {HANG_PATIENCE:.0f} s"
    mark = ours.hearing.mark
    theirs.modem.hang(False)
    modem.hang(False)
    ours.hearing.first(all_idle, mark, 15.0)
    return [Row("modem hangs: noticed", peer, f"{_after(lost, began)}; afterwards {_call_heard(ours)}")]


# ---- odd caller ID


def _odd(loop: ExchangeLoop, ours: Ours) -> list[Row]:
    theirs = CallAttendant(loop)
    try:
        found = [_theirs_recorded(theirs, block) for block in ODD_BLOCKS]
        alive = _alive(theirs.alive)
    finally:
        theirs.close()
    mine = _ours_recorded(ours)
    total = len(ODD_BLOCKS)
    rows = [
        Row(
            f"odd caller ID, {total} calls: in the record",
            f"{sum(row for row, _ in found)}, {alive}",
            f"{sum(row for row, _ in mine)}, {_alive(ours.alive())}",
        ),
        Row(
            "  with the right number (or none where it was withheld)",
            str(sum(right for _, right in found)),
            str(sum(right for _, right in mine)),
        ),
    ]
    for block, one, other in zip(ODD_BLOCKS, found, mine, strict=True):
        if not all((*one, *other)):
            rows.append(Row(f"    {block.what}", _verdict(*one), _verdict(*other)))
    return rows


def _verdict(row: bool, right: bool) -> str:
    return "right" if right else "wrong number" if row else "lost"


def _theirs_recorded(theirs: CallAttendant, odd: OddBlock) -> tuple[bool, bool]:
    before = len(theirs.numbers())
    _play(theirs.modem, odd)
    pause(1.2)  # it waits half a second for more of the block
    added = theirs.numbers()[before:]
    right = odd.number in added if odd.number else bool(added) and added[-1] in ("0000000000", "P", "O")
    return bool(added), right


def _play(modem: EmulatedModem, odd: OddBlock) -> None:
    parts = (odd.block, RING) if odd.before_ring else (RING, odd.block)
    for part in parts:
        modem.say(part)
        pause(0.2)


def _ours_recorded(ours: Ours) -> list[tuple[bool, bool]]:
    """One block on each line at a time, each call ended by silence; a call is found by its line and its turn."""
    before = _calls_by_line(ours)
    for begin in range(0, len(ODD_BLOCKS), LINES):
        mark = ours.hearing.mark
        for modem, odd in zip(ours.modems, ODD_BLOCKS[begin : begin + LINES], strict=False):
            _play(modem, odd)
        wait_for_idle(ours.hearing, mark)
    after = _calls_by_line(ours)
    found: list[tuple[bool, bool]] = []
    for place, odd in enumerate(ODD_BLOCKS):
        line = f"L{place % LINES + 1}"
        added = after[line][len(before[line]) :]
        call = added[place // LINES] if len(added) > place // LINES else None
        found.append((call is not None, call is not None and call["number"] == odd.number))
    return found


def _calls_by_line(ours: Ours) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {f"L{place + 1}": [] for place in range(LINES)}
    for call in ours.calls():
        found[call["line"]].append(call)
    return found


def _stoppers(loop: ExchangeLoop, ours: Ours) -> list[Row]:
    """Each of the lines that ended a program, then a good call: is that call in the record?"""
    rows: list[Row] = []
    for place, stopper in enumerate(STOPPERS):
        theirs = CallAttendant(loop)
        try:
            peer = _after_stopper(theirs, stopper, place)
        finally:
            theirs.close()
        ours.modems[0].say(RING)
        ours.modems[0].say(stopper)
        pause(0.3)
        ours.end_calls()
        what = stopper.strip().decode()
        rows.append(Row(f"a line `{what}`, then a good call", peer, _call_heard(ours)))
    return rows


def _after_stopper(theirs: CallAttendant, stopper: bytes, place: int) -> str:
    theirs.modem.say(RING)
    theirs.modem.say(stopper)
    pause(1.0)
    good = number(950 + place)
    theirs.modem.say(RING)
    theirs.modem.say(GOOD_BLOCK % good.encode())
    pause(1.2)
    heard = good in theirs.numbers()
    return f"next call {'recorded' if heard else 'LOST'}, {_alive(theirs.alive)}"


if __name__ == "__main__":
    sys.exit(main())
