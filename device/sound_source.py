"""The name of a sound source in, its samples out as they come: an ALSA device, a WAV file, a named pipe. No thread; no decoding.

ALSA is heard through `arecord`, as a process of its own (docs/adr/0015): a driver that hangs or crashes takes
nothing of ours with it. It writes bare samples, and says on its standard error which rate the card really took: a WAV stream
of its own ends after 2 GiB, which is 37 hours.
A pipe holds a WAV stream or raw 16-bit samples of the configured rate; its writers come and go. A file is read as fast as it
would sound, once. Nobody is read faster than it would sound: else a file poured into a pipe would have no times.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from device.signals import MILLISECOND, SECOND
from device.sound_samples import Sound32, decoded
from device.wav_format import (
    RATES,
    Encoding,
    NotReadable,
    SampleFormat,
    looks_like_wav,
    read_header,
)

FASTEST = 1.005  # times real time: more than any sound card's crystal is off, too little to bend an interval
HEAD_START = 150 * MILLISECOND  # what a writer may be early
AT_ONCE = 1 << 18  # bytes
ENDING = 0.2  # seconds that arecord has to end after SIGTERM before it is killed
PERIOD = 200 * MILLISECOND  # of the card: how often arecord wakes up, and we after it
BUFFER = 2 * SECOND  # of the card: how long we may be away
MOST_SAID = 16_000  # bytes of arecord's words; the set-up of a card behind three plug-ins is 3,000
RATE_REFUSED = "the card records at a rate of {}: write plughw: instead of hw:"
F_SETPIPE_SZ = 1031  # fcntl(2)


NOTHING: Sound32 = decoded(b"", SampleFormat(Encoding.SIGNED_16, 8_000, 1))[0]


class SoundUnavailable(OSError):
    """A source cannot be opened, or has gone; the text is for the technician."""


class SoundSource(Protocol):
    """Opened, read, lost, opened again; never from two threads at once."""

    @property
    def rate(self) -> int:
        """Samples a second; true from the first samples on."""
        ...

    def open(self) -> None:
        """Raises SoundUnavailable."""
        ...

    def waits_on(self) -> int | None:
        """A file descriptor that is readable when there are samples; None: there are some when `due` has come."""
        ...

    def due(self) -> int:
        """Not to be read before (monotonic ns)."""
        ...

    def read(self, now: int) -> Sound32:
        """The samples of one channel that came; empty: none yet. Raises SoundUnavailable when it has ended."""
        ...

    @property
    def silent(self) -> str:
        """Why no samples come, for a technician."""
        ...

    def close(self) -> None: ...


def source_of(device: str, rate: int) -> SoundSource:
    """The source that `device` names: the path of a file or pipe, or else an ALSA device."""
    return StoredSound(device, rate) if device.startswith(("/", "./", "../")) else AlsaCapture(device, rate)


class SampleStream:
    """Bytes of a stream in, samples of its first channel out, after its header. `bare`: there may be none."""

    def __init__(self, raw_rate: int, *, bare: bool = False, channels: int = 1) -> None:
        self._bare = bare
        self._raw = SampleFormat(Encoding.SIGNED_16, raw_rate, channels)
        self._layout: SampleFormat | None = None
        self._held = b""
        self._begun = 0  # monotonic ns, of the first samples
        self._given = 0  # frames since

    @property
    def rate(self) -> int:
        return (self._layout or self._raw).rate

    def due(self) -> int:
        return self._begun + round(self._given / self.rate / FASTEST * SECOND) - HEAD_START

    def wanted(self, now: int) -> int:
        """Bytes that may be taken now. The first time all that waits: it is there already."""
        if self._layout is None or not self._given:
            return AT_ONCE
        frames = int((now - self.due()) * self.rate * FASTEST / SECOND)
        return max(self._layout.frame, min(AT_ONCE, frames * self._layout.frame))

    def feed(self, data: bytes, now: int) -> Sound32:
        """Raises SoundUnavailable for a stream that is not understood."""
        data = self._held + data
        layout = self._layout
        if layout is None:
            layout, start = self._understood(data)
            if layout is None:
                self._held = data
                return NOTHING
            self._layout, self._begun, data = layout, now, data[start:]
        whole = len(data) - len(data) % layout.frame
        self._held = data[whole:]
        samples: Sound32 = decoded(data[:whole], layout)[0]
        self._given += len(samples)
        return samples

    def _understood(self, data: bytes) -> tuple[SampleFormat | None, int]:
        """How the samples are laid out and where they begin; None: not known yet."""
        if not data:
            return None, 0
        if self._bare and not looks_like_wav(data):
            return self._raw, 0
        found = read_header(data)
        if isinstance(found, NotReadable):
            raise SoundUnavailable(f"{found.fault.value} {found.detail}".strip())
        return (None, 0) if found is None else (found.format, found.start)


class StoredSound:
    """A WAV file, played once, or a named pipe. Which of them it is shows when it is opened."""

    def __init__(self, path: str, rate: int) -> None:
        self._path = Path(path)
        self._rate = rate
        self._fd = -1
        self._pipe = False
        self._stream = SampleStream(rate)
        self._played: tuple[int, int, int] | None = None  # the file that is at its end: not played again

    @property
    def rate(self) -> int:
        return self._stream.rate

    @property
    def silent(self) -> str:
        return "nobody writes into the pipe" if self._pipe else "the file gives no samples"

    def open(self) -> None:
        if self._fd >= 0 and self._pipe:
            return  # a writer who found a reader keeps it, also while nothing comes
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise SoundUnavailable(f"{self._path.name}: {os.strerror(error.errno or 0)}") from error
        self.close()
        found = os.fstat(fd)
        self._pipe = stat.S_ISFIFO(found.st_mode)
        self._fd, self._stream = fd, SampleStream(self._rate, bare=self._pipe)
        if not self._pipe and self._played == (found.st_ino, found.st_size, found.st_mtime_ns):
            self.close()
            raise SoundUnavailable("the recording is at its end")

    def waits_on(self) -> int | None:
        return self._fd if self._pipe else None

    def due(self) -> int:
        return self._stream.due()

    def read(self, now: int) -> Sound32:
        try:
            data = os.read(self._fd, self._stream.wanted(now) if self._pipe else self._file_share(now))
        except BlockingIOError:
            return self._stream.feed(b"", now)
        except OSError as error:
            raise SoundUnavailable(f"{self._path.name}: {os.strerror(error.errno or 0)}") from error
        if not data:
            self._ended()
        return self._stream.feed(data, now)

    def _file_share(self, now: int) -> int:
        """A file is all there: only its header at first, then what would have sounded by now."""
        return self._stream.wanted(now) if self._stream.due() > 0 else 4096

    def _ended(self) -> None:
        if self._pipe:  # the next opening first, so that a writer who comes meanwhile finds a reader
            old, self._fd = self._fd, os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            os.close(old)
            self._stream = SampleStream(self._rate, bare=True)
            raise SoundUnavailable("nobody writes into the pipe any more")
        found = os.fstat(self._fd)
        self._played = (found.st_ino, found.st_size, found.st_mtime_ns)
        raise SoundUnavailable("the recording is at its end")

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class AlsaCapture:
    """A sound card by its ALSA name, e.g. hw:1,0 or plughw:CARD=Device. `program`: what records, by default arecord."""

    def __init__(self, device: str, rate: int, *, program: Sequence[str] = ("arecord",)) -> None:
        self._device = device
        self._rate = rate
        self._program = tuple(program)
        self._channels = 1
        self._process: subprocess.Popen[bytes] | None = None
        self._said = b""
        self._stream = SampleStream(rate)
        self._set_up = False  # what the card took is known

    @property
    def rate(self) -> int:
        return self._stream.rate

    @property
    def silent(self) -> str:
        return "the sound card gives no samples"

    def open(self) -> None:
        self.close()
        micro = 1_000  # ns in arecord's unit
        command = [*self._program, "-q", "-v", "-D", self._device, "-t", "raw", "-f", "S16_LE"]
        command += ["-c", str(self._channels), "-r", str(self._rate)]
        command += [f"--period-time={PERIOD // micro}", f"--buffer-time={BUFFER // micro}"]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "LC_ALL": "C"},
                process_group=0,  # a Ctrl-C is for us: we end it
            )
        except FileNotFoundError as error:
            raise SoundUnavailable(
                f"{self._program[0]} is not installed: apt-get install alsa-utils"
            ) from error
        except OSError as error:
            raise SoundUnavailable(f"{self._program[0]}: {os.strerror(error.errno or 0)}") from error
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        fcntl.fcntl(self._out(), F_SETPIPE_SZ, AT_ONCE)
        self._said, self._stream, self._set_up = b"", SampleStream(self._rate), False

    def _out(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def waits_on(self) -> int | None:
        return self._out()

    def due(self) -> int:
        return self._stream.due()

    def read(self, now: int) -> Sound32:
        self._listen()
        try:
            data = os.read(self._out(), self._stream.wanted(now))
        except BlockingIOError:
            return self._stream.feed(b"", now)
        if not data:
            return self._ended(now)
        if not self._set_up:
            self._begin()
        return self._stream.feed(data, now)

    def _begin(self) -> None:
        """What the card took was said before the first sample (snd_pcm_dump); of several PCMs ours is told first."""
        self._listen()
        found = re.search(rb"^ *rate *: *([0-9]+)", self._said, re.MULTILINE)
        rate = int(found[1]) if found else 0
        if rate not in RATES:
            raise SoundUnavailable(f"{self._device}: {RATE_REFUSED.format(rate or 'unknown')}")
        self._said, self._set_up = b"", True
        self._stream = SampleStream(rate, bare=True, channels=self._channels)

    def _listen(self) -> None:
        """Keep the end of what arecord says: why it ended stands in its last line. What nobody reads would block it."""
        assert self._process is not None
        assert self._process.stderr is not None
        try:
            while more := os.read(self._process.stderr.fileno(), AT_ONCE):
                self._said = (self._said + more)[-MOST_SAID:]
        except BlockingIOError:
            return

    def _ended(self, now: int) -> Sound32:
        self._listen()
        said = self._said.decode("utf-8", "replace")
        if "Channels count" in said and self._channels == 1:  # a card that has only stereo
            self._channels = 2
            self.open()
            return self._stream.feed(b"", now)
        raise SoundUnavailable(reason_in(said, self._device))

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()
        for end in (process.terminate, process.kill):
            end()
            try:
                process.wait(ENDING)
                return
            except subprocess.TimeoutExpired:
                continue  # one that hangs in its driver dies when the driver lets it


SET_UP = re.compile(
    r"\s|Its setup is:|.* PCM\b|Slave:|Converter:|Protocol version:"
)  # the lines of snd_pcm_dump
REASONS = (  # what arecord says, what a technician reads
    (r"Device or resource busy", "another program uses the sound card"),
    (r"Permission denied", "no permission: the user must be in the group audio"),
    (r"(read|poll|pump) error: |I/O error|Broken pipe$|Bad file descriptor", "the sound card was unplugged"),
    (r"[Ff]ormat non available", "the card has no 16-bit samples: write plughw: instead of hw:"),
    (r"Channels count|[Rr]ate|access type", "the card cannot record like this: write plughw: instead of hw:"),
    (r"No such|cannot find card|Unknown PCM", "no such sound card: arecord -l lists them"),
)


def reason_in(said: str, device: str) -> str:
    """One short line, from the last line of what arecord said; its own words where they are not known."""
    lines = [line for line in said.splitlines() if line.startswith("arecord:")]
    lines = lines or [line for line in said.splitlines() if not SET_UP.match(line)] or [""]
    last = lines[-1].rpartition(": ")[2] if not re.search(REASONS[2][0], lines[-1]) else lines[-1]
    known = next((words for pattern, words in REASONS if re.search(pattern, last)), None)
    if known == REASONS[-1][1] and _locked_out():
        known = REASONS[1][1]
    return f"{device}: {known or last or 'arecord ended without a word'}"[:120]


def _locked_out() -> bool:
    """There are sound cards, and we may read none: alsa-lib then says that there is none."""
    cards = list(Path("/dev/snd").glob("controlC*"))
    return bool(cards) and not any(os.access(card, os.R_OK | os.W_OK) for card in cards)
