"""The pages a person may go to, in the order of the header. Pure: which of them this panel has is an argument."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its endpoint, its name in Chinese (a key of the translations)."""

    endpoint: str
    words: str


PLACES = (
    Place("today.page", "今天"),
    Place("callbacks.page", "回拨"),
    Place("calls.page", "通话"),
    Place("figures.page", "数字"),
    Place("hours.page", "服务时间"),
    Place("reminders.page", "提醒"),
)


def places(endpoints: Container[str]) -> tuple[Place, ...]:
    """Those of `PLACES` that are among `endpoints`."""
    return tuple(place for place in PLACES if place.endpoint in endpoints)
