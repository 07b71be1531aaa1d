"""The pages a person may go to, in the order of the header. Pure: which of them this panel has is an argument."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from firmware_app.roles import Right


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its endpoint, its name in Chinese (a key of the translations), the right without which it is not offered."""

    endpoint: str
    words: str
    right: Right | None = None


PLACES = (
    Place("today.page", "今天"),
    Place("callbacks.page", "回拨", Right.WORK),
    Place("calls.page", "通话", Right.CALLS),
    Place("figures.page", "数字", Right.FIGURES),
    Place("hours.page", "服务时间"),
    Place("reminders.page", "提醒", Right.REMINDERS),
)


def places(endpoints: Container[str], rights: Container[Right]) -> tuple[Place, ...]:
    """Those of `PLACES` that are among `endpoints`, for somebody with `rights`."""
    return tuple(
        place
        for place in PLACES
        if place.endpoint in endpoints and (place.right is None or place.right in rights)
    )
