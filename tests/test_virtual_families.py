"""The virtual modems of other makers: their identity, their caller ID, their own ways with countries, cadence and voltage."""

from __future__ import annotations

import pytest

from device.exchange.modem_personalities import (
    CX930XX,
    LUCENT,
    MULTITECH,
    ROCKWELL,
    SILABS,
    THREECOM,
    ZYXEL,
    Personality,
)
from device.exchange.virtual_modem import VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.signals import SECOND, CallerId, seconds

CALLER = CallerId("15400001234", date_time="11230915")
WHOLE = b"801701083131323330393135020B3135343030303031323334"
OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"


class Bench:
    """A modem without echo, and a hand that types to it."""

    def __init__(self, personality: Personality, *commands: str, jack: bool = False) -> None:
        self.modem = VirtualModem(personality, jack=jack)
        self.now = SECOND
        for command in ("ATE0", *commands):
            assert self.type(command).endswith(OK)

    def type(self, command: str) -> bytes:
        self.modem.receive(command.encode() + b"\r", self.now)
        return self.wait(0.5)

    def wait(self, duration: float) -> bytes:
        self.now += seconds(duration)
        return b"".join(printed.data for printed in self.modem.output(self.now))

    def wire(self, kind: Wire, after: float = 0.0, caller_id: CallerId | None = None) -> bytes:
        said = self.wait(after)
        self.modem.wire(WireChange(self.now, kind, caller_id))
        return said

    def burst(self) -> bytes:
        self.wire(Wire.BURST_STARTED)
        return self.wire(Wire.BURST_ENDED, 1.0)

    def calls(self) -> bytes:
        self.wire(Wire.CALLER_ID_SENT, 0.5, CALLER)
        return self.wait(0.1)


@pytest.mark.parametrize(
    ("personality", "command", "answer"),
    [
        (ROCKWELL, "ATI6", b"\r\nRCV56DPF-PLL L8773A Rev 14.00/34.00\r\n" + OK),
        (ROCKWELL, "AT+VCID=1", ERROR),
        (ROCKWELL, "AT#CID=?", b"\r\n0,1,2\r\n" + OK),
        (ROCKWELL, "AT+GCI=?", ERROR),
        (ROCKWELL, "AT+GCI=26", ERROR),
        (ROCKWELL, "AT+VDR=1,0", ERROR),
        (ROCKWELL, "AT+VRID=0", ERROR),
        (MULTITECH, "AT+GCI=?", b"\r\n+GCI: (99,B5)\r\n" + OK),
        (MULTITECH, "AT+GCI=26", ERROR),
        (CX930XX, "AT+GCI?", b"\r\n+GCI: B5\r\n" + OK),
        (CX930XX, "AT+GCI=26;+GCI?", b"\r\n+GCI: 26\r\n" + OK),
        (SILABS, "ATI6", b"\r\n2457\r\n" + OK),
        (SILABS, "AT-TRV", ERROR),
        (SILABS, "AT:R6C", b"\r\n3100\r\n" + OK),  # 48.6 V and the noise of one reading
        (SILABS, "AT:R6C,1", ERROR),
        (SILABS, "AT:R49", b"\r\n0000\r\n" + OK),
        (SILABS, "AT:U49,22:R49", b"\r\n0022\r\n" + OK),
        (SILABS, "AT:U49", ERROR),
        (SILABS, "AT:U49,1,2", ERROR),
        (CX930XX, "AT:R6C", ERROR),
        (CX930XX, "AT:U6C,1", ERROR),
        (ZYXEL, "AT+VCID=1", ERROR),
        (ZYXEL, "ATS40.2=1", OK),
        (ZYXEL, "ATS41.6=0", OK),
        (ZYXEL, "ATS40.2?", ERROR),
        (CX930XX, "ATS40.2=1", ERROR),
        (LUCENT, "AT+VDR=1,0", OK),
    ],
)
def test_it_answers(personality: Personality, command: str, answer: bytes) -> None:
    assert Bench(personality).type(command) == answer


def test_silabs_brackets_the_raw_bytes() -> None:
    """Transcript 30."""
    bench = Bench(SILABS, "AT+VCID=2")
    assert bench.burst() == b"\r\nRING\r\n"
    said = bench.calls()
    assert said.startswith(b"\r\nCIDM\r\n\x80\x17\x01\x08")
    assert said.endswith(b"\r\nNO CARRIER\r\n")
    assert sum(said[len(b"\r\nCIDM\r\n") : -len(b"\r\nNO CARRIER\r\n")]) % 256 == 0


def test_rockwell_leaves_the_checksum_out() -> None:
    """Transcript 15."""
    assert Bench(ROCKWELL, "AT#CID=2").calls() == b"\r\n" + WHOLE + b"\r\n"


def test_zyxel_says_who_calls_with_the_second_ring() -> None:
    bench = Bench(ZYXEL, "ATS40.2=1")
    assert bench.burst() == b"\r\nRING\r\n"
    assert bench.calls() == b""
    assert bench.burst() == b"\r\nRING\r\n\r\nTIME: 11-23 09:15\r\nCALLER NUMBER: 15400001234\r\n"
    assert bench.burst() == b"\r\nRING\r\n"
    bench.type("ATS40.2=0")
    assert bench.calls() + bench.burst() == b"\r\nRING\r\n"


def test_distinctive_rings_once_they_are_switched_on() -> None:
    """Transcript 23."""
    assert Bench(THREECOM, "ATS41=1").burst() == b"\r\nRING A\r\n"
    assert Bench(ROCKWELL, "AT-SDR=7").burst() == b"\r\nRING 1\r\n"
    assert Bench(THREECOM).burst() == Bench(ROCKWELL, "AT-SDR=0").burst() == b"\r\nRING\r\n"


def test_cadence_with_and_without_voice_mode() -> None:
    """Transcripts 23 and 24."""
    lucent = Bench(LUCENT, "AT+VDR=1,0")
    assert lucent.burst() + lucent.wait(1) == b"DROF=0\r\nDRON=10\r\n"
    multitech = Bench(MULTITECH, "AT+FCLASS=8", "AT+VDR=1,5")
    assert multitech.burst() + multitech.wait(1) == b"\x10X\r\nDROF=0\r\nDRON=10\r\n\x10R"
    conexant = Bench(CX930XX, "AT+FCLASS=8", "AT+VDR=1,5", "AT+FCLASS=0")
    assert conexant.burst() == b"\r\nRING\r\n"


def test_the_telephone_in_its_own_jack() -> None:
    bench = Bench(CX930XX, "AT+FCLASS=8", jack=True)
    bench.wire(Wire.OFF_HOOK)
    assert bench.wire(Wire.ON_HOOK, 5) == b"\x10H"
    assert bench.wait(1) == b"\x10h"
    other = Bench(CX930XX, "AT+FCLASS=8")
    other.wire(Wire.OFF_HOOK)
    assert other.wire(Wire.ON_HOOK, 5) == b""
    assert other.type("AT+VLS=1") == OK
    other.wire(Wire.OFF_HOOK)
    assert other.wire(Wire.ON_HOOK, 5) == b"\x10P"
    assert other.wait(1) == b"\x10p"
    outside = Bench(CX930XX, jack=True)
    outside.wire(Wire.OFF_HOOK)
    assert outside.wait(1) == b""


def test_its_memory_being_written_is_remembered() -> None:
    bench = Bench(CX930XX, "AT&W0", "ATV1&W")
    assert bench.modem.memory_writes == 2
    bench.type("ATZ")
    bench.modem.power_cycle(bench.now)
    assert bench.modem.memory_writes == 2
