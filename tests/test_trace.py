"""A trace as text: what is written is read back the same, and nothing that is read raises."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.signal_text import SIGNALS, escape, format_seconds, parse_seconds, unescape
from device.signals import (
    Absence,
    CallerId,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Flash,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    LoopLost,
    LoopRestored,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    Sensing,
    Sound,
    Unrecognised,
    seconds,
)
from device.trace import (
    BadLine,
    Decoded,
    Edge,
    Heard,
    Item,
    Note,
    Sent,
    Trace,
    format_item,
    format_trace,
    from_start,
    parse_item,
    parse_trace,
    since_start,
)
from tests.support import at

# --- generators: stamps about the second, text with every kind of character ------------------------------------------

stamps = st.one_of(
    st.sampled_from(
        [0, 1, -1, seconds(1) - 1, seconds(1), seconds(0.999), 10**6, -seconds(0.05), 10**18 - 1]
    ),
    st.integers(-seconds(10), seconds(1e8)),
)
instants = stamps.map(lambda ns: Instant(ns, ns))
texts = st.text(st.one_of(st.characters(), st.sampled_from(' "\\=#,\r\n\t\x00\x85\u2028张')), max_size=12)
raws = st.binary(max_size=20)
lines = texts.filter(bool) | st.just("L1")
errors = stamps.map(abs)
caller_ids = st.builds(
    CallerId,
    number=st.none() | texts,
    name=st.none() | texts,
    absence=st.none() | st.sampled_from(Absence),
    date_time=st.none() | texts,
)
lags = st.sampled_from([0, 1, 850, 1250, 999_999]).map(lambda ms: ms * 10**6)
sensings = st.builds(
    Sensing, **{item.name: lags if item.name == "lag" else st.booleans() for item in fields(Sensing)}
)
BY_FIELD: dict[str, st.SearchStrategy[object]] = {
    "line": lines,
    "at": instants,
    "error": errors,
    "caller_id": caller_ids,
    "found": st.booleans(),
    "digit": texts,
    "reason": texts,
    "sensing": sensings,
    "interface": texts,
    "raw": raws,
    "means": st.none() | st.sampled_from(Means),
    "checked": st.booleans(),
    "sound": st.sampled_from(Sound),
    "lost": texts,
}


def signals_of(kind: type[LineSignal]) -> st.SearchStrategy[LineSignal]:
    return st.builds(kind, **{item.name: BY_FIELD[item.name] for item in fields(kind)})


signals: st.SearchStrategy[LineSignal] = st.one_of([signals_of(kind) for kind in get_args(LineSignal)])
notes = texts.map(lambda text: Note(" ".join(text.split())))
ears = st.sampled_from(["", "", "gpio", "modem", "modem2", "ht9032", "edge"])
roles = st.sampled_from(["ring", "hook", "reversal", "q1", "std"])
items: st.SearchStrategy[Item] = st.one_of(
    st.builds(Heard, stamps, raws, ears),
    st.builds(Sent, stamps, raws, ears),
    st.builds(Edge, stamps, roles, st.integers(0, 1), ears),
    st.builds(Decoded, stamps, signals, ears),
    notes,
)
headers = st.lists(
    st.tuples(
        st.sampled_from(["What", "Where", "Interface", "Date", "Oddities", "Line"]),
        texts.map(lambda text: " ".join(text.split())),
    ),
    max_size=5,
).map(tuple)


@given(headers, st.lists(items, max_size=8).map(tuple))
def test_what_is_written_is_read_back_the_same(
    header: tuple[tuple[str, str], ...], body: tuple[Item, ...]
) -> None:
    trace = Trace(header, body)
    assert parse_trace(format_trace(trace)) == trace


@given(st.text(st.one_of(st.characters(), st.sampled_from('0.123 <>#\\x"=\nRing')), max_size=60))
def test_no_text_raises_and_what_was_read_can_be_written_and_read_again(text: str) -> None:
    first = format_trace(parse_trace(text))
    assert format_trace(parse_trace(first)) == first


@given(items, st.integers(0, 80), st.sampled_from(['"', "\\", "x", " ", "=", "9", "\x00", ""]))
def test_a_damaged_line_is_a_value(item: Item, where: int, what: str) -> None:
    text = format_item(item)
    parse_item(text[:where] + what + text[where + 1 :], 7)


@given(raws)
def test_every_byte_survives_its_escape(raw: bytes) -> None:
    text = escape(raw)
    assert text.isascii()
    assert text.isprintable()
    assert text == text.strip()
    assert unescape(text) == raw


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (Heard(0, b"\r\nRING\r\n"), r"0.000 < \r\nRING\r\n"),
        (Sent(seconds(1.25), b"AT-TRV\r"), r"1.250 > AT-TRV\r"),
        (Heard(1, b" \x00\xff\\\t "), r"0.000000001 < \x20\x00\xff\\\t\x20"),
        (Heard(0, b""), "0.000 <"),
        (Edge(seconds(2), "ring", 0), "2.000 edge ring 0"),
        (Heard(0, b"\r\nRING\r\n", "modem"), r"0.000 modem: < \r\nRING\r\n"),
        (Sent(0, b"", "modem2"), "0.000 modem2: >"),
        (Edge(seconds(2), "q1", 1, "mt8870"), "2.000 mt8870: edge q1 1"),
        (Decoded(0, RingWord("L1", at(0)), "modem"), "0.000 modem: RingWord L1"),
        (Note("3Com"), "# 3Com"),
        (Note(""), "#"),
        (Decoded(seconds(2.15), RingStarted("L1", at(2))), "2.150 RingStarted L1 at=2.000"),
        (Decoded(0, RingEnded("L1", at(0), error=seconds(0.05))), "0.000 RingEnded L1 error=0.050"),
        (Decoded(0, RingWord("line 1", at(0))), '0.000 RingWord "line 1"'),
        (
            Decoded(0, CallerIdHeard("L1", at(0), CallerId("15400000001", "王 =燕", None, "11020930"))),
            '0.000 CallerIdHeard L1 number=15400000001 name="王 =燕" date_time=11020930',
        ),
        (
            Decoded(0, CallerIdHeard("L1", at(0), CallerId(absence=Absence.OUT_OF_AREA))),
            "0.000 CallerIdHeard L1 absence=out_of_area",
        ),
        (Decoded(0, OffHook("L1", at(-0.5), found=True)), "0.000 OffHook L1 at=-0.500 found"),
        (Decoded(0, OnHook("L1", at(0), error=1)), "0.000 OnHook L1 error=0.000000001"),
        (Decoded(0, Flash("L1", at(0))), "0.000 Flash L1"),
        (Decoded(0, DigitDialled("L1", at(0), "#")), "0.000 DigitDialled L1 digit=#"),
        (Decoded(0, LoopLost("L1", at(0))), "0.000 LoopLost L1"),
        (Decoded(0, LoopRestored("L1", at(0))), "0.000 LoopRestored L1"),
        (Decoded(0, LineLost("L1", at(0), "no answer")), '0.000 LineLost L1 reason="no answer"'),
        (
            Decoded(0, LineRestored("L1", at(0), Sensing(hook=True, loop=True), "56000")),
            "0.000 LineRestored L1 sensing=hook,loop interface=56000",
        ),
        (Decoded(0, LineRestored("L1", at(0), Sensing())), "0.000 LineRestored L1 sensing=none"),
        (Decoded(0, Unrecognised("L1", at(0), b'"\xcd')), r'0.000 Unrecognised L1 raw="\"\xcd"'),
        (Decoded(0, Damaged("L1", at(0), "checksum", b"")), '0.000 Damaged L1 reason=checksum raw=""'),
    ],
)
def test_each_kind_of_line(item: Item, text: str) -> None:
    assert format_item(item) == text
    assert parse_item(text) == item


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "not: seconds"),
        ("1,5 < RING", "not: seconds"),
        ("１.0 < RING", "not: seconds"),
        ("9999999999 < RING", "not: seconds"),
        ("0.0 < \\q", "bad escape"),
        ("0.0 Modem: < RING", "not: seconds"),
        ("0.0 modem : < RING", "no signal is called modem"),
        ("0.0 modem:< RING", "not: seconds"),
        ("0.0 modem: < \\q", "bad escape"),
        ("0.0 modem: modem: < RING", "not: seconds"),
        ("0.0 > \\x4", "bad escape"),
        ("0.0 < 张", "outside ASCII"),
        ("0.0 < \\u5f20", "outside ASCII"),
        ("0.0 edge ring 2", "an edge is"),
        ("0.0 edge", "an edge is"),
        ("0.0 Ringing L1", "no signal is called Ringing"),
        ("0.0 RingStarted", "a signal is"),
        ("0.0 RingStarted at=1", "a signal is"),
        ('0.0 RingStarted "\\q"', "a signal is"),
        ("0.0 RingStarted L1 error=1 error=1", "each key once"),
        ('0.0 RingStarted L1 error="1', "a signal is"),
        ("0.0 RingStarted L1 at=soon", "at: not a number"),
        ("0.0 RingStarted L1 error=soon", "error: not a field"),
        ("0.0 RingStarted L1 volume=11", "volume: not a field"),
        ("0.0 OffHook L1 found=no", "found: not a field"),
        ("0.0 LineLost L1", "reason is missing"),
        ("0.0 LineRestored L1 sensing=smell", "sensing: not a field"),
        ("0.0 CallerIdHeard L1 absence=shy", "caller ID"),
        ('0.0 CallerIdHeard L1 name="\\q"', "caller ID"),
    ],
)
def test_a_line_that_cannot_be_read_says_where_and_why(text: str, reason: str) -> None:
    trace = parse_trace(f"# What: x\n\n0.0 < RING\n{text}\n1.0 < OK\n")
    (bad,) = trace.bad_lines
    assert (bad.number, bad.text) == (4, text)
    assert reason in bad.reason
    assert trace.items[0] == Heard(0, b"RING")
    assert trace.items[2] == Heard(seconds(1), b"OK")
    assert format_item(bad) == text


def test_the_header_ends_at_the_first_line_that_is_none() -> None:
    trace = parse_trace("# What: a call\r\n# Date: 2026-11-02\r\n# plain\r\n# Where: no header any more\r\n")
    assert trace.header == (("What", "a call"), ("Date", "2026-11-02"))
    assert trace.items == (Note("plain"), Note("Where: no header any more"))
    assert trace.about("What") == "a call"
    assert trace.about("Where") == ""


def test_seconds_are_exact() -> None:
    for text, ns in [
        ("15.000", seconds(15)),
        ("0.000000001", 1),
        ("-0.050", -seconds(0.05)),
        ("7", seconds(7)),
    ]:
        assert parse_seconds(text) == ns
        assert parse_seconds(format_seconds(ns)) == ns
    assert [parse_seconds(text) for text in ("", "1e3", "+1", "1.", "٣")] == [None] * 5


@given(signals, instants)
def test_a_recording_can_be_placed_at_any_time(signal: LineSignal, start: Instant) -> None:
    told = from_start(since_start(signal, start), start)
    assert told == signal
    assert told.at.wall - start.wall == signal.at.mono - start.mono


def test_a_signal_of_every_kind_can_be_written() -> None:
    assert set(SIGNALS) == {kind.__name__ for kind in get_args(LineSignal)}
    assert {item.name for kind in get_args(LineSignal) for item in fields(kind)} == set(BY_FIELD)


def test_a_bad_line_knows_no_time() -> None:
    assert parse_item("x", 3) == BadLine(3, "not: seconds, then < > edge or a signal", "x")
