"""The pages a person may go to, in the order of the header. Pure: which of them this panel has is an argument.

A clerk has four: 今天 · 回拨 · 登记 · 帮助. What a point does not use (calls.modules) is neither offered nor there.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
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
    Place("register.page", "登记", Right.WORK),
    Place("calls.page", "通话", Right.CALLS),
    Place("figures.page", "数字", Right.FIGURES),
    Place("cards.page", "卡片", Right.CARDS),
    Place("hours.page", "服务时间", Right.HOURS),
    Place("reminders.page", "提醒", Right.REMINDERS),
    Place("people.page", "人员", Right.CLERKS),
    Place("audit.page", "审计", Right.AUDIT),
    Place("settings.page", "站点设置", Right.SETTINGS),
    Place("help.page", "帮助"),
)

MODULE_OF: Mapping[str, str] = {
    "register": "register",
    "cards": "cards",
    "support": "support",
    "reminders": "reminders",
    "handover": "handover",
    "kiosk": "kiosk",
}
"""By the blueprint of a page: the module (a key of calls.modules.MODULES) that it belongs to."""


def module_of(endpoint: str) -> str | None:
    """The module that the page of `endpoint` belongs to; None for one that every point has."""
    return MODULE_OF.get(endpoint.partition(".")[0])


def places(
    endpoints: Container[str], rights: Container[Right], off: Container[str] = ()
) -> tuple[Place, ...]:
    """Those of `PLACES` that are among `endpoints`, for somebody with `rights`, without the modules that are `off`."""
    return tuple(
        place
        for place in PLACES
        if place.endpoint in endpoints
        and (place.right is None or place.right in rights)
        and module_of(place.endpoint) not in off
    )
