"""A share and its verdict: exact, rounded only when shown, with an interval that makes sense for few calls."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.rate import (
    DASH,
    FEW,
    VERDICTS,
    Rate,
    Share,
    Verdict,
    percent,
    reaches,
    verdict,
    wilson,
)

HEARD = (95, 100)


@pytest.mark.parametrize(
    ("share", "shown"),
    [((0, 0), DASH), ((0, 1), "0.0 %"), ((1, 1), "100.0 %"), ((2, 3), "66.7 %"), ((19, 400), "4.8 %"), ((1, 2000), "0.1 %"), ((999, 2000), "50.0 %"), ((9995, 10000), "100.0 %"), ((9994, 10000), "99.9 %")],
)  # fmt: skip
def test_rounded_half_up_on_display_only(share: Share, shown: str) -> None:
    assert percent(share) == shown
    assert Rate(*share).percent == shown


def test_95_percent_is_compared_on_integers() -> None:
    assert reaches((95, 100))
    assert not reaches((9499, 10_000))  # shown as 95.0 %
    assert percent((9499, 10_000)) == "95.0 %"
    assert reaches((0, 0)) is None


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        ((0, 10), 0.0, 0.2775),
        ((10, 10), 0.7225, 1.0),
        ((19, 20), 0.7639, 0.9911),
        ((950, 1000), 0.9347, 0.9618),
    ],
)
def test_wilsons_interval_of_95_percent(share: Share, low: float, high: float) -> None:
    """Worked out apart from the program, by Wilson's formula with exact fractions and z = 1.96."""
    found = wilson(*share)
    assert found == pytest.approx((low, high), abs=5e-4)
    assert Rate(*share).interval == found


@settings(max_examples=300)
@given(st.integers(0, 400), st.integers(0, 400))
def test_an_interval_holds_its_share(numerator: int, more: int) -> None:
    found = wilson(numerator, numerator + more)
    if found is None:
        assert numerator + more == 0
    else:
        assert 0 <= found[0] <= Fraction(numerator, numerator + more) <= found[1] <= 1


def test_a_share_above_one_still_raises_nothing() -> None:
    assert wilson(3, 2) is not None


@pytest.mark.parametrize(
    ("rate", "coverage", "said"),
    [
        (Rate(95, 100), HEARD, Verdict.MET),
        (Rate(94, 100), HEARD, Verdict.NEAR),
        (Rate(80, 100), HEARD, Verdict.NOT_MET),
        (Rate(19, 19), HEARD, Verdict.TOO_FEW),
        (Rate(19, 20), HEARD, Verdict.MET),
        (Rate(0, 0), HEARD, Verdict.TOO_FEW),
        (Rate(100, 100), (9499, 10_000), Verdict.COVERAGE),
        (Rate(10, 100), (94, 100), Verdict.COVERAGE),
        (Rate(100, 100), None, Verdict.COVERAGE),
        (Rate(100, 100), (0, 0), Verdict.COVERAGE),
        # bounds on both sides of the target, on one, and exactly at it
        (Rate(98, 100, {}, (98, 110), (108, 110)), HEARD, Verdict.UNDECIDED),
        (Rate(99, 100, {}, (99, 101), (100, 101)), HEARD, Verdict.MET),
        (Rate(70, 100, {}, (70, 105), (75, 105)), HEARD, Verdict.NOT_MET),
        (Rate(96, 96, {}, (95, 100), (100, 100)), HEARD, Verdict.MET),
        (Rate(96, 96, {}, (94, 100), (95, 100)), HEARD, Verdict.UNDECIDED),
    ],
)
def test_the_verdict(rate: Rate, coverage: Share | None, said: Verdict) -> None:
    assert verdict(rate, coverage) is said


def test_every_verdict_has_its_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert VERDICTS[Verdict.TOO_FEW].zh == "样本不足"
    assert Rate(1, FEW).few is False


def test_bounds_as_they_are_shown() -> None:
    assert Rate(1, 2, {}, (1, 4), (3, 4)).bounds == ("25.0 %", "75.0 %")
    assert Rate(1, 2).bounds is None
