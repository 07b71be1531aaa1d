"""Answers of a modem being set up in, the next command out, until it is known who the modem is and what it can tell. Pure;
sends nothing.

Rule 1: where there are several ways, they are tried until one is answered OK; what nobody answers OK is left behind (it cannot).
Rule 2: only silence ends the set-up: two commands in a row that get no answer at all, after the modem had time to wake up.
        A question that a modem may not know is followed by AT when it stays unanswered: many say nothing to what is foreign.
Rule 3: a line's own `init` takes the place of the family's set-up (country, caller ID). Echo, words and S0=0 are set after it,
        so nothing in it can make the modem answer calls or become unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

from device.modem_events import Result
from device.modem_families import model_of, next_question
from device.modem_models import (
    ALIVE,
    BASICS,
    CALLER_ID_MODES,
    CALLER_ID_ON,
    CALLER_ID_WAYS,
    CHINA,
    COUNTRIES,
    COUNTRY,
    RESETS,
    UNFORMATTED,
    CallerIdMode,
    Command,
    Step,
    VoltageBy,
)
from device.signals import Sensing

SILENT_AT_MOST = 2  # commands
HIGHEST_MODE = (
    2  # of +VCID in the standard; a longer list means something else by its numbers (USR says 0-16)
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command came out. `result` is None when nothing final came in time."""

    result: Result | None
    text: tuple[str, ...] = ()
    volts: float | None = None
    echoed: bool = False

    @property
    def ok(self) -> bool:
        return self.result is Result.OK

    @property
    def silent(self) -> bool:
        return self.result is None and not self.text


Course = Generator[tuple[Step, Command], Answer, None]


class SetUp:
    """One set-up. Ask for `command`, give the answer to `answered`, until `done` or `failure`; then `model` says who it is."""

    def __init__(self, init: tuple[str, ...] = ()) -> None:
        self._init = init
        self._said: dict[str, tuple[str, ...]] = {}
        self._accepted: dict[Step, Answer] = {}
        self._silent = 0
        self._echo_off = False
        self._modes = ""  # what +VCID=? listed
        self.model = model_of({})
        self.refused: tuple[str, ...] = ()  # commands of the line's init that were not answered OK
        self.echoes_anyway = False  # says OK to E0 and repeats all the same
        self.failure: str | None = None
        self._course = self._all()
        self._next: tuple[Step, Command] | None = next(self._course)

    @property
    def command(self) -> Command | None:
        """What to send now; None when it is over."""
        return None if self.failure or self._next is None else self._next[1]

    @property
    def done(self) -> bool:
        return self._next is None and self.failure is None

    def answered(self, answer: Answer) -> None:
        """The answer to `command`."""
        if self._next is None:
            return
        step, command = self._next
        self._silent = self._silent + 1 if answer.silent else 0
        if self._silent >= (3 if step is Step.RESET else SILENT_AT_MOST):
            self.failure = f"no answer to {command.text}"
        self.echoes_anyway |= self._echo_off and answer.echoed
        if answer.ok:
            self._accepted[step] = answer
            self._echo_off |= step is Step.ECHO_OFF
        try:
            self._next = self._course.send(answer)
        except StopIteration:
            self._next = None

    # --- the order of asking -----------------------------------------------------------------------------------------

    def _all(self) -> Course:
        yield from _until_accepted(Step.RESET, RESETS)
        for text in self._init:
            answer = yield Step.INIT, Command(text)
            if not answer.ok:
                self.refused = (*self.refused, text)
        for step, text in BASICS:
            yield step, Command(text)
        yield from self._identify()
        if not self._init:
            yield from self._country()
            yield from self._caller_id()
        yield Step.CALLER_ID_KEPT, CALLER_ID_ON
        yield from self._voltage()

    def _identify(self) -> Course:
        while (question := next_question(self._said)) is not None:
            self._said[question] = yield from _asked(Step.IDENTIFY, Command(question, wants_text=True))
        self.model = model_of(self._said)

    def _country(self) -> Course:
        """China where the modem has it and is elsewhere; else it stays where it is: a wrong one gives RING alone (LINE.md 1.1)."""
        listed = yield from _asked(Step.COUNTRY, COUNTRIES)
        if not _codes(listed):
            return
        told = _codes((yield from _asked(Step.COUNTRY, COUNTRY)))
        before = now = told[0] if told else ""
        if CHINA in _codes(listed) and now != CHINA:
            answer = yield Step.COUNTRY, Command(f"AT+GCI={CHINA}")
            now = CHINA if answer.ok else now
        self.model = replace(self.model, country=now, country_before=before)

    def _caller_id(self) -> Course:
        listed = yield from _asked(Step.CALLER_ID_MODES, CALLER_ID_MODES)
        model = self.model
        preferred = model.caller_id_first
        if _offers_unformatted(listed, model.caller_id_mode):
            preferred = (UNFORMATTED, *preferred)
        used = ""
        for text in dict.fromkeys((*preferred, *CALLER_ID_WAYS)):
            answer = yield Step.CALLER_ID, Command(text)
            if answer.ok:
                used = text
                break
        unformatted = used.endswith("CID=2")
        mode = CallerIdMode.UNFORMATTED if unformatted else CallerIdMode.FORMATTED
        self.model = replace(model, caller_id_mode=mode)

    def _voltage(self) -> Course:
        by = self.model.voltage or VoltageBy.TRV
        answer = yield Step.VOLTAGE, by.command
        volts = by.volts(answer.text, answer.volts) if answer.ok else None
        self.model = replace(self.model, voltage=None if volts is None else by)
        self._volts = volts

    # --- what came out -----------------------------------------------------------------------------------------------

    _volts: float | None = None

    @property
    def interface(self) -> str:
        """What the modem calls itself, e.g. 56000; empty when it does not say. A revision letter alone is no name."""
        said = self._said.get("ATI0", ())
        code = said[0][:40] if said else ""
        return code if len(code) > 1 else self.model.name or code

    @property
    def echo_means_reset(self) -> bool:
        """The echo is off, and stays off: if it comes back, the modem was reset behind our back."""
        return self._echo_off and not self.echoes_anyway

    @property
    def tells_its_settings(self) -> bool:
        """AT+VCID? says that caller ID is on: it can be asked again later."""
        return caller_id_is_on(self._accepted.get(Step.CALLER_ID_KEPT)) is True

    @property
    def volts(self) -> float | None:
        """The first reading, signed where the modem knows the polarity; None when it cannot read its line."""
        return self._volts

    @property
    def hears_caller_id(self) -> bool:
        """It was switched on: by the table's way, or by the line's init."""
        by_init = Step.INIT in self._accepted and any(
            "CID" in text and text not in self.refused for text in self._init
        )
        return Step.CALLER_ID in self._accepted or by_init or self.tells_its_settings

    @property
    def sensing(self) -> Sensing:
        measures = self.volts is not None
        return Sensing(hook=measures, loop=measures, caller_id=self.hears_caller_id)


def _until_accepted(step: Step, commands: Iterable[Command]) -> Course:
    for command in commands:
        answer = yield step, command
        if answer.ok:
            return


def _asked(step: Step, command: Command) -> Generator[tuple[Step, Command], Answer, tuple[str, ...]]:
    """Ask what a modem may not know; the lines of its answer, none when it refused."""
    answer = yield step, command
    if answer.silent:
        yield step, ALIVE
    if answer.result is not None and not answer.ok:
        return ()
    return answer.text or (() if answer.volts is None else (f"{answer.volts:g}",))


def _codes(lines: tuple[str, ...]) -> list[str]:
    """The two-digit codes in `+GCI: (00,B4,B5)` or in a bare list."""
    return re.findall(r"\b[0-9A-F]{2}\b", " ".join(lines).upper().replace("+GCI", ""))


def _offers_unformatted(listed: tuple[str, ...], row: CallerIdMode) -> bool:
    """Does `(0-2)` or `0,1,2` hold 2? Where nothing is listed, or numbers that the standard does not know, the row says."""
    text = " ".join(listed).rpartition(":")[2]
    found = [int(number) for number in re.findall(r"\d{1,3}", text)]
    if not found or max(found) > HIGHEST_MODE:
        return row is CallerIdMode.UNFORMATTED
    return max(found) == HIGHEST_MODE


def caller_id_is_on(answer: Answer | None) -> bool | None:
    """What AT+VCID? said: `+VCID: 1` or a bare `1`; None when it did not say (HA issue 57765: `0` after a reset)."""
    if answer is None or not answer.ok or not answer.text:
        return None
    value = answer.text[0].rpartition(":")[2].strip()
    return value != "0" if value.isdigit() else None
