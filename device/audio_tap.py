"""A sound card on a line tap in, line signals out, from a thread of its own. What the sound means is `sound_hearing`'s.

The thread sleeps until the card has a fifth of a second of sound, levels it, and lets it pass; only around ringing, off-hook
and any sound above the line's own floor the decoders run (`sound_watch`), fed with the seconds before as well.
A card that is away, busy or silent is a lost line, told once and tried again for ever. So is a numpy that is not installed:
the decoders need it and the rest of the program does not, so it is first imported here, in the thread.
"""

from __future__ import annotations

import importlib
import logging
import os
import select
import threading
from typing import TYPE_CHECKING

from device import clock
from device.interface import CheckResult, Emit
from device.sample_clock import SampleClock
from device.signals import MILLISECOND, SECOND, LineLost, LineRestored, LineSignal

if TYPE_CHECKING:
    from device.sound_ear import SoundEar
    from device.sound_source import SoundSource

RETRY = 1 * SECOND
FIRST_WAIT = 3 * SECOND  # a card gives its first sound within 0.3 s
STALLED = 3 * SECOND  # and then five times a second
AT_MOST_EVERY = 150 * MILLISECOND  # a writer of small blocks does not wake us for each
CLOSING = 0.95  # seconds that close() waits for the thread at most
NO_NUMPY = "numpy is not installed: make sound"

log = logging.getLogger(__name__)


class AudioTap:
    """One line's sound: a `LineInterface`, and `Attentive`. `device`: an ALSA name, or the path of a WAV file or a named pipe.

    rate: samples a second, of the card (it may give another) and of a pipe of raw samples. dtmf_start, dtmf_end: the symbols
    between which the exchange sends a number. infer_hook: no other ear of the line senses the hook.
    """

    def __init__(
        self,
        line: str,
        device: str,
        *,
        rate: int = 8000,
        dtmf_start: str = "ABD",
        dtmf_end: str = "C#",
        infer_hook: bool = False,
        source: SoundSource | None = None,
    ) -> None:
        self._line, self._device, self._rate = line, device, rate
        self._frame = dtmf_start, dtmf_end
        self._infer_hook = infer_hook
        self._source = source
        self._emit: Emit = lambda signal: None
        self._lost: str | None = (
            None  # the reason told last; None while the line is heard or before anything was told
        )
        self._attending = (False, False)
        self._closing = threading.Event()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._heard_at = 0  # monotonic ns of the last samples; 0 while lost

    def __repr__(self) -> str:
        return f"<AudioTap {self._line} on {self._device}>"

    @property
    def line(self) -> str:
        return self._line

    def start(self, emit: Emit) -> None:
        with self._lock:
            if self._thread is not None or self._closing.is_set():
                return
            self._emit = emit
            self._thread = threading.Thread(target=self._run, name=f"audio-tap-{self._line}", daemon=True)
            self._thread.start()

    def attend(self, *, ringing: bool, off_hook: bool) -> None:
        self._attending = (ringing, off_hook)  # read with the next block

    def check(self, timeout: float) -> CheckResult:
        """Whether samples come. What a tap cannot sense, the loop and the hook of a quiet line, is None."""
        heard_at = self._heard_at
        if not heard_at:
            return CheckResult(answers=False, detail=self._lost or "not open yet")
        if clock.now().mono - heard_at > STALLED:
            return CheckResult(answers=False, detail="the sound stands still")
        return CheckResult(answers=True, set_up=True)

    def close(self) -> None:
        with self._lock:
            if not self._closing.is_set():
                self._closing.set()
                os.write(self._wake_write, b".")
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(CLOSING)
        with self._lock:  # the pipe goes when nobody waits on it any more
            if self._wake_write >= 0 and (thread is None or not thread.is_alive()):
                os.close(self._wake_write)
                os.close(self._wake_read)
                self._wake_write = self._wake_read = -1

    # --- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._listen()
            except ImportError as error:
                self._lose(NO_NUMPY if error.name == "numpy" else str(error))
            except OSError as error:  # SoundUnavailable, or no descriptor left: all may pass
                self._lose(str(error))
            except Exception:
                log.exception("line %s: the sound tap stumbled", self._line)
                self._lose("internal error")
            self._wait(None, clock.now().mono + RETRY)
        if self._source is not None:
            self._source.close()

    def _listen(self) -> None:
        """Open the source and listen until it ends, which raises, or until it is to close."""
        importlib.import_module("numpy")  # first: two taps could find what the other left half imported
        from device.sound_ear import SoundEar
        from device.sound_source import source_of

        if self._source is None:
            self._source = source_of(self._device, self._rate)
        source = self._source
        source.open()
        ear: SoundEar | None = None
        position, last = 0, clock.now().mono
        times = SampleClock(self._rate)
        while not self._closing.is_set():
            patience = STALLED if ear is not None else FIRST_WAIT
            self._wait_for_sound(source, last + patience)
            now = clock.now()
            samples = source.read(now.mono)
            if not len(samples):
                if now.mono - last > patience:
                    source.close()
                    raise OSError(f"{self._device}: {source.silent}")
                continue
            if ear is None:
                times = SampleClock(source.rate)
                ear = SoundEar(self._line, source.rate, *self._frame, infer_hook=self._infer_hook)
                self._restored(ear)
            self._heard_at = last = now.mono
            position += len(samples)
            whole = times.read(position, now.mono)
            ringing, off_hook = self._attending
            ear.attend(ringing=ringing, off_hook=off_hook)
            self._tell(ear.feed(samples, times, now, gap=not whole))

    def _wait_for_sound(self, source: SoundSource, until: int) -> None:
        """Until the source has samples, or `until`; close() ends it."""
        due = max(source.due(), clock.now().mono + AT_MOST_EVERY if self._heard_at else 0)
        self._wait(None, min(due, until))
        if not self._closing.is_set() and source.waits_on() is not None:
            self._wait(source.waits_on(), until)

    def _wait(self, readable: int | None, until: int) -> None:
        """Until `readable` is so, or `until`; close() ends it at once."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        if readable is not None:
            poll.register(readable, select.POLLIN)
        left = until - clock.now().mono
        if left > 0:
            poll.poll(-(-left // MILLISECOND))

    # --- what is told ------------------------------------------------------------------------------------------------

    def _tell(self, signals: list[LineSignal]) -> None:
        for signal in signals:
            self._emit(signal)

    def _restored(self, ear: SoundEar) -> None:
        self._lost = None
        log.info("%s: sound from %s, %d Hz", self._line, self._device, ear.rate)
        self._emit(LineRestored(self._line, clock.now(), ear.sensing, interface="audio"))

    def _lose(self, reason: str) -> None:
        """Once for each time it is lost; another reason meanwhile goes to the log and to `check` only."""
        before, self._lost = self._lost, reason
        self._heard_at = 0
        if reason != before:
            log.warning("%s: lost: %s", self._line, reason)
        if before is None and not self._closing.is_set():
            self._emit(LineLost(self._line, clock.now(), reason))
