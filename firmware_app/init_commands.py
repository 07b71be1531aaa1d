"""One command of a line's own set-up (`init`) in; why a modem must not be sent it, or None, out. Pure.

A set-up that dials, answers or takes the line would disturb calls; one that writes the modem's memory would outlast its line
in the configuration. What is not understood is refused too: it might do any of these.
"""

from __future__ import annotations

import re

from firmware_app.settings_rules import shown
from firmware_app.wording import Text

LONGEST_INIT = 100  # characters of one command; the command buffers in use hold 40 to 255

_VALUE = r'(?:\d+|[0-9A-F]{1,2}|"[^"]*")?'
_AT_WORD = re.compile(
    rf"\+[A-Z][A-Z0-9]*(?:=\?|\?|={_VALUE}(?:,{_VALUE})*)?(?:;|$)"  # +VCID=1;+GCI=B5 (V.250, 5.4.1)
    r"|[#$-][A-Z]+\d*(?:=\?|\?|=[\d,]*)?;?"  # #CID=1  -STE=1;  $JSCID=4,1: one may follow another at once
    r"|[%*](?:[A-Z]{2,}(?:=\?|\?|=[\d,]*)|ID\d)"  # %CCID=1  *ID1
    r"|S(?P<register>\d+)(?:\.\d+)?(?:\?|=(?P<value>\d*))?"
    r"|(?P<prefix>[&%*\\)]?)(?P<letter>[A-Z])(?P<number>\d*)(?:=\?|\?|=[\d,]*)?"
)
_SEIZES = re.compile(
    r"[+#](?:VLS=(?!\?|0*(?:;|$))|V[TR]X|VTS)"
)  # V.253: the line is taken, or spoken or dialled into
_STORES = re.compile(
    r"[%\\$#-]W\d*(?:$|[^A-Z])|\+(?:NV|W\d*(?:$|[;=]))"
)  # makers' own ways to write; &W and such below
_WRITES = Text("会写入调制解调器的存储，不允许", "it writes into the modem's memory, which is not allowed")
_ACTS = Text("会拨号、接听或占线，不允许", "it dials, answers or takes the line, which is not allowed")


def init_problem(command: object) -> Text | None:
    """Why a modem must not be set up with `command`; None when it may. Nothing here dials, answers, or writes its memory."""
    if not (isinstance(command, str) and 2 < len(command) <= LONGEST_INIT and command[:2].upper() == "AT"):
        return Text(
            f"应为以 AT 开头、最多 {LONGEST_INIT} 个字符的命令",
            f"it must be a command of at most {LONGEST_INIT} characters that begins with AT",
        )
    rest = command[2:].upper().replace(" ", "")
    while rest:
        word = _AT_WORD.match(rest)
        if word is None:
            return Text(f"看不懂 {shown(rest)}", f"{shown(rest)} is not understood")
        problem = _word_problem(word)
        if problem is not None:
            return problem
        rest = rest[word.end() :]
    return None


def _word_problem(word: re.Match[str]) -> Text | None:
    if word["register"] is not None:
        answers = int(word["register"]) == 0 and int(word["value"] or 0) != 0
        return (
            Text("S0 只能是 0：不能自动接听", "S0 must be 0: the modem must not answer") if answers else None
        )
    if _STORES.match(word[0]):
        return _WRITES
    what = (word["prefix"] or "") + (word["letter"] or "")
    if what in ("&W", "*W", "&Y", "&Z"):
        return _WRITES
    lifts = what == "H" and word["number"] not in ("", "0")
    return _ACTS if lifts or what in ("D", "A", "O") or _SEIZES.match(word[0]) else None
