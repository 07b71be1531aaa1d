"""What is known of one line: its state, its open call, its troubles, and the events not yet taken. Pure; it decides nothing."""

from __future__ import annotations

from enum import Enum

from device.signals import Instant, Means, Sensing, SoundHeard, seconds
from firmware_app.calls.call import Anomaly, CallEvent, Direction, Doubt, Trouble
from firmware_app.calls.call_waiting import CallWaiting
from firmware_app.calls.far_signs import FarSigns
from firmware_app.calls.hook_doubt import HookDoubt
from firmware_app.calls.line_troubles import LineTroubles
from firmware_app.calls.open_call import OpenCall
from firmware_app.calls.ringing import Ringing

# The slowest ear: AT-TRV tells on-hook half a poll (0.25 s) and 0.94 s of agreeing readings after it was; GPIO 0.7 s.
LAG = seconds(1.25)


class LineState(Enum):
    STARTING = "starting"
    IDLE = "idle"
    RINGING = "ringing"  # also after caller ID, before the first burst
    TALKING = "talking"
    OUTBOUND = "outbound"
    OFF_HOOK = "off_hook"  # and no call: found so, or the loop was lost meanwhile
    LOST = "lost"


class KnownLine:
    """One line as far as it is known: its state, its open call, its troubles, and the events not yet taken."""

    def __init__(self, line: str, boot: str) -> None:
        self.state = LineState.STARTING
        self.since: Instant | None = None
        self.open = OpenCall(line, boot, self.tell)
        self.troubles = LineTroubles(line, self.tell)
        self._line = line
        self._sensing = Sensing()
        self._events: list[CallEvent] = []
        self._ringing = Ringing(Instant(0, 0))  # of the open call, or of the last one
        self._edge_by: Means | None = None  # who told the last edge
        self._hook_error = 0
        self._answered: Instant | None = None  # the last lifting that ended a ringing
        self._doubt = HookDoubt()
        self._hook_away: Doubt | None = None  # of the open call: why its hook was not sensed all the time
        self._number_checked = False  # of the open call
        self._lifted_in_silence = False
        self._call_by_ear = (
            False  # digits and sounds alone tell of the open call, whoever senses the hook meanwhile
        )
        self._far = FarSigns()  # of the open call, or of the last one
        self._waiting = CallWaiting()
        self._sound: SoundHeard | None = None  # what the line sounds like
        self._alive = Instant(0, 0)  # the last sign that the open call goes on

    @property
    def lag(self) -> int:
        """ns that a tick waits for what an ear may still tell (Sensing.lag)."""
        return max(0, self._sensing.lag)

    def tell(self, event: CallEvent) -> None:
        self._events.append(event)

    def taken(self) -> list[CallEvent]:
        """The events since the last time, once."""
        events, self._events = self._events, []
        return events

    @property
    def _by_ear(self) -> bool:
        """Whether the use of the line is known by digits and sounds alone (see sound_moves)."""
        return not self._hook_tells and (self._sensing.digits or self._sensing.sound)

    @property
    def _hook_tells(self) -> bool:
        """Whether on-hook will be told. An ear that could not tell the lifting of the open call will not tell its end either."""
        return self._sensing.hook and not self._call_by_ear

    @property
    def _hears_use(self) -> bool:
        """Whether silence says something: digits or voices would be heard."""
        return self._sensing.digits or self._sensing.sound

    def _lives(self, at: Instant) -> None:
        self._alive = max(self._alive, at)

    def _edge_until(self, at: Instant) -> Instant | None:
        """The last edge, when the ringing was cut short at `at`: the nominal end of a burst may lie beyond."""
        edge = self._ringing.last_edge
        return None if edge is None else min(edge, at)

    def _why_unknown(self) -> Doubt | None:
        """Why nobody can say whether the call that stops ringing was answered."""
        if self._doubt.of_call:
            return Doubt.HOOK_SENSOR
        return self._hook_away or (None if self._sensing.hook else Doubt.NO_HOOK)

    def _close_ringing(self, at: Instant, edge: Instant | None, doubt: Doubt | None = None) -> None:
        by = self._edge_by if self.open.must.ring_bursts else self.open.must.started_by
        self.open.close_unanswered(at, edge, doubt, by)

    def _close_talk(self, at: Instant, ended: Instant, seen: bool = True, by: Means | None = None) -> None:
        """Who left the handset off the hook did not talk until somebody noticed."""
        call = self.open.must
        if call.direction is Direction.OUTBOUND:
            self.open.call = self._far.at_close(call)
        self.open.close_talk(at, ended, seen and not self.troubles.has(Trouble.LEFT_OFF_HOOK), by)

    def _enter(self, state: LineState, at: Instant) -> None:
        self.state, self.since, self._alive = state, at, at
        self._call_by_ear = self._call_by_ear and state in (LineState.TALKING, LineState.OUTBOUND)

    def _anomaly(self, at: Instant, kind: str, detail: str = "") -> None:
        self.tell(Anomaly(self._line, at, kind, detail))
