"""The modem reader: the same events from any split of the bytes, no exception, and never deaf."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device.at_protocol import LONGEST_LINE, ModemReader
from device.modem_events import (
    BlockMark,
    Code,
    Echo,
    FieldHeard,
    FieldKey,
    MarkHeard,
    MessageHeard,
    ModemEvent,
    Result,
    ResultHeard,
    Ring,
    Unread,
    Voltage,
)
from device.trace import Heard, parse_trace

BLOCK = b"\r\nDATE = 1102\r\nTIME = 0930\r\nNMBR = 15400000001\r\nNAME = \xcd\xf5\xd0\xa1\xd1\xe0\r\n"
BLOCK_EVENTS: list[ModemEvent] = [
    FieldHeard(FieldKey.DATE, b"1102"),
    FieldHeard(FieldKey.TIME, b"0930"),
    FieldHeard(FieldKey.NUMBER, b"15400000001"),
    FieldHeard(FieldKey.NAME, b"\xcd\xf5\xd0\xa1\xd1\xe0"),
]
MDMF = bytes.fromhex("802001083035313131383532020A3430373535353030303007084A4F484E20444F4584")
# A name ending in RING and a number of ten digits: the length byte of the number is a line feed.
RINGO = bytes.fromhex("801407065350" + "52494e47" + "020a" + "34303735353531323132")
RINGO += bytes((-sum(RINGO) % 256,))


def read(*pieces: bytes) -> list[ModemEvent]:
    reader = ModemReader()
    return [event for piece in pieces for event in reader.receive(piece)]


def tr(data: bytes, expected: list[ModemEvent]) -> None:
    """Three ways (h11): whole, byte by byte, and with something behind it."""
    assert read(data) == expected
    assert read(*(data[i : i + 1] for i in range(len(data)))) == expected
    assert read(data + b"\r\nRING\r\n")[: len(expected)] == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\r\nRING\r\n", [Ring()]),
        (b"RING\n", [Ring()]),
        (b"RING\r", [Ring()]),
        (b"\x00R\x00ING\x00\r\x00\n\x00", [Ring()]),
        (b"  RING\t\r\n", [Ring()]),
        (BLOCK, BLOCK_EVENTS),
        (b"ATV1\r\r\nOK\r\n", [Echo("ATV1"), ResultHeard(Result.OK)]),
        (b"\r\n48.6\r\n\r\nRING\r\n\r\nOK\r\n", [Voltage(48.6), Ring(), ResultHeard(Result.OK)]),
        (b"\x10R\x10R\x10P", [Code("R"), Code("R"), Code("P")]),
        (b"\x10R\x10X\n\nDATE = 0506\n", [Code("R"), Code("X"), FieldHeard(FieldKey.DATE, b"0506")]),
        (b"RI\x105NG\r\n", [Code("5"), Ring()]),
        (b"\x10\r\nRING\r\n", [Ring()]),
        (b"\x10\x00RING\r\n", [Ring()]),
        (b"\x10\x05RING\r\n", [Unread(b"\x10\x05"), Ring()]),
        (b"x\xff\r\n", [Unread(b"x\xff")]),
        (b"CIDM\r\n" + MDMF, [MarkHeard(BlockMark.MESSAGE), MessageHeard(MDMF)]),
        (b"CIDM\r\nUUU\xff\x00" + RINGO, [MarkHeard(BlockMark.MESSAGE), MessageHeard(RINGO)]),
        (
            b"CIDM\r\n" + MDMF + b"NO CARRIER\r\n",
            [MarkHeard(BlockMark.MESSAGE), MessageHeard(MDMF), ResultHeard(Result.NO_CARRIER)],
        ),
        (
            b"CIDM\r\n" + MDMF[:20] + b"\r\nNO CARRIER\r\n",
            [
                MarkHeard(BlockMark.MESSAGE),
                MessageHeard(MDMF[:20], whole=False),
                ResultHeard(Result.NO_CARRIER),
            ],
        ),
        (
            b"CIDM\r\n\x80\xf0ab\r\nRING\r\n" + BLOCK,
            [MarkHeard(BlockMark.MESSAGE), MessageHeard(b"\x80\xf0ab", whole=False), Ring(), *BLOCK_EVENTS],
        ),
        (
            b"CIDM\r\n\x80\xf0ab" + BLOCK,
            [MarkHeard(BlockMark.MESSAGE), MessageHeard(b"\x80\xf0ab", whole=False), *BLOCK_EVENTS],
        ),
        (b"CIDM\r\nRING\r\n", [MarkHeard(BlockMark.MESSAGE), Ring()]),
    ],
)
def test_each_form_three_ways(data: bytes, expected: list[ModemEvent]) -> None:
    tr(data, expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\r\n4RING\r8.6\r\n", [Ring(), Voltage(48.6)]),
        (b"\r\n48.6RING\r\r\n\r\nORING\rK\r\n", [Ring(), Voltage(48.6), Ring(), ResultHeard(Result.OK)]),
        (b"\r\nD0RING\r00\r\n", [Ring(), Unread(b"D000")]),
        (b"4RING\rRING\r8.6\r", [Ring(), Ring(), Voltage(48.6)]),
        (b"NAME = 4RING\r", [FieldHeard(FieldKey.NAME, b"4RING")]),
        (b"HARRING\r", [Unread(b"HARRING")]),
    ],
)
def test_ring_without_a_line_of_its_own_is_taken_out_of_a_short_answer(
    data: bytes, expected: list[ModemEvent]
) -> None:
    tr(data, expected)


@pytest.mark.parametrize("length", [LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, 3 * LONGEST_LINE])
def test_an_endless_line_is_given_up_once_and_the_next_one_is_read(length: int) -> None:
    tr(b"?" * length + b"\r\nRING\r\n", [Unread(b"?" * 256), Ring()])


def test_a_line_that_has_no_end_yet_is_given_up_at_the_bound() -> None:
    assert read(b"?" * LONGEST_LINE) == []
    assert read(b"?" * (LONGEST_LINE + 1)) == [Unread(b"?" * 256)]


def test_the_longest_message_in_hex_still_fits() -> None:
    message = b"\x80\xff" + bytes(256)
    assert read(message.hex().encode() + b"\r\n") == [MessageHeard(message)]


def test_it_knows_whether_something_has_begun() -> None:
    reader = ModemReader()
    for piece, begun in [
        (b"\r\n", False),
        (b"NM", True),
        (b"BR = 1\r", False),
        (b"\x10", True),
        (b"R", False),
        (b"CIDM\r", True),
        (b"\nRING\r\n", False),
        (b"?" * (LONGEST_LINE + 1), False),
    ]:
        reader.receive(piece)
        assert reader.in_midst is begun, piece


# --- properties ------------------------------------------------------------------------------------------------------

TRACES = Path(__file__).parent / "traces"
RECORDED = [
    b"".join(item.data for item in parse_trace(path.read_text("utf-8")).items if isinstance(item, Heard))
    for path in sorted(TRACES.glob("*.trace"))
]
SPICE = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\x10",
    b"\x00",
    b"RING",
    b"CIDM\r\n",
    b"\x80\x20",
    b"\x04\xff",
    b"NAME = ",
    b"=",
]
spice = st.sampled_from(SPICE)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A recording with bytes changed, dropped, doubled and put in."""
    data = bytearray(draw(st.sampled_from([*RECORDED, BLOCK, b"CIDM\r\n" + MDMF, b"?" * (LONGEST_LINE - 3)])))
    for _ in range(draw(st.integers(1, 6))):
        where = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 4))
        data[where : where + length] = draw(st.binary(max_size=3) | spice)
    return bytes(data)


soups = st.lists(spice | st.binary(max_size=8), max_size=12).map(b"".join)
ABOUT_THE_BOUNDS = [255, 256, 257, LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1]
long_lines = st.sampled_from([b"?" * length + b"\r\n" for length in ABOUT_THE_BOUNDS])
inputs = st.one_of(st.binary(max_size=400), soups, mutated(), long_lines)


@given(inputs, st.data())
def test_any_split_of_the_bytes_gives_the_same_events(data: bytes, more: st.DataObject) -> None:
    cuts = sorted(more.draw(st.lists(st.integers(0, len(data)), max_size=12)))
    edges = [0, *cuts, len(data)]
    pieces = [data[a:b] for a, b in itertools.pairwise(edges)]
    whole = read(data)
    assert read(*pieces) == whole
    assert read(*(data[i : i + 1] for i in range(len(data)))) == whole


@given(inputs)
@example(b"\x10")
@example(b"CIDM\r\n\x80\xff")
@example(b"CIDM\r\n\x80")
@example(b"CIDM\r\x80\x02")
@example(b"CIDM\r\x80\x06")
@example(b"CIDM\r\x80\x0c")
@example(b"CIDM\r\x80\x03\x15")
@example(b"?" * (LONGEST_LINE + 1))
@example(b"?" * LONGEST_LINE)
def test_after_any_bytes_the_next_ring_and_the_next_caller_are_heard(garbage: bytes) -> None:
    events = read(garbage, b"\r\nRING\r\n", BLOCK)
    assert events[-len(BLOCK_EVENTS) - 1 :] == [Ring(), *BLOCK_EVENTS]


@given(inputs)
def test_nothing_unread_is_longer_than_256_bytes(data: bytes) -> None:
    assert all(len(event.raw) <= 256 for event in read(data) if isinstance(event, Unread))


def bulk(count: int, seed: int = 1, piece: int = 4096) -> int:
    """Feed `count` random bytes to one reader, good calls among them; the number of good calls heard (for the bench)."""
    noise = random.Random(seed)
    reader = ModemReader()
    heard = 0
    for _ in range(0, count, piece):
        reader.receive(noise.randbytes(piece))
        heard += reader.receive(b"\r\nRING\r\n" + BLOCK)[-len(BLOCK_EVENTS) :] == BLOCK_EVENTS
    return heard


def test_half_a_million_random_bytes_lose_no_call() -> None:
    assert bulk(500_000) == len(range(0, 500_000, 4096))


@pytest.mark.parametrize(
    ("begun", "events"),
    [
        (b"NMBR = 154", [Unread(b"NMBR = 154")]),
        (b"\x10", []),
        (b"CIDM\r\n", []),
        (b"CIDM\r\n\x80\x20\x01", [MessageHeard(b"\x80\x20\x01", whole=False)]),
        (b"\r\n", []),
    ],
)
def test_what_is_broken_off_is_no_part_of_the_next_line(begun: bytes, events: list[ModemEvent]) -> None:
    reader = ModemReader()
    reader.receive(begun)
    assert reader.break_off() == events
    assert reader.receive(b"RING\r\n") == [Ring()]
