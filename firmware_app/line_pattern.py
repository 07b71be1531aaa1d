"""The regular expression by which a caller-ID board's text is read, in; what is wrong with it, or None, out. Pure.

A pattern that backtracks without end would stop the whole monitor, since one match runs to its end and lets no other thread run.
So a repeat is of one character or set and never of a group, the driver cuts the lines it reads (board_lines.LONGEST_LINE), and the
ways in which a line of that length can be divided among the repeats and choices are counted and limited: 4 million of them took
under 0.1 s where this was written (the limits before this count let 4 s pass), some tenths of a second on a slow Pi.
"""

from __future__ import annotations

import re
from math import comb, prod

from firmware_app.wording import Text

LONGEST_PATTERN = 200
LINE = 80  # characters: board_lines.LONGEST_LINE, which this side of the house does not import
MOST_WAYS = 2**22

_TOKEN = re.compile(
    r"\\."  # an escape
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]"  # a set
    r"|\((?:\?(?:P?<\w+>|P=\w+|i?:|i\)|<?[=!]))?"  # a group opens
    r"|(?P<repeat>[*+]|\{\d*,\d*\})[?+]?"
    r"|(?P<choice>\?[?+]?|\|)"
    r"|.",
    re.DOTALL,
)


def pattern_problem(pattern: str) -> Text | None:
    """Why `pattern` cannot be used, in words for the technician; None when it can."""
    if not 0 < len(pattern) <= LONGEST_PATTERN:
        return Text(f"应为 1 到 {LONGEST_PATTERN} 个字符", f"it must have 1 to {LONGEST_PATTERN} characters")
    if not pattern.isprintable():
        return Text("含有不可见字符", "it holds characters that cannot be seen")
    try:
        groups = re.compile(pattern).groupindex
    except (re.error, RecursionError, OverflowError) as error:
        return Text(f"不是正则表达式：{error}", f"not a regular expression: {error}")
    if "number" not in groups:
        return Text("缺少号码的分组 (?P<number>…)", "it lacks the group of the number, (?P<number>…)")
    return _endless(pattern)


def _endless(pattern: str) -> Text | None:
    """Whether a match could take for ever. `pattern` compiles."""
    repeats: list[int] = []
    choices = 0
    before = ""
    for token in _TOKEN.finditer(pattern):
        if before == ")" and (token["repeat"] or token[0].startswith("{")):
            return Text(
                "不能重复一个分组（例如 (…)+），匹配可能没有尽头；请改成重复一个字符或字符集，例如 [0-9-]+",
                "a group must not be repeated, as in (…)+: matching might never end; repeat a character or a set, as in [0-9-]+",
            )
        if token[0] == "?" and before == "(":
            return Text("不支持这种 (?…) 写法", "this kind of (?…) is not supported")
        if token["repeat"] is not None:
            repeats.append(_lengths(token["repeat"]))
        choices += token["choice"] is not None
        before = token[0]
    if _ways(repeats) << choices > MOST_WAYS:
        return Text(
            "太复杂：请减少重复（* +）和选择（? |），或限定次数，例如把 * 写成 {0,3}",
            "too complicated: use fewer repeats (* +) and choices (? |), or bound them: {0,3} in place of *",
        )
    return None


def _lengths(repeat: str) -> int:
    """How many lengths a repeat can have: `{3,20}` 18, `*` as many as the line has characters."""
    low, comma, high = repeat.rstrip("?+").strip("{}").partition(",")
    return max(1, min(int(high) - int(low or 0), LINE) + 1) if comma and high else LINE + 1


def _ways(repeats: list[int]) -> int:
    """The ways to divide a line among repeats of so many lengths each and a beginning anywhere: the bounded ones have their own
    number of ways each, the others together those of choosing where each of them ends."""
    ordered = sorted(repeats)
    return min(
        prod(ordered[:bounded]) * comb(LINE + len(ordered) - bounded + 1, LINE)
        for bounded in range(len(ordered) + 1)
    )
