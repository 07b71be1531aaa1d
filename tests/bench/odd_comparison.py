"""Odd caller ID and the lines that stop programs, into both programs: what is in the record afterwards?"""

from __future__ import annotations

from device.exchange.exchange_loop import ExchangeLoop
from tests.bench.appliance import Message
from tests.bench.callattendant import CallAttendant
from tests.bench.emulated_modem import EmulatedModem
from tests.bench.latency_section import wait_for_idle
from tests.bench.odd_blocks import GOOD_BLOCK, ODD_BLOCKS, RING, STOPPERS, OddBlock, number
from tests.bench.our_side import LINES, Ours, Row, alive_or_not, call_heard, pause


def odd(loop: ExchangeLoop, ours: Ours) -> list[Row]:
    theirs = CallAttendant(loop)
    try:
        found = [_theirs_recorded(theirs, block) for block in ODD_BLOCKS]
        alive = alive_or_not(theirs.alive)
    finally:
        theirs.close()
    mine = _ours_recorded(ours)
    total = len(ODD_BLOCKS)
    rows = [
        Row(
            f"odd caller ID, {total} calls: in the record",
            f"{sum(row for row, _ in found)}, {alive}",
            f"{sum(row for row, _ in mine)}, {alive_or_not(ours.alive())}",
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


def stoppers(loop: ExchangeLoop, ours: Ours) -> list[Row]:
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
        rows.append(Row(f"a line `{what}`, then a good call", peer, call_heard(ours)))
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
    return f"next call {'recorded' if heard else 'LOST'}, {alive_or_not(theirs.alive)}"
