"""uplink.help_calls: who is told of help that is asked for, when, how often; and that it is off unless a channel wants it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from device.signals import SECOND, Instant
from firmware_app.reminding import Reminder, Robot, Secret
from firmware_app.uplink.help_calls import MOST_TRIES, OF_USE, RETRY, HelpCalls, HelpWanted
from firmware_app.uplink.messages import HELP, Fate, call_for_help

NOW = Instant(1_000 * SECOND, 1_795_406_400 * SECOND)
WANTED = HelpWanted(7, "L1", NOW.wall - SECOND)


def channel(name: str = "群", *, wants: bool = True) -> Reminder:
    return Reminder(name, "wecom", Robot(Secret("http://127.0.0.1:9/")), help=wants)


def test_only_a_channel_that_wants_it_is_told() -> None:
    calls = HelpCalls([channel("群"), channel("邮箱", wants=False)])
    assert calls.due(NOW, [WANTED]) == [("群", WANTED)]
    assert HelpCalls([channel(wants=False)]).due(NOW, [WANTED]) == []
    assert HelpCalls([channel(wants=False)]).look_again(NOW, [WANTED]) is None
    assert calls.due(NOW, []) == []


@pytest.mark.parametrize("fate", [Fate.SENT, Fate.UNSURE])
def test_what_was_told_or_may_have_been_is_not_told_again(fate: Fate) -> None:
    calls = HelpCalls([channel()])
    calls.begun("群", 7)
    assert calls.due(NOW, [WANTED]) == [], "one at a time"
    assert calls.look_again(NOW, [WANTED]) is None
    assert calls.ended("群", fate, NOW)
    assert calls.due(NOW, [WANTED]) == []
    other = HelpWanted(9, "L2", NOW.wall)
    assert calls.due(NOW, [WANTED, other]) == [("群", other)]


def test_a_failure_is_tried_again_and_given_up() -> None:
    calls, now = HelpCalls([channel()]), NOW
    for nr in range(1, MOST_TRIES + 1):
        assert calls.due(now, [WANTED]) == [("群", WANTED)]
        calls.begun("群", 7)
        assert calls.ended("群", Fate.FAILED, now) is (nr == MOST_TRIES), "recorded once, at last"
        if nr < MOST_TRIES:
            assert calls.due(now.plus(RETRY - 1), [WANTED]) == []
            assert calls.look_again(now, [WANTED]) == RETRY
            now = now.plus(RETRY)
    assert calls.due(now.plus(RETRY), [WANTED]) == []
    assert not calls.ended("群", Fate.SENT, now), "nothing was on its way"


def test_what_is_no_longer_of_use_is_not_told() -> None:
    calls = HelpCalls([channel()])
    for age, due in ((OF_USE - 1, True), (OF_USE, False), (OF_USE + 1, False)):
        assert bool(calls.due(NOW, [HelpWanted(1, None, NOW.wall - age)])) is due


def test_a_restart_does_not_tell_again_what_the_ledger_says_was_told() -> None:
    calls = HelpCalls([channel("群"), channel("邮箱")])
    calls.restore({"群": WANTED.id + 1}, [WANTED])
    assert calls.due(NOW, [WANTED]) == [("邮箱", WANTED)]
    later = HelpWanted(9, "L2", NOW.wall)
    assert calls.due(NOW, [WANTED, later]) == [("群", later), ("邮箱", later)], "asked after that word"


@given(
    ages=st.lists(st.sampled_from([0, 1, OF_USE - 1, OF_USE, OF_USE + 1]), max_size=4),
    fates=st.lists(st.sampled_from(list(Fate)), max_size=12),
    steps=st.lists(st.sampled_from([0, RETRY - 1, RETRY, RETRY + 1]), min_size=12, max_size=12),
)
@hypothesis_settings(max_examples=60)
def test_nobody_is_told_of_one_help_more_often_than_it_is_tried(
    ages: list[int], fates: list[Fate], steps: list[int]
) -> None:
    wanted = [HelpWanted(n, "L1", NOW.wall - age) for n, age in enumerate(ages)]
    calls, now = HelpCalls([channel()]), NOW
    tries: dict[int, list[Fate]] = {}
    for fate, step in zip(fates, steps, strict=False):
        for name, each in calls.due(now, wanted):
            calls.begun(name, each.id)
            calls.ended(name, fate, now)
            tries.setdefault(each.id, []).append(fate)
        now = now.plus(step)
    for told in tries.values():
        assert len(told) <= MOST_TRIES
        assert all(fate is Fate.FAILED for fate in told[:-1])


def test_the_message_names_the_line_and_nobody() -> None:
    message = call_for_help("jc-1", "示例站", "L1", "zh_CN")
    assert message.text == "【铃守】示例站：L1 线上的值守人员请支援，请马上过去或派人过去。"
    assert message.occasion == HELP
    assert "L1" in call_for_help("jc-1", "Point", "L1", "en").text
    assert "the desk asks for help" in call_for_help("jc-1", "Point", None, "en").text
