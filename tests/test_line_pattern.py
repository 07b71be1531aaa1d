"""Patterns for a board's text: the usual ones pass, those that might match for ever do not, and nothing raises."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from device.board_lines import LONGEST_LINE
from firmware_app.line_pattern import LONGEST_PATTERN, pattern_problem

NUMBER = "(?P<number>[0-9]+)"


@pytest.mark.parametrize(
    "pattern",
    [
        NUMBER,
        r"NMBR\s*=\s*(?P<number>\d{3,20})",
        r"(?i)caller:? *(?P<number>\+?\d+)",
        r"(?:CALL|TEL|NO)[:= ]+(?P<number>[-\d]{3,20}|P)",
        r"^\[\]\](?P<number>\d{11})\)$",
        r"(?<=A)(?P<number>\d+)(?=#)",
        r"(?P<number>\d\d)?",
        r"[]+*?|]{3}(?P<number>\d+)",
        r"(?P<day>\d\d)\\*(?P<number>\d+)(?P=day)",
        NUMBER + "x" * (LONGEST_PATTERN - len(NUMBER)),
        NUMBER + "a*b{2,3}c+",
        NUMBER + "a?b?c?d?e?",
        NUMBER + "a{0,3}b{,3}c{1,4}d{9,10}",
        r"(?P<ring>RING)|NUM=(?P<number>\d*) *NAME=(?P<name>.*)",
    ],
)
def test_a_pattern_that_ends_passes(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "1 to 200 characters"),
        (NUMBER + "x" * (LONGEST_PATTERN + 1 - len(NUMBER)), "1 to 200 characters"),
        (NUMBER + "\n", "cannot be seen"),
        ("(?P<number>", "not a regular expression"),
        ("(?P<number>[0-9]+){99999999999}", "not a regular expression"),
        ("[0-9]+", "lacks the group"),
        ("(?P<nummer>[0-9]+)", "lacks the group"),
        ("(?P<number>(a+)+)", "must not be repeated"),
        ("(?P<number>a)*", "must not be repeated"),
        ("(?P<number>(?:a|aa){2,9})", "must not be repeated"),
        ("(?P<number>(?:a?b){40})", "must not be repeated"),
        ("(?P<number>a)(?#c)", "not supported"),
        ("(?s)(?P<number>a)", "not supported"),
        ("(?P<number>a)(?(number)b|c)", "not supported"),
        (NUMBER + "a*b{2,3}c+d*", "too complicated"),
        (NUMBER + "a*b{0,80}c{0,80}", "too complicated"),
        (NUMBER + "a*b+c?d?", "too complicated"),
        (NUMBER + "a?" * 11, "too complicated"),
        (NUMBER + "|a" * 11, "too complicated"),
    ],
)
def test_a_pattern_that_might_not_end_is_refused_with_the_reason(pattern: str, why: str) -> None:
    problem = pattern_problem(pattern)
    assert problem is not None
    assert why in problem.en


QUANTIFIERS = st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,9}", "*?", "+?"])
PATTERNS = st.recursive(
    st.sampled_from(["a", "[ab]", ".", "\\w", "aa", "(?=a)", "^"]),
    lambda inner: (
        st.tuples(inner, QUANTIFIERS).map("".join)
        | st.tuples(inner, QUANTIFIERS).map(lambda both: f"(?:{both[0]}){both[1]}")
        | st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map(lambda each: f"(?:{'|'.join(each)})")
    ),
    max_leaves=6,
)


@pytest.fixture
def limited() -> Iterator[None]:
    """A match holds the interpreter, so that pytest's own time limit would never come; it does look for signals."""

    def over(*_: object) -> None:
        raise TimeoutError("a match has no end")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, 60, 2)  # and again: a failing example is tried once more
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("limited")
@given(PATTERNS | st.text(max_size=20))
@settings(max_examples=300, deadline=None, phases=[Phase.generate])
def test_whatever_passes_compiles_and_ends_on_a_line_made_to_keep_it_busy(pattern: str) -> None:
    """It returns at all: a repeat in a repeat would keep eighty letters without a z busy for years."""
    written = f"(?P<number>b?)(?:{pattern})z"
    if pattern_problem(written) is None:
        assert re.compile(written).search("a" * LONGEST_LINE) is None
