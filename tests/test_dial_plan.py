"""What to dial for a number on a line, and whose number was dialled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.calls.callback import BAIT, MENU
from firmware_app.calls.dial_plan import FORMS, DialPlan, Form, LinePlan, dial_plan, dialled, form_of
from firmware_app.calls.phone_number import parse

LINE = LinePlan("0356-2217001")
NINE = LinePlan("03562217001", "9")
BARE = LinePlan()


def strings(plan: DialPlan) -> list[tuple[str, str, str]]:
    return [(each.form, each.digits, each.shown) for each in plan.strings]


@pytest.mark.parametrize(
    ("raw", "line", "expected"),
    [
        ("03562217000", LINE, [("local", "2217000", "0356-2217000")]),
        ("2217000", LINE, [("local", "2217000", "0356-2217000")]),
        ("03562217000", NINE, [("local", "92217000", "9 0356-2217000")]),
        ("01062217000", LINE, [("national", "01062217000", "010-62217000")]),
        ("03562217000", BARE, [("national", "03562217000", "0356-2217000")]),
        ("015400000001", LINE, [("zero_mobile", "015400000001", "0 154 0000 0001")]),
        (
            "15400000001",
            LINE,
            [("mobile", "15400000001", "154 0000 0001"), ("zero_mobile", "015400000001", "0 154 0000 0001")],
        ),
        (
            "15400000001",
            LinePlan("03562217001", "0", zero_before_mobile=True),
            [
                ("zero_mobile", "0015400000001", "0 0 154 0000 0001"),
                ("mobile", "015400000001", "0 154 0000 0001"),
            ],
        ),
        ("4001234567", NINE, [("service", "94001234567", "9 400-123-4567")]),
        ("12345", LINE, [("service", "12345", "12345")]),
        ("035612345", LINE, [("service", "12345", "12345")]),
        ("035112345", LINE, [("national", "035112345", "0351-12345")]),
        ("035696123", LINE, [("service", "96123", "96123")]),
        ("+15551230000", LINE, []),
        ("P", LINE, []),
        ("JOHN", LINE, []),
        ("2217000", BARE, []),
    ],
)
def test_what_to_dial(raw: str, line: LinePlan, expected: list[tuple[str, str, str]]) -> None:
    assert strings(dial_plan(raw, line)) == expected


def test_the_form_that_worked_comes_first() -> None:
    assert [each.form for each in dial_plan("15400000001", LINE, ["zero_mobile"]).strings] == [
        "zero_mobile",
        "mobile",
    ]
    tried = ["mobile", "zero_mobile"]  # the first proof is the best
    told = LinePlan("03562217001", zero_before_mobile=True)
    assert [each.form for each in dial_plan("15400000001", told, tried).strings] == tried


def test_menus_and_bait_are_said_and_a_foreign_number_has_no_dial_string() -> None:
    assert dial_plan("4001234567", LINE).warning is MENU
    assert dial_plan("95588", LINE).warning is MENU
    assert dial_plan("+15551230000", LINE) == DialPlan(warning=BAIT)
    assert dial_plan("15400000001", LINE).warning is None


def test_an_extension_and_a_link_for_a_mobile_phone() -> None:
    plan = dial_plan("0356 2217000 转 801#", LINE)
    assert (plan.extension, plan.tel, plan.strings[0].digits) == ("801", "03562217000", "2217000")
    assert dial_plan("2217000", LINE).tel == "03562217000"


@pytest.mark.parametrize(
    ("known", "plan"),
    [
        ({}, LinePlan("03560000001")),
        (
            {"number": "03562217001", "outside_prefix": "9", "zero_before_mobile": False},
            LinePlan("03562217001", "9", zero_before_mobile=False),
        ),
        ({"number": "", "outside_prefix": "99999"}, LinePlan("03560000001")),
        ({"number": 7, "outside_prefix": 9, "zero_before_mobile": "yes"}, LinePlan("03560000001")),
        ({"outside_prefix": None}, LinePlan("03560000001")),
    ],
)
def test_what_the_document_says_of_a_line(known: dict[str, object], plan: LinePlan) -> None:
    assert LinePlan.of(known, "03560000001") == plan


@pytest.mark.parametrize(
    ("digits", "line", "key"),
    [
        ("15400000001", LINE, "15400000001"),
        ("015400000001", LINE, "15400000001"),
        ("9015400000001", NINE, "15400000001"),
        ("015400000001", NINE, "15400000001"),  # a line that needs no prefix after all
        ("17951015400000001", LINE, "15400000001"),
        ("1795103562217000", LINE, "03562217000"),
        ("2217000", LINE, "03562217000"),
        ("92217000", NINE, "03562217000"),
        ("03562217000", LINE, "03562217000"),
        ("035612345", LINE, "12345"),
        ("12345", LINE, "12345"),
    ],
)
def test_whose_number_was_dialled(digits: str, line: LinePlan, key: str) -> None:
    assert dialled(digits, line)[0] == key


def test_what_is_no_number_reaches_nobody() -> None:
    for digits in ("", "1", "*57*15400000001", "154000000011", "92217000"):
        assert dialled(digits, LINE) == ()


@pytest.mark.parametrize(
    ("digits", "key", "line", "form"),
    [
        ("2217000", "03562217000", LINE, "local"),
        ("92217000", "03562217000", NINE, "local"),
        ("03562217000", "03562217000", LINE, "national"),
        ("15400000001", "15400000001", LINE, "mobile"),
        ("9015400000001", "15400000001", NINE, "zero_mobile"),
        ("17951015400000001", "15400000001", LINE, None),
        ("12345", "12345", LINE, "service"),
        ("035612345", "12345", LINE, None),
        ("94001234567", "4001234567", NINE, "service"),
    ],
)
def test_in_which_form_it_was_dialled(digits: str, key: str, line: LinePlan, form: str | None) -> None:
    assert form_of(digits, key, line) == form


KINDS = """15400000001 015400000001 03562217000 2217000 01062217000 12345 035612345 4001234567 95588 035112345 035196123
96110"""
NUMBERS = st.sampled_from(KINDS.split()) | st.from_regex(
    r"0?1[3-9][0-9]{9}|0[3-9][1-9][0-9][2-8][0-9]{6}", fullmatch=True
)
LINES = st.builds(
    LinePlan,
    st.sampled_from(["", "03562217001", "0356-2217001", "01062217001"]),
    st.sampled_from(["", "9", "0", "17"]),
    st.sampled_from([None, True, False]),
)


@given(NUMBERS, LINES, st.lists(st.sampled_from(FORMS), max_size=3))
def test_whoever_dials_what_is_shown_reaches_that_number(raw: str, line: LinePlan, worked: list[str]) -> None:
    number = parse(raw, line.number)
    plan = dial_plan(raw, line, worked)
    assert bool(plan.strings) == number.callable
    for each in plan.strings:
        assert number.key in dialled(each.digits, line)
        assert each.form in {form.value for form in Form}
        assert [char for char in each.shown if char.isdigit()][-5:] == list(each.digits)[-5:]


@given(st.text(max_size=20), LINES, st.lists(st.text(max_size=5), max_size=2))
def test_any_text_has_a_plan(raw: str, line: LinePlan, worked: list[str]) -> None:
    for each in dial_plan(raw, line, worked).strings:
        assert each.digits
    for key in dialled(raw, line):
        assert form_of(raw, key, line) in (None, *FORMS)
