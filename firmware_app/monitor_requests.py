"""What peers ask the monitor to do now, in; done, or refused with the reason in both languages, out. Called from the loop.

check_line, lamp_test, silence, dial, cancel_dial, test_reminder. Each has a deadline after which it is never carried out, is claimed by one
peer at a time and answered once: dial when the dialling has ended. The number that is dialled goes to the modem and nowhere
else: not into a log, not to other peers.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from device.interface import DialEnd, Dialler
from firmware_app.calls.known_line import LineState
from firmware_app.line_ears import LineEars
from firmware_app.monitor_socket import Answer, Json, failure
from firmware_app.wording import Text

log = logging.getLogger(__name__)

Checker = Callable[[str | None, str, Answer], None]

DIALLED = re.compile(r"[0-9*#,]{1,32}")
EXPIRED = Text("请求过期，没有执行", "the request expired and was not carried out")
NO_SUCH_LINE = Text("没有这条线路", "no such line")
NO_SUCH_REQUEST = Text(
    "没有这个请求；可用：check_line、lamp_test、silence、dial、cancel_dial、test_reminder",
    "no such request; check_line, lamp_test, silence, dial, cancel_dial, test_reminder exist",
)
BAD_NUMBER = Text(
    "要拨的号码缺失或不合规定（0-9 * # ,，最多 32 位）",
    "the number to dial is missing or not allowed (0-9 * # , and 32 at most)",
)
CANNOT_DIAL = Text("这条线不能代拨：没有接调制解调器", "this line cannot be dialled on: it has no modem")
NOT_HEARD = Text("听不到这条线，没有拨号", "the line is not heard; nothing was dialled")
IN_USE = Text("这条线正在使用，没有拨号", "the line is in use; nothing was dialled")
UNDER_WAY = Text("这条线正在拨号", "this line is dialling already")
NOT_UNDER_WAY = Text("这条线没有在拨号", "this line is not dialling")
NO_UPLINK = Text(
    "提醒进程（ringkeeper uplink）没有运行，没有发送",
    "the process ringkeeper uplink is not running; nothing was sent",
)
ENDS = {
    DialEnd.HANDED_OVER: Text("已拨出，请在话机上通话", "dialled; the call is on the telephone now"),
    DialEnd.NOBODY_LIFTED: Text(
        "没有人拿起话机，已挂断", "nobody lifted the telephone; the line was released"
    ),
    DialEnd.LINE_IN_USE: IN_USE,
    DialEnd.NO_DIAL_TONE: Text("没有拨号音，没有拨号", "there was no dial tone; nothing was dialled"),
    DialEnd.CANCELLED: Text("已取消拨号", "the dialling was cancelled"),
    DialEnd.LOST: Text("调制解调器没有回应", "the modem went away or does not answer"),
    DialEnd.UNABLE: Text("这个调制解调器拨不了这个号码", "this modem cannot dial this number"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request from a peer: `until` is the monotonic deadline (ns) after which it is never carried out."""

    what: str
    line: str | None
    until: int
    answer: Answer
    number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DialOver:
    """How the dialling on `line` ended, on its way from a driver's thread to the loop."""

    line: str
    end: DialEnd


class MonitorRequests:
    """Carries out what is asked. `over` puts a DialOver into the loop's queue; `announce` tells subscribers."""

    def __init__(
        self,
        lines: Mapping[str, LineEars],
        silence: Callable[[], None],
        announce: Callable[[Json], None],
        over: Callable[[DialOver], None],
    ) -> None:
        self._lines = lines
        self._silence = silence
        self._announce = announce
        self._over = over
        self._dialling: dict[str, tuple[Dialler, Answer]] = {}  # by line: who dials, who is told how it ends
        self.checker: Checker | None = None
        self.uplink_there: Callable[[], bool] = lambda: False

    def take(self, item: Asked | DialOver, now: int) -> None:
        """What the loop's queue holds for this. `now`: monotonic ns."""
        if isinstance(item, Asked):
            self._carry_out(item, now)
        else:
            self._dial_over(item)

    def _carry_out(self, asked: Asked, now: int) -> None:
        if now > asked.until:
            asked.answer(failure("expired", EXPIRED))
            return
        match asked.what:
            case "silence":
                self._silence()
                asked.answer({"ok": True, "result": None})
            case "lamp_test" if self.checker is not None:
                self.checker("lamps", "panel", asked.answer)
            case "check_line" if self.checker is not None:
                self._check(self.checker, asked)
            case "test_reminder":
                self._test_reminder(asked)
            case "dial":
                self._dial(asked)
            case "cancel_dial":
                self._cancel(asked)
            case _:
                asked.answer(failure("invalid", NO_SUCH_REQUEST))

    def _check(self, checker: Checker, asked: Asked) -> None:
        if asked.line is None or self._line(asked) is not None:
            checker(asked.line, "panel", asked.answer)

    def _test_reminder(self, asked: Asked) -> None:
        """How it went is recorded by the uplink, as MessageSent."""
        if not self.uplink_there():
            asked.answer(failure("no_uplink", NO_UPLINK))
            return
        self._announce({"event": "test_reminder"})
        asked.answer({"ok": True, "result": None})

    def _dial_over(self, over: DialOver) -> None:
        claim = self._dialling.pop(over.line, None)
        if claim is None:
            return
        log.info("%s: dialling ended: %s", over.line, over.end.value)
        text = ENDS[over.end]
        claim[1]({"ok": True, "result": over.end.value, "message": {"zh_CN": text.zh, "en": text.en}})
        self._announce({"event": "dialling", "line": over.line, "stage": "ended", "result": over.end.value})

    def _line(self, asked: Asked) -> LineEars | None:
        """The line that is asked for; when there is none, that is answered."""
        line = self._lines.get(asked.line or "")
        if line is None:
            asked.answer(failure("not_found", NO_SUCH_LINE))
        return line

    def _dial(self, asked: Asked) -> None:
        line = self._line(asked)
        if line is None:
            return
        dialler = line.dialler()
        if asked.number is None or DIALLED.fullmatch(asked.number) is None:
            asked.answer(failure("invalid", BAD_NUMBER))
        elif dialler is None:
            asked.answer(failure("unable", CANNOT_DIAL))
        elif line.name in self._dialling:
            asked.answer(failure("busy", UNDER_WAY))
        elif line.machine.state in (LineState.STARTING, LineState.LOST):
            asked.answer(failure("lost", NOT_HEARD))
        elif line.machine.state is not LineState.IDLE:
            asked.answer(failure("line_in_use", IN_USE))
        else:
            self._dialling[line.name] = dialler, asked.answer
            log.info("%s: dialling on request", line.name)
            self._announce({"event": "dialling", "line": line.name, "stage": "begun"})
            dialler.dial(asked.number, lambda end: self._over(DialOver(line.name, end)))

    def _cancel(self, asked: Asked) -> None:
        line = self._line(asked)
        if line is None:
            return
        claim = self._dialling.get(line.name)
        if claim is None:
            asked.answer(failure("not_found", NOT_UNDER_WAY))
            return
        claim[0].cancel_dial()
        asked.answer({"ok": True, "result": None})
