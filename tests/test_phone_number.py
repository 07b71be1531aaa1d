"""Numbers as exchanges send them, by example, with the traps of DOMAIN 4.2; and any text at all."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware_app.calls.area_codes import AREA_CODES
from firmware_app.calls.phone_number import Kind, area_of, parse

LINE = "03562217000"


@pytest.mark.parametrize(
    "raw",
    [
        "15400001234",
        "015400001234",  # from another city, with the trunk 0
        "8615400001234",
        "+8615400001234",
        "008615400001234",
        "+86 154-0000-1234",
        "１５４００００１２３４",
        "1795115400001234",
        "12593 15400001234",
        "17911 015400001234",
        "19315400001234",
        "15400001234#",
        "+86 015400001234",
    ],
)
def test_one_mobile_has_one_key(raw: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.key, number.national) == (Kind.MOBILE, "15400001234", "15400001234")
    assert (number.display, number.callable, number.personal) == ("154 0000 1234", True, True)
    assert number.raw == raw


@pytest.mark.parametrize(
    "raw",
    [
        "03560123456",
        "0356-0123456",
        "（0356）0123456",
        "0356 0123456 转 801",
        "0356 0123456 ext.12",
        "0123456",  # local: the line's area code is added
        "+86-0356-0123456",
        "17911 03560123456",
    ],
)
def test_one_fixed_line_has_one_key(raw: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.key, number.display) == (Kind.FIXED, "03560123456", "0356-0123456")
    assert (number.area, number.callable, number.personal) == ("0356", True, True)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("2217000", "03562217000"),
        ("8612345", "03568612345"),  # no country code before a short number
        ("3562217000", "03562217000"),  # the trunk 0 is missing
        ("863562217000", "03562217000"),
        ("+863562217000", "03562217000"),
        ("861062217000", "01062217000"),
        ("01062217000", "01062217000"),
        ("02162217000", "02162217000"),
        ("075562217000", "075562217000"),
    ],
)
def test_fixed_lines_with_and_without_area_code(raw: str, key: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.key) == (Kind.FIXED, key)


@pytest.mark.parametrize(
    ("raw", "line", "kind"),
    [
        ("2217000", "", Kind.UNKNOWN),  # no line number, no area code
        ("22170001", LINE, Kind.UNKNOWN),  # eight digits where local numbers have seven
        ("22170001", "01062217000", Kind.FIXED),
        ("2217000", "010-62217000", Kind.UNKNOWN),
        ("1217000", LINE, Kind.UNKNOWN),  # no local number begins with 1
        ("0102217000", LINE, Kind.UNKNOWN),  # 010 has eight digits
        ("862217000", LINE, Kind.UNKNOWN),
        ("+8612", LINE, Kind.UNKNOWN),
    ],
)
def test_a_local_number_is_not_guessed(raw: str, line: str, kind: Kind) -> None:
    assert parse(raw, line).kind is kind


@pytest.mark.parametrize(
    "raw",
    ["12345", "110", "119", "122", "10086", "10000", "12315", "95588", "95533", "96123", "114", "118114"],
)
def test_short_codes_are_numbers_but_nobody_s(raw: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.key, number.personal, number.callable) == (Kind.SHORT, raw, False, True)


def test_a_short_code_behind_an_area_code() -> None:
    number = parse("035612345", LINE)
    assert (number.kind, number.display, number.personal) == (Kind.SHORT, "0356-12345", False)
    assert (number.key, number.area, number.national) == ("12345", "0356", "035612345")


@pytest.mark.parametrize(
    ("raw", "line", "key"),
    [
        ("035612345", "", "12345"),
        ("+86 0356 12345", LINE, "12345"),
        ("035112345", LINE, "12345"),  # the same service, of another city
        ("0356110", LINE, "110"),
        ("035696110", "", "96110"),
        ("035196110", LINE, "96110"),
        ("035696123", LINE, "96123"),  # of the own city
        ("035196123", LINE, "035196123"),  # of another province, perhaps another service
        ("035696123", "", "035696123"),  # whose line is not known
        ("12345", LINE, "12345"),
        ("96123", LINE, "96123"),
    ],
)
def test_one_service_has_one_key(raw: str, line: str, key: str) -> None:
    number = parse(raw, line)
    assert (number.kind, number.key, number.callable, number.personal) == (Kind.SHORT, key, True, False)


@pytest.mark.parametrize(
    ("raw", "extension"),
    [
        ("0356 2217000 转 801", "801"),
        ("03562217000,12#", "12"),
        ("0356-2217000 ext. 7", "7"),
        ("2217000", ""),
    ],
)
def test_an_extension_is_kept(raw: str, extension: str) -> None:
    number = parse(raw, LINE)
    assert (number.extension, number.key) == (extension, "03562217000")


@pytest.mark.parametrize(
    ("raw", "trunk"), [("015400001234", True), ("15400001234", False), ("17951015400001234", True)]
)
def test_the_0_that_an_exchange_sent_before_a_mobile_is_known(raw: str, trunk: bool) -> None:
    assert parse(raw, LINE).trunk is trunk


@pytest.mark.parametrize(
    ("line_number", "area"),
    [("03562217000", "0356"), ("0356-2217000", "0356"), ("01062217000", "010"), ("", ""), ("2217000", "")],
)
def test_the_area_of_a_line(line_number: str, area: str) -> None:
    assert area_of(line_number) == area


# ---- beside phonenumbers (DOMAIN 4.2): the same where it knows the number; its traps are ours to avoid


def theirs(raw: str) -> str | None:
    """The number as phonenumbers has it, national with the trunk 0 of a fixed line; None where it is invalid or unreadable."""
    try:
        found = phonenumbers.parse(raw, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(found) or found.country_code != 86:
        return None
    kind = phonenumbers.number_type(found)
    national = phonenumbers.national_significant_number(found)
    return "0" + national if kind == phonenumbers.PhoneNumberType.FIXED_LINE else national


FIXED_LINES = st.builds(
    lambda area, local: f"0{area}{local[: 8 if len(area) == 2 or area in EIGHT_DIGITS else 7]}",
    st.sampled_from(sorted(AREA_CODES)),
    st.from_regex(r"[2-8][0-9]{7}", fullmatch=True),
)
EIGHT_DIGITS = frozenset({"755", "571", "512", "532", "371", "431", "451"})
WRITINGS = st.sampled_from(["{}", "+86{}", "0086{}", "86{}", "17951{}", "{}#", " {} "])


@settings(max_examples=400, deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True) | FIXED_LINES, WRITINGS)
def test_what_phonenumbers_knows_is_the_same_here(number: str, writing: str) -> None:
    known = theirs(number)
    if known is not None:
        found = parse(writing.format(number), LINE)
        assert found.key == known
        assert found.national == known


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("2217000", "03562217000"),  # invalid there: it has no line whose area code would help
        ("12345", "12345"),
        ("110", "110"),
        ("10086", "10086"),
        ("95588", "95588"),
        ("96123", "96123"),
        ("95533", "95533"),
        ("17911 03562217000", "03562217000"),
        ("0356 2217000 转 801", "03562217000"),
    ],
)
def test_numbers_that_phonenumbers_does_not_read(raw: str, key: str) -> None:
    assert theirs(raw) is None
    assert parse(raw, LINE).key == key


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("1234513834560000", Kind.UNKNOWN),  # there 12345 is stripped, as if it were a carrier's prefix
        ("0013834560000", Kind.FOREIGN),
        ("P", Kind.HIDDEN),
        ("O", Kind.HIDDEN),
        ("106575550000", Kind.UNKNOWN),
    ],
)
def test_what_is_no_chinese_telephone_is_none_here(raw: str, kind: Kind) -> None:
    assert parse(raw, LINE).kind is kind


def test_the_trap_of_12345_is_still_one() -> None:
    assert theirs("1234513834560000") == "13834560000"


@pytest.mark.parametrize(
    ("raw", "display"), [("4001234567", "400-123-4567"), ("800-810-1234", "800-810-1234")]
)
def test_service_numbers(raw: str, display: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.display, number.personal) == (Kind.SERVICE, display, False)


@pytest.mark.parametrize(
    ("raw", "key", "country"),
    [
        ("+15551230000", "+15551230000", "1"),
        ("0013834560000", "+13834560000", "1"),  # 00 is international, whatever it resembles
        ("+442071230000", "+442071230000", "44"),
        ("00852 2123 0000", "+85221230000", "852"),
    ],
)
def test_foreign_numbers_are_not_called_back(raw: str, key: str, country: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.key, number.country) == (Kind.FOREIGN, key, country)
    assert (number.callable, number.personal, number.national) == (False, True, None)


@pytest.mark.parametrize("raw", ["", " ", "P", "O", "A", "p", "Private", "Unavailable", "0", "0000000000"])
def test_hidden_numbers_have_no_key(raw: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.key, number.callable, number.personal) == (Kind.HIDDEN, None, False, False)


@pytest.mark.parametrize(
    "raw",
    [
        "1234513834560000",  # 12345 is no prefix
        "106575550000",
        "1064812345678",
        "5551230000",  # a US number without country code: 0555 with a local number that begins with 1
        "4075550000",  # 407 is no area code
        "*57*15400001234#",
        "#57#",
        "+",
        "+12",
        "+0123456789",
        "+1234567890123456",
        "JOHN",
        "154000012345",
        "①②③x",
        "١٢٣٤٥",  # digits, but not ours
    ],
)
def test_unknown_shapes_stay_as_they_are(raw: str) -> None:
    number = parse(raw, LINE)
    assert (number.kind, number.key, number.display) == (Kind.UNKNOWN, raw, raw)
    assert (number.callable, number.personal) == (False, True)


def test_the_area_codes() -> None:
    assert {"10", "21", "356", "755", "898", "999"} <= AREA_CODES
    assert not {"26", "407", "400", "800", "100"} & AREA_CODES


LIKELY = st.text(alphabet="0123456789+*#-PO 转x１", max_size=20)
PREFIXED = st.builds(
    lambda prefix, digits: prefix + digits,
    st.sampled_from(
        ("", "0", "86", "+86", "0086", "00", "17951", "193", "0356", "010", "400", "95", "+1", "+852")
    ),
    st.text(alphabet="0123456789", min_size=0, max_size=14),
)


@settings(max_examples=500, deadline=None)
@given(
    raw=st.one_of(st.text(max_size=30), LIKELY, PREFIXED),
    line=st.sampled_from(("", LINE, "01062217000", "?")),
)
@example(raw="0" * 11, line=LINE)
def test_any_text_becomes_a_number_and_its_key_leads_to_itself(raw: str, line: str) -> None:
    number = parse(raw, line)
    assert number.raw == raw
    assert (number.key is None) == (number.kind is Kind.HIDDEN)
    if number.key is not None:
        again = parse(number.key, line)
        assert (again.key, again.kind) == (number.key, number.kind)
        assert parse(number.display, line).key == number.key
