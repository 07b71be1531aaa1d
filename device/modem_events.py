"""What a modem or a serial caller-ID box said, as values: the closed union `ModemEvent`. Holds no rule and no state.

Made by modem_lines and at_protocol, read by modem_dialogue. Durations are ns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Result(Enum):
    """Final and other result codes (V.250 table 1 and the makers' own)."""

    OK = "OK"
    ERROR = "ERROR"
    NO_CARRIER = "NO CARRIER"  # not a hang-up: Silicon Labs ends a caller-ID burst with it
    NO_DIALTONE = "NO DIALTONE"
    NO_ANSWER = "NO ANSWER"
    BUSY = "BUSY"
    CONNECT = "CONNECT"
    RINGING = "RINGING"  # ringback while dialling, no incoming call
    LINE_IN_USE = "LINE IN USE"
    NO_LINE = "NO LINE"


class BlockMark(Enum):
    """Words round a caller-ID block that say no more than that one is coming or over."""

    REVERSAL = "FLASH"  # Silicon Labs, UK: polarity reversal, not a hook flash
    ALERT = "STAS"
    MESSAGE = "CIDM"
    BEGIN = "CALLING MSG"
    END = "END MSG"


class FieldKey(Enum):
    """One name for each fact of a caller-ID block, whatever the modem calls it."""

    DATE = "date"  # MMDD or YYMMDD
    TIME = "time"  # hhmm
    DATE_TIME = "date_time"  # both in one
    NUMBER = "number"
    NAME = "name"
    NO_NUMBER = "no_number"  # the reason why there is none
    NO_NAME = "no_name"
    MESG = "mesg"  # a parameter the modem did not know: tag, length, data in hex
    OTHER = "other"  # of no use here: qualifier, who forwarded the call


@dataclass(frozen=True, slots=True)
class Ring:
    """One burst. `detail` is what stood behind the word, e.g. the distinctive ring A or 2. `box`: a serial box says it."""

    detail: str = ""
    box: bool = False


@dataclass(frozen=True, slots=True)
class BurstReport:
    """DRON: a burst that lasted so many ns has ended."""

    lasted: int


@dataclass(frozen=True, slots=True)
class SilenceReport:
    """DROF: a silence that lasted so many ns has ended (0 before the first burst)."""

    lasted: int


@dataclass(frozen=True, slots=True)
class FieldHeard:
    """One field of formatted caller ID; `value` keeps its bytes, names may be in any encoding."""

    key: FieldKey
    value: bytes
    box: bool = False  # a serial box says it


@dataclass(frozen=True, slots=True)
class MessageHeard:
    """An SDMF or MDMF message. `whole`: with all that was received; not: the modem broke off."""

    message: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Code:
    """A DLE code of voice mode: the character behind the DLE."""

    character: str


@dataclass(frozen=True, slots=True)
class HookReport:
    """A serial box senses the loop itself: lifted (True) or put down."""

    lifted: bool


@dataclass(frozen=True, slots=True)
class FlashReport:
    """A serial box saw a hook flash."""


@dataclass(frozen=True, slots=True)
class ResultHeard:
    result: Result


@dataclass(frozen=True, slots=True)
class MarkHeard:
    mark: BlockMark


@dataclass(frozen=True, slots=True)
class Voltage:
    """A bare number with a point: volts, the answer to AT-TRV; with the sign the modem gave it."""

    volts: float


@dataclass(frozen=True, slots=True)
class Digits:
    """A line of digits alone: a product code, a register, a numeric result code, or a caller (ELINK 301)."""

    digits: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`+VCID: 0`: a value of something asked."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Echo:
    """The modem repeats what was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Something no rule reads, at most 256 bytes of it."""

    raw: bytes


ModemEvent = (
    Ring
    | BurstReport
    | SilenceReport
    | FieldHeard
    | MessageHeard
    | Code
    | HookReport
    | FlashReport
    | ResultHeard
    | MarkHeard
    | Voltage
    | Digits
    | Reply
    | Echo
    | Unread
)
