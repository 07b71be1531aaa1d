"""Caller-ID fields and messages: every oddity seen in the field, and no number from anything that is damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.caller_id import (
    CallerIdBlock,
    NotRead,
    read_absence,
    read_date,
    read_hex,
    read_message,
    read_name,
    read_number,
    read_time,
)
from device.modem_events import FieldKey
from device.signals import Absence, CallerId

K = FieldKey
PRIVATE, AWAY = Absence.PRIVATE, Absence.OUT_OF_AREA


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"4075551212", "4075551212"),
        (b"885", "885"),
        (b"5", "5"),
        (b"+86 154 0000 0001", "+8615400000001"),
        (b"806-555-1767", "8065551767"),
        (b"(806) 555.1767", "8065551767"),
        (b"*67#", "*67#"),
        (b"04xxxxxxx7", "04xxxxxxx7"),
        (b"P", PRIVATE),
        (b"A", PRIVATE),
        (b"Restricted", PRIVATE),
        (b"WITHHELD", PRIVATE),
        (b"O", AWAY),
        (b"Unavailable", AWAY),
        (b"-UNKNOWN CALLER-", AWAY),
        (b"0", AWAY),
        (b"0000000000", AWAY),
        (b"-", AWAY),
        (b"----------", AWAY),
        (b"", None),
        (b"  ", None),
        (b"1=2=3", None),
        (b"NO TIME", None),
        (b"xxx", None),
        (b"9" * 33, None),
        (b"\xff\xb2", None),
        (b"+", None),
    ],
)
def test_a_number_is_kept_as_sent_without_separators(value: bytes, number: str | Absence | None) -> None:
    assert read_number(value) == number


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"Cell Phone   MA", "Cell Phone   MA"),
        (b"JOHN DOE      ", "JOHN DOE"),
        (b"RING =", "RING ="),
        ("王小燕".encode("gb2312"), "王小燕"),
        ("王小燕".encode("gbk")[:-1], "王小"),
        ("王小燕".encode(), "王小燕"),
        ("王小燕".encode()[:-1], "王小"),
        ("王小燕".encode()[:-2], "王小"),
        ("André".encode("latin-1"), "André"),
        (b"A\x01B", "A B"),
        (b"\xff\xff\xff", "ÿÿÿ"),
        (b"\x81", "\x81".replace("\x81", "")),
        (b"O", None),
        (b"WITHHELD", None),
        (b"Unknown", None),
        (b"--", None),
        (b"", None),
    ],
)
def test_a_name_in_any_encoding(value: bytes, name: str | None) -> None:
    assert read_name(value) == (name or None)


def test_dates_and_times_that_are_none_are_left_out() -> None:
    dates = {b"0504": "0504", b"990305": "0305", b"5/4": "0504", b"05-04": "0504", b"0229": "0229"}
    none = (b"", b"1301", b"0230", b"0431", b"0000", b"0500", b"12541", b"99", b"ab", b"5/4/20")
    assert {value: read_date(value) for value in dates} == dates
    assert [read_date(value) for value in none] == [None] * len(none)
    times = {b"2149": "2149", b"0000": "0000", b"21:49": "2149", b"9:05": "0905", b"21:49:10": "2149"}
    assert {value: read_time(value) for value in times} == times
    assert [read_time(value) for value in (b"", b"2423", b"12541", b"1260", b"9", b"x")] == [None] * 6


def test_absence_words() -> None:
    assert read_absence(b"private") is PRIVATE
    assert read_absence(b"Out of Area") is AWAY
    assert read_absence(b"4075551212") is None


# --- formatted fields ------------------------------------------------------------------------------------------------


def block(*fields: tuple[FieldKey, bytes]) -> CallerIdBlock:
    built = CallerIdBlock()
    for key, value in fields:
        built = built.with_field(key, value)
    return built


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            [(K.DATE, b"0504"), (K.TIME, b"2149"), (K.NUMBER, b"4075551212"), (K.NAME, b"JOE")],
            CallerId("4075551212", "JOE", None, "05042149"),
        ),
        (
            [(K.NAME, b"JOE"), (K.NUMBER, b"4075551212"), (K.TIME, b"2149"), (K.DATE, b"0504")],
            CallerId("4075551212", "JOE", None, "05042149"),
        ),
        ([(K.DATE, b""), (K.TIME, b"2423"), (K.NUMBER, b"885"), (K.NAME, b"O")], CallerId("885")),
        ([(K.DATE_TIME, b"05/04 21:49"), (K.NUMBER, b"885")], CallerId("885", date_time="05042149")),
        ([(K.DATE_TIME, b"05-04"), (K.NUMBER, b"885")], CallerId("885")),
        ([(K.NUMBER, b"4075551212"), (K.NUMBER, b"O")], CallerId("4075551212")),
        ([(K.NUMBER, b"O"), (K.NUMBER, b"4075551212")], CallerId("4075551212")),
        ([(K.NUMBER, b"P"), (K.NAME, b"WITHHELD")], CallerId(absence=PRIVATE)),
        ([(K.NUMBER, b"0"), (K.NAME, b"Unknown")], CallerId(absence=AWAY)),
        ([(K.NO_NUMBER, b"PRIVATE"), (K.NO_NAME, b"PRIVATE")], CallerId(absence=PRIVATE)),
        ([(K.NUMBER, b""), (K.NAME, b"P")], CallerId()),
        ([(K.NAME, b"RING=DATE")], CallerId(name="RING=DATE")),
        ([(K.MESG, b"080150")], CallerId()),
        ([(K.MESG, b"110101"), (K.NUMBER, b"P")], CallerId(absence=PRIVATE)),
        ([(K.MESG, b"0307383835353535" + b"35")], CallerId("8855555")),
        ([(K.MESG, b"030738383535353535AB")], CallerId("8855555")),
        ([(K.MESG, b"04014F")], CallerId(absence=AWAY)),
        ([(K.OTHER, b"L"), (K.NUMBER, b"885")], CallerId("885")),
    ],
)
def test_a_block_of_fields(fields: list[tuple[FieldKey, bytes]], expected: CallerId) -> None:
    assert block(*fields).caller_id == expected


def test_a_block_says_who_as_soon_as_anything_is_known() -> None:
    assert not block((K.DATE, b"0504"), (K.TIME, b"2149")).says_who
    assert not block((K.NUMBER, b"")).says_who
    for field in [(K.NUMBER, b"885"), (K.NUMBER, b"P"), (K.NAME, b"JOE")]:
        assert block(field).says_who


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (K.NUMBER, b"1=2=3"),
        (K.NUMBER, b"NO TIME"),
        (K.NO_NUMBER, b"BECAUSE"),
        (K.MESG, b"06034242431"),
        (K.MESG, b"0101"),
        (K.MESG, b"0402"),
        (K.MESG, b"0401FF"),
        (K.MESG, b"0207" + b"3D" * 7),
        (K.MESG, b"zz"),
        (K.MESG, b""),
    ],
)
def test_an_unreadable_field_is_told_and_changes_nothing(key: FieldKey, value: bytes) -> None:
    before = block((K.DATE, b"0504"), (K.NAME, b"JOE"))
    after = before.with_field(key, value)
    assert after.unreadable
    assert after.caller_id == before.caller_id
    assert not after.with_field(K.NAME, b"X").unreadable


def test_a_second_date_begins_another_block() -> None:
    built = block((K.DATE, b"0504"), (K.TIME, b"2149"), (K.NUMBER, b"885"))
    assert built.starts_again_with(K.DATE)
    assert not built.starts_again_with(K.NUMBER)
    assert not built.starts_again_with(K.NAME)
    assert not block((K.NUMBER, b"885")).starts_again_with(K.DATE)


# --- messages --------------------------------------------------------------------------------------------------------

GOOD = {
    "041230353131313835323430373535353030303059": CallerId("4075550000", date_time="05111852"),
    "802001083035313131383532020A3430373535353030303007084A4F484E20444F4584": CallerId(
        "4075550000", "JOHN DOE", date_time="05111852"
    ),
    "801601083033313731363536020A32313536343330313434BA": CallerId("2156430144", date_time="03171656"),
    "040931323235313533305010": CallerId(absence=PRIVATE, date_time="12251530"),
    "802101083131323831353433020A3630363232343133353907094A6F6520536D69746858": CallerId(
        "6062241359", "Joe Smith", date_time="11281543"
    ),
}


@pytest.mark.parametrize(("text", "expected"), GOOD.items(), ids=list(range(len(GOOD))))
def test_known_good_messages(text: str, expected: CallerId) -> None:
    assert read_hex(text) == expected
    assert read_hex(text.lower()) == expected


@pytest.mark.parametrize("text", GOOD)
def test_one_wrong_bit_anywhere_gives_no_number(text: str) -> None:
    good = bytes.fromhex(text)
    for position in range(len(good)):
        for bit in range(8):
            damaged = bytearray(good)
            damaged[position] ^= 1 << bit
            said = read_message(bytes(damaged))
            assert isinstance(said, NotRead), (position, bit)


@pytest.mark.parametrize("text", GOOD)
def test_a_message_cut_short_gives_no_number_but_for_the_missing_checksum(text: str) -> None:
    good = bytes.fromhex(text)
    for length in range(len(good) - 1):
        assert isinstance(read_message(good[:length]), NotRead)
    assert read_message(good[:-1]) == GOOD[text]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        # Printed in manuals and tests, and wrong: 3Com (length), minimodem's own test and eet-china (checksum).
        ("801E01083035313131383532020A3430373535353030303007084A4F484E20444F4522", "length 30 but 33 bytes"),
        ("802101083131323831353433020A3630363232343133353907094A6F6520536D6974687D", "checksum"),
        ("0412303331373136353632313536343330313434BA", "checksum"),
        ("", "not hex"),
        ("0", "not hex"),
        ("8G", "not hex"),
        ("80", "no length"),
        ("7F0181", "unknown message type 7F"),
        ("0404303132330A", "checksum"),
        ("040430313233", "too short"),
        ("040930353131313835323D", "unreadable number"),
        ("80020208", "a parameter is longer than the message"),
        ("800102", "a parameter is longer than the message"),
        ("8003020141", "A"),
        ("800302013D", "unreadable parameter 02"),
        ("8003040141", "A"),
        ("800304013D", "unreadable parameter 04"),
    ],
)
def test_what_a_broken_message_says(message: str, reason: str) -> None:
    said = read_hex(message)
    if reason == "A":  # the letter A: anonymous
        assert said == CallerId(absence=PRIVATE)
    else:
        assert said == NotRead(reason)


def test_askey_prints_without_a_checksum() -> None:
    assert read_hex("0412303332323234303539313435353132333435") == CallerId("9145512345")


def test_a_length_one_too_long_does_not_make_a_digit_of_the_checksum() -> None:
    good = bytes((4, 19)) + b"1102093015400000006" + b"9"  # the checksum happens to be the character 9
    assert read_message(good) == CallerId("15400000006", date_time="11020930")
    assert read_message(good[:1] + bytes((20,)) + good[2:]) == NotRead("checksum")


def test_message_waiting_is_no_caller_and_no_damage() -> None:
    said = read_message(b"\x06\x01\x42" + bytes((-0x49 % 256,)))
    assert said == NotRead("message waiting", damaged=False)


def message(*parameters: tuple[int, bytes]) -> bytes:
    body = b"".join(bytes((kind, len(content))) + content for kind, content in parameters)
    whole = bytes((0x80, len(body))) + body
    return whole + bytes((-sum(whole) % 256,))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([(7, "王小燕".encode("gb2312")), (2, b"15400000001")], CallerId("15400000001", "王小燕")),
        ([(2, b"15400000001"), (3, b"035600001")], CallerId("15400000001")),
        ([(3, b"035600001"), (2, b"15400000001")], CallerId("15400000001")),
        ([(3, b"035600001")], CallerId("035600001")),
        ([(2, b""), (4, b"P"), (8, b"P")], CallerId(absence=PRIVATE)),
        ([(2, b"O")], CallerId(absence=AWAY)),
        ([(1, b"11022460"), (2, b"885")], CallerId("885")),
        ([(2, b"885"), (2, b"886")], CallerId("885")),
        ([(0x11, b"\x01"), (0x0B, b"\xff"), (5, b"035600001"), (6, b"L"), (2, b"885")], CallerId("885")),
        ([], CallerId()),
    ],
)
def test_parameters_in_any_order(parameters: list[tuple[int, bytes]], expected: CallerId) -> None:
    assert read_message(message(*parameters)) == expected


# --- properties ------------------------------------------------------------------------------------------------------

values = st.binary(max_size=24) | st.sampled_from(
    [b"P", b"O", b"0", b"-", b"885", b"1=2", b"0504", b"2423", b"\xb0\xa1"]
)
kinds = st.sampled_from([0x04, 0x06, 0x80, 0x82, 0x00])
bodies = st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 7, 8, 0x11]), values), max_size=5)


@given(
    st.binary(max_size=300)
    | st.builds(lambda kind, body: bytes((kind, len(body))) + body, kinds, st.binary(max_size=255))
)
def test_no_bytes_raise(data: bytes) -> None:
    said = read_message(data)
    assert isinstance(said, CallerId | NotRead)
    read_name(data), read_number(data), read_date(data), read_time(data), read_absence(data)


@given(st.text(max_size=60) | st.text("0123456789ABCDEF", max_size=60))
def test_no_text_raises(text: str) -> None:
    assert isinstance(read_hex(text), CallerId | NotRead)


@given(bodies, st.data())
def test_a_number_comes_only_from_a_sum_that_holds(
    parameters: list[tuple[int, bytes]], more: st.DataObject
) -> None:
    good = message(*parameters)
    position = more.draw(st.integers(0, len(good) - 1))
    change = more.draw(st.integers(1, 255))
    damaged = bytearray(good)
    damaged[position] ^= change
    assert isinstance(read_message(bytes(damaged)), NotRead)


numbers = st.tuples(st.just(K.NUMBER), st.sampled_from([b"885", b"15400000001", b"O", b"", b"1=2"]))


@given(st.lists(numbers | st.tuples(st.sampled_from(K), values), max_size=8))
def test_fields_in_any_order_never_lose_a_number(fields: list[tuple[FieldKey, bytes]]) -> None:
    built = CallerIdBlock()
    for key, value in fields:
        before = built.caller_id.number
        built = built.with_field(key, value)
        assert before is None or built.caller_id.number == before
    assert block(*fields, (K.NUMBER, b"885")).caller_id.number is not None
