"""This program and callattendant side by side: the same emulated modem, the same bytes, the same machine, one run.

`python -m tests.bench.peers`. "Recorded" means for callattendant: its database committed (its rollback journal was unlinked, seen by
inotify); for us: the monitor's socket told `recorded`, which it does after the durable commit. Both clocks start before the write
of the last byte returns to the emulated modem.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.signals import SECOND
from tests.bench import machine, odd_comparison
from tests.bench.appliance import (
    BENCH,
    ROOT,
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
from tests.bench.figure_table import Spread
from tests.bench.latency_section import (
    caller_id_block,
    until_recorded,
    wait_for_idle,
)
from tests.bench.odd_blocks import GOOD_BLOCK, number
from tests.bench.our_side import LINES, Ours, Row, alive_or_not, call_heard, pause

CALLS = 80  # of each kind and program
SETTLED, MINUTE = 25.0, 60.0
SILENCE = 3.0  # seconds after which a ring counts as not recorded
AWAY = 3.0  # seconds unplugged
REPLUG_PATIENCE, HANG_PATIENCE = 20.0, 40.0


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
        _print(odd_comparison.odd(loop, ours))
        _print(odd_comparison.stoppers(loop, ours))


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
    mine = "never" if heard is None else f"after {(heard[0] - back) / SECOND:.1f} s, {call_heard(ours)}"
    again = _hears_again(theirs, REPLUG_PATIENCE)
    peer = f"not within {REPLUG_PATIENCE:.0f} s" if again is None else f"after {again:.1f} s"
    return [
        Row("modem unplugged: told", _said(theirs, b"disconnected"), _after(lost, away)),
        Row("modem plugged in again: hears", f"{peer}, {alive_or_not(theirs.alive)}", mine),
    ]


def _after(told: tuple[int, bytes] | None, since: int) -> str:
    return "never" if told is None else f"lost, after {(told[0] - since) / SECOND:.1f} s"


def _said(theirs: CallAttendant, word: bytes) -> str:
    return "in its log" if word in theirs.log() else "nothing to be seen in its log"


def _hears_again(theirs: CallAttendant, patience: float) -> float | None:
    """Seconds until a call is recorded again, with one call a second."""
    began, mark = clock.now().mono, theirs.commits.mark
    for place in range(int(patience)):
        theirs.modem.say(RING + GOOD_BLOCK % number(900 + place).encode())
        committed = theirs.commits.first(mark, 1.0)
        if committed is not None:
            return (committed - began) / SECOND
    return None


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
    return [Row("modem hangs: noticed", peer, f"{_after(lost, began)}; afterwards {call_heard(ours)}")]


if __name__ == "__main__":
    sys.exit(main())
