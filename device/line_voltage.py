"""Readings of the line's voltage in, what they mean out: off-hook, on-hook, flash, loop lost, polarity reversed. It asks for
nothing and knows no clock.

Thresholds (LINE.md 3.3, 1.5): off-hook below 0.85 of the learnt idle voltage, no line below a sixteenth of it (but never
over 3 V nor under 2 V: 1.4 is read with nothing connected), both as ISOmodem %V2 has them. So a PBX with 24 V, a crossbar
exchange with 60 V, a long loop and a telephone that holds the line at 35 V are all read right. Nothing learnt yet: under 16 V
off-hook, else on-hook.

Rule 1: no single reading decides, and none that may have been taken in a burst: while ringing voltage (90 V, 25 Hz) rides on the
        line a reading may be anything. A lifted handset needs three readings near each other, and one of them must be clear:
        taken shortly after a burst, or so long ago (`settles`) that the word RING of a burst would have come since. (A lifted line
        does not ring, so putting down needs no such reading.)
Rule 2: put down needs FLASH_AT_MOST of agreeing readings, shorter is a flash or a dial pulse; no line needs a second.
Rule 3: a change is stamped in the middle between the last reading that was against it and the first that was for it; half of
        that interval is its error. A reading was taken somewhere between question and answer, so the interval runs from the
        question of the one to the answer of the other.
Rule 4: idle is the median of the last on-hook readings outside of ringing: one bad reading teaches nothing, a battery that sags
        over hours does. What drops by more at once and stays high (over 30 V and SAGGED_OF of idle) is off-hook, until it rings
        or SAGGED_FOR has passed: no telephone does that, so the exchange's battery has changed, and that is the new idle.
Rule 5: a sign that changes and stays so (three clear readings) is a polarity reversal; modems without signs never show one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from statistics import median

from device.signals import (
    MILLISECOND,
    SECOND,
    Flash,
    Instant,
    LineSignal,
    LoopLost,
    LoopRestored,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
)

NO_LINE_BELOW, NO_LINE_LEAST, NO_LINE_OF_IDLE = 3.0, 2.0, 1 / 16
OFF_HOOK_BELOW = 16.0  # volts, as long as nothing is learnt
HIGH = 30.0  # on-hook by LINE.md 3.3, unless idle is known to be much higher
OF_IDLE = 0.85
SAGGED_OF = 0.65  # a telephone of 600 ohms on a short loop of 400 ohms leaves 0.6 of the idle voltage at most [derived]
SAGGED_FOR = 600 * SECOND
# Readings that confirm each other differ by so many volts at most; speech and dial tone move a lifted line by less.
NEAR = 2.0
FLASH_AT_MOST = 800 * MILLISECOND
LOSS_AT_LEAST = 1 * SECOND
READINGS = 3
LEARNT_FROM = 15  # readings; a third so many are enough to begin with
SETTLES = (
    1 * SECOND
)  # from a burst's beginning to RING at most; more would make this ear later than it may be
SILENT_FOR = 2500 * MILLISECOND  # after a burst no other begins so soon (China: 4 s)
BY = Means.LINE_VOLTAGE


class Level(Enum):
    NO_LINE = "no line"
    OFF_HOOK = "off-hook"
    ON_HOOK = "on-hook"


@dataclass(frozen=True, slots=True)
class Reading:
    """Volts tip-ring (with a sign where the modem tells one), asked for at `asked` and answered at `at`."""

    volts: float
    asked: Instant
    at: Instant


def level_of(volts: float, idle: float | None) -> Level:
    """What one reading would mean by itself; `idle` is the learnt on-hook voltage."""
    volts = abs(volts)
    no_line = NO_LINE_BELOW if idle is None else idle * NO_LINE_OF_IDLE
    if volts < min(max(no_line, NO_LINE_LEAST), NO_LINE_BELOW):
        return Level.NO_LINE
    return Level.OFF_HOOK if volts < (OFF_HOOK_BELOW if idle is None else OF_IDLE * idle) else Level.ON_HOOK


class LineVoltage:
    """Follows one line from the opening of its interface on. What it finds first is told with `found`.

    settles: ns after which a burst that began would have been told by the word RING (the modem's latency).
    """

    def __init__(self, line: str, settles: int = SETTLES) -> None:
        self._line = line
        self._settles = min(settles, SETTLES)
        self._level: Level | None = None  # as decided
        self._lifted: bool | None = None  # as last told; stays while there is no line
        self._idles: deque[float] = deque(maxlen=LEARNT_FROM)
        self._idle: float | None = None
        self._against: Instant | None = None  # question of the last reading that agreed with `_level`
        self._run: list[Reading] = []  # readings against `_level` that agree with each other
        self._run_level: Level | None = None
        self._bursts: deque[tuple[int, int]] = deque(maxlen=4)  # when ringing voltage was on the line
        self._held: tuple[Instant, float] | None = (
            None  # off-hook since, and the volts of the last reading of it
        )
        self._sign: int = 0  # of the polarity; 0 while it is not known
        self._signed_at: Instant | None = None  # question of the last reading that had it
        self._turned: list[Reading] = []  # readings of the other sign

    @property
    def in_doubt(self) -> bool:
        """Readings speak against what was decided, too few to decide: read again soon."""
        return bool(self._run) or (bool(self._sign) and bool(self._turned))

    @property
    def idle(self) -> float | None:
        """The learnt on-hook voltage."""
        return self._idle

    @property
    def off_hook(self) -> bool:
        return self._level is Level.OFF_HOOK

    @property
    def known(self) -> bool:
        """Something was decided: the readings go on giving it."""
        return self._level is not None

    def read(self, reading: Reading, *, ringing: bool) -> list[LineSignal]:
        """Take one reading. `ringing`: it rings about now, nothing is learnt from it."""
        level = level_of(reading.volts, self._idle)
        turned = self._polarity(level, reading)
        if level is self._level:
            return turned + self._agreed(level, reading, ringing)
        if not self._run or level is not self._run_level or not self._near(reading):
            self._run = []
        self._run_level = level
        self._run.append(reading)
        if not self._enough(level, reading.at.mono):
            return turned
        self._learn(level, reading, ringing)
        return turned + self._changed(level)

    def burst(self, start: int, end: int, at: Instant) -> list[LineSignal]:
        """Ringing voltage is, or was, on the line from `start` to `end` (ns), as was learnt at `at`.

        A line that rings is on the hook: where it was held to be off-hook at a voltage that no telephone makes, idle is learnt anew.
        """
        self._bursts.append((start, end))
        return self._sagged(at) if self._held is not None and self._held[1] > OFF_HOOK_BELOW else []

    def assume(self, *, lifted: bool, at: Instant) -> None:
        """The line is known to be so since `at`, by other means, and it was told."""
        self._level = Level.OFF_HOOK if lifted else Level.ON_HOOK
        self._lifted, self._against, self._run = lifted, at, []
        self._held = (at, 0.0) if lifted else None

    # --- learning ----------------------------------------------------------------------------------------------------

    def _learn(self, level: Level, reading: Reading, ringing: bool) -> None:
        if level is not Level.ON_HOOK or ringing or self._in_burst(reading):
            return
        self._idles.append(abs(reading.volts))
        if len(self._idles) * 5 >= LEARNT_FROM:
            self._idle = median(self._idles)

    def _sagged(self, at: Instant) -> list[LineSignal]:
        """What was held to be off-hook is the new idle voltage. When that began, nobody knows."""
        since, volts = self._held or (at, 0.0)
        self._idles.clear()
        self._idle, self._held = volts, None
        self._level, self._lifted, self._run, self._against = Level.ON_HOOK, False, [], at
        half = max(0, at.since(since)) // 2
        return [OnHook(self._line, at.plus(-half), half, means=BY)]

    # --- deciding ----------------------------------------------------------------------------------------------------

    def _near(self, reading: Reading) -> bool:
        before = abs(self._run[-1].volts)
        return self._run_level is Level.ON_HOOK or abs(abs(reading.volts) - before) <= NEAR

    def _agreed(self, level: Level, reading: Reading, ringing: bool) -> list[LineSignal]:
        opened = self._run if self._run_level is Level.ON_HOOK else []
        told: list[LineSignal] = []
        if self.off_hook and len(opened) > 1:
            told = [Flash(self._line, opened[0].at, BY)]
        self._run = []
        self._against = reading.asked
        self._learn(level, reading, ringing)
        if level is Level.OFF_HOOK:
            return told + self._hold(reading)
        return told

    def _hold(self, reading: Reading) -> list[LineSignal]:
        volts = abs(reading.volts)
        since = self._held[0] if self._held is not None else reading.at
        self._held = (since, volts)
        high = volts > max(HIGH, SAGGED_OF * (self._idle or 0.0))
        return self._sagged(reading.at) if high and reading.at.since(since) >= SAGGED_FOR else []

    def _in_burst(self, reading: Reading) -> bool:
        return any(start < reading.at.mono and reading.asked.mono < end for start, end in self._bursts)

    def _clear(self, reading: Reading, now: int) -> bool:
        """It was surely not taken in a burst."""
        if self._in_burst(reading):
            return False
        silent = any(end <= reading.asked.mono < end + SILENT_FOR for _, end in self._bursts)
        return silent or now - reading.at.mono >= self._settles

    def _enough(self, level: Level, now: int) -> bool:
        if self._level is None and level is Level.ON_HOOK:
            return True
        put_down = level is Level.ON_HOOK and self._level is Level.OFF_HOOK
        clear = put_down or any(self._clear(reading, now) for reading in self._run)
        if len(self._run) < READINGS or not clear or self._in_burst(self._run[-1]):
            return False
        lasted = self._run[-1].at.since(self._run[0].at)
        if level is Level.NO_LINE:
            return lasted >= LOSS_AT_LEAST
        return not put_down or lasted >= FLASH_AT_MOST

    def _changed(self, level: Level) -> list[LineSignal]:
        first, last = self._run[0], self._run[-1]
        before = self._level
        half = 0 if self._against is None else first.at.since(self._against) // 2
        at = first.at.plus(-half)
        # The first ones may agree by chance, in a burst: then it was at the first that is none of those, at the latest.
        sure = next((each for each in self._run if not self._in_burst(each)), last)
        half = max(half, sure.at.since(at))
        self._level, self._run, self._against = level, [], last.asked
        self._held = (at, abs(last.volts)) if level is Level.OFF_HOOK else None
        if level is Level.NO_LINE:
            self._sign, self._turned = 0, []
            return [LoopLost(self._line, at)]
        signals: list[LineSignal] = [LoopRestored(self._line, at)] if before is Level.NO_LINE else []
        lifted = level is Level.OFF_HOOK
        if lifted is not self._lifted:
            found = before is not (Level.ON_HOOK if lifted else Level.OFF_HOOK)
            error = 0 if found else half
            kind = OffHook if lifted else OnHook
            signals.append(kind(self._line, at, error, found, BY))
        self._lifted = lifted
        return signals

    # --- polarity ----------------------------------------------------------------------------------------------------

    def _polarity(self, level: Level, reading: Reading) -> list[LineSignal]:
        if level is Level.NO_LINE or self._in_burst(reading):
            return []
        sign = 1 if reading.volts > 0 else -1
        if sign == self._sign:
            self._signed_at, self._turned = reading.asked, []
            return []
        self._turned.append(reading)
        clear = any(self._clear(each, reading.at.mono) for each in self._turned)
        if len(self._turned) < READINGS or not clear:
            return []
        first, before, known = self._turned[0], self._signed_at, self._sign
        self._sign, self._signed_at, self._turned = sign, reading.asked, []
        if not known or before is None:
            return []
        half = first.at.since(before) // 2
        return [PolarityReversed(self._line, first.at.plus(-half), half, BY)]
