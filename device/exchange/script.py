"""The text of a script in, what the exchange is to do and when out. Pure; never raises: what cannot be read is a `ScriptError`.

One event a line; the words are explained in `ringkeeper exchange --help` (exchange_command.py), here is their grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from device.exchange.planned import (
    Action,
    Answer,
    FalseKind,
    FalseTrigger,
    FarEnd,
    Fault,
    FaultKind,
    HangUp,
    PlannedCall,
    PlannedDialling,
    PlannedLift,
    Press,
    Sent,
)
from device.signals import SECOND, Absence, CallerId, seconds

BUTTON = "button"  # stands where a line's name stands
LONGEST = 31 * 86_400.0  # seconds; no event lies further ahead
FAULT_LASTS = {
    FaultKind.UNPLUG: 5 * SECOND,
    FaultKind.HANG: 60 * SECOND,
    FaultKind.GARBLE: 2 * SECOND,
    FaultKind.CUT: 10 * SECOND,
    FaultKind.ONU_RESTART: 90 * SECOND,
}
_WORD = re.compile(r'"([^"]*)"|(\S+)')
_NUMBER = re.compile(r"[0-9*#+]{1,20}", re.ASCII)
_SECONDS = re.compile(r"\d{1,8}(\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScriptError:
    """What is wrong in line `number` (the first is 1), in both languages."""

    number: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ScriptItem:
    """`line` (or the button) is to do `action`, `at` ns after the start of the script."""

    at: int
    line: str
    action: Action


@dataclass(frozen=True, slots=True)
class Script:
    items: tuple[ScriptItem, ...]  # by time
    errors: tuple[ScriptError, ...]


class _WrongError(Exception):
    """Used inside this module only, to leave a line that cannot be read."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class _Words:
    """The words of one line, taken from the left."""

    def __init__(self, text: str) -> None:
        self._left: list[str] = [quoted or plain for quoted, plain in _WORD.findall(text)]

    def __bool__(self) -> bool:
        return bool(self._left)

    def next_is(self, *words: str) -> bool:
        """Take the next word if it is one of these."""
        if self._left and self._left[0].lower() in words:
            del self._left[0]
            return True
        return False

    def take(self, zh: str, en: str) -> str:
        if not self._left:
            raise _WrongError(f"缺少{zh}", f"{en} is missing")
        return self._left.pop(0)

    def seconds(self) -> int:
        word = self.take("秒数", "a number of seconds")
        if not _SECONDS.fullmatch(word) or float(word) > LONGEST:
            raise _WrongError(f"“{word}”不是秒数", f'"{word}" is not a number of seconds')
        return seconds(float(word))

    def number(self) -> str:
        word = self.take("号码", "a number")
        if not _NUMBER.fullmatch(word):
            raise _WrongError(
                f"“{word}”不是号码（1 到 20 位 0-9 * # +）",
                f'"{word}" is not a number (1 to 20 of 0-9 * # +)',
            )
        return word


def parse_script(text: str, lines: Iterable[str]) -> Script:
    """All items of a script and all that is wrong in it. `lines`: the names a line of the script may begin with."""
    names = frozenset(lines) | {BUTTON}
    items: list[ScriptItem] = []
    errors: list[ScriptError] = []
    last = 0
    for number, written in enumerate(text.splitlines(), 1):
        words = _Words(_without_comment(written))
        if not words:
            continue
        try:
            item = _item(words, names, last)
        except _WrongError as wrong:
            errors.append(ScriptError(number, wrong.zh, wrong.en))
            continue
        last = item.at
        items.append(item)
    return Script(tuple(sorted(items, key=lambda item: item.at)), tuple(errors))


def _without_comment(text: str) -> str:
    """`#` begins a comment at the start of a word only: 0356# may be dialled."""
    return re.sub(r"(^|\s)#(\s.*|$)", "", text) if not text.lstrip().startswith("#") else ""


def _item(words: _Words, names: frozenset[str], last: int) -> ScriptItem:
    at = _moment(words, last) if words.next_is("at") else last if words.next_is("then") else 0
    line = words.take("线路名", "the name of a line")
    if line not in names:
        known = ", ".join(sorted(names))
        raise _WrongError(f"没有线路“{line}”，有：{known}", f'there is no line "{line}"; there are: {known}')
    verb = words.take("动作", "what is to happen").lower()
    verbs = _BUTTON_VERBS if line == BUTTON else _VERBS
    if verb not in verbs:
        known = ", ".join(verbs)
        raise _WrongError(f"不认识“{verb}”，可以是：{known}", f'"{verb}" is not known; known are: {known}')
    action = verbs[verb](words)
    if words:
        rest = words.take("", "")
        raise _WrongError(f"多出“{rest}”", f'"{rest}" is too much')
    return ScriptItem(at, line, action)


def _moment(words: _Words, last: int) -> int:
    """`at 12.5` since the start, `at +3` after the line before."""
    word = words.take("时刻", "a moment")
    digits = word.removeprefix("+")
    if not _SECONDS.fullmatch(digits) or float(digits) > LONGEST:
        raise _WrongError(f"“{word}”不是时刻", f'"{word}" is not a moment')
    return seconds(float(digits)) + (last if word.startswith("+") else 0)


# ---- verbs -----------------------------------------------------------------------------------------------------------

_WITHHELD = {
    "withheld": Absence.PRIVATE,
    "private": Absence.PRIVATE,
    "out_of_area": Absence.OUT_OF_AREA,
    "absent": None,
}


def _call(words: _Words) -> Action:
    """call NUMBER|withheld|out_of_area|absent [name N] [ring N] [answer after S [talk S]] [id WHEN] [cadence …] [fax]"""
    call = PlannedCall(_caller(words))
    while words:
        clause = words.take("", "").lower()
        if clause not in _CALL_CLAUSES:
            known = ", ".join(_CALL_CLAUSES)
            raise _WrongError(
                f"不认识“{clause}”，可以是：{known}", f'"{clause}" is not known; known are: {known}'
            )
        call = _CALL_CLAUSES[clause](words, call)
    return call


def _caller(words: _Words) -> CallerId:
    for word, absence in _WITHHELD.items():
        if words.next_is(word):
            return CallerId(absence=absence)
    return CallerId(words.number())


def _name(words: _Words, call: PlannedCall) -> PlannedCall:
    return replace(call, caller_id=replace(call.caller_id, name=words.take("姓名", "a name")))


def _ring(words: _Words, call: PlannedCall) -> PlannedCall:
    bursts = words.seconds() / SECOND
    if not 0 < bursts <= 24:
        raise _WrongError("响铃声数应在 0 到 24 之间", "the number of bursts lies above 0 and up to 24")
    return replace(call, bursts=bursts)


def _answer_after(words: _Words, call: PlannedCall) -> PlannedCall:
    if not words.next_is("after"):
        raise _WrongError("answer 后面应是 after 秒数", "answer is followed by: after SECONDS")
    return replace(call, answer_after=words.seconds())


def _talk(words: _Words, call: PlannedCall) -> PlannedCall:
    return replace(call, talk=words.seconds())


def _id(words: _Words, call: PlannedCall) -> PlannedCall:
    word = words.take("来电显示时机", "when caller ID is sent").lower()
    if word not in {when.value for when in Sent}:
        known = ", ".join(when.value for when in Sent)
        raise _WrongError(
            f"不认识“id {word}”，可以是：{known}", f'"id {word}" is not known; known are: {known}'
        )
    return replace(call, sent=Sent(word))


def _cadence(words: _Words, call: PlannedCall) -> PlannedCall:
    """cadence 0.4/0.2/0.4/4.0: seconds on, off, on, off."""
    word = words.take("铃流节奏", "a cadence")
    parts = word.split("/")
    if len(parts) % 2 or not all(_SECONDS.fullmatch(part) and 0.05 <= float(part) <= 60 for part in parts):
        raise _WrongError(f"“{word}”不是节奏，例：1/4", f'"{word}" is not a cadence such as 1/4')
    return replace(call, cadence=tuple(seconds(float(part)) for part in parts))


def _fax(words: _Words, call: PlannedCall) -> PlannedCall:
    return replace(call, fax=True)


_CALL_CLAUSES: dict[str, Callable[[_Words, PlannedCall], PlannedCall]] = {
    "name": _name,
    "ring": _ring,
    "answer": _answer_after,
    "talk": _talk,
    "id": _id,
    "cadence": _cadence,
    "fax": _fax,
}


def _dial(words: _Words) -> Action:
    """dial NUMBER [talk S] [pulse] [far END], these in any order"""
    dialling = PlannedDialling(words.number().replace("+", "00"))
    while words:
        if words.next_is("talk"):
            dialling = replace(dialling, talk=words.seconds())
        elif words.next_is("pulse"):
            dialling = replace(dialling, pulses=True)
        elif words.next_is("far"):
            dialling = replace(dialling, far=FarEnd(_one_of(words, {end.value for end in FarEnd})))
        else:
            break
    return dialling


def _lift(words: _Words) -> Action:
    return PlannedLift(_lasting(words, 10 * SECOND))


def _answer_now(words: _Words) -> Action:
    return Answer(words.seconds() if words.next_is("talk") else 20 * SECOND)


def _hang_up(words: _Words) -> Action:
    return HangUp()


def _fault(words: _Words) -> Action:
    """fault KIND [for S]; the word fault may be left out."""
    kind = _one_of(words, {kind.value for kind in FaultKind})
    return _a_fault(FaultKind(kind))(words)


def _a_fault(kind: FaultKind) -> Callable[[_Words], Action]:
    return lambda words: Fault(kind, _lasting(words, FAULT_LASTS[kind]))


def _false(words: _Words) -> Action:
    """false KIND [for S]"""
    kind = FalseKind(_one_of(words, {kind.value for kind in FalseKind}))
    return FalseTrigger(kind, words.seconds() if words.next_is("for") else None)


def _press(words: _Words) -> Action:
    return Press(_lasting(words, Press().lasts))


def _one_of(words: _Words, known: set[str]) -> str:
    word = words.take("种类", "a kind").lower()
    if word not in known:
        listed = ", ".join(sorted(known))
        raise _WrongError(f"不认识“{word}”，可以是：{listed}", f'"{word}" is not known; known are: {listed}')
    return word


def _lasting(words: _Words, default: int) -> int:
    return words.seconds() if words.next_is("for") else default


_VERBS: dict[str, Callable[[_Words], Action]] = {
    "call": _call,
    "dial": _dial,
    "lift": _lift,
    "answer": _answer_now,
    "hangup": _hang_up,
    "fault": _fault,
    "false": _false,
    **{kind.value: _a_fault(kind) for kind in FaultKind},
}
_BUTTON_VERBS: dict[str, Callable[[_Words], Action]] = {"press": _press}
