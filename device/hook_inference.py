"""Bursts, voices and tones of a line in, whether and when somebody lifted or put down out. Pure; where it cannot tell it says so.

The reasons are in `sound_hearing`. Times of one stream, in order but for a burst's or a message's own delay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from device.signals import MILLISECOND, SECOND, Instant, Sound

OVERDUE = 5 * SECOND  # after a burst's end: the next comes after 4 s (GB/T 3380), 10 % late at most
LAST_WORD = 6 * SECOND  # the line machine takes the ringing for over
SETTLED = 11 * SECOND  # and by now in any cadence
ENOUGH = 800 * MILLISECOND  # of voice: the telephone was answered
ENOUGH_AFTER_FIRST = 1_200 * MILLISECOND  # caller ID lasts 0.75 s, and may be too damaged to be known as such
DOUBTFUL = 250 * MILLISECOND  # of voice: neither proof nor silence
AROUND = 250 * MILLISECOND  # of a message: what sounds like a voice there is the message
PUT_DOWN = 6 * SECOND  # at the on-hook floor
PUT_DOWN_AFTER_BUSY = 2 * SECOND
RIGHT_BEFORE = 1 * SECOND  # a burst: the silence after a talk lasts until it begins
ERROR = 300 * MILLISECOND  # when a tone began, when a silence began

VOICES = (Sound.VOICE, Sound.FAX_CALLING, Sound.ANSWER_TONE)
OFF_HOOK_TONES = (Sound.DIAL_TONE, Sound.BUSY, Sound.CONGESTION, Sound.HOWLER)
FAR_END_GONE = (Sound.BUSY, Sound.CONGESTION)


@dataclass(frozen=True, slots=True)
class Lifted:
    at: Instant
    error: int


@dataclass(frozen=True, slots=True)
class PutDown:
    at: Instant
    error: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether the ringing that stopped at `at` was answered cannot be told. `until`: by then it is settled."""

    at: Instant
    until: Instant


HookWord = Lifted | PutDown | Doubt
Span = tuple[int, int]


@dataclass(slots=True)
class _Silence:
    """What is heard after a burst, while it may have been the last."""

    began: Instant
    first: bool
    voices: list[Span] = field(default_factory=list)
    messages: list[Span] = field(default_factory=list)
    voice_from: int | None = None  # one that still sounds

    def voiced(self, until: int) -> list[Span]:
        """The parts that are voice and no message."""
        open_one = [] if self.voice_from is None else [(self.voice_from, until)]
        parts = [*self.voices, *open_one]
        for begin, end in self.messages:
            parts = [left for part in parts for left in _without(part, begin - AROUND, end + AROUND)]
        return [part for part in parts if part[1] > part[0]]


class HookInference:
    """One line."""

    def __init__(self) -> None:
        self.off_hook = False
        self._silence: _Silence | None = None
        self._bursts = 0
        self._sound = Sound.SILENCE
        self._used = Instant(0, 0)  # the last sound began, or somebody lifted: the line was off-hook then
        self._quiet = False  # at the on-hook floor now
        self._last_quiet: tuple[Instant, Instant] | None = None  # from when to when it was, last
        self._busy = False  # the far end is gone: a silence comes sooner to mean on-hook

    @property
    def waiting(self) -> bool:
        """Something is still to be decided: the sound must go on being heard."""
        return self.off_hook or self._silence is not None

    def ring_began(self, at: Instant) -> list[HookWord]:
        """The exchange rings: nobody answered, and nobody is off-hook any more."""
        words: list[HookWord] = []
        if self.off_hook and self._last_quiet is not None and self._last_quiet[1] >= at.plus(-RIGHT_BEFORE):
            words.append(PutDown(min(max(self._last_quiet[0], self._used), at), ERROR))
        self.off_hook, self._silence = False, None
        self._bursts += 1
        return words

    def ring_ended(self, at: Instant) -> None:
        if not self.off_hook:
            self._silence = _Silence(at, first=self._bursts <= 1)
            self._sound = Sound.SILENCE

    def message(self, begin: Instant, end: Instant) -> None:
        """Caller ID, or any other signal of the exchange that is no voice."""
        if self._silence is not None:
            self._silence.messages.append((begin.mono, end.mono))

    def heard(self, at: Instant, sound: Sound) -> list[HookWord]:
        self._sound = sound
        if sound is not Sound.SILENCE:
            self._used = max(self._used, at)
        silence = self._silence
        if self.off_hook:
            self._busy = sound in FAR_END_GONE or (self._busy and sound is Sound.SILENCE)
            return []
        if sound in OFF_HOOK_TONES and (silence is not None or sound is Sound.DIAL_TONE):
            return self._lift(at if silence is None else max(at, silence.began), ERROR)
        if silence is not None:
            _hear(silence, at.mono, sound in VOICES)
        return []

    def quiet(self, since: Instant | None, now: Instant) -> list[HookWord]:
        """The line has been at its on-hook floor `since`; None: it is above it. Heard until `now`."""
        self._quiet = since is not None
        if since is not None:
            self._last_quiet = since, now
        if not self.off_hook:
            return self._judged(now)
        needed = PUT_DOWN_AFTER_BUSY if self._busy else PUT_DOWN
        if since is None or now.since(max(since, self._used)) < needed:
            return []
        self.off_hook, self._bursts = False, 0
        return [PutDown(max(since, self._used), ERROR)]

    def _judged(self, now: Instant) -> list[HookWord]:
        silence = self._silence
        if silence is None or now.since(silence.began) < OVERDUE:
            return []
        parts = silence.voiced(min(now.mono, silence.began.mono + LAST_WORD))
        voice = sum(end - begin for begin, end in parts)
        if voice >= (ENOUGH_AFTER_FIRST if silence.first else ENOUGH):
            half = (parts[0][0] - silence.began.mono) // 2
            return self._lift(silence.began.plus(half), half + ERROR)
        if now.since(silence.began) < LAST_WORD:
            return []
        self._silence, self._bursts = None, 0
        if voice < DOUBTFUL and self._quiet:
            return []
        return [Doubt(silence.began, max(now, silence.began.plus(SETTLED)))]

    def _lift(self, at: Instant, error: int) -> list[HookWord]:
        self.off_hook, self._silence, self._bursts = True, None, 0
        self._busy = self._sound in FAR_END_GONE
        self._used = max(self._used, at)
        return [Lifted(at, error)]


def _hear(silence: _Silence, at: int, voice: bool) -> None:
    at = max(at, silence.began.mono)
    if voice and silence.voice_from is None:
        silence.voice_from = at
    elif not voice and silence.voice_from is not None:
        silence.voices.append((silence.voice_from, at))
        silence.voice_from = None


def _without(part: Span, begin: int, end: int) -> Sequence[Span]:
    """What is left of `part` outside `begin` to `end`."""
    return [(part[0], min(part[1], begin)), (max(part[0], end), part[1])]
