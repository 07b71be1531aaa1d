"""A recording of one line as text: items in, lines of text out, and back; it never raises on what it reads, and reads no clock.

    # What: a missed call, caller ID between the rings
    # Where: bench, line simulator
    # Interface: Conexant CX930xx
    # Date: 2026-11-02
    # Oddities: none

    0.000 < \\r\\nRING\\r\\n
    1.250 > AT-TRV\\r
    2.000 edge ring 0
    2.150 RingStarted L1 at=2.000
    # a note, kept in its place

One item a line: seconds since the start, then `<` bytes from the interface, `>` bytes to it, `edge ROLE LEVEL`, or a
decoded signal by its name (its line, then what differs from the default; `at` when it is not the item's own time).
Where several ears hear the line, the ear's name and a colon stand before that; with one ear there is none:

    0.000 modem: < \\r\\nRING\\r\\n
    0.004 gpio: edge ring 0
    0.154 gpio: RingStarted L1 at=0.004

Bytes and quoted text are C escapes, so every byte survives an editor. A blank line ends the header. The file is UTF-8.

Rule 1: what `format_trace` writes, `parse_trace` reads back the same, except the wall clock of a signal: a trace has none.
Rule 2: a line that cannot be read is a `BadLine` in its place, naming line number and reason; the rest is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from device.signal_text import (
    SIGNALS,
    escape,
    format_seconds,
    format_signal,
    parse_seconds,
    parse_signal,
    unescape,
)
from device.signals import Instant, LineSignal

HEADER_KEYS = ("What", "Where", "Interface", "Date", "Oddities")


@dataclass(frozen=True, slots=True)
class Heard:
    """Bytes that came from the interface.

    `at`: ns since the start of the recording; `ear`: which ear of several, empty where there is one; so in all items.
    """

    at: int
    data: bytes
    ear: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes that went to the interface."""

    at: int
    data: bytes
    ear: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A GPIO input changed. `role`: the job of the pin (ring, hook, reversal, q1, std); `level`: 0 or 1 on the wire, not active or idle."""

    at: int
    role: str
    level: int
    ear: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A signal, told at `at`. Its own instants are since the start too: `mono` and `wall` are both ns since the start."""

    at: int
    signal: LineSignal
    ear: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A comment between the items."""

    text: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that no rule reads: its number (the first line is 1), why, and its text."""

    number: int
    reason: str
    text: str


Item = Heard | Sent | Edge | Decoded | Note | BadLine


@dataclass(frozen=True, slots=True)
class Trace:
    """A recording: header fields in order, and what happened in order."""

    header: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()

    def about(self, key: str) -> str:
        """The first header field of that name, or an empty text."""
        return next((value for name, value in self.header if name == key), "")

    @property
    def bad_lines(self) -> tuple[BadLine, ...]:
        return tuple(item for item in self.items if isinstance(item, BadLine))


def since_start(signal: LineSignal, start: Instant) -> LineSignal:
    """The signal with its instant counted from `start`, as `Decoded` holds it."""
    elapsed = signal.at.since(start)
    return replace(signal, at=Instant(elapsed, elapsed))


def from_start(signal: LineSignal, start: Instant) -> LineSignal:
    """A `Decoded` signal placed in time: as it would be in a recording that began at `start`."""
    return replace(signal, at=start.plus(signal.at.mono))


# --- items and traces ----------------------------------------------------------------------------------------------

_LINE = re.compile(r"(\S+) (?:([a-z][a-z0-9]*): )?(<|>|\w+)(?: (.*))?")
_EDGE = re.compile(r"([a-z][a-z0-9_]*) ([01])")
_HEADER = re.compile(r"# ([A-Z][A-Za-z]*):(?: (.*))?")


def format_item(item: Item) -> str:
    """One item as one line, without its end."""
    if isinstance(item, Note):
        return f"# {_one_line(item.text)}".rstrip()
    if isinstance(item, BadLine):
        return item.text
    ear = f"{item.ear}: " if item.ear else ""
    return f"{format_seconds(item.at)} {ear}{_format_body(item)}".rstrip()


def _format_body(item: Heard | Sent | Edge | Decoded) -> str:
    match item:
        case Heard(data=data):
            return f"< {escape(data)}"
        case Sent(data=data):
            return f"> {escape(data)}"
        case Edge(role=role, level=level):
            return f"edge {role} {level}"
        case _:
            return format_signal(item.signal, item.at)


def parse_item(text: str, number: int = 0) -> Item:
    """One line as an item; `number` is for the `BadLine` it may be."""
    if text.startswith("#"):
        return Note(text[1:].strip())
    match = _LINE.fullmatch(text)
    at = parse_seconds(match[1]) if match else None
    if match is None or at is None:
        return BadLine(number, "not: seconds, then < > edge or a signal", text)
    read = _parse_body(at, match[2] or "", match[3], match[4] or "")
    return BadLine(number, read, text) if isinstance(read, str) else read


def _parse_body(at: int, ear: str, word: str, rest: str) -> Item | str:
    if word in ("<", ">"):
        data = unescape(rest)
        if data is None:
            return "bytes: a bad escape, or a character outside ASCII"
        return Heard(at, data, ear) if word == "<" else Sent(at, data, ear)
    if word == "edge":
        edge = _EDGE.fullmatch(rest)
        return Edge(at, edge[1], int(edge[2]), ear) if edge else "an edge is: edge ROLE 0|1"
    if word not in SIGNALS:
        return f"no signal is called {word}"
    signal = parse_signal(SIGNALS[word], at, rest)
    return signal if isinstance(signal, str) else Decoded(at, signal, ear)


def format_header(header: Iterable[tuple[str, str]]) -> str:
    """The header and the blank line that ends it."""
    return "".join(f"# {key}: {_one_line(value)}".rstrip() + "\n" for key, value in header) + "\n"


def format_trace(trace: Trace) -> str:
    """The whole recording as text."""
    return format_header(trace.header) + "".join(format_item(item) + "\n" for item in trace.items)


def parse_trace(text: str) -> Trace:
    """A recording from its text. Never raises: look at `bad_lines`."""
    header: list[tuple[str, str]] = []
    items: list[Item] = []
    in_header = True
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip(" \t\r")
        field = _HEADER.fullmatch(line) if in_header else None
        if field:
            header.append((field[1], field[2] or ""))
            continue
        in_header = False
        if line:
            items.append(parse_item(line, number))
    return Trace(tuple(header), tuple(items))


def _one_line(text: str) -> str:
    return " ".join(text.split())
