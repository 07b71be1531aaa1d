"""A number and a line in, the strings to dial for it there out; and back: digits that were dialled, whose number they are.

Pure. A form is a way to dial a number; the journal keeps forms and never digits. Nothing is guessed: where two forms may be
right (a mobile with or without the 0 for another city) both are given, the one that worked first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from firmware_app.calls.callback import warning_of
from firmware_app.calls.phone_number import Kind, PhoneNumber, area_of, parse
from firmware_app.wording import Text

_PREFIX = re.compile("[0-9]{0,4}")


class Form(Enum):
    """How a number is dialled, each behind the line's outside prefix."""

    LOCAL = "local"  # own area code dropped
    NATIONAL = "national"  # trunk 0 and area code
    MOBILE = "mobile"
    ZERO_MOBILE = "zero_mobile"  # the 0 before a mobile of another city
    SERVICE = "service"  # 400, 12345, 95…: as it is


FORMS = tuple(each.value for each in Form)


@dataclass(frozen=True, slots=True)
class LinePlan:
    """How a line dials. number: its own, with area code; zero_before_mobile: None where nobody said."""

    number: str = ""
    outside_prefix: str = ""
    zero_before_mobile: bool | None = None

    @classmethod
    def of(cls, known: Mapping[str, Any], number: str = "") -> LinePlan:
        """From what the document `lines` says of a line; `number` where it says no number. What does not fit is left out."""
        own, zero = known.get("number"), known.get("zero_before_mobile")
        return cls(
            own if isinstance(own, str) and own else number,
            (known.get("outside_prefix") or "") if prefix_fits(known) else "",
            zero if isinstance(zero, bool) else None,
        )


def prefix_fits(known: Mapping[str, Any]) -> bool:
    """Whether what the document `lines` says of a line's outside prefix, if anything, is a few digits."""
    prefix = known.get("outside_prefix")
    return prefix is None or (isinstance(prefix, str) and _PREFIX.fullmatch(prefix) is not None)


@dataclass(frozen=True, slots=True)
class DialString:
    """One way to dial. digits: what goes into the telephone or the modem; shown: the same, as one reads it."""

    form: str
    digits: str
    shown: str


@dataclass(frozen=True, slots=True)
class DialPlan:
    """All ways to dial a number on a line, best first; none when it is not to be called. warning: bait, or a menu.

    extension: to be dialled when somebody answers. tel: for a `tel:` link of a mobile phone, empty where there is none.
    """

    strings: tuple[DialString, ...] = ()
    warning: Text | None = None
    extension: str = ""
    tel: str = ""


def dial_plan(raw: str, line: LinePlan, worked: Sequence[str] = ()) -> DialPlan:
    """How to dial `raw`, as the exchange sent it, on `line`. worked: forms that reached somebody, the best proof first."""
    number = parse(raw, line.number)
    warning = warning_of(number)
    if not number.callable:
        return DialPlan(warning=warning)
    forms = sorted(_forms(number, line), key=lambda form: _place(form, worked))
    strings = tuple(_string(number, form, line) for form in forms)
    return DialPlan(strings, warning, number.extension, number.national or "")


def _place(form: Form, worked: Sequence[str]) -> int:
    return worked.index(form.value) if form.value in worked else len(worked)


def _forms(number: PhoneNumber, line: LinePlan) -> tuple[Form, ...]:
    if number.kind is Kind.MOBILE:
        return _mobile_forms(number, line)
    if number.kind is Kind.FIXED:
        return (Form.LOCAL,) if number.area == area_of(line.number) else (Form.NATIONAL,)
    if number.area and number.area != area_of(line.number):  # 12345 of another city
        return (Form.NATIONAL,)
    return (Form.SERVICE,)


def _mobile_forms(number: PhoneNumber, line: LinePlan) -> tuple[Form, ...]:
    if number.trunk:  # the exchange sent the 0: it wants it back
        return (Form.ZERO_MOBILE,)
    both = (Form.MOBILE, Form.ZERO_MOBILE)
    return both[::-1] if line.zero_before_mobile else both


def _string(number: PhoneNumber, form: Form, line: LinePlan) -> DialString:
    national = number.national or ""
    own = national.removeprefix(number.area)
    digits, shown = {
        Form.LOCAL: (own, number.display),
        Form.NATIONAL: (national, number.display),
        Form.MOBILE: (national, number.display),
        Form.ZERO_MOBILE: ("0" + national, "0 " + number.display),
        Form.SERVICE: (own, number.display if number.kind is Kind.SERVICE else own),
    }[form]
    prefix = line.outside_prefix
    return DialString(form.value, prefix + digits, f"{prefix} {shown}" if prefix else shown)


def dialled(digits: str, line: LinePlan) -> tuple[str, ...]:
    """The keys of the numbers that `digits`, dialled on `line`, may have reached, surest first; none when they are no number."""
    found: dict[str, None] = {}
    if line.outside_prefix and digits.startswith(line.outside_prefix):
        found |= dict.fromkeys(_keys(digits.removeprefix(line.outside_prefix), line))
    return tuple(found | dict.fromkeys(_keys(digits, line)))


def _keys(digits: str, line: LinePlan) -> tuple[str, ...]:
    number = parse(digits, line.number)
    return (number.key,) if number.key and number.kind is not Kind.UNKNOWN else ()


def form_of(digits: str, key: str, line: LinePlan) -> str | None:
    """The form in which `digits` dialled the number of `key` on `line`; None when it is none of ours (a carrier's prefix)."""
    number = parse(key, line.number)
    bare = (digits, digits.removeprefix(line.outside_prefix))
    plain = replace(line, outside_prefix="")
    forms = _FORMS_OF.get(number.kind, (Form.SERVICE,))
    return next((form.value for form in forms if _string(number, form, plain).digits in bare), None)


_FORMS_OF: Mapping[Kind, tuple[Form, ...]] = {
    Kind.MOBILE: (Form.MOBILE, Form.ZERO_MOBILE),
    Kind.FIXED: (Form.NATIONAL, Form.LOCAL),
}
