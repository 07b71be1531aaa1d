"""Caller ID as modems print it: the shapes seen in the field, and messages whose sum holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.exchange.caller_id_sender import LONGEST_NAME, Dialect, formatted, mdmf, sdmf, unformatted
from device.signals import Absence, CallerId

FULL = CallerId("4075551212", "JOHN DOE", date_time="05042149")
PRIVATE = CallerId(absence=Absence.PRIVATE, date_time="05042149")
AWAY = CallerId(absence=Absence.OUT_OF_AREA)
NOTHING = CallerId()


@pytest.mark.parametrize(
    ("dialect", "caller_id", "block"),
    [
        (
            Dialect.CONEXANT,
            FULL,
            "\r\nDATE = 0504\r\nTIME = 2149\r\nNMBR = 4075551212\r\nNAME = JOHN DOE\r\n",
        ),
        (Dialect.CONEXANT, PRIVATE, "\r\nDATE = 0504\r\nTIME = 2149\r\nNMBR = P\r\n"),
        (Dialect.CONEXANT, AWAY, "\r\nNMBR = O\r\n"),
        (Dialect.CONEXANT, NOTHING, ""),
        (Dialect.NO_SPACES, FULL, "\r\nDATE=0504\r\nTIME=2149\r\nNMBR=4075551212\r\nNAME=JOHN DOE\r\n"),
        (Dialect.DDN, PRIVATE, "\r\nDATE = 0504\r\nTIME = 2149\r\nNAME = O\r\nDDN_NMBR= P\r\n"),
        (Dialect.UK, PRIVATE, "MESG = 110101\nDATE = 0504\nTIME = 2149\nNMBR = P\nNAME = WITHHELD\n"),
        (Dialect.UK, FULL, "MESG = 110101\nDATE = 0504\nTIME = 2149\nNMBR = 4075551212\nNAME = JOHN DOE\n"),
        (Dialect.BLANK_DATE, FULL, "\r\nDATE =\r\nTIME=\r\nNAME = JOHN DOE\r\nNMBR = 4075551212\r\n"),
        (Dialect.TIME_OF_DAY, FULL, "\r\nDATE TIME=05/04 21:49\r\nNBR=4075551212\r\nNAME=JOHN DOE\r\n"),
        (Dialect.TIME_OF_DAY, AWAY, "\r\nNBR=O\r\n"),
        (
            Dialect.CALLER_NUMBER,
            FULL,
            "\r\nTIME: 05-04 21:49\r\nCALLER NUMBER: 4075551212\r\nCALLER NAME: JOHN DOE\r\n",
        ),
        (Dialect.CALLER_NUMBER, AWAY, "\r\nREASON FOR NO CALLER NUMBER: OUT OF AREA\r\n"),
        (Dialect.CALLER_NUMBER, NOTHING, ""),
        (Dialect.MISTER, FULL, "\r\nFM:4075551212 TO:\r\n"),
        (Dialect.MISTER, NOTHING, ""),
        (Dialect.CALLER_ID_COLON, FULL, "\r\nCallerID: 4075551212\r\n"),
        (Dialect.BARE, FULL, "\r\n4075551212\r\n"),
        (Dialect.BARE, PRIVATE, ""),
        (
            Dialect.PADDED,
            FULL,
            "\r\nDATE = 0504\r\nTIME = 2149\r\nNMBR = 4075551212\r\nNAME = JOHN DOE       \r\n",
        ),
        (Dialect.PADDED, AWAY, "\r\nNMBR = O\r\n"),
    ],
)
def test_the_block_of_each_dialect(dialect: Dialect, caller_id: CallerId, block: str) -> None:
    assert formatted(caller_id, dialect) == block.encode("ascii")


@pytest.mark.parametrize(
    ("message", "vector"),
    [
        (sdmf(CallerId("4075550000", date_time="05111852")), "041230353131313835323430373535353030303059"),
        (
            mdmf(CallerId("4075550000", "JOHN DOE", date_time="05111852")),
            "802001083035313131383532020A3430373535353030303007084A4F484E20444F4584",
        ),
        (
            mdmf(CallerId("2156430144", date_time="03171656")),
            "801601083033313731363536020A32313536343330313434BA",
        ),
        (sdmf(CallerId(absence=Absence.PRIVATE, date_time="12251530")), "040931323235313533305010"),
    ],
)
def test_the_known_good_vectors(message: bytes, vector: str) -> None:
    """LINE.md 1.2: NCID's and a Chinese blog's, all of which sum to 0."""
    assert unformatted(message).decode("ascii").split() == [vector]


CALLER_IDS = st.builds(
    CallerId,
    number=st.one_of(st.none(), st.text("0123456789*#", max_size=24)),
    name=st.one_of(st.none(), st.text(max_size=20)),
    absence=st.one_of(st.none(), st.sampled_from(Absence)),
    date_time=st.one_of(st.none(), st.from_regex(r"\A[01]\d[0-3]\d[0-2]\d[0-5]\d\Z")),
)


@given(CALLER_IDS)
def test_every_message_sums_to_nothing_unless_it_is_damaged(caller_id: CallerId) -> None:
    for make in (sdmf, mdmf):
        message = make(caller_id)
        assert sum(message) % 256 == 0
        assert message[1] == len(message) - 3
        damaged = make(caller_id, damaged=True)
        assert len(damaged) == len(message)
        assert sum(damaged) % 256 != 0


@given(CALLER_IDS, st.sampled_from(Dialect))
def test_no_block_breaks_its_lines(caller_id: CallerId, dialect: Dialect) -> None:
    """A name with a line end in it would make two lines of one."""
    block = formatted(caller_id, dialect)
    lines = block.replace(b"\r\n", b"\n").strip(b"\n").split(b"\n")
    assert all(b"\r" not in line for line in lines)
    assert len(lines) <= 5


@given(st.text(max_size=40))
def test_a_name_is_never_cut_within_a_character(name: str) -> None:
    message = mdmf(CallerId("15400000001", name))
    if b"\x07" in message[14:]:
        length = message[message.index(b"\x07", 14) + 1]
        assert length <= LONGEST_NAME
