"""Line signals, bytes and moments as text of one line, and back: the spelling that traces use. Pure; it never raises.

A signal is its name, its line, then what differs from the default as key=value. Bytes and quoted text are C escapes.
A signal's wall clock is not spelled: what is read back has `mono` and `wall` alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, replace
from typing import Any, get_args

from device.signals import (
    MILLISECOND,
    SECOND,
    Absence,
    CallerId,
    Instant,
    LineSignal,
    Means,
    Sensing,
    Sound,
)

SIGNALS: Mapping[str, type[LineSignal]] = {kind.__name__: kind for kind in get_args(LineSignal)}

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


_SENSES = tuple(item.name for item in fields(Sensing) if item.name != "lag")
_LAG = re.compile(r"lag([0-9]{1,6})ms")


def _sensing(text: str) -> Sensing | None:
    """`hook,loop,lag850ms`: what is sensed, and the lag where it is not the default."""
    words = set(text.split(",")) - {"none"}
    lags = [match for word in words if (match := _LAG.fullmatch(word))]
    senses = words - {match[0] for match in lags}
    if len(lags) > 1 or not senses <= set(_SENSES):
        return None
    sensing = Sensing(**dict.fromkeys(senses, True))
    return replace(sensing, lag=int(lags[0][1]) * MILLISECOND) if lags else sensing


def _format_sensing(sensing: Sensing) -> str:
    words = [name for name in _SENSES if getattr(sensing, name)]
    if sensing.lag != Sensing().lag:
        words.append(f"lag{sensing.lag // MILLISECOND}ms")
    return ",".join(words) or "none"


def _one_of(kind: type[Means] | type[Sound]) -> Callable[[str], Means | Sound | None]:
    by_value = {each.value: each for each in kind}
    return by_value.get


_READ: Mapping[str, Callable[[str], Any]] = {
    "error": parse_seconds,
    "digit": _unescaped_text,
    "reason": _unescaped_text,
    "interface": _unescaped_text,
    "raw": unescape,
    "sensing": _sensing,
    "found": lambda text: True if text == "" else None,
    "checked": lambda text: True if text == "" else None,
    "means": _one_of(Means),
    "sound": _one_of(Sound),
    "lost": _unescaped_text,
}
_WRITE: Mapping[str, Callable[[Any], str]] = {
    "error": lambda value: "=" + format_seconds(value),
    "digit": lambda value: "=" + _quoted(value),
    "reason": lambda value: "=" + _quoted(value),
    "interface": lambda value: "=" + _quoted(value),
    "raw": lambda value: f'="{escape(value)}"',
    "sensing": lambda value: "=" + _format_sensing(value),
    "found": lambda value: "",
    "checked": lambda value: "",
    "means": lambda value: "=" + value.value,
    "sound": lambda value: "=" + value.value,
    "lost": lambda value: "=" + _quoted(value),
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


def parse_signal(kind: type[LineSignal], told: int, rest: str) -> LineSignal | str:
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
