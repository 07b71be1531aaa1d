"""What a recording means, ear by ear: raw items decoded anew, the driver's signals where they cannot be, several ears as one record."""

from __future__ import annotations

from device.signals import Sensing
from device.trace import Decoded, parse_trace
from firmware_app.replay import replayed
from firmware_app.trace_hearing import EarHearing, ear_of, hearings_of, line_of, sensing_of

HEADER = "# What: a test\n\n"


def hearing(text: str, ring_active: int = 0, hook_active: int = 0) -> EarHearing:
    (only,) = hearings_of(parse_trace(HEADER + text), ring_active, hook_active)
    return only


def heard(text: str) -> list[str]:
    """The kinds of signals, in the order of the items; then those of the last deadline."""
    trace = parse_trace(HEADER + text)
    (ear,) = hearings_of(trace, 0, 0)
    signals = [signal for item in trace.items for signal in ear.hear(item)]
    while (due := ear.next_deadline()) is not None:
        signals += ear.expire(due)
    return [type(signal).__name__ for signal in signals]


def test_bytes_of_a_modem_are_decoded_and_what_its_driver_made_of_them_is_not_taken_twice() -> None:
    text = "0.1 SensingChanged L1 sensing=hook\n1.0 > AT\\r\n2.0 < \\r\\nRING\\r\\n\n2.0 RingWord L1 means=modem\n"
    assert heard(text) == ["SensingChanged", "RingWord"]


def test_bytes_of_a_board_are_no_modem_s() -> None:
    text = "2.0 > x\n2.0 < RING\\r\\n\n2.5 CallerIdHeard L1 number=15400001234 means=caller_id_board\n"
    assert heard(text) == ["CallerIdHeard"]


def test_edges_that_only_a_chip_s_driver_reads_are_left_to_it() -> None:
    text = "2.0 edge q1 1\n2.0 edge std 1\n2.1 DigitDialled L1 digit=1 means=dtmf_chip\n"
    assert heard(text) == ["DigitDialled"]
    assert hearing(text).next_deadline() is None
    assert hearing(text).expire(10**12) == []


def test_a_polarity_pin_is_read_from_the_level_it_left() -> None:
    for first in (0, 1):
        text = f"0.0 LineRestored L1 sensing=reversal\n2.0 edge reversal {first}\n5.0 edge reversal {1 - first}\n"
        assert heard(text) == ["LineRestored", "PolarityReversed", "PolarityReversed"]


def test_a_line_found_off_hook_begins_so() -> None:
    assert heard("0.0 OffHook L1 found\n5.0 edge hook 1\n") == ["OffHook", "OnHook"]
    assert heard("0.0 OnHook L1 found\n5.0 edge hook 0\n") == ["OnHook", "OffHook"]


def test_notes_and_lines_that_are_none_belong_to_no_ear() -> None:
    trace = parse_trace(HEADER + "# a note\nwhat is this\n1.0 tap: SoundHeard L2 sound=busy\n")
    assert [ear_of(item) for item in trace.items] == [None, None, "tap"]
    assert line_of(trace) == "L2"
    assert hearing("# a note\n").hear(trace.items[0]) == []


def test_a_recording_of_nothing_has_one_ear_without_a_name() -> None:
    (only,) = hearings_of(parse_trace(""), 0, 0)
    assert (only.ear, only.line, only.assumed_sensing) == ("", "L1", Sensing())


def test_what_an_ear_can_tell_is_told_or_assumed() -> None:
    assert hearing("0.0 LineRestored L1 sensing=hook\n").assumed_sensing is None
    told = "1.0 SoundHeard L1 sound=voice\n2.0 DigitDialled L1 digit=1\n3.0 PolarityReversed L1\n"
    items = parse_trace(HEADER + told).items
    assert all(isinstance(item, Decoded) for item in items)
    edges = sensing_of(parse_trace("1.0 RingStarted L1\n2.0 OffHook L1\n").items)
    assert (edges.ring_edges, edges.hook, sensing_of(parse_trace("1.0 RingWord L1\n").items).hook) == (
        True,
        True,
        False,
    )
    assert sensing_of(items) == Sensing(digits=True, sound=True, reversal=True)


def test_several_ears_are_one_record() -> None:
    text = (
        "0.0 gpio: LineRestored L1 sensing=ring_edges,hook,lag900ms\n0.0 modem: LineRestored L1 sensing=caller_id\n"
        "10.2 gpio: RingStarted L1 at=10.000 means=ring_pin\n11.0 modem: < \\r\\nRING\\r\\n\n"
        "11.3 gpio: RingEnded L1 at=11.000 means=ring_pin\n12.0 modem: < NMBR = 15400001234\\r\\n\n"
        "14.2 gpio: OffHook L1 at=14.000 means=hook_pin\n30.9 gpio: OnHook L1 at=30.000 means=hook_pin\n"
    )
    lines = list(replayed(parse_trace(HEADER + text), "en"))
    assert "    > modem: RingWord" in "\n".join(lines)
    assert lines[-1] == "calls: 1 · answered 1"
    assert any(
        "answered after 4.00 s (by hook pin), talked 16.00 s, number 15400001234" in line for line in lines
    ), lines
