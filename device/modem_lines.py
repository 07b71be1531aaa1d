"""One whole line of a modem or a serial caller-ID box in, what it says out. It knows no other line, no question and no time.

The union of the forms that mgetty (cnd.c, t_ring.c), NCID (ncidd.c), misterhouse and the makers' manuals know: LINE.md 1.2-1.5.
Keys and words are matched whole, from the start of the line: a NAME holding RING, DATE or = is only a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from device.modem_events import (
    BlockMark,
    BurstReport,
    Digits,
    Echo,
    FieldHeard,
    FieldKey,
    FlashReport,
    HookReport,
    MarkHeard,
    MessageHeard,
    ModemEvent,
    Reply,
    Result,
    ResultHeard,
    Ring,
    SilenceReport,
    Unread,
    Voltage,
)
from device.signals import MILLISECOND

LONGEST_RAW = 256  # bytes of something unread that are kept

_WITH_EQUALS: Mapping[bytes, FieldKey] = {
    b"DATE": FieldKey.DATE,
    b"TIME": FieldKey.TIME,
    b"DATE TIME": FieldKey.DATE_TIME,
    b"NMBR": FieldKey.NUMBER,
    b"NBR": FieldKey.NUMBER,
    b"NDID": FieldKey.NUMBER,
    b"DDN_NMBR": FieldKey.NUMBER,
    b"DDN": FieldKey.NUMBER,
    b"CALLBACK NMBR": FieldKey.NUMBER,
    b"NAME": FieldKey.NAME,
    b"LOOKUP NAME": FieldKey.NAME,
    b"MESG": FieldKey.MESG,
    b"NO MESSAGE REASON": FieldKey.OTHER,
    b"REASON NO NAME": FieldKey.NO_NAME,
    b"REASON NO NUMBER": FieldKey.NO_NUMBER,
    b"REASON NO NMBR": FieldKey.NO_NUMBER,
    b"QUAL": FieldKey.OTHER,
    b"REDIRECT": FieldKey.OTHER,  # who forwarded the call, not who calls
}
_WITH_COLON: Mapping[bytes, FieldKey] = {
    b"CALLER NUMBER": FieldKey.NUMBER,
    b"CALLER'S NUMBER": FieldKey.NUMBER,
    b"CallerID": FieldKey.NUMBER,
    b"CALLER NAME": FieldKey.NAME,
    b"CALLER'S NAME": FieldKey.NAME,
    b"REASON FOR NO CALLER NUMBER": FieldKey.NO_NUMBER,
    b"REASON FOR NO CALLER NAME": FieldKey.NO_NAME,
    b"TIME": FieldKey.DATE_TIME,  # TIME: MM-DD HH:MM
}


def _alternatives(keys: Mapping[bytes, FieldKey]) -> bytes:
    return b"|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))


_FIELD = re.compile(b"(" + _alternatives(_WITH_EQUALS) + rb")[ \t]*=[ \t]*(.*)", re.DOTALL)
_COLON_FIELD = re.compile(b"(" + _alternatives(_WITH_COLON) + rb")[ \t]*:[ \t]*(.*)", re.DOTALL)
# Only letterless values can hide another field on their line: "NMBR = 4075551212 NAME=O", "NMBR=5551212NAME = X".
_HIDES_NOTHING = frozenset({b"NAME", b"LOOKUP NAME", b"MESG"})
_NEXT_FIELD = re.compile(b"(?:" + _alternatives(_WITH_EQUALS) + rb")[ \t]*=")

# R alone is the code of voice mode whose DLE somebody took away, or what is left of the word.
_RING = re.compile(rb"(?:CID )?RING(?:[ ;:/].*)?|R", re.DOTALL)
# RING;from;to (ISDN) · RING from · RING: t DNn from n · RING CID: n DAD: n. What follows RING/ is who was called.
_RING_FROM = re.compile(rb"RING(?:;| |:.* from | CID: )([+]?[0-9][0-9*#-]{2,})(?:[; ].*)?", re.DOTALL)
_CADENCE = re.compile(rb"(DRON|DROF)[ \t]*=[ \t]*([0-9]{1,4})")
_FROM_TO = re.compile(rb"FM:([^ ]*)(?: TO:.*)?", re.DOTALL)
_HEX = re.compile(rb"(?:55)*((?:04|06|80|82)[0-9A-Fa-f]{10,})")
_DIGITS = re.compile(rb"[0-9]{1,15}")
_VOLTS = re.compile(rb"[+-]?[0-9]{1,3}\.[0-9]{1,2}")
_REPLY = re.compile(rb"([+#%*$-][A-Z0-9]{2,12})[:=][ \t]*([ -~]{0,40})")
_ECHO = re.compile(rb"[Aa][Tt][ -~]{0,126}|[Aa]/")
_CONNECT = re.compile(rb"CONNECT(?: [ -~]*)?")
_RESULTS = {item.value.encode(): item for item in Result if item is not Result.CONNECT} | {
    b"NO DIAL TONE": Result.NO_DIALTONE,
    b"LINE-IN-USE": Result.LINE_IN_USE,
}
_MARKS = {item.value.encode(): item for item in BlockMark}

# Serial boxes (NCID API; callerid.com manuals). Whozz Calling: line, R F N H; or I/O S/E duration G/B ring date number name.
_NETCALLERID = re.compile(
    rb"###DATE([0-9]{4}|)([0-9]{4}|)(?:\.\.\.)?NMBR(.*?)\.\.\.NAME(.*?)\+\+\+", re.DOTALL
)
_WHOZZ_STATE = re.compile(rb"[0-9]{2} ([RFNH]) +[0-9]{1,2}/[0-9]{1,2} +[0-9:]{5,8}")
_WHOZZ_CALL = re.compile(
    rb"[0-9]{2} ([IO]) ([SE]) [0-9]{4} ([GB]) [A-Z][0-9] ([0-9]{2})/([0-9]{2}) ([0-9]{2}):([0-9]{2}) ([AP])M +"
    rb"(.{1,15}?)(?: {2,}(.*))?",
    re.DOTALL,
)
_TCI = re.compile(
    rb"[0-9]{2} +([0-9]{1,2})/([0-9]{1,2}) +([0-9]{1,2}):([0-9]{2}) ([AP])M +([^ ]+(?: [^ ]+)*)(?: {2,}(.*))?",
    re.DOTALL,
)


def read_line(line: bytes) -> list[ModemEvent]:
    """What one whole line says; never empty. The most usual first."""
    for rule in _RULES:
        events = rule(line)
        if events is not None:
            return events
    return [Unread(line[:LONGEST_RAW])]


def _ring(line: bytes) -> list[ModemEvent] | None:
    if not _RING.fullmatch(line):
        return None
    detail = line.removeprefix(b"CID ")[4:44].strip(b" ;:/")
    caller = _RING_FROM.fullmatch(line)
    ring = Ring(detail.decode("ascii", "replace"))
    return [ring, FieldHeard(FieldKey.NUMBER, caller[1])] if caller else [ring]


def _word(line: bytes) -> list[ModemEvent] | None:
    if line in _RESULTS:
        return [ResultHeard(_RESULTS[line])]
    if line in _MARKS:
        return [MarkHeard(_MARKS[line])]
    return [ResultHeard(Result.CONNECT)] if _CONNECT.fullmatch(line) else None


def _field(line: bytes) -> list[ModemEvent] | None:
    events: list[ModemEvent] = []
    rest = line
    while match := _FIELD.fullmatch(rest):
        value = match[2]
        following = None if match[1] in _HIDES_NOTHING else _NEXT_FIELD.search(value)
        rest = value[following.start() :] if following else b""
        value = value[: following.start()] if following else value
        events.append(FieldHeard(_WITH_EQUALS[match[1]], value.strip()))
    return events or None


def _colon_field(line: bytes) -> list[ModemEvent] | None:
    match = _COLON_FIELD.fullmatch(line)
    return [FieldHeard(_WITH_COLON[match[1]], match[2])] if match else None


def _from_to(line: bytes) -> list[ModemEvent] | None:
    match = _FROM_TO.fullmatch(line)
    return [FieldHeard(FieldKey.NUMBER, match[1])] if match else None


def _cadence(line: bytes) -> list[ModemEvent] | None:
    match = _CADENCE.fullmatch(line)
    if match is None:
        return None
    lasted = int(match[2]) * 100 * MILLISECOND  # tenths of a second (V.253)
    return [BurstReport(lasted) if match[1] == b"DRON" else SilenceReport(lasted)]


def _value(line: bytes) -> list[ModemEvent] | None:
    if _VOLTS.fullmatch(line):
        return [Voltage(float(line))]
    digits, message = _DIGITS.fullmatch(line), _HEX.fullmatch(line)
    if message and (digits is None or _length_fits(message[1])):
        return [
            MessageHeard(bytes.fromhex(message[1][: len(message[1]) & ~1].decode()), len(message[1]) % 2 == 0)
        ]
    if digits:
        return [Digits(line.decode())]
    reply = _REPLY.fullmatch(line)
    return [Reply(reply[1].decode(), reply[2].decode().strip())] if reply else None


def _length_fits(digits: bytes) -> bool:
    """Are these hex characters a message by their own length byte, with or without a checksum?"""
    return len(digits) // 2 - int(digits[2:4], 16) in (2, 3)


def _echo(line: bytes) -> list[ModemEvent] | None:
    return [Echo(line.decode())] if _ECHO.fullmatch(line) else None


def _netcallerid(line: bytes) -> list[ModemEvent] | None:
    match = _NETCALLERID.fullmatch(line)
    if match is None:
        return None
    date, time, number, name = match.groups()
    said = name.strip(b"-").removesuffix(b" CALLER") if name.startswith(b"-") else b""
    if said in (b"MSG OFF", b"MSG ON", b"MSG WAITING"):
        return [FieldHeard(FieldKey.OTHER, said, box=True)]
    fields = [
        (FieldKey.DATE, date),
        (FieldKey.TIME, time),
        (FieldKey.NUMBER, number or said),
        (FieldKey.NAME, b"" if said else name),
    ]
    return [FieldHeard(key, value, box=True) for key, value in fields if value]


def _whozz_state(line: bytes) -> list[ModemEvent] | None:
    match = _WHOZZ_STATE.fullmatch(line)
    if match is None:
        return None
    meaning: dict[bytes, ModemEvent] = {
        b"R": Ring(box=True),
        b"F": HookReport(True),
        b"N": HookReport(False),
        b"H": FlashReport(),
    }
    return [meaning[match[1]]]


def _whozz_call(line: bytes) -> list[ModemEvent] | None:
    match = _WHOZZ_CALL.fullmatch(line)
    if match is None:
        return None
    way, when, sum_holds, month, day, hour, minute, half, number, name = match.groups()
    if sum_holds == b"B":
        return [MessageHeard(line[:LONGEST_RAW], whole=False)]
    if (
        way == b"O" or when == b"E"
    ):  # dialled out; or the record at the end, which repeats the one at the start
        return [FieldHeard(FieldKey.OTHER, line[:LONGEST_RAW], box=True)]
    return _box_fields(month, day, hour, minute, half, number, name)


def _tci(line: bytes) -> list[ModemEvent] | None:
    match = _TCI.fullmatch(line)
    return _box_fields(*match.groups()) if match else None


def _box_fields(
    month: bytes, day: bytes, hour: bytes, minute: bytes, half: bytes, number: bytes, name: bytes | None
) -> list[ModemEvent]:
    of_24 = int(hour) % 12 + (12 if half == b"P" else 0)
    fields = [
        (FieldKey.DATE, month.zfill(2) + day.zfill(2)),
        (FieldKey.TIME, b"%02d" % of_24 + minute),
        (FieldKey.NUMBER, number),
        (FieldKey.NAME, (name or b"").strip()),
    ]
    return [FieldHeard(key, value, box=True) for key, value in fields if value]


_RULES: tuple[Callable[[bytes], list[ModemEvent] | None], ...] = (
    _ring,
    _word,
    _field,
    _value,
    _cadence,
    _colon_field,
    _echo,
    _from_to,
    _netcallerid,
    _whozz_state,
    _whozz_call,
    _tci,
)
