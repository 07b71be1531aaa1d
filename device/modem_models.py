"""How modems are set up, as a table: the commands in their order, with what to try where one is refused. It sends nothing.

Sources: LINE.md 1.1 (NCID, callblocker, callattendant, misterhouse, makers' manuals), 1.5 (AT-TRV). Nothing here writes the
modem's memory (no AT&W): a modem is set up anew at each opening, because +VCID does not survive a reset (HA issue 57765).
"""

from __future__ import annotations

from dataclasses import dataclass
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
    ECHO_OFF = "echo off"
    VERBOSE = "words, not numbers"
    NEVER_ANSWER = "never answer"
    IDENTIFY = "identify"
    CALLER_ID = "caller ID"
    CALLER_ID_KEPT = "is caller ID on?"
    VOLTAGE = "line voltage"


ALIVE = Command("AT")
IDENTITY = Command("ATI0", wants_text=True)
CALLER_ID_ON = Command("AT+VCID?", wants_text=True)
VOLTAGE = Command("AT-TRV")
QUIET_OR_NUMERIC = Command(
    "ATQ0E0V1", 1 * SECOND
)  # a stored profile may have Q1: the modem obeys and says nothing

_CALLER_ID = (
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
    "AT+VCID=2",  # those that know the unformatted form only
    "AT#CID=2",
)

SET_UP: tuple[tuple[Step, tuple[Command, ...]], ...] = (
    (Step.RESET, (Command("ATZ"), QUIET_OR_NUMERIC, Command("ATZ"))),
    (Step.ECHO_OFF, (Command("ATE0"),)),
    (Step.VERBOSE, (Command("ATV1"),)),
    (Step.NEVER_ANSWER, (Command("ATS0=0"),)),
    (Step.IDENTIFY, (IDENTITY,)),
    (Step.CALLER_ID, tuple(Command(text) for text in _CALLER_ID)),
    (Step.CALLER_ID_KEPT, (CALLER_ID_ON,)),
    (Step.VOLTAGE, (VOLTAGE,)),
)

# Without any other answer; three that stay unanswered are 16 s, a hung modem is told within 30 s.
HEARTBEAT = 10 * SECOND
SETTINGS_LOOK = 60 * SECOND  # is caller ID still on? An external modem may lose its power and say nothing
IDLE_POLL = 1 * SECOND
TALKING_POLL = 500 * MILLISECOND
RINGING_PATIENCE = 750 * MILLISECOND  # three of them are over before six seconds of silence end a call
RINGING_POLL = 250 * MILLISECOND
DOUBT_POLL = 130 * MILLISECOND  # no divisor of 100 ms, the period of dial pulses
