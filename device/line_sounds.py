"""Samples in, what the line sounds like out: tones of the network and of fax machines, voice, silence. Pure; never raises.

Each change is told once, when it is certain, with the place where it began (docs/LINE.md 2; T.30 for fax):

    dial tone        450 Hz for 1.25 s, longer than any tone that is switched on and off; 0.5 s where a digit ends it
    ringback         450 Hz for 1.0 s, then 0.9 s of quiet; the 4 s of quiet belong to it
    busy             twice 0.35 s, 0.35 s apart                congestion   the same with 0.7 s
    vacant number    two of 0.1 s and one of 0.4 s in turn     call waiting 0.4 s alone
    howler           950 Hz for 0.6 s                          fax          1100 Hz for 0.5 s; 2100 Hz for 0.8 s
    voice            0.3 s within 0.8 s of anything else, in pieces of 60 ms and more: clicks are no voice
    silence          1 s of quiet that belongs to no tone

All times may be 15 % off and 20 ms more. Digits, FSK and ringing are none of these: they change nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from device.resampling import RATE, Block, Resampler, Samples
from device.ring_cadence import BurstEnded, BurstStarted
from device.ring_sound import RingSoundDecoder
from device.signals import Sound
from device.sound_frames import HOP, Frame, FrameSorter, Sort

FRAMES = RATE / HOP  # a second
HALF = 0.25  # of the greatest power: at half the amplitude a tone begins and ends
BREAK = 2  # frames without the tone end it

STEADY = {  # tones that are certain when they last so long (frames)
    Sort.T450: (Sound.DIAL_TONE, 125),
    Sort.T950: (Sound.HOWLER, 60),
    Sort.T2100: (Sound.ANSWER_TONE, 80),
}


def _about(seconds: float) -> tuple[float, float]:
    """From and to how many frames a time of the cadence may last."""
    return seconds * 0.85 * FRAMES - 2, seconds * 1.15 * FRAMES + 2


TENTH, BUSY, FOUR_TENTHS = _about(0.1), _about(0.35), _about(0.4)
FAX, CONGESTION, RING = _about(0.5), _about(0.7), _about(1.0)
AFTER_RINGBACK = 90  # frames of quiet: the longest within a faster cadence is 83
AFTER_CALL_WAITING = 65  # frames without the tone: in a vacant number's 48
BEFORE_CALL_WAITING = 200  # and before: 4 s, where there was one
CUT_BY_DIGIT = 8  # frames from the end of a dial tone to the digit that ends it

IN_VOICE = 25  # frames: what is shorter and begins out of something loud is part of that

SILENT = 100  # frames
SILENT_WITHIN = {
    Sound.RINGBACK: 490,
    Sound.CALL_WAITING: 490,
    Sound.FAX_CALLING: 375,
}  # frames of quiet that belong to it
VOICE_SPAN = 80  # frames
VOICE_LEAST = 30
LONG_AGO = -(10**6)  # a frame
VOICE_BACK = 200  # frames: it did not begin longer ago, whatever was heard
CLICK = 6  # frames: shorter is a click


@dataclass(frozen=True, slots=True)
class HeardSound:
    """From `start` (samples since the start of the stream) on it sounds like this, until the next of these."""

    start: int
    sound: Sound


@dataclass(slots=True)
class Burst:
    """A tone while it is on, and after. Frames `first` to `last` have half of its amplitude."""

    sort: Sort
    powers: list[tuple[int, float]]
    loudest: float
    in_voice: bool  # something loud was just before it
    missing: int = 0

    def edges(self) -> tuple[int, int]:
        strong = [index for index, power in self.powers if power >= HALF * self.loudest]
        return strong[0], strong[-1]


@dataclass(frozen=True, slots=True)
class Past:
    """A burst of 450 Hz that is over: first frame, frames it was on, frames off before it."""

    first: int
    on: int
    off: int

    def within(self, times: tuple[float, float]) -> bool:
        return times[0] <= self.on <= times[1]

    def follows(self, *times: tuple[float, float]) -> bool:
        return any(low <= self.off <= high for low, high in times)


class SoundDecoder:
    """One stream of `rate` samples a second (8,000 to 48,000, else ValueError)."""

    def __init__(self, rate: int) -> None:
        self._resampler = Resampler(rate)
        self._sorter = FrameSorter()
        self._ringing = RingSoundDecoder(RATE)
        self._rings = False
        self._course = SoundCourse()

    def feed(self, samples: Block) -> list[HeardSound]:
        """The changes that are certain by now."""
        return self._heard(self._resampler.feed(samples))

    def flush(self) -> list[HeardSound]:
        """Nothing more is certain at the end of a stream but what its last 50 ms settle."""
        return self._heard(self._resampler.flush())

    def _heard(self, batches: Iterable[Samples]) -> list[HeardSound]:
        place = self._resampler.source_position
        return [
            HeardSound(place((first - 0.5) * HOP), sound)
            for batch in batches
            for first, sound in self._batch(batch)
        ]

    def _batch(self, batch: Samples) -> list[tuple[int, Sound]]:
        for event in self._ringing.batch(batch):
            if isinstance(event, BurstStarted):
                self._rings = True
                self._course.forget_voice()
            elif isinstance(event, BurstEnded):
                self._rings = False
        frames = self._sorter.frames(batch)
        if self._rings:
            frames = [Frame(frame.index, Sort.SIGNAL, 0.0) for frame in frames]
        return [heard for frame in frames for heard in self._course.step(frame)]


class SoundCourse:
    """Frames of one stream, in their order."""

    def __init__(self) -> None:
        self._told: Sound | None = None
        self._last = 0  # frame that it was told of: places do not go back
        self._burst: Burst | None = None
        self._past: deque[Past] = deque(maxlen=8)
        self._off_since = LONG_AGO  # frame after the last tone of 450 Hz
        self._spoilt = False  # since then there was a signal
        self._quiet_since: int | None = 0
        self._loud_run = 0
        self._voice_began = 0
        self._voice: deque[int] = deque()  # frames of it, of the last VOICE_SPAN

    def forget_voice(self) -> None:
        """What was heard last was no voice."""
        self._voice.clear()
        self._loud_run = 0

    def step(self, frame: Frame) -> list[tuple[int, Sound]]:
        """What is certain with this frame."""
        found = self._tone(frame)
        if self._burst is None:
            found = found or self._after_tone(frame) or self._no_tone(frame)
        if found is None or found[1] is self._told:
            return []
        self._told = found[1]
        self._last = max(found[0], self._last)
        return [(self._last, found[1])]

    # -- tones

    def _tone(self, frame: Frame) -> tuple[int, Sound] | None:
        burst = self._burst
        if burst is None:
            if frame.sort >= Sort.T450:
                loud = self._loud_run >= CLICK
                self._burst = Burst(frame.sort, [(frame.index, frame.power)], frame.power, loud)
            return None
        if frame.sort is burst.sort and frame.power >= HALF * burst.loudest:
            burst.missing = 0
            burst.loudest = max(burst.loudest, frame.power)
            burst.powers.append((frame.index, frame.power))
            return self._steady(burst)
        burst.missing += 1
        if burst.missing < BREAK:
            return None
        self._burst = None
        return self._ended(burst)

    def _steady(self, burst: Burst) -> tuple[int, Sound] | None:
        """The tone goes on for too long to be anything else."""
        known = STEADY.get(burst.sort)
        if known is None or len(burst.powers) < known[1]:
            return None
        self.forget_voice()
        if len(burst.powers) > 2 * known[1]:
            del burst.powers[known[1] : -1]  # only its ends are asked for
        return burst.edges()[0], known[0]

    def _ended(self, burst: Burst) -> tuple[int, Sound] | None:
        first, last = burst.edges()
        if last - first < (IN_VOICE if burst.in_voice else CLICK - 1):  # a voice may pass by a tone
            self._voice.extend(range(first, last + 1) if burst.in_voice else ())
            return None
        self._quiet_since = last + 1
        self.forget_voice()
        if burst.sort is Sort.T1100:
            return (first, Sound.FAX_CALLING) if Past(first, last + 1 - first, 0).within(FAX) else None
        if burst.sort is not Sort.T450:
            return None
        self._past.append(Past(first, last + 1 - first, first - self._off_since))
        self._off_since, self._spoilt = last + 1, False
        return self._cadence()

    def _cadence(self) -> tuple[int, Sound] | None:
        """A busy tone by its last two bursts, a vacant number by its last three."""
        *_, before, last = [Past(0, 0, 0), *self._past]
        for times, sound in ((BUSY, Sound.BUSY), (CONGESTION, Sound.CONGESTION)):
            if before.within(times) and last.within(times) and last.follows(times):
                return before.first, sound
        row = self._vacant_row()
        if sum(each.within(TENTH) for each in row) >= 2 and any(each.within(FOUR_TENTHS) for each in row):
            return row[-1].first, Sound.VACANT_NUMBER
        return None

    def _vacant_row(self) -> list[Past]:
        """The last bursts, newest first, as far back as they can be of a vacant number."""
        row: list[Past] = []
        for burst in reversed(self._past):
            if row and not row[-1].follows(TENTH, FOUR_TENTHS):
                break
            if not (burst.within(TENTH) or burst.within(FOUR_TENTHS)):
                break
            row.append(burst)
        return row

    def _after_tone(self, frame: Frame) -> tuple[int, Sound] | None:
        """Bursts that are known by what does not follow."""
        spoilt, self._spoilt = self._spoilt, self._spoilt or frame.sort is Sort.SIGNAL
        off = frame.index - self._off_since
        if not self._past or spoilt:
            return None
        last = self._past[-1]
        alone = last.off > BEFORE_CALL_WAITING and self._told is not Sound.RINGBACK
        if frame.sort is Sort.SIGNAL:
            cut = alone and off <= CUT_BY_DIGIT and last.on > FOUR_TENTHS[1]
            return (last.first, Sound.DIAL_TONE) if cut else None
        if off == AFTER_RINGBACK and last.within(RING) and not self._voice:
            return last.first, Sound.RINGBACK
        if off == AFTER_CALL_WAITING and last.within(FOUR_TENTHS) and alone:
            return last.first, Sound.CALL_WAITING
        return None

    # -- the rest

    def _no_tone(self, frame: Frame) -> tuple[int, Sound] | None:
        index = frame.index
        while self._voice and self._voice[0] <= index - VOICE_SPAN:
            self._voice.popleft()
        if frame.sort is Sort.QUIET:
            return self._quiet(index)
        if frame.sort is Sort.LOUD:
            self._loud_run += 1
            if self._loud_run == CLICK:
                self._voice_began = self._voice_began if self._voice else index - CLICK + 1
                self._voice.extend(range(index - CLICK + 1, index + 1))
            elif self._loud_run > CLICK:
                self._voice.append(index)
        if frame.sort is Sort.SIGNAL or self._loud_run >= CLICK:
            self._quiet_since = None
        if len(self._voice) < VOICE_LEAST:
            return None
        return max(self._voice_began, index - VOICE_BACK), Sound.VOICE

    def _quiet(self, index: int) -> tuple[int, Sound] | None:
        self._loud_run = 0
        if self._quiet_since is None:
            self._quiet_since = index
        enough = SILENT if self._told is None else SILENT_WITHIN.get(self._told, SILENT)
        return (self._quiet_since, Sound.SILENCE) if index - self._quiet_since >= enough else None
