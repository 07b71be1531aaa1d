"""The fields of what a person may record: one of a JSON body in, its value out, or WrongFieldError with its name. Decides nothing.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_app.calls.phone_number import parse
from firmware_app.records import entries

Body = Mapping[str, Any]

LONGEST_WORD = 64  # characters: names of lines, accounts, documents
LONGEST_SECRET = 512
LONGEST_DETAIL = 300
LONGEST_DOCUMENT = 200_000  # as records.documents has it
LONGEST_NOTE = 200  # as records.deciding_numbers has it
LONGEST_NUMBER = 40
LONGEST_FIGURES = 1_000  # counts of a carrier's bill


class WrongFieldError(Exception):
    """A field is missing, of the wrong type or not an allowed value."""


def whole(body: Body, key: str) -> int:
    """A whole number, 1 or more."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**62:
        raise WrongFieldError(key)
    return value


def word(body: Body, key: str, allowed: tuple[str, ...] = (), longest: int = LONGEST_WORD) -> str:
    """Some words, of `allowed` where there are any."""
    value = body.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= longest or (allowed and value not in allowed):
        raise WrongFieldError(key)
    return value


def count(body: Body, key: str) -> int | None:
    """A whole number, 0 or more, that may be left out."""
    value = body.get(key)
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31
    ):
        raise WrongFieldError(key)
    return value


def truth(body: Body, key: str) -> bool:
    """Yes or no."""
    value = body.get(key)
    if not isinstance(value, bool):
        raise WrongFieldError(key)
    return value


def secret(body: Body) -> entries.Personal:
    """A hash, as the panel made it."""
    found = body.get("secret")
    if not isinstance(found, dict) or found.get("kind") != "secret":
        raise WrongFieldError("secret")
    return entries.Personal("secret", word(found, "content", longest=LONGEST_SECRET))


def note(body: Body, key: str) -> str:
    """A few words, not only spaces."""
    words = word(body, key, longest=LONGEST_NOTE).strip()
    if not words:
        raise WrongFieldError(key)
    return words


def number(body: Body, key: str) -> entries.Personal:
    """A number that can be found again: the `key` of one that is known, or as a person writes it, with its area code."""
    written = word(body, key, longest=LONGEST_NUMBER).strip()
    lookup = parse(written).key
    if lookup is None:
        raise WrongFieldError(key)
    return entries.Personal("number", written, lookup)


def text(body: Body, key: str, longest: int, kind: str = "text") -> entries.Personal | None:
    """People's words or a name, not only spaces; may be left out."""
    if body.get(key) is None:
        return None
    words = word(body, key, longest=longest).strip()
    if not words:
        raise WrongFieldError(key)
    return entries.Personal(kind, words)


def whole_or_none(body: Body, key: str) -> int | None:
    """A whole number, 1 or more, that may be left out."""
    return None if body.get(key) is None else whole(body, key)


def word_or_none(body: Body, key: str, longest: int = LONGEST_WORD) -> str | None:
    """Some words that may be left out."""
    return None if body.get(key) is None else word(body, key, longest=longest)


def wholes(body: Body, key: str, most: int) -> tuple[int, ...]:
    """A list of whole numbers, 0 or more."""
    value = body.get(key)
    fit = (
        isinstance(value, list | tuple)
        and len(value) <= most
        and all(type(each) is int and 0 <= each < 2**62 for each in value)
    )
    if not fit or value is None:
        raise WrongFieldError(key)
    return tuple(value)
