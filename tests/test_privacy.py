"""Masking by example (DOMAIN 3.1), and that nothing more than the rule ever stays readable."""

from __future__ import annotations

import re
import unicodedata

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
        ("阿不都·热合曼", "阿*****"),
        ("JANE DOE", "J*** D**"),
        ("O'Neil, J", "*'N***, *"),
        ("张　三", "张*"),
        ("张 三 丰", "张**"),
        ("欧阳 修", "欧阳*"),
        ("张\u200b三", "张*"),
        ("JANE 张三", "******"),
        ("1张三", "***"),
        ("やまだ たろう", "や*****"),
        ("김민수", "김**"),
        ("1 5 4 0 0", "* * * * *"),
        ("15400001234", "***********"),
        ("１５４ ⑤ Ⅷ", "*** * V***"),
        ("J A N E", "* * * *"),
        ("J\u0301A\u0301", "J*"),
        ("J4NE", "****"),
        ("Иван", "****"),
        ("J_N\tE", "****"),
        ("É\u200dric", "É***"),
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


NAMES = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="欧阳司马张三〇やヤ김JANEé\u0301\u200b\u3000_ ='·", max_size=12),
    st.text(alphabet="0１②५Ⅷ½ -J", max_size=12),
    st.text(alphabet="JOHN doe É1'-ИЖ", max_size=12),
)
EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC")


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@settings(max_examples=800, deadline=None)
@given(name=NAMES)
def test_no_more_of_a_name_than_the_rule_stays_readable(name: str) -> None:
    masked = mask_name(name)
    shown = letters(masked)
    assert not any(unicodedata.category(char)[0] in "CMN" for char in masked.replace("〇", ""))
    if any(unicodedata.name(char, "").startswith(EAST_ASIAN) for char in shown):
        assert len(shown) <= 2
        assert masked == shown + "*" * (len(masked) - len(shown))
        assert masked != shown
        return
    for word in re.split(r"[ '\-.,=/&()·]", masked):
        assert len(letters(word)) <= 1
        assert not letters(word) or (
            unicodedata.name(word[0]).startswith("LATIN") and word[1:].strip("*") == ""
        )
        assert word in ("", letters(word) + "*" * (len(word) - len(letters(word))))
        assert word != letters(word) or word == ""
