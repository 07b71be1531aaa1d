"""What happens on the line in, the state of one virtual modem out: its settings, its registers, the voltage it would read.

Pure. Which command changes which setting is `modem_interpreter`'s; printing and time are `virtual_modem`'s.
Sources: V.250, LINE.md 1.5 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND, SECOND, CallerId

FACTORY_REGISTERS = {0: 0, 1: 0, 2: 43, 3: 13, 4: 10, 5: 8, 6: 2, 7: 50, 8: 1, 9: 6, 10: 14, 11: 85, 12: 50}
IDLE_VOLTS, OFF_HOOK_VOLTS, NO_LINE_VOLTS = 48.6, 8.3, 1.4  # LINE.md 1.5, 2; 1.4 = nothing connected
BOTH_VOLTS = 5.1  # a telephone and the modem share the loop's current; a drop of 2 V is a lifted extension (LINE.md 1.5)
NOISE = (0.0, 0.1, -0.1, 0.2, 0.0, -0.2, 0.1, -0.1, 0.3, 0.0, -0.3)
# read while 90 V of ringing ride on the 48: such a value means nothing
BURST_VOLTS = (71.4, 12.9, 55.0, 3.2, 64.1, 29.8, 9.7, 88.3)


class Result(Enum):
    """A result code: its word and its number (V.250 table 1)."""

    OK = ("OK", 0)
    RING = ("RING", 2)
    NO_CARRIER = ("NO CARRIER", 3)
    ERROR = ("ERROR", 4)
    NO_DIALTONE = ("NO DIALTONE", 6)
    LINE_IN_USE = ("LINE-IN-USE", 4)  # Conexant, -STE bit 0

    def printed(self, verbose: bool) -> bytes:
        """As it leaves the modem with V1 or V0."""
        word, number = self.value
        return b"\r\n%b\r\n" % word.encode("ascii") if verbose else b"%d\r" % number


@dataclass(slots=True)
class ModemState:
    """Every setting of one modem, and what it knows of its line."""

    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    vcid: int = 0
    fclass: str = "0"
    vdr: tuple[int, int] = (0, 0)
    registers: dict[int, int] = field(default_factory=FACTORY_REGISTERS.copy)
    remembered: dict[str, str] = field(default_factory=dict)
    stored: tuple[bool, bool, bool] = (True, True, False)  # echo, verbose, quiet of AT&W
    memory_writes: int = 0  # how often the host had the modem write its memory, which wears out
    country: str = ""
    bits: set[str] = field(default_factory=set)  # bits of registers that are set: "40.2"
    units: dict[str, int] = field(default_factory=dict)  # U-registers that were written
    seized: bool = False
    dialling: bool = False
    last_caller_id: CallerId | None = None
    last_ring: int = 0
    off_hook: bool = False  # a telephone on the line, not this modem
    ringing: bool = False
    loop: bool = True
    readings: int = 0

    @property
    def voice(self) -> bool:
        return self.fclass.startswith("8")

    @property
    def distinctive(self) -> bool:
        """Distinctive rings are told: S41=1 (3Com), -SDR=7 (Rockwell)."""
        return self.registers.get(41) == 1 or self.remembered.get("-SDR", "0") not in ("0", "")

    @property
    def reports_cadence(self) -> bool:
        return self.vdr[0] == 1

    @property
    def ring_after_burst(self) -> int:
        """ns after a burst until RING, 0 for none (+VDR=1,y; y = 0 means none on Conexant and USR)."""
        return self.vdr[1] * 100 * MILLISECOND

    @property
    def carrier_patience(self) -> int:
        """ns a dialled call waits for a carrier (register S7, seconds)."""
        return self.registers.get(7, 50) * SECOND

    def note(self, change: WireChange) -> None:
        """Follow the line, for -TRV and for the veto before dialling."""
        match change.kind:
            case Wire.BURST_STARTED | Wire.BURST_ENDED:
                self.ringing = change.kind is Wire.BURST_STARTED
            case Wire.OFF_HOOK | Wire.ON_HOOK:
                self.off_hook = change.kind is Wire.OFF_HOOK
            case Wire.LOOP_LOST | Wire.LOOP_RESTORED:
                self.loop = change.kind is Wire.LOOP_RESTORED
            case _:
                pass

    def store(self) -> None:
        """AT&W: what a reset goes back to from now on."""
        self.stored = (self.echo, self.verbose, self.quiet)
        self.memory_writes += 1

    def voltage(self) -> float:
        """Volts tip-ring at this moment, with the noise of a cheap converter."""
        self.readings += 1
        noise = NOISE[self.readings % len(NOISE)]
        if not self.loop:
            return NO_LINE_VOLTS
        if self.off_hook and self.seized:
            return BOTH_VOLTS + noise / 3
        if self.off_hook or self.seized:
            return OFF_HOOK_VOLTS + noise / 3
        if self.ringing:
            return BURST_VOLTS[self.readings % len(BURST_VOLTS)]
        return IDLE_VOLTS + noise

    def count_ring(self, at: int) -> None:
        self.registers[1] = min(self.registers[1] + 1, 255)
        self.last_ring = at

    def abort_dialling(self) -> bool:
        """A key pressed while the modem dials or waits for a carrier drops the call (V.250 5.6.1); was it so?"""
        aborted, self.dialling = self.dialling, False
        self.seized = self.seized and not aborted
        return aborted

    def reset(self) -> None:
        """ATZ: the stored profile, and caller ID off."""
        self.factory()
        self.echo, self.verbose, self.quiet = self.stored

    def factory(self) -> None:
        """AT&F: the factory's settings."""
        self.echo, self.verbose, self.quiet = True, True, False
        self.vcid, self.fclass, self.vdr = 0, "0", (0, 0)
        self.registers = FACTORY_REGISTERS.copy()
        self.remembered.clear()
        self.bits.clear()
        self.units.clear()
        self.seized = self.dialling = False

    def power_on(self) -> None:
        self.reset()
        self.last_caller_id = None
