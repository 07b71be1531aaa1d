"""One true history of a line, heard by one to four ears: one record in any order of arrival, and it claims nothing untrue."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.signals import LineLost
from firmware_app.calls.call import Call, Direction, Disposition, Doubt, FarEnd
from firmware_app.calls.heard_line import HeardLine
from tests.ear_streams import END, Loop, Word, arriving
from tests.line_signals import LINE
from tests.support import at
from tests.true_line import KINDS, WAITING, Away, TrueCall, dead_times, history, words_of

SEEDS = st.integers(0, 2**32)
NOT_ANSWERED = (Disposition.NO_ANSWER, Disposition.ABANDONED)


@dataclass(frozen=True)
class Heard:
    """A true history, its ears with their dead times, and what they say."""

    calls: list[TrueCall]
    away: dict[str, list[Away]]
    words: list[Word]

    def stays(self, sense: str, begin: float, end: float) -> list[str]:
        """The ears that have this sense, and were there all the time."""
        able = [name for name in self.away if getattr(KINDS[name], sense) is not None]
        return [name for name in able if all(back < begin or end < went for went, back in self.away[name])]


def heard(seed: int, *, ears_go: bool) -> Heard:
    chance = random.Random(seed)
    happens, calls = history(chance)
    names = chance.sample(sorted(KINDS), chance.randint(1, 4))
    away = {name: dead_times(happens, chance) if ears_go else [] for name in names}
    words = [word for name in names for word in words_of(happens, name, away[name], chance)]
    return Heard(calls, away, words)


def told(all_heard: Heard, order: int | None, *, badly: bool = False) -> Loop:
    loop = Loop(all_heard.away)
    chance = None if order is None else random.Random(order)
    said = arriving(all_heard.words, chance)
    if badly:
        loop.hear_badly(said, random.Random(order))
    else:
        loop.hear(said, until=END)
    return loop


def of(true: TrueCall, closed: list[Call], direction: Direction) -> list[Call]:
    """What was recorded of it: what lies in its time."""
    near = [call for call in closed if call.direction is direction and call.doubt is not Doubt.CALL_WAITING]
    return [
        call
        for call in near
        if call.ended is not None
        and call.started.mono / 1e9 <= true.ends + 1
        and call.ended.mono / 1e9 >= true.begins - 2
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=SEEDS)
def test_one_history_gives_one_record_in_any_order_of_arrival(seed: int) -> None:
    all_heard = heard(seed, ears_go=True)
    record = told(all_heard, None).record
    for order in (1, 2):
        assert told(all_heard, seed + order).record == record
    assert told(all_heard, seed + 3, badly=True).record == record


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=SEEDS)
def test_what_ears_that_stay_record_is_what_happened(seed: int) -> None:
    all_heard = heard(seed, ears_go=False)
    loop = told(all_heard, seed)
    hooks = all_heard.stays("hook", 0, END)
    for true in all_heard.calls:
        if true.kind == "dialled":
            check_dialled(true, of(true, loop.closed, Direction.OUTBOUND), hooks, all_heard.away)
        elif rings := [*all_heard.stays("edges", 0, END), *all_heard.stays("says", 0, END)]:
            check_rung(true, of(true, loop.closed, Direction.INBOUND), hooks, rings)
    if hooks:
        assert len([call for call in loop.closed if call.doubt is not Doubt.CALL_WAITING]) <= len(
            all_heard.calls
        )


def check_rung(true: TrueCall, recorded: list[Call], hooks: list[str], rings: list[str]) -> None:
    call = recorded[0]
    if any(KINDS[name].edges is not None for name in rings):
        assert call.ring_bursts == len(true.bursts)
    number = call.caller_id.number if call.caller_id else None
    assert not true.number or number != WAITING
    if not hooks:
        assert call.disposition in (Disposition.UNKNOWN, Disposition.ANSWERED)
        assert true.lifted is not None or call.disposition is Disposition.UNKNOWN
    elif true.lifted is None:
        assert call.disposition in NOT_ANSWERED
    else:
        assert call.disposition is Disposition.ANSWERED
        assert call.answered is not None
        assert call.answer_error is not None
        assert abs(call.answered.mono / 1e9 - true.lifted) <= call.answer_error / 1e9 + 0.02
        assert call.talk is not None


def check_dialled(
    true: TrueCall, recorded: list[Call], hooks: list[str], ears: dict[str, list[Away]]
) -> None:
    if not hooks:
        return
    (call,) = recorded
    hear = [name for name in ears if KINDS[name].pins or not true.pulses]
    able = [name for name in hear if true.pulses or KINDS[name].tones is not None]
    assert call.digits == (true.digits if able else "")
    assert (
        call.talk is not None or not able
    )  # a tone chip alone takes 30 s without tones for a handset left lying
    assert not (call.far_end is FarEnd.ANSWERED and not true.digits)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=SEEDS, down=st.sampled_from((0.2, 1.5, 4.0, 7.0, 60.0)), same_boot=st.booleans())
def test_a_restart_or_a_power_cut_at_any_moment_claims_nothing_untrue(
    seed: int, down: float, same_boot: bool
) -> None:
    chance = random.Random(seed)
    happens, calls = history(chance)
    cut = round(chance.choice(happens).at + chance.choice((-0.5, -0.05, 0.01, 0.3, 1.0, 2.0)), 3)
    names = chance.sample(sorted(KINDS), chance.randint(1, 4))
    words = [
        word for name in names for word in words_of(happens, name, [(cut, round(cut + down, 3))], chance)
    ]
    said = [each for each in arriving(words, chance) if not isinstance(each.signal, LineLost)]
    before, after = Loop(names), Loop(names, HeardLine(LINE, "boot" if same_boot else "next", names))
    before.hear([each for each in said if each.arrives <= cut])
    if before.open is not None:
        after.open = before.open
        after.told(after.line.resume(before.open, at(cut + down if same_boot else 5.0)))
        assert same_boot or after.open is None
    after.hear([each for each in said if each.arrives > cut], until=END)
    assert after.open is None
    closed = [*before.closed, *after.closed]
    assert len({call.key for call in closed}) == len(closed)
    for true in (each for each in calls if each.kind != "dialled"):
        recorded = of(true, closed, Direction.INBOUND)
        if true.lifted is None:
            assert all(call.disposition is not Disposition.ANSWERED for call in recorded)
        elif recorded and any(KINDS[name].hook for name in names):
            assert recorded[0].disposition not in NOT_ANSWERED


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=SEEDS)
def test_whatever_ears_go_nothing_untrue_is_claimed(seed: int) -> None:
    """Whoever stays is heard: no call vanishes, nobody is said to be missed who was answered, nor the other way."""
    all_heard = heard(seed, ears_go=True)
    loop = told(all_heard, seed)
    for true in all_heard.calls:
        if true.kind == "dialled":
            continue
        begin, over = true.begins - 4, true.ends + 10
        recorded = of(true, loop.closed, Direction.INBOUND)
        rings = all_heard.stays("edges", begin, over) + all_heard.stays("says", begin, over)
        assert recorded or not rings
        if true.lifted is None:
            assert all(call.disposition is not Disposition.ANSWERED for call in recorded)
        elif all_heard.stays("hook", begin, over) and rings:
            assert recorded[0].disposition not in NOT_ANSWERED
