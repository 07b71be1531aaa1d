"""Cases and attempts as values: states, what an attempt does, reasons, the order of the list, the document of rules."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.callback import (
    BAIT,
    MEANS,
    MENU,
    NOTE_NEEDED,
    OPEN_STATES,
    OUTCOMES,
    REASONS,
    STATES,
    TOLD_OUTCOMES,
    Means,
    Outcome,
    State,
    Told,
    after_attempt,
    heard_outcome,
    proposal,
    state_of,
    warning_of,
)
from firmware_app.calls.callback_rules import DAY, MINUTE, OPTIONS, RULES, Rules, problems
from firmware_app.calls.phone_number import parse
from firmware_app.calls.urgency import Level, Rank, Waiting, urgency

AM, PM = "2026-11-24 am", "2026-11-24 pm"


def test_every_word_has_both_languages() -> None:
    assert set(STATES) == set(State)
    assert set(OUTCOMES) == set(Outcome)
    assert set(MEANS) == set(Means)
    words = [
        *STATES.values(),
        *OUTCOMES.values(),
        *MEANS.values(),
        *OPTIONS.values(),
        *(r.what for r in RULES),
    ]
    words += [text for codes in REASONS.values() for text in codes.values()]
    assert all(text.zh and text.en for text in words)
    assert all(NOTE_NEEDED in codes for codes in REASONS.values())


@pytest.mark.parametrize(
    ("stored", "attempts", "seen", "state"),
    [
        ("open", 0, False, State.NEW),
        ("open", 0, True, State.SEEN),
        ("open", 1, False, State.ATTEMPTED),
        ("reached", 2, True, State.REACHED),
        ("self_resolved", 0, True, State.SELF_RESOLVED),
        ("something", 0, True, State.NEW),
    ],
)
def test_states(stored: str, attempts: int, seen: bool, state: State) -> None:
    assert state_of(stored, attempts, seen) is state


# ---- 3 attempts in 2 half-days (DOMAIN 1.5)


@pytest.mark.parametrize(
    ("half_days", "end"),
    [
        ([AM], None),
        ([AM, PM], None),
        ([AM, AM, AM], None),
        ([AM, AM, AM, AM, AM], None),
        ([AM, AM, PM], State.UNREACHABLE),
        ([AM, AM, AM, PM], State.UNREACHABLE),
        ([None, None, AM], None),  # of an older ledger: nobody knows which half-day
        ([None, AM, PM], State.UNREACHABLE),
    ],
)
def test_three_attempts_in_two_half_days_end_a_case(half_days: list[str | None], end: State | None) -> None:
    earlier = [Told("not_reached", half) for half in half_days[:-1]]
    assert after_attempt("not_reached", half_days[-1], earlier, Rules()) is end


def test_a_voicemail_is_an_attempt_and_nobody_reached() -> None:
    assert after_attempt("voicemail", AM, [], Rules()) is None
    assert (
        after_attempt("voicemail", PM, [Told("busy", AM), Told("voicemail", AM)], Rules())
        is State.UNREACHABLE
    )


def test_reached_ends_a_case_at_once_and_is_no_failed_attempt() -> None:
    assert after_attempt("reached", AM, [], Rules()) is State.REACHED
    slip = [Told("reached", AM), Told("busy", AM)]  # taken back: the case is open again
    assert after_attempt("not_reached", PM, slip, Rules()) is None


OUTCOME = st.sampled_from(TOLD_OUTCOMES)
HALF = st.sampled_from([None, AM, PM, "2026-11-25 am"])


@given(
    st.lists(st.builds(Told, OUTCOME, HALF), max_size=6), OUTCOME, HALF, st.integers(1, 5), st.integers(1, 3)
)
def test_an_attempt_against_a_count_by_hand(
    earlier: Sequence[Told], outcome: str, half: str | None, attempts: int, half_days: int
) -> None:
    end = after_attempt(outcome, half, earlier, Rules(attempts=attempts, half_days=half_days))
    failed = [each for each in [*earlier, Told(outcome, half)] if each.outcome != "reached"]
    enough = len(failed) >= attempts and len({each.half_day for each in failed if each.half_day}) >= half_days
    assert end is (State.REACHED if outcome == "reached" else State.UNREACHABLE if enough else None)


# ---- what the line heard


@pytest.mark.parametrize(
    ("far_end", "talk", "outcome"),
    [
        ("answered", None, Outcome.REACHED),
        ("busy", 60, Outcome.BUSY),
        ("no_answer", 60, Outcome.NOT_REACHED),
        ("vacant", None, Outcome.VACANT),
        ("unknown", 19.999, Outcome.UNKNOWN),
        ("unknown", 20, Outcome.REACHED),
        (None, 20.001, Outcome.REACHED),
        (None, None, Outcome.UNKNOWN),
    ],
)
def test_what_a_call_of_the_line_lets_one_suppose(
    far_end: str | None, talk: float | None, outcome: Outcome
) -> None:
    heard = None if talk is None else round(talk * SECOND)
    assert heard_outcome(far_end, heard, Rules()) is outcome


def test_what_is_proposed_is_for_a_person_to_press() -> None:
    assert proposal("vacant", pending=True) is State.NOT_CALLABLE
    assert proposal("vacant", pending=False) is State.NOT_CALLABLE
    assert proposal("reached", pending=True) is State.REACHED
    assert proposal("reached", pending=False) is None
    assert proposal("busy", pending=True) is None


def test_warnings() -> None:
    line = "03562217000"
    for raw in ("+15551230000", "00852 2123 0000"):
        assert warning_of(parse(raw, line)) is BAIT
    for raw in ("4001234567", "95588", "12345", "035112345", "10086", "035196123", "8008101234"):
        assert warning_of(parse(raw, line)) is MENU, raw
    for raw in ("15400000001", "2217000", "120", "P"):
        assert warning_of(parse(raw, line)) is None, raw


# ---- the order of the list

NOW = 100 * DAY


def waiting(case: int = 1, **changes: Any) -> Waiting:  # noqa: ANN401
    """A case of one call a minute ago, due in 29 minutes."""
    values = {
        "case": case,
        "low": False,
        "calls": 1,
        "clock_wall": NOW - MINUTE,
        "due_wall": NOW + 29 * MINUTE,
        "postponed_wall": None,
        "attempts": 0,
        "pending": False,
    }
    return Waiting(**(values | changes))


def elapsed(start: int, end: int) -> int:
    """A point that never closes."""
    return max(0, end - start)


def since(minutes: float, **changes: Any) -> Waiting:  # noqa: ANN401
    start = NOW - round(minutes * MINUTE)
    return waiting(clock_wall=start, due_wall=start + 30 * MINUTE, **changes)


def level(facts: Waiting, rules: Rules = Rules()) -> Level:  # noqa: B008  frozen
    return urgency(facts, NOW, rules, elapsed).level


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-600, Level.CALM),  # its clock starts with the next opening
        (0, Level.CALM),
        (14.999, Level.CALM),
        (15, Level.AMBER),
        (29.999, Level.AMBER),
        (30, Level.RED),
        (6000, Level.RED),
    ],
)
def test_amber_and_red_by_working_minutes(minutes: float, expected: Level) -> None:
    assert level(since(minutes)) is expected
    bare = waiting(clock_wall=NOW - round(minutes * MINUTE), due_wall=None)  # of an older ledger
    assert level(bare) is expected


def test_a_call_from_out_of_hours_has_its_longer_time() -> None:
    """60 minutes after opening: amber at 45, red at 60."""
    for minutes, expected in ((44, Level.CALM), (45, Level.AMBER), (59, Level.AMBER), (60, Level.RED)):
        start = NOW - minutes * MINUTE
        assert level(waiting(clock_wall=start, due_wall=start + 60 * MINUTE)) is expected


def test_red_may_come_before_the_deadline() -> None:
    rules = Rules(amber=5 * MINUTE, red=20 * MINUTE)
    assert level(since(19.9), rules) is Level.AMBER
    assert level(since(20), rules) is Level.RED


def test_who_was_called_already_is_not_overdue() -> None:
    assert level(since(6000, attempts=1)) is Level.CALM


def test_the_order_in_which_cases_are_worked() -> None:
    expected = [
        since(3, case=9, pending=True),  # the line rang them: one word is missing
        since(2, case=1, postponed_wall=NOW - 3),  # promised for now
        since(2, case=2, postponed_wall=NOW),
        since(40, case=3, calls=4),  # overdue, four calls
        since(50, case=4),
        since(31, case=5),
        since(20, case=6),  # amber
        since(2, case=7, calls=2),
        since(2, case=8),
        since(300, case=10, attempts=1),
        since(300, case=11, low=True, calls=2),
        since(40, case=12, low=True),
        since(2, case=13, postponed_wall=NOW + 1),
        since(300, case=14, postponed_wall=NOW + 2, low=True),
    ]
    for order in (expected[::-1], expected[::2] + expected[1::2]):
        found = sorted(order, key=lambda facts: urgency(facts, NOW, Rules(), elapsed).order)
        assert [facts.case for facts in found] == [facts.case for facts in expected]


def test_what_was_promised_says_so() -> None:
    due = urgency(waiting(postponed_wall=NOW), NOW, Rules(), elapsed)
    assert (due.promised, due.rank) == (True, Rank.NOW)
    later = urgency(waiting(postponed_wall=NOW + 1), NOW, Rules(), elapsed)
    assert (later.promised, later.rank) == (False, Rank.LATER)


CASES = st.builds(
    waiting,
    case=st.integers(1, 3),
    low=st.booleans(),
    calls=st.integers(1, 3),
    clock_wall=st.sampled_from([NOW - 31 * MINUTE, NOW - 30 * MINUTE, NOW - 15 * MINUTE, NOW, NOW + 1]),
    due_wall=st.sampled_from([None, NOW - 1, NOW, NOW + 1, NOW + 15 * MINUTE, NOW + 30 * MINUTE]),
    postponed_wall=st.sampled_from([None, NOW - 1, NOW, NOW + 1]),
    attempts=st.integers(0, 2),
    pending=st.booleans(),
)


@given(CASES, CASES)
def test_normal_before_low_and_what_is_put_off_last(one: Waiting, other: Waiting) -> None:
    first, second = (urgency(each, NOW, Rules(), elapsed) for each in (one, other))
    at_once = [each.pending or (each.postponed_wall or NOW + 1) <= NOW for each in (one, other)]
    if not any(at_once):
        put_off = [each.postponed_wall is not None for each in (one, other)]
        if put_off == [False, True] or (put_off == [False, False] and (one.low, other.low) == (False, True)):
            assert first.order < second.order
    elif at_once == [True, False]:
        assert first.order < second.order


# ---- the document


def test_an_empty_document_is_the_defaults() -> None:
    assert Rules.from_document({}) == Rules()
    assert Rules.from_document({rule.key: rule.default for rule in RULES}, 3) == Rules(version=3)


def test_a_document_s_values() -> None:
    found = Rules.from_document(
        {
            "timely_min": 20,
            "amber_min": 5,
            "red_min": 20,
            "machine_sigma_s": 0.25,
            "abandoned_opens_case": False,
        },
        7,
    )
    assert isinstance(found, Rules)
    assert (found.version, found.timely, found.amber, found.red) == (7, 20 * MINUTE, 5 * MINUTE, 20 * MINUTE)
    assert (found.machine_sigma, found.abandoned_opens_case) == (SECOND // 4, False)


@pytest.mark.parametrize(
    ("content", "zh", "en"),
    [
        ([], "对象", "object"),
        ({"speed": 1}, "speed：未知的键", "speed: unknown key"),
        ({"timely_min": 0}, "timely_min", "from 1 to 600"),
        ({"timely_min": 2.5}, "整数", "whole number"),
        ({"timely_min": True}, "timely_min", "timely_min"),
        ({"timely_min": "30"}, "timely_min", "timely_min"),
        ({"attempts": 11}, "attempts", "from 1 to 10"),
        ({"machine_sigma_s": 0.01}, "0.05", "0.05"),
        ({"short_ring_s": float("nan")}, "short_ring_s", "short_ring_s"),
        ({"abandoned_opens_case": 1}, "true", "true"),
        ({"amber_min": 40}, "amber_min 不能大于 red_min", "amber_min must not be above red_min"),
        ({"red_min": 31}, "red_min 不能大于 timely_min", "red_min must not be above timely_min"),
    ],
)
def test_each_problem_of_a_document_is_told(content: object, zh: str, en: str) -> None:
    wrong = problems(content)
    assert Rules.from_document(content) == wrong
    assert any(zh in text.zh for text in wrong)
    assert any(en in text.en for text in wrong)


def test_all_problems_are_told_at_once() -> None:
    bad = {rule.key: -1 for rule in RULES} | dict.fromkeys(OPTIONS, "yes") | {"x": 1}
    assert len(problems(bad)) == len(RULES) + len(OPTIONS) + 1


JSON = st.none() | st.booleans() | st.integers(-5, 1000) | st.floats() | st.text(max_size=2)


@given(st.dictionaries(st.sampled_from([*(rule.key for rule in RULES), *OPTIONS, "x"]), JSON) | JSON)
def test_any_document_gives_rules_or_reasons(content: object) -> None:
    found = Rules.from_document(content)
    assert isinstance(found, Rules) == (problems(content) == ())


def test_open_states_and_ends_are_all_states() -> None:
    ends = set(State) - set(OPEN_STATES)
    assert set(REASONS) < ends
    assert len(list(itertools.chain(OPEN_STATES, ends))) == len(State)
