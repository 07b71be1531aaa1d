"""What calls mean for call-back cases: each row of DOMAIN 2.4 that concerns them, by name, and the clocks of DOMAIN 1.5."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from device.signals import SECOND, seconds
from firmware_app.call_entries import number_of
from firmware_app.calls.callback_rules import MINUTE
from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Recorded, Refused
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, answered, call, number, record
from tests.support import at

ZONE = ZoneInfo("Asia/Shanghai")
DAY = [["08:30", "12:00"], ["14:30", "17:30"]]
HOURS = {"versions": [{"week": {day: DAY for day in ("mon", "tue", "wed", "thu", "fri")}}]}
FOREIGN = entries.Personal("number", "0015551230000", "+15551230000")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT, timezone=ZONE)
    yield made
    report = verify(made.path)
    made.close()
    assert report.holds, report.findings


@pytest.fixture
def reader(ledger: Ledger) -> Iterator[Reader]:
    made = Reader(ledger.path)
    yield made
    made.close()


def document(ledger: Ledger, name: str, content: object) -> None:
    (outcome,) = record(ledger, entries.SiteDocumentChanged(name, 0, "", json.dumps(content)))
    assert isinstance(outcome, Recorded), outcome


def decided(ledger: Ledger, entry: entries.Entry) -> Any:  # noqa: ANN401
    (outcome,) = record(ledger, entry)
    assert isinstance(outcome, Recorded), outcome
    return outcome.entry


def wall(text: str) -> int:
    """ "2026-11-24 11:59:55" at the point, as ns of UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * SECOND


def ring(key: str, local: str, **changes: Any) -> entries.CallRecorded:  # noqa: ANN401
    """A missed call of 11 s that begins then."""
    started = wall(local)
    values = {"started_wall": started, "ended_wall": started + seconds(11), "number": number(MOBILE)}
    return call(key, **(values | changes))


def owed(reader: Reader) -> list[tuple[int | None, int]]:
    return [(row.case, row.times_called) for row in reader.missed_list() if row.case]


# ---- DOMAIN 2.4


def test_call_out_of_hours_creates_a_case_with_its_clock_from_the_next_opening(ledger: Ledger) -> None:
    document(ledger, "service_hours", HOURS)
    entry = decided(ledger, ring("a", "2026-11-23 20:00:00", in_hours=False))
    assert (entry.opens_case, entry.clock_wall) == (True, wall("2026-11-24 08:30:00"))
    assert entry.due_wall == wall("2026-11-24 09:30:00"), "60 minutes after opening"


def test_a_call_on_friday_evening_is_due_on_monday(ledger: Ledger) -> None:
    document(ledger, "service_hours", HOURS)
    entry = decided(ledger, ring("a", "2026-11-27 17:45:00", in_hours=False))
    assert (entry.clock_wall, entry.due_wall) == (wall("2026-11-30 08:30:00"), wall("2026-11-30 09:30:00"))


def test_lunch_break_stops_the_clock(ledger: Ledger) -> None:
    """Missed at 11:50: ten minutes before lunch, twenty after it."""
    document(ledger, "service_hours", HOURS)
    entry = decided(ledger, ring("a", "2026-11-24 11:49:49"))
    assert (entry.clock_wall, entry.due_wall) == (wall("2026-11-24 11:50:00"), wall("2026-11-24 14:50:00"))


def test_ring_starts_before_opening_and_ends_after_it(ledger: Ledger) -> None:
    """14:29:58 is out of hours; its caller was gone at 14:30:09, and the clock runs from there."""
    document(ledger, "service_hours", HOURS)
    entry = decided(ledger, ring("a", "2026-11-24 14:29:58", in_hours=False))
    assert entry.clock_wall == wall("2026-11-24 14:30:09")
    assert entry.due_wall == wall("2026-11-24 15:30:09")


def test_same_number_rings_four_times_in_three_minutes_is_one_case(ledger: Ledger, reader: Reader) -> None:
    numbers = [MOBILE, "0" + MOBILE, "+86" + MOBILE, MOBILE]
    for place, raw in enumerate(numbers):
        record(ledger, call(f"k{place}", number=entries.Personal("number", raw, MOBILE)))
    assert owed(reader) == [(1, 4)]


@pytest.mark.parametrize("disposition", ["abandoned", "no_answer"])
@pytest.mark.parametrize("caller", [FOREIGN, None], ids=["foreign", "hidden"])
def test_one_ring_scam_foreign_or_hidden_opens_no_case(
    ledger: Ledger, disposition: str, caller: entries.Personal | None
) -> None:
    entry = decided(ledger, call("a", number=caller, disposition=disposition))
    assert (entry.opens_case, entry.clock_wall, entry.rules_version) == (False, None, None)


def test_a_caller_who_gave_up_early_is_owed_a_call_back_of_low_urgency(
    ledger: Ledger, reader: Reader
) -> None:
    entry = decided(ledger, call("a", number=number(MOBILE), disposition="abandoned"))
    assert (entry.opens_case, entry.low) == (True, True)
    assert (ledger.standing().due, ledger.standing().unseen) == (1, 1)
    record(ledger, entries.CallSeen(1))
    assert ledger.standing().unseen == 0
    joined = decided(ledger, call("b", number=number(MOBILE), disposition="abandoned"))
    assert (joined.joins_case, joined.low) == (1, True)
    assert (
        decided(ledger, call("c", number=number(MOBILE))).low is None
    )  # rang longer: an ordinary case from now on


def test_where_the_rules_say_so_who_gave_up_early_is_owed_nothing(ledger: Ledger) -> None:
    document(ledger, "callback_rules", {"abandoned_opens_case": False})
    assert not decided(ledger, call("a", number=number(MOBILE), disposition="abandoned")).opens_case
    record(ledger, call("b", number=number(MOBILE)))
    assert decided(ledger, call("c", number=number(MOBILE), disposition="abandoned")).joins_case == 3


def test_cid_arrives_but_no_ring_is_given_up_early_with_a_number(ledger: Ledger) -> None:
    silent = call("a", number=number(MOBILE), disposition="abandoned", ring_bursts=0, ringing=None)
    assert decided(ledger, silent).low is True


def test_lift_and_drop_serves_the_caller(ledger: Ledger) -> None:
    """Answered, talk under 3 s: off-hook decides; a review may come of it (figures), a call-back does not."""
    record(ledger, call("a", number=number(MOBILE)))
    assert decided(ledger, answered("b", number=number(MOBILE), talk=seconds(1))).closes_case == 1


def test_caller_hangs_up_in_the_same_second_as_pick_up(ledger: Ledger) -> None:
    record(ledger, call("a", number=number(MOBILE)))
    assert decided(ledger, answered("b", number=number(MOBILE), talk=0)).closes_case == 1


def test_power_loss_during_ring_is_owed_nothing_until_somebody_says(ledger: Ledger) -> None:
    document(ledger, "service_hours", HOURS)
    record(ledger, ring("a", "2026-11-24 09:00:00", disposition="unknown", doubt="restart"))
    assert ledger.standing().due == 0
    entry = decided(ledger, entries.CallSettled(2, "no_answer", "panel"))
    assert (entry.opens_case, entry.clock_wall) == (True, wall("2026-11-24 09:00:11"))
    assert (entry.due_wall, entry.rules_version) == (wall("2026-11-24 09:30:11"), 0)


def test_second_line_rings_while_the_single_clerk_talks_on_line_1(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("talk", "opened", number=number(OTHER_MOBILE)))
    record(ledger, call("a", line="L2", number=number(MOBILE)))
    record(ledger, answered("talk", number=number(OTHER_MOBILE)))
    assert owed(reader) == [(2, 1)]


def test_an_answer_by_a_machine_was_missed(ledger: Ledger, reader: Reader) -> None:
    document(ledger, "lines", {"L1": {"answered_by_machine_after_s": 20}})
    lifted = at(100).plus(seconds(20.9))
    by_machine = {"answered_mono": lifted.mono, "answered_wall": lifted.wall, "number": number(MOBILE)}
    entry = decided(ledger, answered("a", **by_machine))
    assert (entry.disposition, entry.by_machine, entry.opens_case) == ("no_answer", True, True)
    assert decided(ledger, answered("b", line="L2", **by_machine)).by_machine is None
    again = decided(ledger, answered("c", **by_machine))
    assert (again.by_machine, again.joins_case, again.closes_case) == (True, None, None), "L2 closed it"
    assert owed(reader) == [(4, 1)]


def test_a_person_who_lifts_before_the_machine_answers(ledger: Ledger) -> None:
    document(ledger, "lines", {"L1": {"answered_by_machine_after_s": 20}})
    lifted = at(100).plus(seconds(18.9))
    entry = decided(ledger, answered("a", answered_mono=lifted.mono, number=number(MOBILE)))
    assert (entry.disposition, entry.by_machine) == ("answered", None)


@pytest.mark.parametrize("disposition", ["no_answer", "abandoned", "answered", "unknown", "non_voice"])
@pytest.mark.parametrize("mark", ["blocked", "test"])
def test_a_marked_number_has_its_own_disposition_and_no_case(
    ledger: Ledger, disposition: str, mark: str
) -> None:
    record(ledger, entries.NumberMarked(number(MOBILE), mark, "站长"))
    entry = decided(
        ledger, call("a", number=entries.Personal("number", "0" + MOBILE, MOBILE), disposition=disposition)
    )
    assert (entry.disposition, entry.opens_case) == (mark, False)
    assert ledger.standing().unseen == 0


def test_a_test_call_of_a_number_that_nobody_approved_is_an_ordinary_call(ledger: Ledger) -> None:
    """No free exclusion: a mark without approval is refused, and one taken back counts no more."""
    (refused,) = record(ledger, entries.NumberMarked(number(MOBILE), "test", " "))
    assert isinstance(refused, Refused)
    record(ledger, entries.NumberMarked(number(MOBILE), "test", "站长"))
    record(ledger, entries.NumberMarked(number(MOBILE), "none", ""))
    assert decided(ledger, call("a", number=number(MOBILE))).disposition == "no_answer"


def test_a_number_blocked_while_its_case_is_open_joins_no_more(ledger: Ledger, reader: Reader) -> None:
    record(
        ledger,
        call("a", number=number(MOBILE)),
        call("u", disposition="unknown", number=number(OTHER_MOBILE)),
    )
    record(ledger, entries.NumberMarked(number(MOBILE), "blocked", "中心"))
    record(ledger, call("b", number=number(MOBILE)))
    assert owed(reader) == [(1, 1)]
    record(ledger, entries.NumberMarked(number(OTHER_MOBILE), "blocked", "中心"))
    assert not decided(ledger, entries.CallSettled(2, "no_answer", "panel")).opens_case


def test_the_short_ring_of_the_rules_decides(ledger: Ledger) -> None:
    document(ledger, "callback_rules", {"short_ring_s": 8})
    for key, ringing, disposition in (
        ("a", 7.999, "abandoned"),
        ("b", 8, "no_answer"),
        ("c", 30, "no_answer"),
    ):
        for heard in ("abandoned", "no_answer"):
            entry = decided(ledger, call(f"{key}{heard}", ringing=seconds(ringing), disposition=heard))
            assert entry.disposition == disposition


# ---- clocks


def test_without_hours_every_minute_is_working_time(ledger: Ledger) -> None:
    entry = decided(ledger, ring("a", "2026-11-24 03:00:00"))
    assert entry.clock_wall == wall("2026-11-24 03:00:11")
    assert entry.due_wall == entry.clock_wall + 30 * MINUTE


def test_a_point_that_never_opens_has_no_deadline(ledger: Ledger) -> None:
    document(ledger, "service_hours", {"versions": [{"week": {}}]})
    entry = decided(ledger, ring("a", "2026-11-24 09:00:00", in_hours=False))
    assert (entry.clock_wall, entry.due_wall) == (wall("2026-11-24 09:00:11"), None)


def test_the_rules_in_force_are_named(ledger: Ledger) -> None:
    document(ledger, "callback_rules", {"timely_min": 10, "amber_min": 5, "red_min": 10})
    document(ledger, "callback_rules", {"timely_min": 20, "amber_min": 5, "red_min": 10})
    entry = decided(ledger, ring("a", "2026-11-24 09:00:00"))
    assert (entry.rules_version, entry.due_wall - entry.clock_wall) == (2, 20 * MINUTE)


def test_who_rings_again_and_is_answered_was_served_in_that_working_time(
    ledger: Ledger, reader: Reader
) -> None:
    document(ledger, "service_hours", HOURS)
    record(ledger, ring("a", "2026-11-24 11:49:49"))
    lifted = wall("2026-11-24 14:35:00")
    entry = decided(
        ledger, answered("b", started_wall=lifted - seconds(4), answered_wall=lifted, number=number(MOBILE))
    )
    assert (entry.closes_case, entry.worked) == (2, 15 * MINUTE)


def test_a_call_settled_as_answered_closes_with_its_own_time(ledger: Ledger) -> None:
    record(ledger, ring("a", "2026-11-24 09:00:00"))
    record(
        ledger,
        ring("b", "2026-11-24 09:10:11", disposition="unknown", ended_wall=wall("2026-11-24 09:10:20")),
    )
    entry = decided(ledger, entries.CallSettled(2, "answered", "panel"))
    assert (entry.closes_case, entry.worked) == (1, 10 * MINUTE + 9 * SECOND)


def test_nobody_but_the_ledger_decides(ledger: Ledger) -> None:
    forged = {"opens_case": True, "by_machine": True, "attempt_of": 7, "worked": 1, "low": True, "proves": 3}
    entry = decided(ledger, call("a", "opened", **forged))
    assert (entry.opens_case, entry.by_machine, entry.attempt_of, entry.worked, entry.low, entry.proves) == (
        (False,) + (None,) * 5
    )


def test_a_number_closed_for_another_reason_while_it_rings_is_owed_again(
    ledger: Ledger, reader: Reader
) -> None:
    record(ledger, call("a", number=number(MOBILE)), call("b", "opened", line="L2", number=number(MOBILE)))
    record(ledger, entries.CaseClosed(1, "unreachable", "many_attempts", "站长"))
    assert decided(ledger, call("b", line="L2", number=number(MOBILE))).opens_case
    record(
        ledger,
        call("c", "opened", line="L2", number=number(OTHER_MOBILE)),
        call("d", number=number(OTHER_MOBILE)),
    )
    record(ledger, entries.CallbackAttempted(6, "reached", "mobile", False))
    assert not decided(ledger, call("c", line="L2", number=number(OTHER_MOBILE))).opens_case


def test_12345_rings_as_it_is_and_with_an_area_code(ledger: Ledger, reader: Reader) -> None:
    record(ledger, call("a", number=number_of("12345", "03562217000")))
    record(ledger, call("b", number=number_of("035612345", "03562217000")))
    assert owed(reader) == [(1, 2)]
