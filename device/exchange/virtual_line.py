"""What one line is to do in, its changes on the wire at their moments out; never two calls at once on a line.

An `Outlet` is where the line is heard: a modem's port or a pair of simulated pins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from device import clock
from device.exchange.course_sounds import sounds_of
from device.exchange.exchange_loop import ExchangeLoop, Timer
from device.exchange.exchange_news import News, NewsKind, fault_over
from device.exchange.line_course import GIVES_UP_AFTER, course, line_free_at
from device.exchange.planned import (
    CourseOfLine,
    FalseKind,
    FalseTrigger,
    Fault,
    FaultKind,
    PlannedCall,
    PlannedLift,
)
from device.exchange.wire_changes import Wire, WireChange

BUSY = ("线路正忙，未执行", "the line is busy: not done")
LINE_FAULTS = frozenset({FaultKind.CUT, FaultKind.ONU_RESTART})


class Outlet(Protocol):
    """One ear's end of a line."""

    @property
    def heard(self) -> bool:
        """The monitor listens here and is set up."""
        ...

    @property
    def holds_line(self) -> bool:
        """The outlet itself keeps the line busy (a modem that dialled; edges still to come)."""
        ...

    def open(self) -> None: ...

    def wire(self, change: WireChange) -> None: ...

    def fault(self, kind: FaultKind, until: int | None) -> bool:
        """Begin a fault of the interface that lasts until then, end it (None). False: this outlet knows no such fault."""
        ...

    def false(self, kind: FalseKind, start: int, lasts: int | None, seed: int) -> bool:
        """Play a false trigger; False when it cannot be shown here."""
        ...

    def close(self) -> None: ...


class VirtualLine:
    """One line. All of it belongs to the loop's thread."""

    def __init__(
        self,
        name: str,
        outlet: Outlet,
        loop: ExchangeLoop,
        tell: Callable[[News], None],
        *,
        local_time: Callable[[int], str],
    ) -> None:
        self.name = name
        self.outlet = outlet
        self._loop = loop
        self._tell = tell
        self._local_time = local_time  # of a wall stamp (ns): MMDDhhmm, for the caller ID
        self._left: deque[WireChange] = deque()
        self._plan: CourseOfLine | None = None
        self._timer: Timer | None = None
        self._free: Timer | None = None
        self._faults: dict[FaultKind, Timer] = {}
        self._ringing = self._off_hook = False
        self._loop_lost = False
        self._falses = 0

    @property
    def busy(self) -> bool:
        """A call, a lifted handset or a missing line: nothing new can begin."""
        return self._plan is not None or self._loop_lost or self.outlet.holds_line

    @property
    def quiet(self) -> bool:
        """Not busy, and no fault is going on."""
        return not self.busy and not self._faults

    def begin(self, plan: CourseOfLine, start: int) -> list[WireChange]:
        """Start a call (a dialling, a lift) at `start`; its changes as scheduled, none when the line is busy.

        A handset may also be lifted beside a modem that dialled: so a click-to-call is taken over.
        """
        beside = isinstance(plan, PlannedLift) and self._plan is None and not self._loop_lost
        if self.busy and not beside:
            self._refuse(BUSY)
            return []
        now = clock.now()
        changes = course(plan, start, self._local_time(now.plus(start - now.mono).wall))
        sounds = [] if self.outlet.holds_line else sounds_of(plan, changes)  # no dial tone beside who dialled
        self._plan = plan
        self._left.extend(sorted([*changes, *sounds], key=lambda change: change.at))
        self._tell(News(start, self.name, NewsKind.BEGAN, plan))
        self._free = self._loop.at(line_free_at(plan, changes), self._ended)
        self._run()
        return changes

    def answer(self, talk: int) -> None:
        """Somebody lifts now, while a call rings (or before its first burst is over)."""
        if not isinstance(self._plan, PlannedCall) or self._off_hook:
            self._refuse(("现在没有响铃，无法接听", "nothing rings: nobody can answer"))
            return
        now = clock.now().mono
        self._cut(now)
        self._apply(WireChange(now, Wire.OFF_HOOK))
        self._left.append(WireChange(now + talk, Wire.ON_HOOK))
        self._free = self._loop.at(now + talk, self._ended)
        self._run()

    def hang_up(self) -> None:
        """The handset goes down; while it still rings, the caller gives up."""
        if self._plan is None:
            self._refuse(("线路空闲，无可挂断", "the line is idle: nothing to hang up"))
            return
        now = clock.now().mono
        lifted = self._off_hook
        self._cut(now)
        if lifted:
            self._apply(WireChange(now, Wire.ON_HOOK))
        self._free = self._loop.at(now if lifted else now + GIVES_UP_AFTER, self._ended)

    def fault(self, fault: Fault) -> None:
        """Begin a fault, of the line or of its interface; a second one of its kind lasts instead of the first."""
        until = clock.now().mono + fault.lasts
        if fault.kind in LINE_FAULTS:
            self._lose_loop()
        elif not self.outlet.fault(fault.kind, until):
            self._refuse(("此线路没有这种故障", "this line knows no such fault"))
            return
        self._tell(News(clock.now().mono, self.name, NewsKind.BEGAN, fault))
        before = self._faults.pop(fault.kind, None)
        if before is not None:
            before.cancel()
        self._faults[fault.kind] = self._loop.at(until, lambda: self._fault_over(fault.kind))

    def false(self, trigger: FalseTrigger) -> None:
        """Play a false trigger on the pins."""
        self._falses += 1
        now = clock.now().mono
        if not self.outlet.false(trigger.kind, now, trigger.lasts, self._falses):
            self._refuse(("此线路现在无法模拟这种假触发", "this line cannot show such a false trigger now"))
            return
        self._tell(News(now, self.name, NewsKind.BEGAN, trigger))

    def close(self) -> None:
        """End whatever goes on. Idempotent."""
        self._cut(clock.now().mono)
        for timer in self._faults.values():
            timer.cancel()
        self._faults.clear()
        self.outlet.close()

    # ---- the course of a call ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        """Apply what is due, and come again for the next."""
        now = clock.now().mono
        while self._left and self._left[0].at <= now:
            self._apply(self._left.popleft())
        self._timer = self._loop.at(self._left[0].at, self._run) if self._left else None

    def _apply(self, change: WireChange) -> None:
        if change.kind in (Wire.BURST_STARTED, Wire.BURST_ENDED):
            self._ringing = change.kind is Wire.BURST_STARTED
        elif change.kind in (Wire.OFF_HOOK, Wire.ON_HOOK):
            self._off_hook = change.kind is Wire.OFF_HOOK
            if self._off_hook and isinstance(self._plan, PlannedCall):
                self._tell(News(change.at, self.name, NewsKind.ANSWERED, self._plan))
        self.outlet.wire(change)

    def _cut(self, at: int) -> None:
        """Nothing of the present course comes any more; a burst that sounds ends at `at`."""
        for timer in (self._timer, self._free):
            if timer is not None:
                timer.cancel()
        self._left.clear()
        if self._ringing:
            self._apply(WireChange(at, Wire.BURST_ENDED))

    def _ended(self) -> None:
        self._run()  # timers of one moment run in the order they were made: the last change may still be due
        plan, self._plan = self._plan, None
        self._tell(News(clock.now().mono, self.name, NewsKind.ENDED, plan))

    # ---- faults ------------------------------------------------------------------------------------------------------

    def _lose_loop(self) -> None:
        if self._loop_lost:
            return
        now = clock.now().mono
        self._cut(now)
        if self._off_hook:  # no current flows: to every sensor that is on-hook
            self._apply(WireChange(now, Wire.ON_HOOK))
        self._loop_lost = True
        self.outlet.wire(WireChange(now, Wire.LOOP_LOST))
        if self._plan is not None:
            self._ended()

    def _fault_over(self, kind: FaultKind) -> None:
        del self._faults[kind]
        now = clock.now().mono
        if kind not in LINE_FAULTS:
            self.outlet.fault(kind, None)
        elif not LINE_FAULTS & self._faults.keys():
            self._loop_lost = False
            self.outlet.wire(WireChange(now, Wire.LOOP_RESTORED))
            if kind is FaultKind.ONU_RESTART:
                self.outlet.false(FalseKind.LIGHTNING, now, None, 0)
        self._tell(News(now, self.name, NewsKind.OVER, None, *fault_over(kind)))

    def _refuse(self, why: tuple[str, str]) -> None:
        self._tell(News(clock.now().mono, self.name, NewsKind.REFUSED, None, *why))
