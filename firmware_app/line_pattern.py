"""The regular expression by which a caller-ID board's text is read, in; what is wrong with it, or None, out. Pure.

A pattern that backtracks without end would stop the whole monitor, since one match runs to its end. So what can grow is
limited: a repeat is of one character or set and never of a group, there are few of them, and the driver cuts the lines it
reads (board_lines.LONGEST_LINE). The worst pattern that passes then takes some tenths of a second, not hours.
"""

from __future__ import annotations

import re

from firmware_app.wording import Text

LONGEST_PATTERN = 200
MOST_REPEATS = 4  # of * + {m,n}: each multiplies the work by the length of the line
MOST_CHOICES = 4  # of ? and |: each doubles it

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
    repeats = choices = 0
    before = ""
    for token in _TOKEN.finditer(pattern):
        if before == ")" and (token["repeat"] or token[0].startswith("{")):
            return Text(
                "不能重复一个分组（例如 (…)+），匹配可能没有尽头；请改成重复一个字符或字符集，例如 [0-9-]+",
                "a group must not be repeated, as in (…)+: matching might never end; repeat a character or a set, as in [0-9-]+",
            )
        if token[0] == "?" and before == "(":
            return Text("不支持这种 (?…) 写法", "this kind of (?…) is not supported")
        repeats += token["repeat"] is not None
        choices += token["choice"] is not None
        before = token[0]
    if repeats > MOST_REPEATS or choices > MOST_CHOICES:
        return Text(
            f"太复杂：最多 {MOST_REPEATS} 处重复（* + {{m,n}}）和 {MOST_CHOICES} 处选择（? |）",
            f"too complicated: at most {MOST_REPEATS} repeats (* + {{m,n}}) and {MOST_CHOICES} choices (? |)",
        )
    return None
