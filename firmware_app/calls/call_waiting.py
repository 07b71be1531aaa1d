"""Call-waiting tones and caller IDs of a talk in, which of them are another caller to record out. Pure: reads no clock.

Rule 1: caller ID in a talk is a second caller, recorded at once. The tone alone is one too, recorded when no caller ID has
come within 10 s of it: somebody rang and could not get through, which must not vanish.
Rule 2: the exchange repeats the tone (0.4 s, then 4 s of silence) and may repeat the block: within 30 s of the last sign the
same caller, and any sign that does not say who, is the same call.
Rule 3: who hangs up with a caller waiting is rung by the exchange: that ring is the call, and the tone no other.
Rule 4: a record that is closed never changes: a number that comes after a tone was recorded alone is one of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.signals import CallerId, CallerIdHeard, Instant, Means, SoundHeard, seconds

SAME_CALL = seconds(30.0)
TONE_ALONE = seconds(10.0)  # caller ID follows the tone within about 2 s; a modem prints it late


@dataclass(frozen=True, slots=True)
class SecondCaller:
    """To be recorded: when it was first told, who, and by which means."""

    at: Instant
    caller_id: CallerId | None
    by: Means | None


class CallWaiting:
    """The second callers of one line."""

    def __init__(self) -> None:
        self._held: SecondCaller | None = None  # a tone, or a name, that may still become a number
        self._last: Instant | None = None  # sign of the caller recorded last
        self._who: str | None = None

    @property
    def due(self) -> Instant | None:
        """When what is held is recorded without a number."""
        return None if self._held is None else self._held.at.plus(TONE_ALONE)

    def tone(self, signal: SoundHeard) -> None:
        self._unnamed(SecondCaller(signal.at, None, signal.means))

    def caller_id(self, signal: CallerIdHeard) -> SecondCaller | None:
        """Whom to record now, if anybody."""
        heard = signal.caller_id
        told = SecondCaller(signal.at, heard, signal.means)
        who = heard.number or (heard.absence and heard.absence.value)
        if who is None:
            self._unnamed(told)
            return None
        if self._is_recent(signal.at) and who == self._who:
            self._last = signal.at
            return None
        held, self._held = self._held, None
        self._last, self._who = signal.at, who
        if held is None or held.caller_id is None:
            return told
        return SecondCaller(told.at, heard.merged(held.caller_id), told.by)

    def _unnamed(self, told: SecondCaller) -> None:
        if self._is_recent(told.at):
            self._last = told.at
        elif self._held is None or (self._held.caller_id is None and told.caller_id is not None):
            self._held = told

    def _is_recent(self, at: Instant) -> bool:
        return self._last is not None and abs(at.since(self._last)) <= SAME_CALL

    def rung(self) -> None:
        """The line rings: the caller that was waiting has come through (rule 3)."""
        self._held = None

    def taken(self) -> SecondCaller | None:
        """What is held, once: it will get no number any more."""
        held, self._held = self._held, None
        if held is not None:
            self._last, self._who = held.at, None
        return held
