"""A number as an exchange sent it, or as it was dialled, in; what kind it is, how it is written, who it is again, out. Pure.

Rule 1: it never raises, and what it does not know it leaves as it is (`unknown`). Nothing is guessed: a local number gets
the area code of the line only when it is as long as the line's own.
Rule 2: one person, one `key`: 013800…, +8613800…, 17951 13800… and full-width digits lead to the same text.
The traps of libphonenumber that this avoids are in the tests (DOMAIN 4.2).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum

from firmware_app.calls.area_codes import AREA_CODES, SHORT_CODES


class Kind(Enum):
    MOBILE = "mobile"
    FIXED = "fixed"
    SERVICE = "service"  # 400, 800
    SHORT = "short"  # 12345, 110, 10086, 95xxx, 96xxx
    FOREIGN = "foreign"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """national: digits with the trunk 0, None unless Chinese. key: finds the same person again, None when hidden.

    callable: calling back can reach somebody, and is safe (a foreign number may be a one-ring fraud, DOMAIN 2.4).
    personal: may belong to a person, so it is masked. country: calling code of a foreign number. area: with trunk 0.
    extension: digits to dial when somebody answers. trunk: it came with a 0 before a mobile, as from another city.
    """

    raw: str
    kind: Kind
    national: str | None
    display: str
    key: str | None
    callable: bool
    personal: bool
    area: str = ""
    country: str = ""
    extension: str = ""
    trunk: bool = False


# Dialled before a number for cheaper long distance; stripped only when a whole number follows (12345 is not one).
CARRIER_PREFIXES = ("17900", "17901", "17909", "17911", "17931", "17951", "12593", "10193", "193")
SHORTEST_WITH_86 = 12  # 86 and ten digits; 8612345 is somebody's local number
NEVER_BLOCKED = frozenset({"96110", "110", "119", "120", "122", "12345"})
"""Keys: the police against fraud (96110 rings who is being cheated), emergencies, the government's hotline."""
HIDDEN_WORDS = frozenset(
    {"", "P", "O", "A", "PRIVATE", "WITHHELD", "RESTRICTED", "ANONYMOUS", "UNKNOWN", "UNAVAILABLE"}
)
_EXTENSION = re.compile(r"(?:转|分机|EXT\.?|[X,;])([0-9]{1,6})#?\Z")
_SEPARATORS = re.compile(r"[\s().\-/]|[‐-―−]")
_CLEAN = re.compile(r"\+?[0-9]+\Z")
_MOBILE = re.compile(r"0?(1[3-9][0-9]{9})\Z")
_FIXED = re.compile(r"0(10|2[0-9]|[3-9][0-9]{2})([0-9]{7,8})\Z")
_FIXED_BARE = re.compile(r"(10|2[0-9]|[3-9][0-9]{2})([2-9][0-9]{6,7})\Z")
_SERVICE = re.compile(r"([48]00)([0-9]{3})([0-9]{4})\Z")
_SHORT = re.compile(r"1[12][0-9]|1[0-2][0-9]{3}|11[68][0-9]{3}|9[56][0-9]{3,6}")
_AREA_AND_SHORT = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))(12[0-9]{3}|96[0-9]{3,4}|11[0-9]|12[02])\Z")
_TWO_DIGIT_COUNTRY = re.compile(
    r"2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
)  # ITU-T E.164, annex


def parse(raw: str, line_number: str = "") -> PhoneNumber:
    """`raw` on the line that has `line_number` (its area code serves local numbers; empty when not known)."""
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw).upper())
    if text in HIDDEN_WORDS or not text.strip("0"):
        return PhoneNumber(raw, Kind.HIDDEN, None, raw.strip(), None, callable=False, personal=False)
    inner = _EXTENSION.search(text)
    text = _EXTENSION.sub("", text).removesuffix("#")
    found = _international(raw, text) if _CLEAN.match(text) else None
    if found is None and text.isdecimal():
        found = _national(raw, text) or _behind_prefix(raw, text) or _local(raw, text, line_number)
    if found is None:
        return PhoneNumber(raw, Kind.UNKNOWN, None, raw.strip(), raw.strip(), callable=False, personal=True)
    return _at_home(replace(found, extension=inner[1]) if inner else found, line_number)


def _at_home(number: PhoneNumber, line_number: str) -> PhoneNumber:
    """035612345 is 12345, and 035696123 on a line of 0356 is 96123: one service has one key.

    12345, 110 and 96110 are the same in every city; what other 96… codes mean depends on the province, so they keep their area.
    """
    own = _AREA_AND_SHORT.match(number.key or "")
    if number.kind is not Kind.SHORT or own is None:
        return number
    everywhere = not own[2].startswith("96") or own[2] in NEVER_BLOCKED
    at_home = own[1] == area_of(line_number)
    return replace(number, key=own[2]) if everywhere or at_home else number


def area_of(line_number: str) -> str:
    """The area code, with its trunk 0, of a line's own number; empty when it is none of a fixed line."""
    own = _FIXED.match(_SEPARATORS.sub("", line_number))
    return f"0{own[1]}" if own else ""


def _international(raw: str, text: str) -> PhoneNumber | None:
    """+…, 00…, and 86… when a whole Chinese number follows."""
    prefix = next((prefix for prefix in ("+", "00") if text.startswith(prefix)), "")
    digits = text.removeprefix(prefix)
    if digits.startswith("86") and (prefix or len(digits) >= SHORTEST_WITH_86):
        return _national(raw, digits[2:]) or _without_trunk_zero(raw, digits[2:])
    if not prefix or not 7 <= len(digits) <= 15 or digits.startswith("0"):  # ITU-T E.164: 15 digits at most
        return None
    country = digits[: 1 if digits[0] in "17" else 2 if _TWO_DIGIT_COUNTRY.match(digits) else 3]
    written = "+" + digits
    return PhoneNumber(
        raw, Kind.FOREIGN, None, written, written, callable=False, personal=True, country=country
    )


def _national(raw: str, digits: str) -> PhoneNumber | None:
    """A whole Chinese number, as dialled from another city."""
    if found := _MOBILE.match(digits):
        mobile = found[1]
        written = f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}"
        trunk = digits != mobile
        return PhoneNumber(
            raw, Kind.MOBILE, mobile, written, mobile, callable=True, personal=True, trunk=trunk
        )
    if found := _SERVICE.match(digits):
        written = "-".join(found.groups())
        return PhoneNumber(raw, Kind.SERVICE, digits, written, digits, callable=True, personal=False)
    if _SHORT.fullmatch(digits):
        return PhoneNumber(raw, Kind.SHORT, digits, digits, digits, callable=True, personal=False)
    if found := _AREA_AND_SHORT.match(digits):
        written = f"{found[1]}-{found[2]}"
        return PhoneNumber(
            raw, Kind.SHORT, digits, written, digits, callable=True, personal=False, area=found[1]
        )
    if found := _FIXED.match(digits):
        return _fixed(raw, found[1], found[2])
    return None


def _fixed(raw: str, area: str, local: str) -> PhoneNumber | None:
    if area in SHORT_CODES and len(local) != 8:
        return None
    national, written = f"0{area}{local}", f"0{area}-{local}"
    return PhoneNumber(
        raw, Kind.FIXED, national, written, national, callable=True, personal=True, area="0" + area
    )


def _without_trunk_zero(raw: str, digits: str) -> PhoneNumber | None:
    found = _FIXED_BARE.match(digits)
    return _fixed(raw, found[1], found[2]) if found and found[1] in AREA_CODES else None


def _behind_prefix(raw: str, digits: str) -> PhoneNumber | None:
    """A mobile or fixed number behind a carrier's prefix."""
    for prefix in CARRIER_PREFIXES:
        if digits.startswith(prefix):
            found = _national(raw, digits.removeprefix(prefix))
            if found and found.kind in (Kind.MOBILE, Kind.FIXED):
                return found
    return None


def _local(raw: str, digits: str, line_number: str) -> PhoneNumber | None:
    """A number of the same city without its area code, or of another one without the trunk 0."""
    own = _FIXED.match(_SEPARATORS.sub("", line_number))
    if own and len(digits) == len(own[2]) and not digits.startswith("1"):
        return _fixed(raw, own[1], digits)
    return _without_trunk_zero(raw, digits)
