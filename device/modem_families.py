"""What a modem said of itself in, its row of the table out: family, name, firmware, and what that family can do. Pure.

docs/MODEMS.md is this table for people; a test holds the two together. Where each fact is from stands at its row: the codes of
ATI0 to ATI7 are LINE.md 1.6; [U] was found in no source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from device.modem_models import CallerIdMode, Family, Model, Quirk, VoltageBy
from device.signals import MILLISECOND

Said = Mapping[str, tuple[str, ...]]
"""Identity commands that were asked, and the lines of their answers; empty where the modem refused or said nothing."""

ROWS: Mapping[Family, Model] = {
    row.family: row
    for row in (
        # AT-TRV, the packet with its checksum in mode 2, DLE codes in voice mode: LINE.md 1.1, 1.3, 1.5.
        Model(
            Family.CONEXANT,
            maker="Conexant",
            voltage=VoltageBy.TRV,
            jack_codes=True,
            caller_id_mode=CallerIdMode.UNFORMATTED,
        ),
        # +VCID=? says (0-16), whose 2 no source explains: formatted. It has one socket: no telephone in it. LINE.md 1.6.
        Model(Family.USR5637, name="USR5637", maker="U.S. Robotics"),
        # #CID=2 prints the packet without its checksum (Askey p. 39): formatted, where the modem itself checks. LINE.md 1.2.
        Model(Family.ROCKWELL, maker="Rockwell", quirks=frozenset({Quirk.RING_DIGIT})),
        # +VCID 0 to 2 (S000273G p. 19); +VDR and DLE codes (S000306B). LINE.md 1.1, 1.3, 1.4.
        Model(
            Family.MULTITECH,
            maker="MultiTech",
            jack_codes=True,
            caller_id_mode=CallerIdMode.UNFORMATTED,
        ),
        # U6C, CIDM and NO CARRIER; RING after 250 ms of ringing (AN93 rev. 0.9 p. 81 and 139). LINE.md 1.5, 1.6.
        Model(
            Family.SILABS,
            maker="Silicon Labs",
            voltage=VoltageBy.LVS,
            caller_id_mode=CallerIdMode.UNFORMATTED,
            ring_latency=300 * MILLISECOND,
            ring_error=100 * MILLISECOND,
            quirks=frozenset({Quirk.NO_CARRIER_ENDS_CALLER_ID, Quirk.RAW_CALLER_ID}),
        ),
        # S40.2 switches it on; said during the second ring, in words (2864 manual p. 13-4). LINE.md 1.1, 1.2.
        Model(
            Family.ZYXEL,
            maker="ZyXEL",
            caller_id_first=("ATS40.2=1",),
            quirks=frozenset({Quirk.RING_AGAIN_BEFORE_CALLER_ID, Quirk.RING_DIGIT}),
        ),
        # ATI0 of a line of products; RING A with S41=1 (NCID). LINE.md 1.2.
        Model(
            Family.THREECOM,
            maker="3Com / U.S. Robotics",
            caller_id_first=("AT#CID=1",),
            quirks=frozenset({Quirk.RING_LETTER}),
        ),
        # DRON and DROF by +VDR=1,0, seen without voice mode (NCID). LINE.md 1.4.
        Model(Family.LUCENT, maker="Lucent", quirks=frozenset({Quirk.CADENCE_WITHOUT_VOICE})),
        Model(Family.UNKNOWN),
    )
}


@dataclass(frozen=True, slots=True)
class Clue:
    """When the answer to `command` holds this, it is that family."""

    command: str
    holds: re.Pattern[str]
    family: Family


def _clue(command: str, holds: str, family: Family) -> Clue:
    return Clue(command, re.compile(holds, re.IGNORECASE | re.MULTILINE), family)


# The first that fits. Codes: callattendant, vgetty's detect.c (LINE.md 1.6).
CLUES = (
    _clue("ATI3", r"^CX\d{5}", Family.CONEXANT),
    _clue("ATI3", r"^(V\d.*-V\d\d|ACF\d|RC\d|SoftK56)", Family.ROCKWELL),  # 56000 is Rockwell's code too
    _clue("ATI6", r"^RC", Family.ROCKWELL),
    _clue("ATI0", r"^56000$", Family.CONEXANT),
    _clue("ATI7", r"^Product ID:? +(?!5637)\S", Family.THREECOM),  # 5601 is the code of the whole house
    _clue("ATI0", r"^5601$", Family.USR5637),
    _clue("ATI0", r"^(144(00| VOICE)|249|336(00)?|961)$", Family.ROCKWELL),
    _clue("ATI0", r"^(1445|2886|3361|3362|3366)$", Family.THREECOM),
    _clue("ATI0", r"^(1496|150[01]|288|2864[0-9I]?)\b", Family.ZYXEL),
    _clue("ATI0", r"\bMT\d{4}|^(247|57600)$|MultiTech", Family.MULTITECH),
    _clue("ATI0", r"^(LT |Venus V|AEIGPM|Zoom V\.9)", Family.LUCENT),
    _clue("ATI6", r"^24\d\d$", Family.SILABS),
    _clue("AT+GMI", r"silicon", Family.SILABS),
    _clue("AT+GMI", r"conexant", Family.CONEXANT),
    _clue("AT+GMI", r"rockwell", Family.ROCKWELL),
    _clue("AT+GMI", r"multi-?tech", Family.MULTITECH),
    _clue("AT+GMI", r"lucent|agere", Family.LUCENT),
    _clue("AT+GMI", r"zyxel", Family.ZYXEL),
    _clue("AT+GMI", r"3com|robotics", Family.THREECOM),
)
# What to ask after ATI0; of a modem whose code says nothing all the rest, until a clue fits.
FOLLOWING: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"56000"), ("ATI3",)),
    (re.compile(r"5601"), ("ATI7",)),
)
EVERYTHING = ("ATI6", "AT+GMI", "AT+GMM", "ATI3", "ATI7")

_NAMES = re.compile(r"\b(CX\d{5}|MT\d{4}[A-Z]*|Si24\d\d|24\d\d|U\d{4}[A-Z]?)\b")
_FIRMWARE = re.compile(r"(?:Firmware Version:?|FLASH rev:?|Version|Rev\.?) +([0-9][\w.]*)", re.IGNORECASE)
_DOTTED = re.compile(r"\bV?(\d+\.\d+\.\d+)\b")
GOOD_USR = (1, 2, 23)  # LINE.md 1.6: older firmware does not seize the line in voice mode


def next_question(said: Said) -> str | None:
    """The identity command to ask next; None when enough is known, or nothing is left."""
    if "ATI0" not in said:
        return "ATI0"
    first = "\n".join(said["ATI0"])
    following = next((asked for code, asked in FOLLOWING if code.fullmatch(first)), None)
    if following is None:
        following = () if family_of(said) is not Family.UNKNOWN else EVERYTHING
    return next((command for command in following if command not in said), None)


def family_of(said: Said) -> Family:
    """Whose modem it is, by the first clue that fits."""
    for clue in CLUES:
        if clue.holds.search("\n".join(said.get(clue.command, ()))):
            return clue.family
    return Family.UNKNOWN


def model_of(said: Said) -> Model:
    """The row of its family, with its own name, maker and firmware where it told them."""
    row = ROWS[family_of(said)]
    text = "\n".join(line for command in ("ATI3", "ATI7", "ATI6", "ATI0") for line in said.get(command, ()))
    row = replace(row, firmware=_firmware(said, text), name=row.name or _name(said, text))
    if row.family is Family.UNKNOWN:
        row = replace(row, maker=_plain(said.get("AT+GMI", ())))
    if row.family is Family.USR5637 and _older(row.firmware):
        row = replace(row, quirks=row.quirks | {Quirk.OLD_FIRMWARE})
    return row


def _name(said: Said, text: str) -> str:
    found = _NAMES.search(text)
    if found:
        return "Si" + found[1] if found[1].isdigit() else found[1]
    return _plain(said.get("AT+GMM", ()))


def _firmware(said: Said, text: str) -> str:
    found = _FIRMWARE.search(text) or _DOTTED.search(text)
    return found[1] if found else _plain(said.get("ATI3", ()))


def _older(firmware: str) -> bool:
    parts = firmware.split(".")
    return all(part.isdigit() for part in parts) and tuple(map(int, parts)) < GOOD_USR


def _plain(lines: tuple[str, ...]) -> str:
    """The first line without its `+GMI:`, at most 40 characters."""
    return lines[0].rpartition(": ")[2].strip('" ')[:40] if lines else ""
