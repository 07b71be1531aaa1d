"""One command line as the host typed it in, the commands on it out (V.250 clause 5.2, 5.3). Pure; never raises.

ATE0V1+VCID=1;-STE=3S0=0      →  E 0 · V 1 · +VCID =1 · -STE =3 … an extended command ends at `;` or at the line's end
ATS40.2=1:R6C                 →  S 40.2=1 · :R 6C                  a bit of a register (ZyXEL), a U-register (SiLabs)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

LONGEST_LINE = 128  # characters kept of one line; a longer one is answered ERROR, as real ones do (58 on USR)

_COMMAND = re.compile(
    r"""
    (?P<extended>[+\-#*$%][A-Z]{2}[A-Z0-9]*)(?P<value>=\?|\?|=[^;]*)?(?=;|$)  # +VCID=1  -TRV  %CCID=1
    | S(?P<register>\d+(?:\.\d)?)(?P<set>=\d*|\?)?                            # S0=0  S1?  S40.2=1
    | :(?P<unit>[RU])(?P<address>[0-9A-F]{2}(?:,[0-9A-F]{1,4})*)               # :R6C  :U49,22
    | (?P<dial>D)(?P<digits>.*)                                               # the rest of the line is the number
    | (?P<basic>[&%\\*+\-]?[A-Z])(?P<number>\d*)                             # E0  &F  \N3
    """,
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Command:
    """`name`: "E", "&F", "S", "D", "+VCID"; `argument`: the digits, "?" or "=…" behind it; for S the register comes first."""

    name: str
    argument: str = ""


def parse(body: str) -> list[Command] | None:
    """The commands of a line (without its AT), in order; None when some part of it is no command."""
    text = _outside_dial(body)
    commands: list[Command] = []
    at = 0
    while at < len(text):
        if text[at] == ";":
            at += 1
            continue
        match = _COMMAND.match(text, at)
        if match is None:
            return None
        commands.append(_command(match))
        at = match.end()
    return commands


def _outside_dial(body: str) -> str:
    """Upper case, without the spaces that V.250 5.2.1 lets a host put anywhere."""
    return body.upper().replace(" ", "")


def _command(match: re.Match[str]) -> Command:
    if match["extended"]:
        return Command(match["extended"], match["value"] or "")
    if match["register"] is not None:
        return Command("S", match["register"] + (match["set"] or ""))
    if match["unit"]:
        return Command(":" + match["unit"], match["address"])
    if match["dial"]:
        return Command("D", match["digits"])
    return Command(match["basic"], match["number"])


class Typed(Enum):
    """What a character from the host completed."""

    NOTHING = "nothing"
    LINE = "line"
    REPEAT = "repeat"  # A/


class Typewriter:
    """Collects the host's characters into command lines: AT … CR, backspace, and A/ for "once more" (V.250 5.2)."""

    def __init__(self) -> None:
        self._hunting = ""  # "" or "A": how much of the AT has come
        self._body: list[str] | None = None
        self.line = ""  # the body of the last whole line, without AT
        self.too_long = False

    def type(self, character: str) -> Typed:
        """Take one character; LINE and REPEAT mean that `line` is to be carried out now."""
        if self._body is None:
            return self._hunt(character)
        if character == "\r":
            self.line = "".join(self._body[:LONGEST_LINE])
            self.too_long = len(self._body) > LONGEST_LINE
            self._body = None
            return Typed.LINE
        self._edit(self._body, character)
        return Typed.NOTHING

    def _hunt(self, character: str) -> Typed:
        if self._hunting and character == "/":
            self._hunting = ""
            return Typed.REPEAT
        if self._hunting and character in "Tt":
            self._hunting, self._body = "", []
            return Typed.NOTHING
        self._hunting = "A" if character in "Aa" else ""
        return Typed.NOTHING

    def _edit(self, body: list[str], character: str) -> None:
        if character == "\b":
            del body[-1:]
        elif " " <= character <= "~" and len(body) <= LONGEST_LINE:
            body.append(character)
