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
Bytes and quoted text are C escapes, so every byte survives an editor. A blank line ends the header. The file is UTF-8.

Rule 1: what `format_trace` writes, `parse_trace` reads back the same, except the wall clock of a signal: a trace has none.
Rule 2: a line that cannot be read is a `BadLine` in its place, naming line number and reason; the rest is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import Any, get_args

from device.signals import SECOND, Absence, CallerId, Instant, LineSignal, Sensing

HEADER_KEYS = ("What", "Where", "Interface", "Date", "Oddities")

SIGNALS: Mapping[str, type[LineSignal]] = {kind.__name__: kind for kind in get_args(LineSignal)}


@dataclass(frozen=True, slots=True)
class Heard:
    """Bytes that came from the interface. `at`: ns since the start of the recording, here and in all items."""

    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes that went to the interface."""

    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Edge:
    """A GPIO input changed. `role`: the job of the pin (ring, hook); `level`: 0 or 1 on the wire, not active or idle."""

    at: int
    role: str
    level: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """A signal, told at `at`. Its own instants are since the start too: `mono` and `wall` are both ns since the start."""

    at: int
    signal: LineSignal


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


# --- text and bytes ------------------------------------------------------------------------------------------------

_NAMED = {"\\": "\\\\", '"': '\\"', "\r": "\\r", "\n": "\\n", "\t": "\\t"}
_UNNAMED = {"\\": "\\", '"': '"', "r": "\r", "n": "\n", "t": "\t"}
_ESCAPE = re.compile(
    r'\\(?:([\\"rnt])|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U(000[0-9A-Fa-f]{5}|0010[0-9A-Fa-f]{4})|)'
)


def escape(data: bytes) -> str:
    """Bytes as printable ASCII: \\r \\n \\t \\\\ \\" and \\xNN; a space at either end is \\x20, so that no editor eats it."""
    text = "".join(_NAMED.get(chr(b)) or (chr(b) if 32 <= b < 127 else f"\\x{b:02x}") for b in data)
    if text.startswith(" "):
        text = "\\x20" + text[1:]
    return text[:-1] + "\\x20" if text.endswith(" ") else text


def unescape(text: str) -> bytes | None:
    """The bytes of an escaped text, or None when it holds a bad escape or a character outside ASCII."""
    plain = _unescaped_text(text)
    if plain is None or not text.isascii() or any(ord(c) > 255 for c in plain):
        return None
    return plain.encode("latin-1")


def _unescaped_text(text: str) -> str | None:
    if any(not match[0][1:] for match in _ESCAPE.finditer(text)):
        return None

    def plain(match: re.Match[str]) -> str:
        return _UNNAMED[match[1]] if match[1] else chr(int(match[2] or match[3] or match[4], 16))

    return _ESCAPE.sub(plain, text)


def _escaped_text(text: str) -> str:
    return "".join(_NAMED.get(c) or (c if c.isprintable() else _code_point(ord(c))) for c in text)


def _code_point(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_SECONDS = re.compile(r"(-?)([0-9]{1,9})(?:\.([0-9]{1,9}))?")


def format_seconds(duration: int) -> str:
    """Nanoseconds as seconds: three decimals, more only where they are needed to be exact."""
    whole, rest = divmod(abs(duration), SECOND)
    decimals = f"{rest:09d}".rstrip("0").ljust(3, "0")
    return f"{'-' if duration < 0 else ''}{whole}.{decimals}"


def parse_seconds(text: str) -> int | None:
    """Seconds as exact nanoseconds, or None when it is not such a number."""
    match = _SECONDS.fullmatch(text)
    if match is None:
        return None
    value = int(match[2]) * SECOND + int((match[3] or "").ljust(9, "0"))
    return -value if match[1] else value


# --- signals: one codec per kind of field --------------------------------------------------------------------------

_BARE = re.compile(r"[A-Za-z0-9_.,+*#/:-]+")
_FIRST = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^ ="]+))(?![^ ])')
_PAIR = re.compile(r' ([a-z_]+)(?:="((?:[^"\\]|\\.)*)"|=([^ ="]*))?(?![^ ])')
_CALLER_ID_WORDS = ("number", "name", "absence", "date_time")


def _quoted(text: str) -> str:
    return text if _BARE.fullmatch(text) else f'"{_escaped_text(text)}"'


def _sensing(text: str) -> Sensing | None:
    known = {item.name for item in fields(Sensing)}
    words = set(text.split(",")) - {"none"}
    return Sensing(**dict.fromkeys(words, True)) if words <= known else None


def _format_sensing(sensing: Sensing) -> str:
    return ",".join(f.name for f in fields(Sensing) if getattr(sensing, f.name)) or "none"


_READ: Mapping[str, Callable[[str], Any]] = {
    "error": parse_seconds,
    "digit": _unescaped_text,
    "reason": _unescaped_text,
    "interface": _unescaped_text,
    "raw": unescape,
    "sensing": _sensing,
    "found": lambda text: True if text == "" else None,
}
_WRITE: Mapping[str, Callable[[Any], str]] = {
    "error": lambda value: "=" + format_seconds(value),
    "digit": lambda value: "=" + _quoted(value),
    "reason": lambda value: "=" + _quoted(value),
    "interface": lambda value: "=" + _quoted(value),
    "raw": lambda value: f'="{escape(value)}"',
    "sensing": lambda value: "=" + _format_sensing(value),
    "found": lambda value: "",
}


def format_signal(signal: LineSignal, told: int) -> str:
    """A signal in one line, without its time: `told` is the item's, and `at` is written when it differs."""
    words = [type(signal).__name__, _quoted(signal.line)]
    if signal.at.mono != told:
        words.append("at=" + format_seconds(signal.at.mono))
    for item in fields(signal):
        value = getattr(signal, item.name)
        if item.name in ("line", "at") or value == item.default:
            continue
        if isinstance(value, CallerId):
            words += _format_caller_id(value)
        else:
            words.append(item.name + _WRITE[item.name](value))
    return " ".join(words)


def _format_caller_id(caller_id: CallerId) -> list[str]:
    values = {name: getattr(caller_id, name) for name in _CALLER_ID_WORDS}
    texts = {k: v.value if isinstance(v, Absence) else v for k, v in values.items() if v is not None}
    return [f"{name}={_quoted(text)}" for name, text in texts.items()]


def _parse_signal(kind: type[LineSignal], told: int, rest: str) -> LineSignal | str:
    match = _FIRST.match(rest)
    given = _pairs(rest[match.end() :]) if match else None
    line = _unescaped_text(match[1] or match[2] or "") if match else None
    if line is None or given is None:
        return "a signal is: NAME LINE key=value …, each key once"
    at = parse_seconds(given.pop("at", format_seconds(told)))
    if at is None:
        return "at: not a number of seconds"
    wanted = {item.name: item for item in fields(kind) if item.name not in ("line", "at")}
    return _build(kind, {"line": line, "at": Instant(at, at)}, wanted, given)


def _pairs(text: str) -> dict[str, str] | None:
    """The escaped values by their keys; a key without `=` has an empty value."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None or match[1] in found:
            return None
        found[match[1]] = match[2] or match[3] or ""
        position = match.end()
    return found


def _build(
    kind: type[LineSignal], known: dict[str, Any], wanted: dict[str, Field[Any]], given: dict[str, str]
) -> LineSignal | str:
    if "caller_id" in wanted:
        del wanted["caller_id"]
        known["caller_id"] = caller_id = _parse_caller_id(given)
        if caller_id is None:
            return "caller ID: a bad escape or an unknown absence"
    for name, text in given.items():
        value = _READ[name](text) if name in wanted else None
        if value is None:
            return f"{name}: not a field of {kind.__name__}, or not such a value"
        known[name] = value
    missing = [name for name, item in wanted.items() if item.default is MISSING and name not in known]
    return f"{missing[0]} is missing" if missing else kind(**known)


def _parse_caller_id(given: dict[str, str]) -> CallerId | None:
    texts = {name: _unescaped_text(given.pop(name)) for name in _CALLER_ID_WORDS if name in given}
    word = texts.pop("absence", "")
    absence = next((item for item in Absence if item.value == word), None)
    if None in texts.values() or (absence is None and word != ""):
        return None
    return CallerId(absence=absence, **texts)


# --- items and traces ----------------------------------------------------------------------------------------------

_LINE = re.compile(r"(\S+) (<|>|\w+)(?: (.*))?")
_EDGE = re.compile(r"([a-z_]+) ([01])")
_HEADER = re.compile(r"# ([A-Z][A-Za-z]*):(?: (.*))?")


def format_item(item: Item) -> str:
    """One item as one line, without its end."""
    match item:
        case Heard(at, data):
            return f"{format_seconds(at)} < {escape(data)}".rstrip()
        case Sent(at, data):
            return f"{format_seconds(at)} > {escape(data)}".rstrip()
        case Edge(at, role, level):
            return f"{format_seconds(at)} edge {role} {level}"
        case Decoded(at, signal):
            return f"{format_seconds(at)} {format_signal(signal, at)}"
        case Note(text):
            return f"# {_one_line(text)}".rstrip()
        case _:
            return item.text


def parse_item(text: str, number: int = 0) -> Item:
    """One line as an item; `number` is for the `BadLine` it may be."""
    if text.startswith("#"):
        return Note(text[1:].strip())
    match = _LINE.fullmatch(text)
    at = parse_seconds(match[1]) if match else None
    if match is None or at is None:
        return BadLine(number, "not: seconds, then < > edge or a signal", text)
    read = _parse_body(at, match[2], match[3] or "")
    return BadLine(number, read, text) if isinstance(read, str) else read


def _parse_body(at: int, word: str, rest: str) -> Item | str:
    if word in ("<", ">"):
        data = unescape(rest)
        if data is None:
            return "bytes: a bad escape, or a character outside ASCII"
        return Heard(at, data) if word == "<" else Sent(at, data)
    if word == "edge":
        edge = _EDGE.fullmatch(rest)
        return Edge(at, edge[1], int(edge[2])) if edge else "an edge is: edge ROLE 0|1"
    if word not in SIGNALS:
        return f"no signal is called {word}"
    signal = _parse_signal(SIGNALS[word], at, rest)
    return signal if isinstance(signal, str) else Decoded(at, signal)


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
