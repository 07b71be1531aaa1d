"""Call events, the committed standing, faults and presses in; lamps and buzzer shown at once, and what a press decided, out.

It decides nothing itself (see alerts), never blocks and reads no clock: called from the loop's thread only.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from device.interface import Indicator, Pattern, Press
from device.signals import Instant, seconds
from firmware_app import alerts
from firmware_app.alerts import Standing, Waiting
from firmware_app.calls.call import Call, CallChanged, CallClosed, CallEvent, CallOpened, Direction

log = logging.getLogger(__name__)

BLIP_LASTS = seconds(0.6)  # then the indicator shows again what it showed
ORDER = ("ring", "ring_red", "buzzer", "missed", "fault")  # what is comes first


@dataclass(slots=True)
class _Ringing:
    key: str
    since: int  # monotonic ns of the first burst
    silenced: bool = False


@dataclass(frozen=True, slots=True)
class LampTest:
    on: bool


@dataclass(frozen=True, slots=True)
class LampProblem:
    """What is wrong with a lamp, the buzzer or the button (`name`), or, None, that nothing is."""

    name: str
    problem: str | None


class Annunciator:
    """The lamps and the buzzer by name (ring, ring_red, missed, fault, buzzer); any may be absent."""

    def __init__(self, indicators: Mapping[str, Indicator]) -> None:
        self._indicators = {name: indicators[name] for name in ORDER if name in indicators}
        self._shown: dict[str, Pattern] = {}
        self._ringing: dict[str, _Ringing] = {}  # by line
        self._standing: Standing | None = None
        self._faults: set[tuple[str, str | None]] = set()
        self._problems: dict[str, str] = {}  # of the lamps, the buzzer and the button, by name
        self._blips: dict[
            str, int | None
        ] = {}  # name: until, monotonic ns; None until `expire` says what time it is
        self._testing = False
        self._now = 0  # the latest moment heard of, monotonic ns

    def call_event(self, event: CallEvent) -> None:
        """Show who rings now. A call that only caller ID has announced does not ring yet."""
        match event:
            case CallOpened(call=call):
                self._call(call, call.started)
            case CallChanged(call=call, at=at):
                self._call(call, at)
            case CallClosed(call=call):
                if self._rings(call):
                    del self._ringing[call.line]
            case _:
                return
        self._show()

    def _rings(self, call: Call) -> bool:
        known = self._ringing.get(call.line)
        return known is not None and known.key == call.key

    def _call(self, call: Call, at: Instant) -> None:
        self._now = max(self._now, at.mono)
        ringing = call.direction is Direction.INBOUND and call.ring_bursts > 0 and call.answered is None
        if ringing and not self._rings(call):
            self._ringing[call.line] = _Ringing(call.key, call.started.mono)
        if not ringing and self._rings(call):
            del self._ringing[call.line]

    def standing(self, standing: Standing) -> None:
        """Show what was, as committed; one short beep for a call that was just missed."""
        if alerts.is_news(self._standing, standing):
            self._blips["buzzer"] = None
        self._standing = standing
        self._show()

    def fault(self, kind: str, line: str | None, present: bool) -> None:
        """A fault began or ended; shown at once, before it is recorded."""
        if present:
            self._faults.add((kind, line))
        else:
            self._faults.discard((kind, line))
        self._show()

    def lamp_problem(self, news: LampProblem) -> str | None:
        """Show it: one fault for all lamps, buzzer and button. Gives what is wrong with them, None when all work."""
        if news.problem is None:
            self._problems.pop(news.name, None)
        else:
            self._problems[news.name] = news.problem
        self.fault("lamp", None, bool(self._problems))
        return "; ".join(f"{name}: {problem}" for name, problem in self._problems.items()) or None

    def pressed(self, press: Press, at: Instant) -> bool | None:
        """The button: what to record of presence. Short: quiet, I am back (True). Long: away (False), the lamp confirms it."""
        self._now = max(self._now, at.mono)
        if press is Press.SHORT:
            self.silence()
            return True
        self._blips["missed" if "missed" in self._indicators else "ring"] = None
        self._show()
        return False

    def silence(self) -> None:
        """No more buzzer for the calls that ring now; the lamps go on, the next call is heard again."""
        for ringing in self._ringing.values():
            ringing.silenced = True
        self._blips.pop("buzzer", None)
        self._show()

    def remind(self) -> None:
        """One short beep: missed calls wait that nobody has looked at."""
        self._blips["buzzer"] = None
        self._show()

    def lamp_test(self, on: bool) -> None:
        """All lamps on, one beep; a call that rings is shown all the same."""
        self._testing = on
        if on:
            self._blips["buzzer"] = None
        self._show()

    def next_deadline(self) -> int | None:
        """Monotonic ns at which to call `expire`; None while nothing changes by itself."""
        moments = [self._now if until is None else until for until in self._blips.values()]
        for call in self._ringing.values():
            step = alerts.next_stage(self._now - call.since)
            if step is not None:
                moments.append(call.since + step)
        return min(moments, default=None)

    def expire(self, now: Instant) -> None:
        """Show what the time changes: the next stage of a ringing call, the end of a short flash."""
        self._now = max(self._now, now.mono)
        ends = {name: until or self._now + BLIP_LASTS for name, until in self._blips.items()}
        self._blips = {name: until for name, until in ends.items() if until > self._now}
        self._show()

    def lamps(self) -> dict[str, str]:
        """What each indicator shows, as words."""
        return {name: self._shown.get(name, Pattern.OFF).value for name in self._indicators}

    def close(self) -> None:
        """All off. May be called often."""
        for indicator in self._indicators.values():
            indicator.close()

    def _wanted(self) -> dict[str, Pattern]:
        calls = [Waiting(self._now - call.since, call.silenced) for call in self._ringing.values()]
        wanted = alerts.ring_patterns(calls)
        wanted["missed"] = alerts.missed_pattern(self._standing)
        wanted["fault"] = alerts.fault_pattern(self._faults, self._standing)
        if self._testing and not calls:
            wanted |= {name: Pattern.SOLID for name in ("ring", "ring_red", "missed", "fault")}
        for name in self._blips:
            if name != "buzzer" or wanted[name] is Pattern.OFF:  # a ringing call is louder than a beep
                wanted[name] = Pattern.BLIP
        return wanted

    def _show(self) -> None:
        wanted = self._wanted()
        for name, indicator in self._indicators.items():
            if self._shown.get(name, Pattern.OFF) is not wanted[name]:
                self._shown[name] = wanted[name]
                indicator.show(wanted[name])
                log.debug("lamp %s: %s", name, wanted[name].value)
