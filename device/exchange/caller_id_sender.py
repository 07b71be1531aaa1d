"""Caller ID in, the bytes by which the many kinds of modem print it out: formatted lines in every dialect, SDMF and MDMF hex.

Pure. The counterpart of `device.caller_id`: what is sent here must be heard there. It never leaves out a number it was given.

Message layouts (Bellcore GR-30; YDN 069-1997 as told by LINE.md 2):

    SDMF  04 LEN  M M D D h h m m  number, or P / O                             CK
    MDMF  80 LEN  01 08 MMDDhhmm  02 n number | 04 01 P/O  07 n name | 08 01 P/O   CK      CK: all bytes sum to 0 mod 256
"""

from __future__ import annotations

from enum import Enum

from device.signals import Absence, CallerId

CRLF = b"\r\n"
NAME_ENCODING = "gb18030"  # names come as GB2312 bytes where an exchange sends them (LINE.md 2); gb18030 writes those alike
LONGEST_NUMBER = 20  # digits; GR-30 allows 20 in a number parameter
LONGEST_NAME = 15  # characters on the wire; GR-30 allows 15 in a name parameter
LETTERS = {Absence.PRIVATE: "P", Absence.OUT_OF_AREA: "O"}


class Dialect(Enum):
    """How a modem prints caller ID when asked for the formatted form; each was seen in the field (LINE.md 1.2)."""

    CONEXANT = "conexant"  # DATE = 0504
    NO_SPACES = "no_spaces"  # TRENDnet TFM-560X: DATE=0504
    DDN = "ddn"  # Conexant behind an ATA: NAME before DDN_NMBR= 919…
    UK = "uk"  # MESG = 110101 first, line feeds only
    BLANK_DATE = "blank_date"  # NetTalk: DATE = and TIME= with nothing behind
    TIME_OF_DAY = "time_of_day"  # Black Box: DATE TIME=05/04 21:49
    CALLER_NUMBER = "caller_number"  # US Robotics Courier: CALLER NUMBER: …
    MISTER = "mister"  # FM:4075551212 TO:
    CALLER_ID_COLON = "caller_id_colon"  # CallerID: …
    BARE = "bare"  # ELINK 301: the digits alone
    PADDED = "padded"  # Rockwell: the name filled up to 15 places


def formatted(caller_id: CallerId, dialect: Dialect = Dialect.CONEXANT) -> bytes:
    """The block a modem prints in mode 1, with the line ends it uses; empty when the message holds nothing at all."""
    fields = _FIELDS[dialect](caller_id)
    if not fields:
        return b""
    if dialect is Dialect.UK:
        return b"".join(field + b"\n" for field in fields)
    return CRLF + b"".join(field + CRLF for field in fields)


def sdmf(caller_id: CallerId, *, damaged: bool = False) -> bytes:
    """The whole single-data message, checksum included. A name has no place in it."""
    said = _digits(caller_id) or _letter(caller_id)
    return _message(0x04, _date_time(caller_id) + said.encode("ascii"), damaged)


def mdmf(caller_id: CallerId, *, damaged: bool = False) -> bytes:
    """The whole multiple-data message, checksum included."""
    body = _parameter(0x01, _date_time(caller_id))
    number = _digits(caller_id)
    if number:
        body += _parameter(0x02, number.encode("ascii"))
    elif caller_id.absence is not None:
        body += _parameter(0x04, _letter(caller_id).encode("ascii"))
    name = name_bytes(caller_id)
    if name:
        body += _parameter(0x07, name)
    elif caller_id.absence is not None:
        body += _parameter(0x08, _letter(caller_id).encode("ascii"))
    return _message(0x80, body, damaged)


def unformatted(message: bytes) -> bytes:
    """What mode 2 prints of a message: upper-case hex, no spaces (Rockwell 1048 p.3-36)."""
    return CRLF + message.hex().upper().encode("ascii") + CRLF


def name_bytes(caller_id: CallerId) -> bytes:
    """The name as the exchange sends it: GB2312 bytes, cut to what fits, no character halved, none that controls."""
    name = "".join(sign for sign in caller_id.name or "" if sign >= " " and sign != "\x7f")
    while len(name.encode(NAME_ENCODING, "replace")) > LONGEST_NAME:
        name = name[:-1]
    return name.encode(NAME_ENCODING, "replace")


def _digits(caller_id: CallerId) -> str:
    return "".join(sign for sign in caller_id.number or "" if sign in "0123456789*#+ABCD")[:LONGEST_NUMBER]


def _letter(caller_id: CallerId) -> str:
    return "" if caller_id.absence is None else LETTERS[caller_id.absence]


def _date_time(caller_id: CallerId) -> bytes:
    return (caller_id.date_time or "00000000").encode("ascii", "replace")[:8].rjust(8, b"0")


def _parameter(kind: int, content: bytes) -> bytes:
    return bytes((kind, len(content))) + content


def _message(kind: int, body: bytes, damaged: bool) -> bytes:
    whole = _parameter(kind, body)
    whole += bytes((-sum(whole) % 256,))
    return whole if not damaged else _flipped(whole)


def _flipped(message: bytes) -> bytes:
    """One bit wrong in the middle, as noise leaves it: a digit reads as another, only the checksum tells."""
    middle = len(message) - 2
    return message[:middle] + bytes((message[middle] ^ 0x01,)) + message[middle + 1 :]


# ---- formatted lines -------------------------------------------------------------------------------------------------


def _number_or_letter(caller_id: CallerId) -> bytes:
    return (_digits(caller_id) or _letter(caller_id)).encode("ascii")


def _present(*fields: tuple[bytes, bytes]) -> list[bytes]:
    return [key + value for key, value in fields if value]


def _stamp(caller_id: CallerId) -> tuple[bytes, bytes]:
    """DATE and TIME as printed, empty when the message had none."""
    if caller_id.date_time is None:
        return b"", b""
    stamp = _date_time(caller_id)
    return stamp[:4], stamp[4:]


def _conexant(caller_id: CallerId, equals: bytes = b" = ") -> list[bytes]:
    date, time = _stamp(caller_id)
    return _present(
        (b"DATE" + equals, date),
        (b"TIME" + equals, time),
        (b"NMBR" + equals, _number_or_letter(caller_id)),
        (b"NAME" + equals, name_bytes(caller_id)),
    )


def _no_spaces(caller_id: CallerId) -> list[bytes]:
    return _conexant(caller_id, b"=")


def _ddn(caller_id: CallerId) -> list[bytes]:
    date, time = _stamp(caller_id)
    return _present(
        (b"DATE = ", date),
        (b"TIME = ", time),
        (b"NAME = ", name_bytes(caller_id) or b"O"),
        (b"DDN_NMBR= ", _number_or_letter(caller_id)),
    )


def _uk(caller_id: CallerId) -> list[bytes]:
    name = name_bytes(caller_id) or (b"WITHHELD" if caller_id.absence is Absence.PRIVATE else b"")
    date, time = _stamp(caller_id)
    return [
        b"MESG = 110101",
        *_present(
            (b"DATE = ", date),
            (b"TIME = ", time),
            (b"NMBR = ", _number_or_letter(caller_id)),
            (b"NAME = ", name),
        ),
    ]


def _blank_date(caller_id: CallerId) -> list[bytes]:
    fields = _present((b"NAME = ", name_bytes(caller_id)), (b"NMBR = ", _number_or_letter(caller_id)))
    return [b"DATE =", b"TIME=", *fields]


def _time_of_day(caller_id: CallerId) -> list[bytes]:
    stamp = _date_time(caller_id)
    when = b"%b/%b %b:%b" % (stamp[:2], stamp[2:4], stamp[4:6], stamp[6:])
    return _present(
        (b"DATE TIME=", when if caller_id.date_time else b""),
        (b"NBR=", _number_or_letter(caller_id)),
        (b"NAME=", name_bytes(caller_id)),
    )


def _caller_number(caller_id: CallerId) -> list[bytes]:
    number = _digits(caller_id).encode("ascii")
    reason = b"" if number else _reason(caller_id)
    stamp = _date_time(caller_id)
    when = b"%b-%b %b:%b" % (stamp[:2], stamp[2:4], stamp[4:6], stamp[6:])
    return _present(
        (b"TIME: ", when if caller_id.date_time else b""),
        (b"CALLER NUMBER: ", number),
        (b"REASON FOR NO CALLER NUMBER: ", reason),
        (b"CALLER NAME: ", name_bytes(caller_id)),
    )


def _reason(caller_id: CallerId) -> bytes:
    return b"" if caller_id.absence is None else {"P": b"PRIVATE", "O": b"OUT OF AREA"}[_letter(caller_id)]


def _mister(caller_id: CallerId) -> list[bytes]:
    said = _number_or_letter(caller_id)
    return [b"FM:" + said + b" TO:"] if said else []


def _caller_id_colon(caller_id: CallerId) -> list[bytes]:
    return _present((b"CallerID: ", _number_or_letter(caller_id)))


def _bare(caller_id: CallerId) -> list[bytes]:
    return _present((b"", _digits(caller_id).encode("ascii")))


def _padded(caller_id: CallerId) -> list[bytes]:
    name = name_bytes(caller_id)
    fields = _conexant(caller_id)
    return [*fields[:-1], b"NAME = " + name.ljust(LONGEST_NAME)] if name else fields


_FIELDS = {
    Dialect.CONEXANT: _conexant,
    Dialect.NO_SPACES: _no_spaces,
    Dialect.DDN: _ddn,
    Dialect.UK: _uk,
    Dialect.BLANK_DATE: _blank_date,
    Dialect.TIME_OF_DAY: _time_of_day,
    Dialect.CALLER_NUMBER: _caller_number,
    Dialect.MISTER: _mister,
    Dialect.CALLER_ID_COLON: _caller_id_colon,
    Dialect.BARE: _bare,
    Dialect.PADDED: _padded,
}
