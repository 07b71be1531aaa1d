"""A number in, the clip recorded for it heard from a loudspeaker: "您有三个未接来电". Played by aplay (alsa-utils), in a thread of its own.

A clip that nobody has recorded is passed over in silence; an aplay or a sound card that is missing says so in `problem`, tells
whoever wants to know, and is tried again at the next occasion.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from device.spoken import clip_for

log = logging.getLogger(__name__)

LONGEST = 15.0  # seconds that one clip may play: the device hangs, or it is no clip of ours

ProblemTold = Callable[[str, str | None], None]
"""Told "voice" and what is wrong, as it begins or changes; None as it ends. Must return at once."""


class Voice:
    """Speaks clips from `folder` on the ALSA `device`. program: what plays; longest: seconds a clip may take."""

    def __init__(
        self, folder: Path, device: str, told: ProblemTold, program: str = "aplay", longest: float = LONGEST
    ) -> None:
        self._longest = longest
        self._folder = folder
        self._device = device
        self._told = told
        self._program = program
        self._problem: str | None = None
        self._changed = threading.Condition()
        self._wanted: str | None = None
        self._closed = False
        self._playing: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        """Why nothing can be heard, one short line; None when all is well, as far as it was tried."""
        return self._problem

    def say(self, number: int) -> None:
        """Speak soon; what waits to be spoken is forgotten. Returns at once."""
        with self._changed:
            self._wanted = clip_for(number)
            self._changed.notify_all()

    def close(self) -> None:
        """Fall silent; may be called often."""
        with self._changed:
            self._closed = True
            if self._playing is not None:
                self._playing.kill()
            self._changed.notify_all()
        self._thread.join(1.0)

    # -- the thread

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._wanted is not None)
                if self._closed:
                    return
                clip, self._wanted = self._folder / f"{self._wanted}.wav", None
            if clip.is_file():
                self._is(self._play(clip))

    def _play(self, clip: Path) -> str | None:
        """What went wrong, None when it was heard."""
        command = [self._program, "-q", "-D", self._device, str(clip)]
        with self._changed:
            if self._closed:
                return self._problem
            try:
                self._playing = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
                )
            except OSError as error:
                return f"{self._program}: {error.strerror or error} (alsa-utils)"
        try:
            _, said = self._playing.communicate(timeout=self._longest)
        except subprocess.TimeoutExpired:
            self._playing.kill()
            self._playing.communicate()
            return f"{self._program}: {self._device} hangs"
        finally:
            code, self._playing = self._playing.returncode, None
        if code == 0 or self._closed:
            return None
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return f"{self._program}: {lines[-1] if lines else f'exit code {code}'}"

    def _is(self, problem: str | None) -> None:
        if problem != self._problem and not self._closed:
            log.warning("voice: %s", problem or "works again")
            self._problem = problem
            self._told("voice", problem)
