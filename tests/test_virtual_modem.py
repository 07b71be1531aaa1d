"""The virtual modem: what it answers, when it says RING and who calls. Transcripts named here are of real modems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.exchange.caller_id_sender import Dialect
from device.exchange.modem_personalities import CX930XX, PERSONALITIES, RING_LATENCY, USR5637, Personality
from device.exchange.virtual_modem import Says, VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND, SECOND, Absence, CallerId, seconds

CALLER = CallerId("15400001234", "张三", date_time="11230915")


class Bench:
    """A modem and the hand that types to it: every answer is collected with all that came before it."""

    def __init__(self, personality: Personality = CX930XX, **how: object) -> None:
        self.modem = VirtualModem(personality, **how)  # type: ignore[arg-type]
        self.now = SECOND

    def type(self, text: str) -> bytes:
        self.modem.receive(text.encode("latin-1"), self.now)
        return self.wait(0.5)

    def wait(self, duration: float) -> bytes:
        """All that is printed within `duration` seconds."""
        self.now += seconds(duration)
        return b"".join(printed.data for printed in self.modem.output(self.now))

    def wire(self, kind: Wire, after: float = 0.0, **how: object) -> bytes:
        """Something happens on the line `after` seconds from now; what was printed until then."""
        said = self.wait(after)
        self.modem.wire(WireChange(self.now, kind, **how))  # type: ignore[arg-type]
        return said

    def quiet_host(self, caller_id: int = 1) -> Bench:
        self.type(f"ATE0V1+VCID={caller_id}\r")
        return self

    def burst(self, lasting: float = 1.0) -> bytes:
        self.wire(Wire.BURST_STARTED)
        return self.wire(Wire.BURST_ENDED, lasting)


def check(command: str, answer: bytes, personality: Personality = CX930XX) -> None:
    bench = Bench(personality)
    bench.type("ATE0\r")
    assert bench.type(command) == answer


OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("AT\r", OK),
        ("ATI0\r", b"\r\n56000\r\n" + OK),  # transcript 01
        ("ati\r", b"\r\n56000\r\n" + OK),
        ("ATI2\r", OK),
        ("ATI3\r", b"\r\nCX93001-EIS_V0.2013-V92\r\n" + OK),
        ("ATI8\r", ERROR),
        ("ATS0=0;E0V1;+VCID=1\r", OK),
        ("AT-SCID=1;+VCID=1;-STE=3\r", OK),  # transcript 02
        ("AT+VCID?\r", b"\r\n0\r\n" + OK),  # transcript 05
        ("AT+VCID=?\r", b"\r\n(0-2)\r\n" + OK),
        ("AT+VCID=3\r", ERROR),
        ("AT+VCID=x\r", ERROR),
        ("AT#CID=1\r", ERROR),
        ("AT%CCID=1\r", ERROR),
        ("AT+GMI\r", b"\r\nCONEXANT\r\n" + OK),
        ("AT+GMI?\r", b"\r\nCONEXANT\r\n" + OK),
        ("AT+FCLASS=?\r", b"\r\n0,1,1.0,2,8\r\n" + OK),
        ("AT+FCLASS?\r", b"\r\n0\r\n" + OK),
        ("AT+FCLASS=9\r", ERROR),
        ("AT+VDR=1,0\r", ERROR),  # voice mode only
        ("AT+VLS=1\r", ERROR),
        ("AT+VRID=7\r", ERROR),
        ("AT-TRV\r", b"\r\n48.7\r\n" + OK),
        ("AT-TRV=1\r", ERROR),
        ("AT-STE?\r", b"\r\n0\r\n" + OK),
        ("AT-STE=?\r", OK),
        ("ATS7?\r", b"\r\n050\r\n" + OK),
        ("ATS7=\r", OK),
        ("ATS\r", OK),
        ("ATS7=20S7?\r", b"\r\n020\r\n" + OK),
        ("ATS256=1\r", ERROR),
        ("AT&C1&D2X4L2M1\r", OK),
        ("ATE7\r", ERROR),
        ("ATQ5\r", ERROR),
        ("ATV9\r", ERROR),
        ("AT?\r", ERROR),
        ("ATE0I3?I0\r", ERROR),  # a line that cannot be read is not begun
        (
            "ATI3+VCID=9I0\r",
            b"\r\nCX93001-EIS_V0.2013-V92\r\n" + ERROR,
        ),  # what came before the error was done
        ("AT" + "I" * 400 + "\r", ERROR),
    ],
)
def test_a_cx930xx_answers(command: str, answer: bytes) -> None:
    check(command, answer)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ATI0\r", b"\r\n5601\r\n" + OK),
        ("AT-TRV\r", ERROR),
        ("AT-STE=1\r", ERROR),
        ("AT-SCID=1\r", ERROR),
        ("AT#CID=1\r", ERROR),
        ("AT+VCID=?\r", b"\r\n(0-16)\r\n" + OK),
        ("AT+VCID=1\r", OK),
    ],
)
def test_a_usr5637_answers(command: str, answer: bytes) -> None:
    check(command, answer, USR5637)


def test_its_profile_reads_like_the_transcript() -> None:
    bench = Bench()
    bench.type("ATE0\r")
    assert bench.type("AT&V\r").startswith(
        b"\r\nACTIVE PROFILE:\r\n"
        b"B1 E0 L2 M1 N0 Q0 T V1 W0 X4 Y0 &C1 &D2 &G0 &J0 &K3 &Q5 &R1 &S0 &T5 &X0\r\n"
        b"S00:0 S01:0 S02:43 S03:13 S04:10 S05:8 S06:2 S07:50 S08:1 S09:6\r\n"
    )


def test_the_echo_is_as_in_transcript_02() -> None:
    bench = Bench()
    assert bench.type("ATV1\r") == b"ATV1\r\r\nOK\r\n"
    assert bench.type("ATE0\r") == b"ATE0\r\r\nOK\r\n"
    assert bench.type("AT\r") == OK


def test_numeric_and_silent_results() -> None:
    bench = Bench().quiet_host()
    assert bench.type("ATV0\r") == b"0\r"
    assert bench.type("ATI0\r") == b"56000\r\n0\r"
    assert bench.type("AT!\r") == b"4\r"
    bench.wire(Wire.BURST_STARTED)
    assert bench.wait(0.5) == b"2\r"
    assert bench.type("ATQ1\r") == b""
    assert bench.burst() == b""


def test_the_last_line_again() -> None:
    bench = Bench()
    bench.type("ATE0\r")
    bench.type("ATI0\r")
    assert bench.type("A/") == b"\r\n56000\r\n" + OK


def test_two_commands_sent_at_once_are_answered_one_after_the_other() -> None:
    bench = Bench().quiet_host()
    assert bench.type("AT-TRV\rATI0\r") == b"\r\n48.7\r\n" + OK + b"\r\n56000\r\n" + OK


def test_caller_id_is_forgotten_by_a_reset_and_by_a_power_cut() -> None:
    bench = Bench().quiet_host()
    assert bench.modem.caller_id_mode == 1
    bench.type("AT&W\r")
    bench.type("ATZ\r")
    assert bench.modem.caller_id_mode == 0
    bench.type("AT+VCID=2\r")
    bench.modem.power_cycle(bench.now)
    assert bench.modem.caller_id_mode == 0
    assert bench.type("AT\r") == OK  # echo stayed off: it was stored
    bench.type("AT&F\r")
    assert bench.type("AT\r") == b"AT\r" + OK


def test_ring_comes_once_the_modem_is_sure_and_not_for_a_blip() -> None:
    bench = Bench().quiet_host()
    bench.wire(Wire.BURST_STARTED)
    assert bench.modem.next_deadline() == bench.now + RING_LATENCY
    assert bench.wire(Wire.BURST_ENDED, 1.0) == b"\r\nRING\r\n"
    assert bench.burst(0.2) == b""
    assert bench.modem.next_deadline() is None


def test_ring_cuts_into_a_reply_between_its_lines() -> None:
    """As a gateway's driver strips a RING from any AT reply (LINE.md 1.5)."""
    bench = Bench(ring_latency=34 * MILLISECOND).quiet_host()
    bench.wire(Wire.BURST_STARTED)
    said = bench.type("AT-TRV\r")
    assert said.count(b"\r\nRING\r\n") == 1
    assert said.replace(b"\r\nRING\r\n", b"").endswith(OK)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (0, b""),
        (1, b"\r\nDATE = 1123\r\nTIME = 0915\r\nNMBR = 15400001234\r\nNAME = \xd5\xc5\xc8\xfd\r\n"),
        (2, b"\r\n801D01083131323330393135020B31353430303030313233340704D5C5C8FD29\r\n"),
    ],
)
def test_who_calls_is_told_only_as_the_host_asked(mode: int, said: bytes) -> None:
    bench = Bench().quiet_host(mode)
    bench.burst()
    bench.wire(Wire.CALLER_ID_SENT, 1.2, caller_id=CALLER)
    assert bench.wait(0.1) == said


def test_a_broken_message_is_silent_in_mode_1_and_printed_in_mode_2() -> None:
    for mode, heard in ((1, False), (2, True)):
        bench = Bench().quiet_host(mode)
        bench.wire(Wire.CALLER_ID_SENT, caller_id=CALLER, damaged=True)
        assert bool(bench.wait(0.1)) is heard


def test_a_single_message_and_a_dialect_of_its_own() -> None:
    bench = Bench(single=True, dialect=Dialect.NO_SPACES).quiet_host(2)
    bench.wire(Wire.CALLER_ID_SENT, caller_id=CALLER)
    assert bench.wait(0.1).startswith(b"\r\n0413")
    bench.type("AT+VCID=1\r")
    bench.wire(Wire.CALLER_ID_SENT, caller_id=CallerId(absence=Absence.PRIVATE))
    assert bench.wait(0.1) == b"\r\nNMBR=P\r\n"


def test_the_last_caller_once_more() -> None:
    bench = Bench().quiet_host()
    assert bench.type("AT+VRID=0\r") == OK
    bench.wire(Wire.CALLER_ID_SENT, caller_id=CALLER)
    bench.wait(0.1)
    assert b"NMBR = 15400001234" in bench.type("AT+VRID=0\r")
    assert b"801D" in bench.type("AT+VRID=1\r")


def test_the_voltage_follows_the_line() -> None:
    bench = Bench().quiet_host()

    def volts() -> float:
        return float(bench.type("AT-TRV\r").split()[0])

    assert {volts() for _ in range(20)} <= {48.3, 48.4, 48.5, 48.6, 48.7, 48.8, 48.9}
    bench.wire(Wire.BURST_STARTED)
    ringing = [volts() for _ in range(8)]
    assert max(ringing) - min(ringing) > 30
    bench.wire(Wire.BURST_ENDED)
    bench.wire(Wire.OFF_HOOK)
    assert {volts() for _ in range(20)} <= {8.2, 8.3, 8.4}
    bench.wire(Wire.FLASH)
    bench.wire(Wire.LOOP_LOST)
    assert volts() == 1.4
    bench.wire(Wire.LOOP_RESTORED)
    bench.wire(Wire.ON_HOOK)
    assert volts() > 48


def test_dialling_seizes_the_line_and_comes_back_for_commands() -> None:
    bench = Bench().quiet_host()
    assert bench.type("ATDT03560123456;\r") == b""
    assert bench.modem.seized
    assert bench.wait(3.5) == OK
    assert bench.type("AT-TRV\r").startswith(b"\r\n8.")
    bench.burst()
    bench.wire(Wire.CALLER_ID_SENT, caller_id=CALLER)
    assert b"NMBR" not in bench.wait(0.1)
    assert bench.type("ATH\r") == OK
    assert not bench.modem.seized


def test_a_carrier_that_never_comes() -> None:
    bench = Bench().quiet_host()
    bench.type("ATS7=1D154\r")
    assert bench.wait(3) == b"\r\nNO CARRIER\r\n"
    assert not bench.modem.seized
    assert bench.type("AT\r") == OK
    bench.type("ATA\r")
    assert bench.type("x") == b"\r\nNO CARRIER\r\n"
    assert bench.wait(60) == b""
    bench.type("ATQ1\r")
    bench.type("ATS7=1A\r")
    assert bench.wait(3) == b""


def test_no_dial_tone_and_a_busy_line_are_told_without_seizing() -> None:
    bench = Bench().quiet_host()
    bench.type("AT-STE=1\r")
    bench.wire(Wire.OFF_HOOK)
    assert bench.type("ATDT1\r") == b"\r\nLINE-IN-USE\r\n"
    bench.type("AT-STE=none\r")
    bench.wire(Wire.LOOP_LOST)
    assert bench.type("ATDT1\r") == b"\r\nNO DIALTONE\r\n"
    assert not bench.modem.seized


def test_voice_mode_tells_the_cadence() -> None:
    """Transcript 24; with y = 5 a RING follows half a second after the burst."""
    bench = Bench().quiet_host()
    bench.type("AT+FCLASS=8;+VDR=1,5\r")
    bench.wire(Wire.BURST_ENDED)
    assert bench.wait(1) == b""  # of a burst that began before
    assert bench.type("AT+VDR?;+VDR=?\r") == b"\r\n1,5\r\n\r\n(0,1),(0-6)\r\n" + OK
    assert bench.type("AT+VDR=2,0\r") == ERROR
    assert bench.type("AT+VDR=1,x\r") == ERROR
    bench.wire(Wire.BURST_ENDED)
    assert bench.wait(1) == b""  # a burst that began before the modem was there
    assert bench.burst() == b"DROF=10\r\n"
    assert bench.wait(4) == b"DRON=10\r\n\x10R"
    assert bench.burst() == b"DROF=40\r\n"
    bench.type("AT+VDR=1,0\r")
    assert bench.burst() == b"DROF=5\r\n"
    assert bench.wait(4) == b"DRON=10\r\n"
    bench.type("AT+VDR=0\r")
    bench.wire(Wire.BURST_STARTED)
    assert bench.wait(0.5) == b"\x10R"


def test_voice_mode_takes_the_line() -> None:
    bench = Bench().quiet_host()
    assert bench.type("AT+FCLASS=8;+VLS=1\r") == OK
    assert bench.modem.seized
    assert bench.type("AT+VLS=0\r") == OK
    assert not bench.modem.seized
    assert bench.type("AT+VLS=x\r") == ERROR


def test_rings_are_counted_and_forgotten() -> None:
    bench = Bench().quiet_host()
    bench.burst()
    bench.wait(4)
    bench.burst()
    assert bench.type("ATS1?\r") == b"\r\n002\r\n" + OK
    bench.wait(8)
    assert bench.type("ATS1?\r") == b"\r\n000\r\n" + OK


def test_what_is_printed_says_its_kind_and_moment() -> None:
    bench = Bench().quiet_host()
    bench.modem.wire(WireChange(bench.now, Wire.BURST_STARTED))
    bench.modem.say(b"\xff", bench.now)
    bench.now += SECOND
    printed = bench.modem.output(bench.now)
    assert [(one.kind, one.due) for one in printed] == [
        (Says.RAW, bench.now - SECOND),
        (Says.RING, bench.now - SECOND + RING_LATENCY),
    ]


KINDS = st.sampled_from(list(Wire))
COMMANDS = st.sampled_from(
    [
        "ATZ\r",
        "AT-TRV\r",
        "ATD1;\r",
        "ATD1\r",
        "ATA\r",
        "ATH\r",
        "AT+FCLASS=8;+VDR=1,3\r",
        "AT+VCID=2\r",
        "ATV0Q1\r",
        "A/",
        "AT-STE=x;+FCLASS=8;+VDR=1,y;D1\r",
    ]
)
STEPS = st.one_of(KINDS, COMMANDS, st.binary(max_size=12), st.sampled_from([0.0, 0.02, 0.25, 1.0, 60.0]))


@given(st.sampled_from(sorted(PERSONALITIES)), st.lists(STEPS, max_size=25))
def test_nothing_makes_it_raise_and_output_is_in_order(
    name: str, steps: list[Wire | str | bytes | float]
) -> None:
    bench = Bench(PERSONALITIES[name])
    last = 0
    for step in steps:
        match step:
            case Wire():
                bench.modem.wire(WireChange(bench.now, step, caller_id=CALLER))
            case float():
                bench.now += seconds(step)
            case str() | bytes():
                bench.modem.receive(step.encode() if isinstance(step, str) else step, bench.now)
        for printed in bench.modem.output(bench.now):
            assert last <= printed.due <= bench.now
            last = printed.due
