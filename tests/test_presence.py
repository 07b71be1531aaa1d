"""Who is believed to be at the desk: every way to leave and to come back, in any order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.presence import REMEMBERED, SAID, Believed, DeskPresence, Source
from tests.support import at

MISSED = Believed(False, Source.MISSED_CALL, at(100).wall)


def away() -> DeskPresence:
    """A desk from which a call was missed, from 100 s to 120 s."""
    desk = DeskPresence(True)
    assert desk.missed(at(100), at(120)) == [MISSED]
    return desk


def test_the_first_missed_call_means_away_since_it_began_and_the_next_says_nothing_more() -> None:
    desk = away()
    assert not desk.present
    assert desk.missed(at(200), at(220)) == []


def test_the_next_lift_on_any_line_means_back() -> None:
    desk = away()
    assert desk.off_hook("L2", at(200), lifted=True) == [Believed(True, Source.OFF_HOOK)]
    assert desk.off_hook("L1", at(210), lifted=True) == [], "it is known"


def test_a_handset_that_is_found_up_says_nothing_of_when_somebody_came() -> None:
    desk = away()
    assert desk.off_hook("L2", at(200), lifted=False) == []
    assert not desk.present


def test_a_signed_in_action_means_back() -> None:
    desk = away()
    assert desk.acted(at(200)) == [Believed(True, Source.ACTION)]
    assert desk.acted(at(201)) == []


def test_what_a_person_says_is_always_recorded_beside_what_was_believed() -> None:
    desk = away()
    assert desk.said(False, Source.BUTTON, at(130)) == Believed(False, Source.BUTTON)
    assert desk.off_hook("L1", at(200), lifted=True) != []
    assert desk.said(True, Source.PANEL, at(201)) == Believed(True, Source.PANEL)
    assert desk.said(True, Source.BUTTON, at(202)) == Believed(True, Source.BUTTON)
    assert desk.present


def test_who_said_away_stays_away_through_missed_calls_until_the_next_sign() -> None:
    desk = DeskPresence(True)
    desk.said(False, Source.PANEL, at(90))
    assert desk.missed(at(100), at(120)) == []
    assert not desk.present
    assert desk.acted(at(300)) == [Believed(True, Source.ACTION)]


def test_a_call_missed_while_another_telephone_is_in_use_says_nothing_of_the_desk() -> None:
    for up, down in ((50, None), (50, 100), (50, 300), (110, 115), (120, None), (100, 130)):
        desk = DeskPresence(True)
        desk.off_hook("L2", at(up), lifted=True)
        if down is not None:
            desk.on_hook("L2", at(down))
        assert desk.missed(at(100), at(120)) == [], (up, down)
        assert desk.present


def test_a_telephone_that_was_put_down_before_it_rang_is_no_excuse() -> None:
    desk = DeskPresence(True)
    desk.off_hook("L2", at(50), lifted=True)
    desk.on_hook("L2", at(99))
    assert desk.missed(at(100), at(120)) == [MISSED]


def test_who_came_after_the_last_ring_was_away_and_is_back_since_then() -> None:
    desk = DeskPresence(True)
    desk.off_hook("L1", at(124), lifted=True)  # within the gap in which the call might still have rung on
    desk.acted(at(125))
    assert desk.missed(at(100), at(120)) == [MISSED, Believed(True, Source.OFF_HOOK, at(124).wall)]
    assert desk.present


def test_a_line_that_was_never_up_is_put_down_without_harm() -> None:
    desk = DeskPresence(True)
    desk.on_hook("L1", at(10))
    assert desk.missed(at(100), at(120)) == [MISSED]


def test_uses_that_are_over_do_not_pile_up() -> None:
    desk = DeskPresence(True)
    for moment in range(10 * REMEMBERED):
        desk.acted(at(moment))
    assert len(desk._over) == REMEMBERED


LINES = st.sampled_from(("L1", "L2"))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("lift", "found", "down", "act", "here", "gone", "miss")), LINES, st.integers(1, 4)
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(present=st.booleans(), steps=STEPS)
def test_whatever_happens_the_record_tells_what_is_believed(
    present: bool, steps: list[tuple[str, str, int]]
) -> None:
    """Played back, the words give the belief; inferred ones only ever change it; nobody said away is missed away."""
    desk, now, recorded = DeskPresence(present), 0.0, present
    for what, line, length in steps:
        now += length
        words = _does(desk, what, line, now, length)
        for word in words:
            assert word.source in SAID or word.present is not recorded, "an inferred word changes the belief"
            assert word.source is not Source.MISSED_CALL or not word.present
            recorded = word.present
        assert desk.present is recorded


def _does(desk: DeskPresence, what: str, line: str, now: float, length: int) -> list[Believed]:
    match what:
        case "lift" | "found":
            return desk.off_hook(line, at(now), lifted=what == "lift")
        case "down":
            desk.on_hook(line, at(now))
            return []
        case "act":
            return desk.acted(at(now))
        case "miss":
            return desk.missed(at(now - 4 - length), at(now - 3))  # told when the ringing is over for good
        case _:
            return [desk.said(what == "here", Source.BUTTON, at(now))]
