"""Bytes of a modem (or a serial caller-ID box) in, in any pieces; modem events out. It sends nothing and knows no time.

`ModemReader.receive(data)` gives the events that those bytes complete, in order. What a line says is `modem_lines`' matter.

Rule 1: any split of the bytes gives the same events. A line is complete at its CR or LF; blank lines are nothing.
Rule 2: it never raises and never stays deaf: what no rule reads is `Unread` (256 bytes of it at most), an endless line is
        given up at LONGEST_LINE and the next one is read; a message of raw bytes ends at a word as well as by length.
Rule 3: it does not judge. Whether 56000 is a product code or a caller, and when a caller-ID block is over, is decided by
        who knows what was asked and when (modem_dialogue).
Rule 4: a RING that a modem puts into the middle of a short answer, without a line end before it, is taken out of it, and the
        answer goes on behind it (LINE.md 1.5).

What the bytes can be, at any place: NUL (dropped), DLE and one character (a voice-mode code, also inside a line), or text.
After the word CIDM (Silicon Labs AN93, +VCID=2) come the characters of the message as they were received: see `_take_raw`.
"""

from __future__ import annotations

import re

from device.modem_events import BlockMark, Code, MarkHeard, MessageHeard, ModemEvent, Ring, Unread
from device.modem_lines import LONGEST_RAW, read_line

LONGEST_LINE = 600  # bytes; the longest good line is a whole MDMF message in hex, 2 x 258 characters

_SPECIAL = re.compile(rb"[\r\n\x10]")
# The beginning of a reading (48.6, D000) or of OK, and the word RING.
_CUT_BY_RING = re.compile(rb"([+-]?[0-9]{1,3}(?:\.[0-9]{0,2})?|[0-9A-Fa-f]{1,4}|OK?)RING")
_CODES = frozenset(b"0123456789*#ABCDRrbdhHPplLsqceoauX.!/~\x03\x04\x10")
_MESSAGE_TYPES = frozenset((0x04, 0x06, 0x80, 0x82))
_BEFORE_MESSAGE = frozenset(b"\r\nU\x00\xff")  # line end of the word CIDM, channel seizure, mark
# What no message holds: the burst broke off, and this came after it. (A name may hold RING, and \n is a length of ten.)
_AFTER_RAW = re.compile(rb"NO CARRIER\r|[\r\n](?:RING|OK|ERROR)[\r\n]|[\r\n](?:DATE|TIME|NMBR|NAME|MESG) ?=")
# The beginning of such a word at the end of what a wrong length counted as message: it is read once more, as text.
_WORDS = (b"NO CARRIER", b"RING", b"OK", b"ERROR", b"DATE =", b"TIME =", b"NMBR =", b"NAME =", b"MESG =")
_BEGUN = re.compile(
    rb"[\r\n]{1,2}(?:"
    + b"|".join({word[:length] for word in _WORDS for length in range(1, len(word) + 1)})
    + rb")?\Z"
)


class ModemReader:
    """Cuts bytes into lines, codes and raw messages and reads them. One for each opening of a port."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._given_up = False  # the line is too long, its rest is dropped
        self._after_dle = False
        self._raw: bytearray | None = None  # since the word CIDM

    @property
    def in_midst(self) -> bool:
        """Something has begun and is not complete: a line, a code, a message."""
        return bool(self._line) or self._after_dle or self._raw is not None

    def break_off(self) -> list[ModemEvent]:
        """What has begun will not be completed: it is read as nothing, so that what comes next does not make half a number of it."""
        events: list[ModemEvent] = []
        if self._raw:
            events.append(MessageHeard(bytes(self._raw[:LONGEST_RAW]), whole=False))
        if self._line:
            events.append(Unread(bytes(self._line[:LONGEST_RAW])))
        self._line.clear()
        self._given_up, self._after_dle, self._raw = False, False, None
        return events

    def receive(self, data: bytes) -> list[ModemEvent]:
        """The events these bytes complete."""
        events: list[ModemEvent] = []
        position = 0
        while position < len(data):
            if self._raw is not None:
                position = self._take_raw(data, position, events)
            elif self._after_dle:
                position = self._take_code(data, position, events)
            else:
                position = self._take_text(data, position, events)
        return events

    def _take_text(self, data: bytes, position: int, events: list[ModemEvent]) -> int:
        """Up to and with the next line end or DLE."""
        special = _SPECIAL.search(data, position)
        end = special.start() if special else len(data)
        self._append(data[position:end], events)
        if special is None:
            return end
        if special[0] == b"\x10":
            self._after_dle = True
        else:
            self._end_line(events)
        return end + 1

    def _append(self, text: bytes, events: list[ModemEvent]) -> None:
        if self._given_up or not text:
            return
        self._line += text.replace(b"\x00", b"")
        if len(self._line) > LONGEST_LINE:
            events.append(Unread(bytes(self._line[:LONGEST_RAW])))
            self._line.clear()
            self._given_up = True

    def _end_line(self, events: list[ModemEvent]) -> None:
        line = bytes(self._line).strip(b" \t")
        self._line.clear()
        self._given_up = False
        cut = _CUT_BY_RING.fullmatch(line)
        if cut:
            events.append(Ring())
            self._line += cut[1]
            return
        if not line:
            return
        said = read_line(line)
        events += said
        if said == [MarkHeard(BlockMark.MESSAGE)]:
            self._raw = bytearray()

    def _take_code(self, data: bytes, position: int, events: list[ModemEvent]) -> int:
        self._after_dle = False
        byte = data[position]
        if byte in b"\r\n\x00":
            return position  # a stray DLE: the line end counts
        if byte in _CODES:
            events.append(Code(chr(byte)))
        else:
            events.append(Unread(bytes((0x10, byte))))
        return position + 1

    def _take_raw(self, data: bytes, position: int, events: list[ModemEvent]) -> int:
        """One byte of a message in the raw: type, length, so many bytes, checksum. Words that follow it end it too."""
        raw = self._raw if self._raw is not None else bytearray()
        byte = data[position]
        if not raw and byte not in _MESSAGE_TYPES:
            if byte not in _BEFORE_MESSAGE:
                self._raw = None  # no message: text, to be read as such
                return position
            return position + 1
        raw.append(byte)
        after = _AFTER_RAW.search(raw)
        if after:
            events.append(MessageHeard(bytes(raw[: after.start()]).rstrip(b"\r\n"), whole=False))
            self._raw = None
        elif len(raw) > 2 and len(raw) == raw[1] + 3:
            events.append(MessageHeard(bytes(raw)))
            after = _BEGUN.search(raw)
            self._raw = None
        if after:
            events += self.receive(bytes(raw[after.start() :]))
        return position + 1
