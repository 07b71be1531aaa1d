"""Click-to-call through real pseudo-terminals: the driver dials on the virtual exchange, somebody lifts or nobody does."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.exchange.exchange import Exchange, LineBusyError
from device.exchange.exchange_lines import ModemLine
from device.exchange.outlets import ModemOutlet
from device.exchange.planned import FaultKind
from device.interface import DialEnd, Dialler
from device.modem import Modem
from device.signals import DigitDialled, LineLost, LineRestored, LineSignal, Means, OffHook, OnHook, RingWord
from tests.scripted_modem import Listening

NUMBER = "154001"
LONGEST = 60.0  # seconds; only ever waited in full when something is broken


class Desk:
    """A line of the virtual exchange with the driver on it."""

    def __init__(self, folder: Path, personality: str) -> None:
        port = folder / "L1"
        self.exchange = Exchange([ModemLine("L1", port, personality)])
        self.heard = Listening(port)
        self.ends: queue.Queue[DialEnd] = queue.Queue()

    def dial(self, number: str = NUMBER) -> None:
        dialler: Dialler = self.heard.modem
        dialler.dial(number, self.ends.put)

    def end(self) -> DialEnd:
        return self.ends.get(timeout=LONGEST)

    def until(self, kind: type[LineSignal]) -> LineSignal:
        return self.heard.until(kind, LONGEST)

    @property
    def seized(self) -> bool:
        outlet = self.exchange._lines["L1"].outlet
        assert isinstance(outlet, ModemOutlet)
        return outlet.holds_line

    def until_digits(self) -> None:
        for _ in NUMBER:
            self.until(DigitDialled)

    def hook(self) -> list[tuple[type[LineSignal], Means | None]]:
        told = [s for s in self.heard.drain() if isinstance(s, OffHook | OnHook) and not s.found]
        return [(type(s), s.means) for s in told]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, "CX930xx")
    with desk.exchange, desk.heard:
        desk.until(LineRestored)
        yield desk


@pytest.mark.slow
def test_dialled_and_taken_over(desk: Desk) -> None:
    desk.dial()
    desk.until_digits()
    with pytest.raises(LineBusyError):
        desk.exchange.call("L1", "15400000001")
    threading.Event().wait(1.2)  # the modem alone is measured
    desk.exchange.lift("L1", lasts=4)
    assert desk.end() is DialEnd.HANDED_OVER
    assert not desk.seized
    desk.until(OnHook)
    assert desk.hook() == [(OffHook, Means.MODEM), (OnHook, Means.LINE_VOLTAGE)]


@pytest.mark.slow
def test_dialled_and_nobody_lifts_and_then_a_call_is_heard(desk: Desk) -> None:
    desk.dial()
    assert desk.end() is DialEnd.NOBODY_LIFTED
    assert not desk.seized
    desk.exchange.call("L1", "15400000001", ring=1)
    desk.until(RingWord)
    assert desk.hook() == [(OffHook, Means.MODEM), (OnHook, Means.MODEM)]
    desk.dial()
    assert desk.end() is DialEnd.LINE_IN_USE


@pytest.mark.slow
def test_cancelled_closed_and_used(desk: Desk) -> None:
    desk.dial("1" * 20)
    desk.until(OffHook)
    desk.heard.modem.cancel_dial()
    assert desk.end() is DialEnd.CANCELLED
    assert not desk.seized
    desk.until(OnHook)
    desk.exchange.lift("L1", lasts=3)
    desk.until(OffHook)
    desk.dial()
    assert desk.end() is DialEnd.LINE_IN_USE
    desk.until(OnHook)
    desk.dial()
    desk.until_digits()
    desk.heard.modem.close()
    assert desk.end() is DialEnd.CANCELLED
    assert not desk.seized
    desk.dial()
    assert desk.end() is DialEnd.LOST
    desk.heard.modem.cancel_dial()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [FaultKind.UNPLUG, FaultKind.HANG])
def test_a_modem_that_goes_away_or_hangs_while_it_dials(desk: Desk, kind: FaultKind) -> None:
    desk.dial()
    desk.until_digits()
    desk.exchange.fault("L1", kind, lasts=12 if kind is FaultKind.HANG else 5)
    assert desk.end() is DialEnd.LOST
    desk.until(LineLost)
    desk.dial()
    assert desk.end() is DialEnd.LOST
    desk.until(LineRestored)
    assert not desk.seized


def test_what_is_no_number_is_not_dialled(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "USR5637")
    with desk.exchange, desk.heard:
        desk.until(LineRestored)
        desk.dial("not a number")
        assert desk.end() is DialEnd.UNABLE
        desk.dial("1" * 20)
        desk.until(OffHook)
        desk.heard.modem.cancel_dial()
        assert desk.end() is DialEnd.CANCELLED
        assert not desk.seized
        assert desk.hook() == [(OffHook, Means.MODEM), (OnHook, Means.MODEM)]


def test_who_asked_may_stumble_and_a_driver_that_was_not_started_says_so(tmp_path: Path) -> None:
    ends: list[DialEnd] = []
    driver = Modem("L1", str(tmp_path / "nowhere"))
    driver.dial(NUMBER, ends.append)
    assert ends == [DialEnd.LOST]
    driver.cancel_dial()
    driver.close()
    with Listening(tmp_path / "nowhere") as heard:
        heard.until(LineLost)
        stumbled = threading.Event()

        def stumble(end: DialEnd) -> None:
            stumbled.set()
            raise RuntimeError("a bug")

        heard.modem.dial(NUMBER, stumble)
        assert stumbled.wait(30)
        assert not heard.modem.check(30).answers
