"""Caller-ID blocks as modems in the field print them, each with a number of its own: what a recorder of calls must not lose.

Shapes: LINE.md 1.2 and the transcripts (tests/traces); numbers are replaced by ones that nobody has. STOPPERS are the three lines
that each ended one of the known programs.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.exchange.caller_id_sender import mdmf, unformatted
from device.signals import CallerId

RING = b"\r\nRING\r\n"


@dataclass(frozen=True, slots=True)
class OddBlock:
    """`number` is None where the caller withheld it or the exchange did not know it."""

    what: str
    block: bytes
    number: str | None
    before_ring: bool = False


def _lines(*lines: str | bytes) -> bytes:
    return b"\r\n" + b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines)


def number(place: int) -> str:
    return f"1540071{place:04}"


def _numbered(place: int, what: str, *lines: str | bytes, before_ring: bool = False) -> OddBlock:
    return OddBlock(what, _lines(*(_filled(line, place) for line in lines)), number(place), before_ring)


def _filled(line: str | bytes, place: int) -> str | bytes:
    return line.replace("N#", number(place)) if isinstance(line, str) else line


NAME_GB2312 = b"NAME = " + "山西泽州".encode("gb2312")

ODD_BLOCKS: tuple[OddBlock, ...] = (
    _numbered(1, "name padded to 15", "DATE = 0103", "TIME = 1320", "NMBR = N#", "NAME = Cell Phone   MA"),
    _numbered(2, "no spaces", "DATE=1205", "TIME=1343", "NMBR=N#", "NAME=Cell Phone    NH"),
    _numbered(3, "number first", "NMBR = N#", "NAME = LI LEI", "DATE = 1123", "TIME = 1940"),
    _numbered(4, "number and name alone", "NMBR = N#", "NAME = LI LEI"),
    _numbered(5, "no name", "DATE = 1123", "TIME = 1940", "NMBR = N#"),
    _numbered(6, "number alone", "NMBR = N#"),
    _numbered(7, "date and time empty", "DATE =", "TIME=", "NAME = NO DATE", "NMBR = N#"),
    _numbered(8, "time of five digits", "DATE = 1123", "TIME = 12541", "NMBR = N#", "NAME = LI LEI"),
    _numbered(9, "time 24:23", "DATE = 1123", "TIME = 2423", "NMBR = N#", "NAME = LI LEI"),
    _numbered(10, "date with year", "DATE = 990305", "TIME = 1940", "NMBR = N#", "NAME = LI LEI"),
    OddBlock("withheld", _lines("DATE = 0421", "TIME = 0934", "NMBR = P", "NAME = P"), None),
    OddBlock("out of area", _lines("DATE = 0421", "TIME = 0934", "NMBR = O", "NAME = O"), None),
    OddBlock(
        "withheld, MESG, before RING",
        _lines("MESG = 110101", "DATE = 0421", "TIME = 0934", "NMBR = P", "NAME = WITHHELD"),
        None,
        before_ring=True,
    ),
    _numbered(14, "DDN_NMBR, name O", "DATE = 1124", "TIME = 1806", "NAME = O", "DDN_NMBR= N#"),
    _numbered(15, "number, then O", "DATE = 1123", "TIME = 1940", "NMBR = N#", "NMBR = O", "NAME = LI LEI"),
    _numbered(16, "name with =", "DATE = 1123", "TIME = 1940", "NMBR = N#", "NAME = A=B CO"),
    _numbered(17, "name in GB2312", "DATE = 1123", "TIME = 1940", "NMBR = N#", NAME_GB2312),
    _numbered(18, "name holds RING", "DATE = 1123", "TIME = 1940", "NMBR = N#", "NAME = RING SHOP"),
    OddBlock("MDMF in hex", unformatted(mdmf(CallerId(number(19), "LI LEI", date_time="11231940"))), number(19)),
    _numbered(20, "CALLER NUMBER:", "CALLER NUMBER: N#", "CALLER NAME: LI LEI"),
    _numbered(21, "before RING", "DATE = 1123", "TIME = 1940", "NMBR = N#", "NAME = LI LEI", before_ring=True),
)  # fmt: skip

STOPPERS: tuple[bytes, ...] = (_lines("DATE"), _lines("NMBR"), _lines("NMBR=1=2=3"))

GOOD_BLOCK = b"\r\nDATE = 1123\r\nTIME = 1940\r\nNMBR = %b\r\nNAME = LI LEI\r\n"
