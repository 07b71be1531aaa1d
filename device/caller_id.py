"""Caller-ID fields and messages in, a CallerId or why there is none out. It never raises, and never takes a doubtful number.

Formatted fields (a modem in mode 1) come one by one: `CallerIdBlock.with_field`. Messages (mode 2, raw bursts, a sound
decoder) come whole: `read_message`. Sources: LINE.md 1.2 and 2; GR-30; Rockwell 1048 p.3-36; YDN 069-1997 as told there.

    SDMF  04 LEN  M M D D h h m m  number, or P / O           CK
    MDMF  80 LEN  { parameter LEN content } …                 CK     all bytes, CK included, sum to 0 mod 256
          01 MMDDhhmm · 02 number · 03 dialable number · 04 why no number · 07 name · 08 why no name · others: no use here

What was decided where the sources leave it open:
* A number is kept as sent, without separators (space, - . / and brackets). It is digits with * # and a leading +; an x stands
  for a digit that somebody masked. 885 is a number. Anything else is no number: the field is told as unreadable.
* 0, 00…, and dashes alone stand for "not available" (jcblock, NCID): OUT_OF_AREA. A blank value says nothing at all.
* The first number of a block wins (some networks send a second NMBR = O).
* A name that says P, O, UNKNOWN … is no name; it says nothing about the number either.
* A date that is none (blank, 12541, 2423 for hhmm) is left out; the number stays. 990305 is YYMMDD.
* A message without its checksum byte, right in length otherwise, is taken (Askey 1456VQH p.39 prints them so); its
  structure must hold to the last byte. A wrong checksum or length is `NotRead`, and no number comes from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from device.modem_events import FieldKey
from device.signals import Absence, CallerId


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why there is no caller ID in this. `damaged`: it was one, and is broken; else it is something else."""

    reason: str
    damaged: bool = True


# --- single values ---------------------------------------------------------------------------------------------------

_SEPARATORS = re.compile(r"[\s()./\-]+")
_NUMBER = re.compile(r"\+?[0-9*#xX]{1,32}")
_NOTHING = re.compile(r"0+|-+")
_ABSENCES = {
    Absence.PRIVATE: {
        *("P", "A", "PRIVATE", "PRIVATE CALLER", "PRIVATE NUMBER", "PRIVATE NAME", "ANONYMOUS", "WITHHELD"),
        *("NUMBER WITHHELD", "NAME WITHHELD", "RESTRICTED", "BLOCKED"),
    },
    Absence.OUT_OF_AREA: {
        *(
            "O",
            "OUT OF AREA",
            "OUT-OF-AREA",
            "OUTOFAREA",
            "UNAVAILABLE",
            "NOT AVAILABLE",
            "UNKNOWN",
            "UNKNOWN NAME",
        ),
        *("UNKNOWN CALLER", "UNKNOWN NUMBER", "NUMBER UNAVAILABLE", "NAME UNAVAILABLE"),
    },
}
_ABSENCE_BY_WORD = {word: absence for absence, words in _ABSENCES.items() for word in words}


def read_absence(value: bytes) -> Absence | None:
    """Why there is no number, from a letter or a word; None when it is no such word."""
    return _ABSENCE_BY_WORD.get(_plain(value).upper())


def read_number(value: bytes) -> str | Absence | None:
    """The number as sent, without separators; or why there is none; or None when it is neither (or blank)."""
    text = _plain(value)
    if _NOTHING.fullmatch(text):
        return Absence.OUT_OF_AREA
    bare = _SEPARATORS.sub("", text)
    if _NUMBER.fullmatch(bare) and any(c.isdigit() for c in bare):
        return bare
    return read_absence(value)


def _plain(value: bytes) -> str:
    return value.strip(b" \t-").decode("ascii", "replace") or value.strip().decode("ascii", "replace")


def read_name(value: bytes) -> str | None:
    """The name, or None when it is blank or only says why there is none."""
    name = _decoded(value.strip(b" \t\x00"))
    name = "".join(c if c.isprintable() else " " for c in name).strip()
    return None if not name.strip("-") or read_absence(value) else name


def _decoded(value: bytes) -> str:
    """UTF-8 where it is that, else GB2312 and its supersets, else Latin-1; a character cut in half at the end is dropped.

    UTF-8 first: Chinese in GB2312 is hardly ever valid UTF-8, the reverse is common. An exchange has 15 bytes for a name.
    """
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4 if encoding == "utf-8" else 2):
            kept = value[: len(value) - cut]
            if cut and (kept.isascii() or not value[len(kept)] & 0x80):
                break
            try:
                text = kept.decode(encoding)
            except UnicodeDecodeError:
                continue
            if all(c.isprintable() or c.isascii() for c in text):
                return text
    return value.decode("latin-1")


_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DATE = re.compile(rb"(?:[0-9]{2})?([0-9]{2})([0-9]{2})|([0-9]{1,2})[/-]([0-9]{1,2})")
_TIME = re.compile(rb"([0-9]{2})([0-9]{2})|([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")


def read_date(value: bytes) -> str | None:
    """MMDD, or None when there is no such day in any year."""
    match = _DATE.fullmatch(value.strip())
    if match is None:
        return None
    month, day = int(match[1] or match[3]), int(match[2] or match[4])
    possible = 1 <= month <= 12 and 1 <= day <= _MONTH_LENGTHS[month - 1]
    return f"{month:02d}{day:02d}" if possible else None


def read_time(value: bytes) -> str | None:
    """hhmm, or None when no clock shows that."""
    match = _TIME.fullmatch(value.strip())
    if match is None:
        return None
    hour, minute = int(match[1] or match[3]), int(match[2] or match[4])
    return f"{hour:02d}{minute:02d}" if hour < 24 and minute < 60 else None


# --- formatted fields ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallerIdBlock:
    """The fields of one block heard so far. A value: `with_field` makes the next.

    `unreadable`: the last field taken could not be read; it changed nothing. `keys`: what was there, also without use.
    """

    caller_id: CallerId = field(default_factory=CallerId)
    date: str | None = None
    time: str | None = None
    keys: frozenset[FieldKey] = field(default_factory=frozenset)
    unreadable: bool = False

    @property
    def says_who(self) -> bool:
        """A number, why there is none, or a name is known."""
        known = self.caller_id
        return known.number is not None or known.absence is not None or known.name is not None

    def starts_again_with(self, key: FieldKey) -> bool:
        """Would this field be the first of another block? A date is never sent twice in one."""
        return key in (FieldKey.DATE, FieldKey.DATE_TIME) and key in self.keys

    def with_field(self, key: FieldKey, value: bytes) -> CallerIdBlock:
        """This block and one more field; the first word on each fact stays."""
        block = replace(self, keys=self.keys | {key}, unreadable=False)
        match key:
            case FieldKey.DATE:
                return block._dated(read_date(value), None)
            case FieldKey.TIME:
                return block._dated(None, read_time(value))
            case FieldKey.DATE_TIME:
                date, _, time = value.strip().partition(b" ")
                return block._dated(read_date(date), read_time(time))
            case FieldKey.NUMBER | FieldKey.NO_NUMBER:
                return block._numbered(value, key is FieldKey.NUMBER)
            case FieldKey.NAME:
                return block._knowing(CallerId(name=read_name(value)))
            case FieldKey.MESG:
                return block._message_field(value)
            case _:
                return block

    def _knowing(self, more: CallerId) -> CallerIdBlock:
        return replace(self, caller_id=self.caller_id.merged(more))

    def _dated(self, date: str | None, time: str | None) -> CallerIdBlock:
        block = replace(self, date=self.date or date, time=self.time or time)
        both = block.date + block.time if block.date and block.time else None
        return block._knowing(CallerId(date_time=both))

    def _numbered(self, value: bytes, may_be_number: bool) -> CallerIdBlock:
        said = read_number(value) if may_be_number else read_absence(value)
        if isinstance(said, str):
            return self._knowing(CallerId(number=said))
        return replace(
            self._knowing(CallerId(absence=said)), unreadable=said is None and value.strip() != b""
        )

    def _message_field(self, value: bytes) -> CallerIdBlock:
        """MESG: an MDMF parameter in hex, some modems with a byte behind it: 080150 name private, 110101 a voice call."""
        raw = _from_hex(value.strip())
        if raw is None or len(raw) < 2 or len(raw) - raw[1] not in (2, 3):
            return replace(self, unreadable=True)
        said = _parameter(raw[0], raw[2 : 2 + raw[1]])
        return replace(self, unreadable=True) if said is None else self._knowing(said)


# --- messages --------------------------------------------------------------------------------------------------------

SDMF, MDMF = 0x04, 0x80
MESSAGE_WAITING = (0x06, 0x82)
# The sum of a message that has its checksum, when its length byte reads one more than it was.
ONE_TOO_LONG = 1
SHORTEST_SDMF = 9  # the time and at least one character


def read_message(message: bytes) -> CallerId | NotRead:
    """The caller ID of one SDMF or MDMF message: type, length, body, and the checksum unless the modem left it out."""
    if len(message) < 2:
        return NotRead("no length")
    kind, length = message[0], message[1]
    if kind not in (SDMF, MDMF, *MESSAGE_WAITING):
        return NotRead(f"unknown message type {kind:02X}")
    if len(message) - length not in (2, 3):
        return NotRead(f"length {length} but {len(message) - 2} bytes")
    if sum(message) % 256 if len(message) - length == 3 else sum(message) % 256 == ONE_TOO_LONG:
        return NotRead("checksum")
    if kind in MESSAGE_WAITING:
        return NotRead("message waiting", damaged=False)
    body = message[2 : 2 + length]
    return _single(body) if kind == SDMF else _multiple(body)


def read_hex(text: str) -> CallerId | NotRead:
    """The caller ID of a message printed in hex (+VCID=2)."""
    message = _from_hex(text.encode("ascii", "replace"))
    return NotRead("not hex") if message is None else read_message(message)


def _from_hex(text: bytes) -> bytes | None:
    if len(text) % 2 or not re.fullmatch(rb"[0-9A-Fa-f]+", text):
        return None
    return bytes.fromhex(text.decode("ascii"))


def _single(body: bytes) -> CallerId | NotRead:
    if len(body) < SHORTEST_SDMF:
        return NotRead("too short")
    said = read_number(body[8:])
    if said is None:
        return NotRead("unreadable number")
    date_time = _date_time(body[:8])
    if isinstance(said, Absence):
        return CallerId(absence=said, date_time=date_time)
    return CallerId(number=said, date_time=date_time)


def _multiple(body: bytes) -> CallerId | NotRead:
    known = CallerId()
    dialable = CallerId()
    position = 0
    while position < len(body):
        if len(body) - position < 2 or position + 2 + body[position + 1] > len(body):
            return NotRead("a parameter is longer than the message")
        kind, end = body[position], position + 2 + body[position + 1]
        said = _parameter(kind, body[position + 2 : end])
        if said is None:
            return NotRead(f"unreadable parameter {kind:02X}")
        if kind == 0x03:
            dialable = dialable.merged(said)
        else:
            known = known.merged(said)
        position = end
    return known.merged(dialable)


def _parameter(kind: int, content: bytes) -> CallerId | None:
    """What one MDMF parameter says; nothing (an empty CallerId) where it is of no use here; None when it is unreadable."""
    match kind:
        case 0x01:
            return CallerId(date_time=_date_time(content))
        case 0x02 | 0x03:
            said = read_number(content)
            if said is None and content.strip():
                return None
            return CallerId(absence=said) if not isinstance(said, str) else CallerId(number=said)
        case 0x04:
            absence = read_absence(content)
            return CallerId(absence=absence) if absence else None
        case 0x07:
            return CallerId(name=read_name(content))
        case _:
            return CallerId()


def _date_time(content: bytes) -> str | None:
    date, time = read_date(content[:4]), read_time(content[4:])
    return date + time if date and time else None
