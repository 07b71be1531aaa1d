"""Every shape of a line that a modem or a caller-ID box was seen to print, and the look-alikes that mean nothing."""

from __future__ import annotations

import pytest

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
from device.modem_lines import LONGEST_RAW, read_line
from device.signals import seconds

K = FieldKey


def fields(*pairs: tuple[FieldKey, bytes]) -> list[ModemEvent]:
    return [FieldHeard(key, value) for key, value in pairs]


def said_by_box(*pairs: tuple[FieldKey, bytes]) -> list[ModemEvent]:
    return [FieldHeard(key, value, box=True) for key, value in pairs]


@pytest.mark.parametrize(
    ("line", "detail", "caller"),
    [
        (b"RING", "", None),
        (b"R", "", None),
        (b"RING A", "A", None),
        (b"RING 2", "2", None),
        (b"CID RING", "", None),
        (b"RING;5551234", "5551234", b"5551234"),
        (b"RING;5551234;5559876", "5551234;5559876", b"5551234"),
        (b"RING 5551234", "5551234", b"5551234"),
        (b"RING/5559876", "5559876", None),
        (b"RING: t DN1 from ?", "t DN1 from ?", None),
        (b"RING: t DN1 from 5551234", "t DN1 from 5551234", b"5551234"),
        (b"RING CID: 5551234 DAD: 5559876", "CID: 5551234 DAD: 5559876", b"5551234"),
        (b"RING \xcd\xf5", "\ufffd\ufffd", None),
    ],
)
def test_a_ring(line: bytes, detail: str, caller: bytes | None) -> None:
    assert read_line(line) == [Ring(detail), *(fields((K.NUMBER, caller)) if caller else [])]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"DATE = 0504", fields((K.DATE, b"0504"))),
        (b"DATE=0504", fields((K.DATE, b"0504"))),
        (b"DATE =", fields((K.DATE, b""))),
        (b"TIME= ", fields((K.TIME, b""))),
        (b"NMBR = 4075551212", fields((K.NUMBER, b"4075551212"))),
        (b"NMBR= 4075551212", fields((K.NUMBER, b"4075551212"))),
        (b"NBR=4075551212", fields((K.NUMBER, b"4075551212"))),
        (b"NDID = 4075551212", fields((K.NUMBER, b"4075551212"))),
        (b"DDN_NMBR= 9195550000", fields((K.NUMBER, b"9195550000"))),
        (b"DDN = 9195550000", fields((K.NUMBER, b"9195550000"))),
        (b"CALLBACK NMBR = 9195550000", fields((K.NUMBER, b"9195550000"))),
        (b"NMBR=1=2=3", fields((K.NUMBER, b"1=2=3"))),
        (b"NAME = RING", fields((K.NAME, b"RING"))),
        (b"NAME = A=B", fields((K.NAME, b"A=B"))),
        (b"NAME = SPRINGFIELD MA", fields((K.NAME, b"SPRINGFIELD MA"))),
        (b"NAME = X DATE = 0504 NMBR = 1", fields((K.NAME, b"X DATE = 0504 NMBR = 1"))),
        (b"NAME = \xcd\xf5\xd0\xa1", fields((K.NAME, b"\xcd\xf5\xd0\xa1"))),
        (b"LOOKUP NAME = JOE", fields((K.NAME, b"JOE"))),
        (b"MESG = 080150", fields((K.MESG, b"080150"))),
        (b"NMBR = 4075551212 NAME = JOE", fields((K.NUMBER, b"4075551212"), (K.NAME, b"JOE"))),
        (b"NMBR = 4075551212NAME=O", fields((K.NUMBER, b"4075551212"), (K.NAME, b"O"))),
        (b"DATE = 0504 TIME = 2149", fields((K.DATE, b"0504"), (K.TIME, b"2149"))),
        (b"DATE TIME=05/04 21:49", fields((K.DATE_TIME, b"05/04 21:49"))),
        (b"TIME: 05-04 21:49", fields((K.DATE_TIME, b"05-04 21:49"))),
        (b"CALLER NUMBER: 4075551212", fields((K.NUMBER, b"4075551212"))),
        (b"CALLER'S NUMBER: 4075551212", fields((K.NUMBER, b"4075551212"))),
        (b"CallerID: 4075551212", fields((K.NUMBER, b"4075551212"))),
        (b"CALLER NAME: JOE: X", fields((K.NAME, b"JOE: X"))),
        (b"REASON FOR NO CALLER NUMBER: PRIVATE", fields((K.NO_NUMBER, b"PRIVATE"))),
        (b"REASON FOR NO CALLER NAME: PRIVATE", fields((K.NO_NAME, b"PRIVATE"))),
        (b"REASON NO NAME=P", fields((K.NO_NAME, b"P"))),
        (b"NO MESSAGE REASON=X", fields((K.OTHER, b"X"))),
        (b"QUAL = L", fields((K.OTHER, b"L"))),
        (b"REDIRECT = 5551234", fields((K.OTHER, b"5551234"))),
        (b"FM:4075551212 TO:5559876", fields((K.NUMBER, b"4075551212"))),
        (b"FM:4075551212", fields((K.NUMBER, b"4075551212"))),
    ],
)
def test_a_field_of_caller_id(line: bytes, expected: list[ModemEvent]) -> None:
    assert read_line(line) == expected


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (b"OK", ResultHeard(Result.OK)),
        (b"ERROR", ResultHeard(Result.ERROR)),
        (b"NO CARRIER", ResultHeard(Result.NO_CARRIER)),
        (b"NO DIAL TONE", ResultHeard(Result.NO_DIALTONE)),
        (b"LINE-IN-USE", ResultHeard(Result.LINE_IN_USE)),
        (b"CONNECT 33600/ARQ", ResultHeard(Result.CONNECT)),
        (b"RINGING", ResultHeard(Result.RINGING)),
        (b"FLASH", MarkHeard(BlockMark.REVERSAL)),
        (b"CALLING MSG", MarkHeard(BlockMark.BEGIN)),
        (b"DRON=11", BurstReport(seconds(1.1))),
        (b"DROF=0", SilenceReport(0)),
        (b"48.6", Voltage(48.6)),
        (b"-48.65", Voltage(-48.65)),
        (b"1.4", Voltage(1.4)),
        (b"56000", Digits("56000")),
        (b"0475551234", Digits("0475551234")),
        (b"803030303030", Digits("803030303030")),
        (b"800304015028", MessageHeard(bytes.fromhex("800304015028"))),
        (b"5555800304015028", MessageHeard(bytes.fromhex("800304015028"))),
        (b"80030401502", Digits("80030401502")),
        (b"8003040150FFF", MessageHeard(bytes.fromhex("8003040150FF"), whole=False)),
        (b"+VCID: 0", Reply("+VCID", "0")),
        (b"+GCI: B5", Reply("+GCI", "B5")),
        (b"ATV1", Echo("ATV1")),
        (b"at+vcid=1", Echo("at+vcid=1")),
        (b"A/", Echo("A/")),
    ],
)
def test_words_values_and_echoes(line: bytes, event: ModemEvent) -> None:
    assert read_line(line) == [event]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            b"###DATE03301423...NMBR4075551212...NAMEWIRELESS CALL+++",
            said_by_box(
                (K.DATE, b"0330"), (K.TIME, b"1423"), (K.NUMBER, b"4075551212"), (K.NAME, b"WIRELESS CALL")
            ),
        ),
        (
            b"###DATE03301423...NMBR...NAME-UNKNOWN CALLER-+++",
            said_by_box((K.DATE, b"0330"), (K.TIME, b"1423"), (K.NUMBER, b"UNKNOWN")),
        ),
        (b"###DATE...NMBR...NAME-MSG OFF-+++", said_by_box((K.OTHER, b"MSG OFF"))),
        (
            b"01      9/03      2:25 PM       806-555-1767           WIRELESS CALLER",
            said_by_box(
                (K.DATE, b"0903"),
                (K.TIME, b"1425"),
                (K.NUMBER, b"806-555-1767"),
                (K.NAME, b"WIRELESS CALLER"),
            ),
        ),
        (
            b"02      12/31      12:05 AM       806-555-1767",
            said_by_box((K.DATE, b"1231"), (K.TIME, b"0005"), (K.NUMBER, b"806-555-1767")),
        ),
        (b"01 R             11/07 07:43:52", [Ring(box=True)]),
        (b"01 F             11/07 07:43:58", [HookReport(True)]),
        (b"01 N             11/07 07:48:34", [HookReport(False)]),
        (b"01 H             11/07 07:44:00", [FlashReport()]),
        (
            b"01 I S 0000 G A0 11/07 07:43 PM 770-555-7111   CALLERID.COM",
            said_by_box(
                (K.DATE, b"1107"), (K.TIME, b"1943"), (K.NUMBER, b"770-555-7111"), (K.NAME, b"CALLERID.COM")
            ),
        ),
    ],
)
def test_a_serial_box(line: bytes, expected: list[ModemEvent]) -> None:
    assert read_line(line) == expected


def test_a_box_that_saw_a_bad_checksum_gives_no_number() -> None:
    line = b"01 I S 0000 B A0 11/07 07:43 AM 770-555-7111   CALLERID.COM"
    assert read_line(line) == [MessageHeard(line, whole=False)]


@pytest.mark.parametrize("what", [b"I E 0276 G A1", b"O S 0000 G A0"])
def test_what_a_box_says_at_the_end_or_of_outgoing_calls_names_no_caller(what: bytes) -> None:
    line = b"01 " + what + b" 11/07 07:43 AM 770-555-7111   CALLERID.COM"
    assert read_line(line) == said_by_box((K.OTHER, line))


@pytest.mark.parametrize(
    "line",
    [
        b"DATE",
        b"NMBR",
        b"NAME",
        b"RINGS",
        b"XRING",
        b"SPRING",
        b"ring",
        b"MY NAME = X",
        b"UPDATE = 1",
        b"DRON=",
        b"DROF=99999",
        b"OK.",
        b"CONNECTED",
        b"48.6V",
        b"1234567890123456",
        b"\xff\xfe",
        b"04 12",
        b"###DATE",
        b"01 X             11/07 07:43:52",
    ],
)
def test_look_alikes_mean_nothing(line: bytes) -> None:
    assert read_line(line) == [Unread(line)]


def test_at_most_256_bytes_of_the_unread_are_kept() -> None:
    assert read_line(b"?" * 500) == [Unread(b"?" * LONGEST_RAW)]
