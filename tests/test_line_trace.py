"""What the ears would say of a script, written down without waiting: a trace that can be read again."""

from __future__ import annotations

from device.exchange.line_trace import Ear, traces_of_calls, traces_of_script
from device.exchange.planned import PlannedCall
from device.exchange.script import ScriptItem, parse_script
from device.signals import SECOND, CallerId
from device.trace import Decoded, format_item, format_trace, parse_trace

EARS = {"L1": Ear.MODEM, "L2": Ear.PINS, "L3": Ear.DEAF_MODEM}


def lines_of(script: str, line: str) -> list[str]:
    parsed = parse_script(script, EARS)
    assert parsed.errors == ()
    items = traces_of_script(parsed.items, EARS)[line].items
    assert all(isinstance(item, Decoded) and item.signal.line == line for item in items)
    return [format_item(item) for item in items][1:]


def test_pins_hear_bursts_hook_and_pulses() -> None:
    assert lines_of("at 1 L2 call 15400000001 answer after 5.5 talk 10", "L2") == [
        "1.150 RingStarted L2 at=1.000",
        "2.150 RingEnded L2 at=2.000",
        "6.150 RingStarted L2 at=6.000",
        "6.650 RingEnded L2 at=6.500",
        "6.700 OffHook L2 at=6.500",
        "17.400 OnHook L2 at=16.500",
    ]
    assert [line.split()[1] for line in lines_of("L2 dial 12 pulse", "L2")] == [
        "OffHook",
        "DigitDialled",
        "DigitDialled",
        "OnHook",
    ]
    assert [line.split()[1] for line in lines_of("L2 dial 12", "L2")] == ["OffHook", "OnHook"]


def test_modems_hear_words_and_who_calls() -> None:
    script = "at 1 L1 call 15400000001 ring 1\nat 1 L3 call 15400000002 answer after 4\nat 40 L1 lift for 9\nat 60 L1 call 1 id broken ring 1"
    assert [line.split()[1] for line in lines_of(script, "L1")] == [
        "RingWord",
        "CallerIdHeard",
        "OffHook",
        "OnHook",
        "RingWord",
    ]
    assert [line.split()[1] for line in lines_of(script, "L3")] == ["RingWord", "CallerIdHeard"]


def test_a_busy_line_rings_for_nobody_and_faults_have_no_part() -> None:
    assert len(lines_of("L2 call 1 ring 2\nat 3 L2 call 2\nat 4 L1 fault hang", "L2")) == 4


def test_the_trace_reads_back() -> None:
    for trace in (
        *traces_of_calls(7, EARS, 6.0, 600 * SECOND).values(),
        *traces_of_script([ScriptItem(0, "L1", PlannedCall(CallerId("15400000001", "张三")))], EARS).values(),
    ):
        again = parse_trace(format_trace(trace))
        assert again.bad_lines == ()
        assert format_trace(again) == format_trace(trace)
        assert [item.at for item in trace.items] == sorted(item.at for item in trace.items)


def test_a_day_of_calls_takes_no_time() -> None:
    traces = traces_of_calls("x", EARS, 2.0, 86_400 * SECOND)
    assert sum(len(trace.items) for trace in traces.values()) > 10_000
