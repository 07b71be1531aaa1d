"""How the ears of a line are wired, as values: one dataclass for each kind of interface. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RATE = 8000  # samples a second: a telephone line has nothing above 4 kHz
DTMF_START, DTMF_END = "ABD", "C#"
BAUD = 9600


@dataclass(frozen=True, slots=True)
class ModemWiring:
    """init: commands sent in place of the table's own set-up; empty: as `device/modem_models.py` has it."""

    port: str  # absolute path
    init: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GpioWiring:
    chip: str  # "auto", a label, a path, or "simulated"
    ring_pin: int
    hook_pin: int | None
    ring_active: str = "low"  # low | high: the level while the opto-coupler conducts
    hook_active: str = "low"  # low | high: the level while off-hook
    reversal_pin: int | None = None  # changes its level with the polarity of the loop

    def pins(self) -> dict[str, int]:
        """The pins that are wired, by what each is for."""
        pins = {"ring": self.ring_pin, "hook": self.hook_pin, "reversal": self.reversal_pin}
        return {role: pin for role, pin in pins.items() if pin is not None}


@dataclass(frozen=True, slots=True)
class AudioWiring:
    """device: an ALSA name ("hw:1,0"), or the path of a WAV file or of a named pipe with WAV or raw 16-bit samples.

    dtmf_start, dtmf_end: the symbols between which the exchange sends a caller's number by DTMF.
    """

    device: str
    rate: int = RATE  # samples a second
    dtmf_start: str = DTMF_START
    dtmf_end: str = DTMF_END


@dataclass(frozen=True, slots=True)
class FskChipWiring:
    """HT9032: its cooked output (1200 8N1) on a UART."""

    port: str


@dataclass(frozen=True, slots=True)
class DtmfChipWiring:
    """MT8870: Q1 to Q4 and StD (high while a tone is valid). dtmf_start, dtmf_end as in AudioWiring."""

    chip: str
    q_pins: tuple[int, int, int, int]  # Q1 (least significant) to Q4
    std_pin: int
    dtmf_start: str = DTMF_START
    dtmf_end: str = DTMF_END

    def pins(self) -> dict[str, int]:
        """The pins by what each is for."""
        return {**{f"q{number}": pin for number, pin in enumerate(self.q_pins, start=1)}, "std": self.std_pin}


@dataclass(frozen=True, slots=True)
class BoardWiring:
    """A caller-ID board that prints the number as text. pattern: a regular expression with the group `number`."""

    port: str
    pattern: str
    baud: int = BAUD


Wiring = ModemWiring | GpioWiring | AudioWiring | FskChipWiring | DtmfChipWiring | BoardWiring
INTERFACES = {
    "modem": ModemWiring,
    "gpio": GpioWiring,
    "audio": AudioWiring,
    "ht9032": FskChipWiring,
    "mt8870": DtmfChipWiring,
    "board": BoardWiring,
}
"""The word of `interface = "…"` and what it is wired as."""


def ear_names(wirings: Sequence[Wiring]) -> tuple[str, ...]:
    """A name for each ear of one line: the word of its interface, and a number from the second of a kind on ("modem2")."""
    words = {kind: word for word, kind in INTERFACES.items()}
    names: list[str] = []
    for number, wiring in enumerate(wirings):
        before = sum(type(each) is type(wiring) for each in wirings[:number])
        names.append(words[type(wiring)] + (str(before + 1) if before else ""))
    return tuple(names)
