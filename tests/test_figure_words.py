"""Every count has its name in both languages, and no delay above 15 s is ever shown as 15 s."""

from __future__ import annotations

from dataclasses import fields

import pytest

from device.signals import SECOND
from firmware_app.calls.carrier_bill import COUNTS
from firmware_app.calls.figure_words import (
    BILL_WORDS,
    name_of,
    shown_interval,
    shown_minutes,
    shown_seconds,
)
from firmware_app.calls.service_level import Counts
from firmware_app.wording import Text


def test_every_count_has_a_name() -> None:
    sums = {"timed", "waited", "gave_up", "gave_up_after"}
    for name in [f.name for f in fields(Counts) if f.name not in sums] + [
        "answered",
        "offered",
        "breaches",
        "every",
    ]:
        assert name_of(name).zh != name, name
    assert name_of("nothing") == Text("nothing", "nothing")
    assert tuple(BILL_WORDS) == COUNTS


@pytest.mark.parametrize(
    ("duration", "shown"),
    [
        (None, "—"),
        (0, "0.000 s"),
        (15 * SECOND, "15.000 s"),
        (15 * SECOND + 1, "15.001 s"),
        (14_999_500_000, "15.000 s"),
    ],
)
def test_seconds_are_rounded_up(duration: int | None, shown: str) -> None:
    assert shown_seconds(duration) == shown


@pytest.mark.parametrize(
    ("duration", "shown"),
    [(None, "—"), (0, "0.0 min"), (90 * SECOND, "1.5 min"), (1800 * SECOND + 1, "30.1 min")],
)
def test_minutes_are_rounded_up(duration: int | None, shown: str) -> None:
    assert shown_minutes(duration) == shown


def test_an_interval() -> None:
    assert shown_interval(None) == "—"
    assert shown_interval((0.5, 0.98765)) == "50.0–98.8 %"
