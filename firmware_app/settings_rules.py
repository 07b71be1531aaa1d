"""One table of a TOML file in, checked values out, and a Problem for everything that is wrong in it.

Pure, and never raises whatever the table holds: a bad value is noted and answered with None, so that one reading finds
every mistake. What the keys mean is in `settings`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Generic, TypeVar

from firmware_app.wording import Text

T = TypeVar("T")

SHOWN = 60  # characters of a wrong value that a message repeats


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `key` (as in `line[2].ring_pin`, counted from 1; empty for the file as a whole)."""

    key: str
    what: Text

    def in_language(self, language: str) -> str:
        separator = (": " if language == "en" else "：") if self.key else ""
        return self.key + separator + self.what.in_language(language)


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """What one key may hold: a value of exactly this kind that `accepts` says yes to; `allowed` says it in words."""

    kind: type[T]
    allowed: Text
    accepts: Callable[[T], bool] = lambda value: True

    def admits(self, value: object) -> bool:
        return type(value) is self.kind and self.accepts(value)


def choice(*words: str) -> Rule[str]:
    """One of these words and nothing else."""
    quoted = [json.dumps(word) for word in words]
    return Rule(str, Text(" 或 ".join(quoted), " or ".join(quoted)), lambda value: value in words)


def whole(least: int, most: int, zh: str = "", en: str = "") -> Rule[int]:
    """A whole number within the bounds, both included."""
    allowed = Text(f"{least} 到 {most} 的整数{zh}", f"a whole number from {least} to {most}{en}")
    return Rule(int, allowed, lambda value: least <= value <= most)


def printable(most: int, zh: str, en: str, accepts: Callable[[str], bool] = lambda value: True) -> Rule[str]:
    """A string of 1 to `most` characters without control characters, not blank, and as `accepts` wants it."""
    return Rule(
        str,
        Text(zh, en),
        lambda value: (
            0 < len(value) <= most and value.isprintable() and bool(value.strip()) and accepts(value)
        ),
    )


def shown(value: object) -> str:
    """A wrong value as the file writes it, cut to a readable length."""
    match value:
        case bool():
            written = "true" if value else "false"
        case str():
            written = json.dumps(value, ensure_ascii=False)
        case int() if value.bit_length() > 256:  # str() refuses thousands of digits
            written = hex(value)
        case dict():
            written = "{" + ", ".join(map(str, value)) + "}"
        case list():
            written = "[" + ", ".join(map(shown, value[:SHOWN])) + "]"
        case _:
            written = str(value)
    return written if len(written) <= SHOWN else written[: SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a file has found so far. owners: what may be had only once, and the key that has it."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    owners: dict[tuple[object, ...], str] = field(default_factory=dict)
    shared: dict[object, dict[str, str]] = field(
        default_factory=dict
    )  # pin: chip as written: the key that has it


class Table:
    """One table while it is read: each `take` notes the key as known; `finish` names the keys that nobody took."""

    def __init__(self, values: dict[str, object], where: str, reading: Reading) -> None:
        self.values = values
        self.where = where
        self.reading = reading
        self._known: dict[str, None] = {}  # in the order of taking, which is the order of the documents
        self._elsewhere: dict[str, Text] = {}

    def key(self, name: str) -> str:
        """The full name of a key of this table."""
        return f"{self.where}.{name}" if self.where else name

    def complain(self, name: str, zh: str, en: str) -> None:
        self.reading.problems.append(Problem(self.key(name), Text(zh, en)))

    def warn(self, name: str, zh: str, en: str) -> None:
        self.reading.warnings.append(Problem(self.key(name), Text(zh, en)))

    def claim(self, name: str, *thing: object, found: object = None) -> None:
        """What `thing` names (a pin of a chip, a port) belongs to this key; a second claimant is a problem.

        `found`: what to show of the value, where it is not all of it.
        """
        owner = self.reading.owners.setdefault(thing, self.key(name))
        if owner != self.key(name):
            value = shown(self.values[name] if found is None else found)
            self.complain(
                name, f"现在是 {value}，已被 {owner} 使用", f"found {value}, which {owner} has already"
            )

    def share(self, name: str, chip: str, pin: object) -> None:
        """Two names may mean one chip ("auto" and its path): the same pin of both is at least worth a word."""
        others = {owner for other, owner in self.reading.shared.get(pin, {}).items() if other != chip}
        self.reading.shared.setdefault(pin, {})[chip] = self.key(name)
        for owner in sorted(others):
            self.warn(
                name,
                f"GPIO{pin} 也是 {owner} 的引脚；如果两处写的是同一块芯片，就用重了",
                f"{owner} has GPIO{pin} too; if both names mean one chip, it is used twice",
            )

    def take(self, name: str, rule: Rule[T]) -> T | None:
        """The value of a key that must be there; None when it is wrong or missing, which is then noted."""
        if name not in self.values:
            self._known[name] = None
            self.complain(
                name, f"缺少此项，应为：{rule.allowed.zh}", f"missing; it must be {rule.allowed.en}"
            )
            return None
        return self.optional(name, rule)

    def optional(self, name: str, rule: Rule[T]) -> T | None:
        """The value of a key that may be left out; None when it is, or when it is wrong, which is then noted."""
        self._known[name] = None
        if name not in self.values:
            return None
        value = self.values[name]
        if rule.admits(value):
            return value  # type: ignore[return-value]  # admits() compared the type exactly
        self.complain(
            name,
            f"现在是 {shown(value)}，应为：{rule.allowed.zh}",
            f"found {shown(value)}, allowed is {rule.allowed.en}",
        )
        return None

    def take_or(self, name: str, rule: Rule[T], default: T) -> T:
        """The value of a key with a default."""
        value = self.optional(name, rule)
        return default if value is None else value

    def number_or(self, name: str, rule: Rule[float], default: float) -> float:
        """Like take_or for a number that may be written without a decimal point."""
        if type(whole_number := self.values.get(name)) is int and abs(whole_number) < 2**53:
            self.values = {**self.values, name: float(whole_number)}
        return self.take_or(name, rule, default)

    def table(self, name: str) -> Table:
        """The table below this one; empty when there is none."""
        self._known[name] = None
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            self.complain(
                name,
                f"现在是 {shown(value)}，应为：一节 [{name}]",
                f"found {shown(value)}, allowed is a table [{name}]",
            )
            value = {}
        return Table(value, self.key(name), self.reading)

    def tables(self, name: str) -> list[Table]:
        """The tables of an array [[name]]; empty when there is none."""
        return self._array(name, f"[[{name}]]", Text("（两层方括号）", " (double brackets)"))

    def inline_tables(self, name: str, form: str) -> list[Table]:
        """The tables of a list that is written as `form` shows; empty when there is none."""
        return self._array(name, form, Text("", ""))

    def _array(self, name: str, form: str, hint: Text) -> list[Table]:
        self._known[name] = None
        value = self.values.get(name, [])
        if not (isinstance(value, list) and all(isinstance(each, dict) for each in value)):
            self.complain(
                name,
                f"现在是 {shown(value)}，应写成 {form}{hint.zh}",
                f"found {shown(value)}, it must be written {form}{hint.en}",
            )
            return []
        return [
            Table(each, f"{self.key(name)}[{nr}]", self.reading) for nr, each in enumerate(value, start=1)
        ]

    def known(self, *names: str) -> None:
        """These keys exist here, though nothing reads them now."""
        self._known.update(dict.fromkeys(names))

    def belongs_elsewhere(self, names: tuple[str, ...], zh: str, en: str) -> None:
        """These keys exist but have no place in this table; `finish` says so instead of calling them unknown."""
        self._elsewhere.update(dict.fromkeys(names, Text(zh, en)))

    def finish(self) -> None:
        """Note every key that nobody took, with the nearest one that exists."""
        for name in self.values:
            if name in self._known:
                continue
            if name in self._elsewhere:
                self.reading.problems.append(Problem(self.key(name), self._elsewhere[name]))
                continue
            near = get_close_matches(name, self._known, n=1)
            known = "、".join(self._known), ", ".join(self._known)
            self.complain(
                name if name.isidentifier() else shown(name),
                (f"没有这一项，是不是 {near[0]}？" if near else f"没有这一项。可用的有：{known[0]}"),
                (
                    f"unknown key; did you mean {near[0]}?"
                    if near
                    else f"unknown key. Allowed are: {known[1]}"
                ),
            )
