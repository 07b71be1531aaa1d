"""The tones, voices and reversals of an outbound call in, what became of it at the far end out. Pure; it never guesses.

Rule 1: a polarity reversal is the far end's answer, exactly (answer supervision, where the exchange gives it); the first
one counts, and it corrects what was only heard. A second one is the far end's hang-up.
Rule 2: a voice after the ringback tone is an answer by sound, stamped at the voice. A voice without that tone says
nothing: many subscribers in China play music or a greeting instead of it, and exchanges speak.
Rule 3: busy or congestion before any ringback: busy. After ringback without an answer: nobody answered.
Rule 4: busy without a number dialled is the exchange telling a handset off the hook, and nothing of a far end.
Rule 5: the first word stands, but for rule 1. What nothing told is `unknown`.
"""

from __future__ import annotations

from dataclasses import replace

from device.signals import PolarityReversed, Sound, SoundHeard
from firmware_app.calls.call import Call, FarEnd

BUSY_TONES = (Sound.BUSY, Sound.CONGESTION)
ANSWERING = (Sound.VOICE, Sound.ANSWER_TONE)


class FarSigns:
    """What was heard of the far end of one outbound call."""

    def __init__(self) -> None:
        self.rings = False  # the ringback tone was heard
        self._reversed = False

    def heard(self, call: Call, signal: SoundHeard) -> Call:
        """`call` with what the sound says; the same one when that is nothing new."""
        if signal.sound is Sound.RINGBACK:
            self.rings = True
        if call.far_end is not None or signal.at < call.started:
            return call
        if signal.sound is Sound.VACANT_NUMBER:
            return replace(call, far_end=FarEnd.VACANT)
        if signal.sound in BUSY_TONES and (self.rings or call.digits):
            return replace(call, far_end=FarEnd.NO_ANSWER if self.rings else FarEnd.BUSY)
        fax_answers = signal.sound is Sound.ANSWER_TONE and call.digits != ""
        if signal.sound in ANSWERING and (self.rings or fax_answers):
            return _answered(call, signal)
        return call

    def reversal(self, call: Call, signal: PolarityReversed) -> Call:
        """`call` with its answer, exact; the same one when this is the hang-up, or some later reversal."""
        if self._reversed:
            return call
        self._reversed = True
        return _answered(call, signal)

    @property
    def reversed(self) -> bool:
        """Whether a reversal has told the answer: the next is the hang-up."""
        return self._reversed

    def at_close(self, call: Call) -> Call:
        """The last word: it rang there, and nothing came after it."""
        return replace(call, far_end=FarEnd.NO_ANSWER) if self.rings and call.far_end is None else call


def _answered(call: Call, signal: PolarityReversed | SoundHeard) -> Call:
    at = max(signal.at, call.started)
    by, error = signal.means, signal.error
    answered = replace(call, far_end=FarEnd.ANSWERED, far_answered=at)
    return replace(answered, far_answered_by=by, far_answer_error=error)
