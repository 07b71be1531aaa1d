"""What decoders heard of a line, as values with times, and what its other ears say in; line signals out. Pure.

It only tells what the sound proves:

    ring burst                          RingStarted, RingEnded
    FSK message                         CallerIdHeard (its sum was checked here), or Damaged: no number comes from it
    DTMF, framed as caller ID           CallerIdHeard; Damaged where the frame is broken
    other DTMF                          DigitDialled
    tones and voices                    SoundHeard

With `infer_hook` (no other ear senses the hook) the hook too, as far as the sound is proof: on-hook a line carries nothing
but ringing and caller ID, because the exchange has not connected anybody.
* Dial tone on an idle line: off-hook, at its beginning.
* After a burst a voice that is no caller ID, long enough, and no next burst when it is due: answered, between the end of the
  burst and the first voice; half of that is the error. A dial or busy tone there proves the lift by itself.
* Off-hook, and nothing above the line's own on-hook floor for 6 s (2 s after a busy tone): on-hook, where that began.
Whether a line whose hook is inferred may say `hook`: the line machine takes a call as missed when an ear that senses the hook
told no OffHook. Somebody who answers speaks, or is spoken to, within the 6 s in which the machine still waits; a line that
stayed at its floor was not answered. Where it is neither (noise, a short voice), the ear says for this one call that it does
not sense the hook, and the call becomes `unknown`: the machine never guesses, and so neither do we.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.caller_id import NotRead, read_message
from device.dtmf_caller_id import Dialled, DtmfCallerId, Framed
from device.dtmf_caller_id import Heard as StringHeard
from device.hook_inference import HookInference, HookWord, Lifted, PutDown
from device.signals import (
    MILLISECOND,
    SECOND,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Instant,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    Sensing,
    SensingChanged,
    Sound,
    SoundHeard,
    Unrecognised,
)

LAG = (
    2_500 * MILLISECOND
)  # a ringback tone is certain 2.0 s after it began, and sounds come in blocks of 0.2 s
HOOK_LAG = 7 * SECOND  # the next burst must be overdue, the silence long enough
DIGITS_AFTER_DIAL_TONE = 30 * SECOND  # exchanges give up waiting for the first digit after 10 to 20 s
MOST_RAW = 256  # bytes


@dataclass(frozen=True, slots=True)
class BurstHeard:
    """A ring burst begins or ends at `at`."""

    at: Instant
    begins: bool
    error: int = 0


@dataclass(frozen=True, slots=True)
class MessageHeard:
    """An FSK message, as `device.fsk` gives it, from `start` to `end`."""

    start: Instant
    end: Instant
    data: bytes
    checksum_ok: bool


@dataclass(frozen=True, slots=True)
class DigitHeard:
    start: Instant
    end: Instant
    symbol: str
    error: int = 0


@dataclass(frozen=True, slots=True)
class LineSounds:
    """The line sounds like `sound` from `at` on."""

    at: Instant
    sound: Sound
    error: int = 0


SoundResult = BurstHeard | MessageHeard | DigitHeard | LineSounds


class SoundHearing:
    """One line, heard by sound alone; `attend` brings what its other ears know."""

    def __init__(
        self, line: str, *, dtmf_start: str = "ABD", dtmf_end: str = "C#", infer_hook: bool = False
    ) -> None:
        self._line = line
        self._strings = DtmfCallerId(dtmf_start, dtmf_end)
        self._digits_error = 0
        self._latest = Instant(0, 0)  # a moment by both clocks
        self._hook = HookInference() if infer_hook else None
        self._ringing = self._off_hook = False  # as the line's ears together say
        self._dial_tone_at: Instant | None = None
        self._doubt_until: Instant | None = None

    @property
    def sensing(self) -> Sensing:
        """What this ear can tell of the line, now."""
        return Sensing(
            ring_edges=True,
            hook=self._hook is not None and self._doubt_until is None,
            digits=True,
            caller_id=True,
            sound=True,
            lag=LAG if self._hook is None else HOOK_LAG,
        )

    @property
    def wants_more(self) -> bool:
        """The line is busy, or something of it is still to be decided: the decoders must go on."""
        undecided = self._hook is not None and self._hook.waiting
        return self._ringing or self._off_hook or undecided or self._strings.holding

    def attend(self, *, ringing: bool, off_hook: bool) -> None:
        """What all ears of the line together say now."""
        self._ringing, self._off_hook = ringing, off_hook

    def handle(self, result: SoundResult) -> list[LineSignal]:
        """What one result tells."""
        match result:
            case BurstHeard():
                return self._burst(result)
            case MessageHeard():
                return self._message(result)
            case DigitHeard():
                return self._digit(result)
            case _:
                return self._sounds(result)

    def heard_until(self, now: Instant, quiet_since: Instant | None) -> list[LineSignal]:
        """All that sounded before `now` has been handled; the line is at its on-hook floor since `quiet_since`, or is not."""
        self._latest = now
        told = self._said(self._strings.expire(now.mono))
        if self._hook is not None:
            told += self._hook_words(self._hook.quiet(quiet_since, now))
        if self._doubt_until is not None and now >= self._doubt_until:
            self._doubt_until = None
            told.append(SensingChanged(self._line, now, self.sensing))
        return told

    # -- ringing and hook

    def _burst(self, burst: BurstHeard) -> list[LineSignal]:
        told: list[LineSignal] = []
        kind = RingStarted if burst.begins else RingEnded
        if self._hook is not None and burst.begins:
            told += self._hook_words(self._hook.ring_began(burst.at))
        elif self._hook is not None:
            self._hook.ring_ended(burst.at)
        return [*told, kind(self._line, burst.at, burst.error, Means.SOUND)]

    def _hook_words(self, words: list[HookWord]) -> list[LineSignal]:
        return [self._hook_word(word) for word in words]

    def _hook_word(self, word: HookWord) -> LineSignal:
        match word:
            case Lifted(at, error):
                return OffHook(self._line, at, error, means=Means.SOUND)
            case PutDown(at, error):
                self._dial_tone_at = None
                return OnHook(self._line, at, error, means=Means.SOUND)
            case _:
                self._doubt_until = word.until
                return SensingChanged(self._line, word.at, self.sensing)

    # -- what is said of the caller, and dialled

    def _message(self, message: MessageHeard) -> list[LineSignal]:
        if self._hook is not None:
            self._hook.message(message.start, message.end)
        if not message.checksum_ok:
            return [Damaged(self._line, message.end, "checksum", message.data[:MOST_RAW])]
        read = read_message(message.data)
        if isinstance(read, NotRead):
            if not read.damaged:
                return [Unrecognised(self._line, message.end, message.data[:MOST_RAW])]
            return [Damaged(self._line, message.end, read.reason, message.data[:MOST_RAW])]
        return [CallerIdHeard(self._line, message.end, read, checked=True, means=Means.SOUND)]

    def _digit(self, digit: DigitHeard) -> list[LineSignal]:
        self._latest = digit.end
        if self._hook is not None:
            self._hook.message(digit.start, digit.end)
        inferred = self._hook is not None and not self._dialling(digit.start)
        on_hook = inferred and not self._off_hook
        self._digits_error = digit.error
        return self._said(self._strings.feed(digit.symbol, digit.start.mono, on_hook=on_hook))

    def _dialling(self, at: Instant) -> bool:
        """Somebody has the handset in the hand: these are digits that go out."""
        if self._hook is not None and self._hook.off_hook:
            return True
        return self._dial_tone_at is not None and at.since(self._dial_tone_at) < DIGITS_AFTER_DIAL_TONE

    def _said(self, heard: list[StringHeard]) -> list[LineSignal]:
        return [self._string(each) for each in heard]

    def _string(self, heard: StringHeard) -> LineSignal:
        match heard:
            case Dialled(symbol, at):
                return DigitDialled(self._line, self._moment(at), symbol, self._digits_error, Means.SOUND)
            case Framed(caller_id, _, ended):
                return CallerIdHeard(self._line, self._moment(ended), caller_id, means=Means.SOUND)
            case _:
                raw = heard.symbols.encode()[:MOST_RAW]
                return Damaged(self._line, self._moment(heard.ended), f"DTMF: {heard.reason}", raw)

    def _moment(self, mono: int) -> Instant:
        return self._latest.plus(mono - self._latest.mono)

    # -- tones and voices

    def _sounds(self, heard: LineSounds) -> list[LineSignal]:
        if heard.sound is Sound.DIAL_TONE:
            self._dial_tone_at = heard.at
        told = self._hook_words(self._hook.heard(heard.at, heard.sound)) if self._hook is not None else []
        return [*told, SoundHeard(self._line, self._since(heard), heard.sound, heard.error, Means.SOUND)]

    def _since(self, heard: LineSounds) -> Instant:
        """An idle line is silent for hours before the decoders wake and say so: then since as long as this ear may be late."""
        longest = self._latest.plus(-self.sensing.lag)
        old = heard.sound is Sound.SILENCE and heard.at < longest
        return longest if old else heard.at
