"""What a modem is, as a value, and the commands that all of them are set up with. Pure: it sends nothing.

The row of each family is in `modem_families`, the order of asking in `modem_setup`. Sources: LINE.md 1.1 (NCID, callblocker,
callattendant, misterhouse, makers' manuals), 1.5 (AT-TRV, U6C). Nothing here writes the modem's memory (no AT&W): a modem
is set up anew at each opening, because +VCID does not survive a reset (HA issue 57765).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from device.signals import MILLISECOND, SECOND

PATIENCE = 2 * SECOND  # no modem in the recordings needs more than a fraction of it


@dataclass(frozen=True, slots=True)
class Command:
    """One command line, without its CR, and how long its answer may take (ns)."""

    text: str
    patience: int = PATIENCE
    wants_text: bool = False  # lines of text and bare digits are part of the answer


class Step(Enum):
    """What a command of the set-up is for."""

    RESET = "reset"
    INIT = "the line's own init"
    ECHO_OFF = "echo off"
    VERBOSE = "words, not numbers"
    NEVER_ANSWER = "never answer"
    IDENTIFY = "identify"
    COUNTRY = "country"
    CALLER_ID_MODES = "which forms of caller ID?"
    CALLER_ID = "caller ID"
    CALLER_ID_KEPT = "is caller ID on?"
    VOLTAGE = "line voltage"


# --- what a modem is -------------------------------------------------------------------------------------------------


class Family(Enum):
    """Modems that speak alike. The value is what it is called."""

    CONEXANT = "Conexant CX930xx"
    USR5637 = "USRobotics USR5637"
    ROCKWELL = "Rockwell"
    MULTITECH = "MultiTech (Agere)"
    SILABS = "Silicon Labs ISOmodem"
    ZYXEL = "ZyXEL"
    THREECOM = "3Com / U.S. Robotics"
    LUCENT = "Lucent"
    UNKNOWN = "unknown"


class VoltageBy(Enum):
    """How a modem tells the volts between the wires; the value is the command that asks."""

    TRV = "AT-TRV"  # 48.6: volts, without a sign (Conexant 102184B p. 3-55)
    LVS = "AT:R6C"  # 3000: hexadecimal, the high byte is signed volts, the sign is the polarity (AN93, U6C)

    @property
    def command(self) -> Command:
        return Command(self.value, wants_text=self is VoltageBy.LVS)

    def volts(self, lines: tuple[str, ...], number: float | None = None) -> float | None:
        """The reading in an answer: `lines` of text, or a `number` with a point. LVS keeps its sign. None: there is none."""
        if self is VoltageBy.TRV:
            return number
        word = next((line for line in lines if _LVS.fullmatch(line)), None)
        if word is None:
            return None
        high = int(word[:2], 16)
        return float(high - 256 if high > 127 else high)


_LVS = re.compile("[0-9A-Fa-f]{4}")


class CallerIdMode(Enum):
    """The form in which caller ID is asked for; what comes is read whichever it is."""

    FORMATTED = 1  # DATE, TIME, NMBR, NAME: the modem checks the sum, and says nothing when it fails
    UNFORMATTED = 2  # the whole message: every parameter, and we check the sum


class Quirk(Enum):
    NO_CARRIER_ENDS_CALLER_ID = "NO CARRIER stands at the end of a caller-ID burst, and is no hang-up"
    RAW_CALLER_ID = "unformatted caller ID comes as raw bytes behind CIDM, not in hex"
    CADENCE_WITHOUT_VOICE = "DRON and DROF also outside voice mode"
    RING_LETTER = "RING A, RING B for distinctive rings"
    RING_DIGIT = "RING 1, RING 2 for distinctive rings"
    RING_AGAIN_BEFORE_CALLER_ID = "caller ID is said with the second RING"
    OLD_FIRMWARE = "its firmware is older than one that works well"


@dataclass(frozen=True, slots=True)
class Dialling:
    """The pieces of a dialling: `prefix` number `suffix`, and `hang_up` to let go of the line again."""

    prefix: str = "ATDT"
    suffix: str = ";"  # back to commands when the digits are out (V.250 6.3.1)
    hang_up: str = "ATH"


@dataclass(frozen=True, slots=True)
class Model:
    """One modem: the row of its family, with what it said of itself. Defaults are the cautious ones.

    ring_latency, ring_error: ns from the beginning of a burst to the word RING, and how far that may be wrong either way.
    voltage: how its line's voltage is read; tried at set-up, and None from then on when it gave no volts.
    jack_codes: <DLE>H and <DLE>h in voice mode (+FCLASS=8) tell of a telephone plugged into the modem's own jack.
    caller_id_mode: the form the modem has and was set to; before the set-up, the form to prefer where it does not list any.
    caller_id_first: commands tried before the usual ones, for makers with ways of their own.
    country, country_before: T.35 codes as +GCI has them now, and had them; empty when it does not tell.
    """

    family: Family
    name: str = ""  # e.g. "MT5634ZBAV"; empty: the family's name
    maker: str = ""
    firmware: str = ""
    voltage: VoltageBy | None = VoltageBy.TRV
    jack_codes: bool = False
    caller_id_mode: CallerIdMode = CallerIdMode.FORMATTED
    caller_id_first: tuple[str, ...] = ()
    ring_latency: int = 600 * MILLISECOND  # somewhere from the first cycles to the end of a burst of 1 s [U]
    ring_error: int = 600 * MILLISECOND
    quirks: frozenset[Quirk] = frozenset()
    country: str = ""
    country_before: str = ""
    dialling: Dialling | None = field(default_factory=Dialling)

    @property
    def can_dial(self) -> bool:
        return self.dialling is not None

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        return self.name or self.family.value


# --- the commands ----------------------------------------------------------------------------------------------------

ALIVE = Command("AT")
CALLER_ID_ON = Command("AT+VCID?", wants_text=True)
CALLER_ID_MODES = Command("AT+VCID=?", wants_text=True)
COUNTRIES = Command("AT+GCI=?", wants_text=True)
COUNTRY = Command("AT+GCI?", wants_text=True)
CHINA = "26"  # T.35 country code, hexadecimal
VOLTAGE = VoltageBy.TRV.command
QUIET_OR_NUMERIC = Command(
    "ATQ0E0V1", 1 * SECOND
)  # a stored profile may have Q1: the modem obeys and says nothing

RESETS = (Command("ATZ"), QUIET_OR_NUMERIC, Command("ATZ"))
BASICS = (  # whatever the line's init says
    (Step.ECHO_OFF, "ATE0"),
    (Step.VERBOSE, "ATV1"),
    (Step.NEVER_ANSWER, "ATS0=0"),
)
UNFORMATTED = "AT+VCID=2"
CALLER_ID_WAYS = (
    "AT+VCID=1",  # Conexant, USR, Agere, MultiTech
    "AT#CID=1",  # Rockwell
    "AT+FCLASS=8;+VCID=1",  # only in voice mode
    "AT-STE=1;+VCID=1",
    "AT-STE=1;#CID=1",
    "AT%CCID=1",
    "AT#CC1",
    "AT*ID1",
    "AT#CLS=8#CID=1",
    "AT$JSCID=4,1",  # ELSA
    "ATS40.2=1S41.6=1S42.2=1",  # ZyXEL
    UNFORMATTED,  # those that know the unformatted form only
    "AT#CID=2",
)

# Without any other answer; three that stay unanswered are 16 s, a hung modem is told within 30 s.
HEARTBEAT = 10 * SECOND
SETTINGS_LOOK = 60 * SECOND  # is caller ID still on? An external modem may lose its power and say nothing
IDLE_POLL = 1 * SECOND
TALKING_POLL = 500 * MILLISECOND
RINGING_PATIENCE = 750 * MILLISECOND  # three of them are over before six seconds of silence end a call
RINGING_POLL = 250 * MILLISECOND
DOUBT_POLL = 130 * MILLISECOND  # no divisor of 100 ms, the period of dial pulses
