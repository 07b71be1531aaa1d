"""A share of calls with all that belongs to it: numerator, denominator, what is left out, how sure it is, its bounds.

Pure. Integers are compared exactly and rounded on display alone; an empty denominator is no rate: None, shown as a dash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import sqrt

from firmware_app.wording import Text

TARGET = 95  # percent, 宜 (5.1.1)
FEW = 20  # calls below which a rate says nothing yet (DOMAIN 2.4)
Z = 1.959963984540054  # 97.5 % quantile of the normal distribution: an interval of 95 %
DASH = "—"

Share = tuple[int, int]  # numerator, denominator


class Verdict(Enum):
    """What is said of a rate that has a target."""

    MET = "met"
    NEAR = "near"  # below the target, by no more than chance may do
    NOT_MET = "not_met"
    TOO_FEW = "too_few"
    UNDECIDED = "undecided"  # too many are unknown: the bounds lie on both sides of the target
    COVERAGE = "coverage"  # the line was not heard for too long


VERDICTS: Mapping[Verdict, Text] = {
    Verdict.MET: Text("达标", "target met"),
    Verdict.NEAR: Text("接近", "close to the target"),
    Verdict.NOT_MET: Text("未达标", "target not met"),
    Verdict.TOO_FEW: Text("样本不足", "too few calls"),
    Verdict.UNDECIDED: Text("无法判定", "cannot be decided: too many calls are unknown"),
    Verdict.COVERAGE: Text("监测覆盖率不足", "monitoring coverage too low"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """numerator of denominator. exclusions: what is in neither, by a word of calls.service_level, with its count.

    if_missed, if_answered: the same share if every unknown call had been missed, or answered (in time); None where
    nothing is unknown.
    """

    numerator: int
    denominator: int
    exclusions: Mapping[str, int] = field(default_factory=dict)
    if_missed: Share | None = None
    if_answered: Share | None = None

    @property
    def percent(self) -> str:
        """With one decimal, rounded half up: "83.0 %"."""
        return percent((self.numerator, self.denominator))

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval of 95 %, each end from 0 to 1; None on an empty denominator."""
        return wilson(self.numerator, self.denominator)

    @property
    def few(self) -> bool:
        return self.denominator < FEW

    @property
    def bounds(self) -> tuple[str, str] | None:
        """Both bounds as they are shown, the one with all missed first."""
        if self.if_missed is None or self.if_answered is None:
            return None
        return percent(self.if_missed), percent(self.if_answered)

    def reaches(self, target: int = TARGET) -> bool | None:
        """Whether the share is at least `target` percent, on exact integers; None on an empty denominator."""
        return reaches((self.numerator, self.denominator), target)


def percent(share: Share) -> str:
    """One decimal, half up; a dash on an empty denominator."""
    numerator, denominator = share
    if denominator <= 0:
        return DASH
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    return f"{tenths // 10}.{tenths % 10} %"


def reaches(share: Share, target: int = TARGET) -> bool | None:
    numerator, denominator = share
    return None if denominator <= 0 else 100 * numerator >= target * denominator


def wilson(numerator: int, denominator: int) -> tuple[float, float] | None:
    """E. B. Wilson, JASA 22 (1927) 209: sound for few calls and near 0 and 100 %, where the usual one is not."""
    if denominator <= 0:
        return None
    share, square = numerator / denominator, Z * Z / denominator
    middle = (share + square / 2) / (1 + square)
    # a share that lies outside 0 to 1 has no interval; it is shown as what it is nearest to
    half = Z * sqrt(max(0.0, share * (1 - share) / denominator + square / denominator / 4)) / (1 + square)
    low = 0.0 if numerator <= 0 else max(0.0, middle - half)
    return low, 1.0 if numerator >= denominator else min(1.0, middle + half)


def verdict(rate: Rate, coverage: Share | None, target: int = TARGET) -> Verdict:
    """Of a month. coverage: time heard of service time; None: not known, which is not enough either."""
    if coverage is None or not reaches(coverage, target):
        return Verdict.COVERAGE
    if rate.few:
        return Verdict.TOO_FEW
    if (
        rate.if_missed
        and rate.if_answered
        and reaches(rate.if_missed, target) != reaches(rate.if_answered, target)
    ):
        return Verdict.UNDECIDED
    if rate.reaches(target):
        return Verdict.MET
    interval = rate.interval
    return Verdict.NEAR if interval is not None and 100 * interval[1] >= target else Verdict.NOT_MET
