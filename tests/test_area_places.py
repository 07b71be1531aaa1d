"""calls.area_places: every code that a number may have has its place, in both languages."""

from __future__ import annotations

import pytest

from firmware_app.calls.area_codes import AREA_CODES
from firmware_app.calls.area_places import PLACES, place
from firmware_app.calls.phone_number import parse


def test_every_code_has_a_place_and_every_place_a_code() -> None:
    assert PLACES.keys() == {f"0{code}" for code in AREA_CODES}
    for words in PLACES.values():
        assert words.zh
        assert words.en
        assert words.zh.strip() == words.zh
        assert words.en.isascii() or set(words.en) & set("üêÜ")


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ("03562217000", "山西晋城", "Jincheng, Shanxi"),
        ("010-62217000", "北京", "Beijing"),
        ("0470 2217000", "内蒙古呼伦贝尔", "Hulunbuir, Inner Mongolia"),
        ("0898-62217000", "海南", "Hainan"),
    ],
)
def test_a_fixed_number_tells_its_place(number: str, zh: str, en: str) -> None:
    found = place(parse(number).area)
    assert found is not None
    assert (found.zh, found.en) == (zh, en)


@pytest.mark.parametrize("number", ["15400000001", "12345", "4000000000", "+15550100000", "", "P"])
def test_a_mobile_or_what_has_no_area_tells_none(number: str) -> None:
    assert place(parse(number).area) is None


def test_a_local_number_has_the_place_of_its_line() -> None:
    found = place(parse("2217009", "03562217000").area)
    assert found is not None
    assert found.zh.endswith("晋城")
