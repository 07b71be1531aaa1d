"""What tones, voices, reversals and digits do to a line; and how a line is known that does not sense the hook. Pure.

Where the hook is sensed, sounds only add to it: a dial tone soon after lifting, a fax, voices, a howler, the far end.

A line that hears digits or sounds but no hook (a sound tap, a DTMF chip; or the hook's ear is away) is known *by ear*:
Rule 1: dial tone, or a digit that is not among voices, begins an outbound call. A voice alone begins none: its beginning was
not heard. A ring that stops is answered by a voice that lasts until the ringing is over (ring_moves), else `unknown`.
Rule 2: it ends, seen, with the busy tone after an answer, a second reversal, or OnHook, where the ear infers it. It ends,
unseen, with the next dial tone or ring; at the beginning of a silence of 60 s; 10 s after the last digit where sounds are
not heard; and after an hour at the latest. Unseen: at the last sign of it, and without talk time.
Rule 3: nothing of this is an anomaly, and how long a line is in use is no fault where nobody can tell that it is.
Only the howler is: the exchange itself says that the handset lies off the hook.
Rule 4: it stays known by ear when an ear senses the hook again (a sound tap that was in doubt), until that ear tells of it.
"""

from __future__ import annotations

from dataclasses import replace

from device.signals import (
    DigitDialled,
    Instant,
    LineRestored,
    OffHook,
    PolarityReversed,
    SensingChanged,
    Sound,
    SoundHeard,
    seconds,
)
from firmware_app.calls.call import Disposition, Doubt
from firmware_app.calls.far_signs import BUSY_TONES
from firmware_app.calls.hook_moves import HookMoves
from firmware_app.calls.known_line import LineState

SILENCE_OVER = seconds(60.0)  # of a conversation that nobody resumes
DIGITS_OVER = seconds(10.0)  # exchanges wait so long for the next digit, then let the line go
LONGEST_BY_EAR = seconds(60 * 60.0)
# A calling fax sends CNG for 35 s and 5 s of tolerance, the answering one its tone at once (ITU-T T.30, T1): later it is speech.
FAX_WITHIN = seconds(40.0)
UNDIALLED_REVERSAL = seconds(3.0)  # where digits are not heard: nobody dials a number sooner
FAX = (Sound.FAX_CALLING, Sound.ANSWER_TONE)
USED = (Sound.VOICE, Sound.RINGBACK, Sound.CALL_WAITING, *FAX)  # what nobody hears of a handset left lying


class SoundMoves(HookMoves):
    """Moves of what is heard."""

    # Sounds.

    def _hear(self, signal: SoundHeard) -> bool:
        """The line sounds like this now. False when a later sound was told before."""
        if self._sound is not None and signal.at < self._sound.at:
            return False
        self._sound = signal
        return True

    def lifted(self, signal: OffHook) -> None:
        """What is heard since may have been told before the lifting was: it says of the talk what it would say now."""
        super().lifted(signal)
        call, heard = self.open.call, self._sound
        if self.state is not LineState.TALKING or call is None or call.answered is None or heard is None:
            return
        if heard.at.plus(heard.error + signal.error) >= call.answered:
            self.sound_in_talk(replace(heard, at=max(heard.at, call.answered)))

    def sound_on_hook(self, signal: SoundHeard) -> None:
        """Where the hook is sensed its ear will say more."""
        if not self._hear(signal) or not self._by_ear:
            return
        if signal.sound is Sound.HOWLER:
            self.troubles.howler(signal.at)
        elif signal.sound is not Sound.SILENCE:
            self.troubles.released(signal.at)
        if signal.sound is Sound.DIAL_TONE and not self.open.is_stale(signal.at):
            self._dials_from(signal.at, signal.means, signal.error)

    def sound_in_ringing(self, signal: SoundHeard) -> None:
        """A dial tone: somebody lifted, and the caller was gone."""
        heard = self._hear(signal) and self._by_ear and signal.sound is Sound.DIAL_TONE
        if heard and not self._ringing.covers(signal.at):
            self._dials_in_ringing(signal)

    def sound_in_talk(self, signal: SoundHeard) -> None:
        call = self.open.must
        answered = call.answered or call.started
        if not self._hear(signal) or signal.at < answered:
            return
        self._sound_off_hook(signal)
        if signal.sound is Sound.DIAL_TONE and self._is_soon_after_lifting(signal.at):
            self._lifted_to_dial(signal.at)
        elif signal.sound is Sound.CALL_WAITING:
            self._waiting.tone(signal)
        elif signal.sound in FAX and signal.at.since(answered) <= FAX_WITHIN:
            if call.disposition is None:
                self.open.change(signal.at, replace(call, disposition=Disposition.NON_VOICE))
        elif self._by_ear:
            self._over_by_ear(signal)

    def sound_in_outbound(self, signal: SoundHeard) -> None:
        call = self.open.must
        if not self._hear(signal) or signal.at < call.started:
            return
        self._sound_off_hook(signal)
        changed = self._far.heard(call, signal)
        if changed is not call:
            self.open.change(signal.at, changed)
        elif signal.sound is Sound.CALL_WAITING and call.far_answered is not None:
            self._waiting.tone(signal)
        elif self._by_ear and (call.far_end is not None or call.digits or self._far.rings):
            self._over_by_ear(signal)

    def sound_off_hook(self, signal: SoundHeard) -> None:
        """No call is made of it: its beginning was not seen; but a dial tone is one."""
        if not self._hear(signal):
            return
        self._sound_off_hook(signal)
        if self._by_ear and signal.sound is Sound.DIAL_TONE:
            self._enter(LineState.IDLE, signal.at)
            self.sound_on_hook(signal)

    def _sound_off_hook(self, signal: SoundHeard) -> None:
        """What it says of the handset: in use, in a conversation, or left lying."""
        self._lives(signal.at)
        call = self.open.call
        if signal.sound is Sound.HOWLER:
            self.troubles.howler(signal.at)
        if signal.sound in USED:
            self.troubles.in_use(signal.at)
        in_call = call is not None and (call.answered is not None or call.digits != "")
        self.troubles.voices(signal.at, in_call and signal.sound is Sound.VOICE)

    def _over_by_ear(self, signal: SoundHeard) -> None:
        """Busy after an answer: the far end has hung up. A dial tone: the next call begins."""
        call = self.open.must
        if signal.sound in BUSY_TONES and (call.answered or call.far_answered):
            self._close_talk(signal.at, signal.at, by=signal.means)
            self._enter(LineState.IDLE, signal.at)
        elif signal.sound is Sound.DIAL_TONE:
            self._over_unseen(signal.at, signal.at)
            self.sound_on_hook(signal)

    # Reversals.

    def reversal_in_outbound(self, signal: PolarityReversed) -> None:
        """The far end's answer, once something was dialled; then its hang-up."""
        call = self.open.must
        unheard = not self._sensing.digits and signal.at.since(call.started) >= UNDIALLED_REVERSAL
        if not call.digits and not unheard:
            return
        if self._far.reversed and self._by_ear:
            self._close_talk(signal.at, signal.at, by=signal.means)
            self._enter(LineState.IDLE, signal.at)
            return
        changed = self._far.reversal(call, signal)
        if changed is not call:
            self._lives(signal.at)
            self.open.change(signal.at, changed)

    # Digits on a line whose hook is not sensed.

    def digit_on_hook(self, signal: DigitDialled) -> None:
        """By ear it begins a call, but for what is pressed in a conversation whose beginning was not heard."""
        talking = self._sound is not None and self._sound.sound is Sound.VOICE
        if not self._by_ear or self.open.is_stale(signal.at):
            self._anomaly(signal.at, "digit_on_hook")
        elif not talking:
            self._dials_from(signal.at, signal.means, signal.error)
            self.digit_dialled(signal)

    def digit_in_ringing(self, signal: DigitDialled) -> None:
        """By ear: in a silence after a burst somebody lifted to dial; before any burst it may be caller ID."""
        if not self._by_ear:
            self.unexpected(signal)
        elif self.open.must.ring_bursts and not self._ringing.covers(signal.at):
            self._dials_in_ringing(signal)

    def _dials_in_ringing(self, signal: SoundHeard | DigitDialled) -> None:
        """It rang, and somebody dials. Whether the call was answered before is not known."""
        edge = self._edge_until(signal.at)
        self._close_ringing(signal.at, edge, self._why_unknown())
        self._dials_from(self.open.not_before_last(signal.at), signal.means, signal.error)
        if isinstance(signal, DigitDialled):
            self.digit_dialled(signal)

    # What the ears can tell.

    def sensing_changed(self, signal: SensingChanged) -> None:
        """Some of several ears went away or came back."""
        self.troubles.ears(signal.at, signal.lost)
        self._senses(signal)

    def _senses(self, signal: SensingChanged | LineRestored) -> None:
        had_hook = self._sensing.hook
        self._sensing = signal.sensing
        if not signal.sensing.sound:
            self._sound = None
            self.troubles.voices(signal.at, False)
        if signal.sensing.hook:
            return
        if self.state is LineState.RINGING:
            away = isinstance(signal, SensingChanged) and signal.lost
            self._hook_away = self._hook_away or (Doubt.HOOK_AWAY if away else Doubt.NO_HOOK)
        elif had_hook and self.state in (LineState.TALKING, LineState.OUTBOUND, LineState.OFF_HOOK):
            self._hook_lost_off_hook(signal.at)

    def _hook_lost_off_hook(self, at: Instant) -> None:
        """On-hook will not be told any more. By sound the call may go on; else nothing more is known of it."""
        self.troubles.released(at)
        self.troubles.hook_agrees(at)
        if self._sensing.sound and self.open.call is not None:
            self._call_by_ear = True
            self._lives(at)
        elif self.open.call is not None:
            self._over_unseen(at, at)
        else:
            self._enter(LineState.IDLE, at)

    # When a call that is known by ear is over.

    def _over_by_ear_at(self) -> Instant | None:
        call = self.open.call
        if self._hook_tells or call is None or self.state is LineState.RINGING:
            return None
        silent = self._sound is not None and self._sound.sound is Sound.SILENCE
        if self._sensing.sound and silent:
            return self._alive.plus(SILENCE_OVER)
        if not self._sensing.sound and call.digits:
            return self._alive.plus(DIGITS_OVER)
        return self._alive.plus(LONGEST_BY_EAR)

    def _no_sign_any_more(self, at: Instant) -> None:
        self._over_unseen(at, self._alive)

    def _second_caller_without_number(self, at: Instant) -> None:
        second = self._waiting.taken()
        assert second is not None
        self.open.tell_waiting(second.at, second.caller_id, second.by)
