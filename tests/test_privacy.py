"""Masking by example (DOMAIN 3.1), and that nothing more than the rule ever stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.phone_number import Kind, parse
from firmware_app.records.privacy import mask_name, mask_number

LINE = "03562217000"


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("15400001234", "154****1234"),
        ("+8615400001234", "154****1234"),
        ("03560121234", "0356-***1234"),
        ("0121234", "0356-***1234"),
        ("01000001234", "010-****1234"),
        ("075500001234", "0755-****1234"),
        ("12345", "12345"),
        ("110", "110"),
        ("4001234567", "400-123-4567"),
        ("95588", "95588"),
        ("+15551230000", "+1********00"),
        ("0085221230000", "+852******00"),
        ("P", "P"),
        ("", ""),
        ("5551230000", "*******000"),
        ("154000012345", "********2345"),
        ("12", "**"),
        ("1234", "***4"),
        ("JOHN DOE", "********"),
        ("*57*15400001234#", "************234*"),
    ],
)
def test_numbers(raw: str, masked: str) -> None:
    assert mask_number(raw, LINE) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳修文", "欧阳**"),
        ("歐陽修", "歐陽*"),
        ("欧阳", "欧*"),
        ("张", "张*"),
        ("阿不都·热合曼", "阿**·热**"),
        ("JANE DOE", "J*** D**"),
        ("O'Neil, J", "O*'N***, J*"),
        ("SMITH=JR", "S****=J*"),
        ("ＪＡＮＥ", "J***"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


DIGITS = "0123456789"
NUMBERS = st.one_of(
    st.text(alphabet=DIGITS, max_size=20),
    st.builds(
        lambda prefix, digits: prefix + digits,
        st.sampled_from(("1", "154", "0", "0356", "010", "86", "+86", "+1", "+852", "00", "17951", "5")),
        st.text(alphabet=DIGITS, min_size=4, max_size=12),
    ),
    st.text(alphabet=DIGITS + "+*#- P转张", max_size=20),
    st.text(max_size=20),
)


@settings(max_examples=800, deadline=None)
@given(raw=NUMBERS, line=st.sampled_from(("", LINE, "01062217000")))
def test_no_more_of_a_personal_number_than_the_rule_stays_readable(raw: str, line: str) -> None:
    number, masked = parse(raw, line), mask_number(raw, line)
    if not number.personal:
        assert masked == number.display
        return
    readable = "".join(char for char in masked if char in DIGITS)
    most = {Kind.MOBILE: 7, Kind.FIXED: len(number.area) + 4, Kind.FOREIGN: len(number.country) + 2}
    assert len(readable) <= most.get(number.kind, min(4, len(raw) // 3))
    assert set(masked) <= set(DIGITS + "*-+")
    digits = "".join(char for char in number.key or "" if char in DIGITS)
    assert not digits or readable != digits
    hidden = masked.count("*")
    assert hidden >= min(2, len(digits))


@settings(max_examples=300, deadline=None)
@given(name=st.one_of(st.text(max_size=12), st.text(alphabet="欧阳司马张三JANE ='·", max_size=12)))
def test_no_name_stays_whole(name: str) -> None:
    masked = mask_name(name)
    for part in masked.split("*"):
        assert sum(char.isalnum() for char in part) <= 2
    assert not any(char.isalnum() for char in masked) or "*" in masked
