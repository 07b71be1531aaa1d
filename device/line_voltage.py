"""Readings of the line's voltage in, what they mean out: off-hook, on-hook, flash, loop lost. It asks for nothing and knows no clock.

Thresholds (LINE.md 3.3, 1.5): under 3 V there is no line; to 16 V off-hook; over 30 V on-hook; between the two (small PBX
with 24 V) by 0.85 of the learnt idle value, as ISOmodem %V2 does; nothing learnt yet: on-hook, and learnt from.

Rule 1: no single reading decides. While ringing voltage (90 V, 25 Hz) rides on the line a reading may be anything, and a burst
        may begin before the modem tells it. So a lifted handset needs three readings that are also near each other: two
        arbitrary readings of a burst agree by chance about once in 200, three about once in 40,000 [derived].
Rule 2: put down needs FLASH_AT_MOST of agreeing readings, shorter is a flash or a dial pulse; no line needs a second.
Rule 3: a change is stamped in the middle between the last reading that was against it and the first that was for it; half of
        that interval is its error. A reading was taken somewhere between question and answer, so the interval runs from the
        question of the one to the answer of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from device.signals import (
    MILLISECOND,
    SECOND,
    Flash,
    Instant,
    LineSignal,
    LoopLost,
    LoopRestored,
    OffHook,
    OnHook,
)

NO_LINE_BELOW = 3.0  # volts; 1.4 is read with nothing connected (Conexant 102184B p.3-55)
OFF_HOOK_BELOW = 16.0
ON_HOOK_ABOVE = 30.0
OF_IDLE = 0.85
# Readings that confirm each other differ by so many volts at most; speech and dial tone move a lifted line by less.
NEAR = 1.5
FLASH_AT_MOST = 800 * MILLISECOND
LOSS_AT_LEAST = 1 * SECOND
READINGS = 3
LEARNING = 8  # one new idle reading weighs an eighth


class Level(Enum):
    NO_LINE = "no line"
    OFF_HOOK = "off-hook"
    ON_HOOK = "on-hook"


@dataclass(frozen=True, slots=True)
class Reading:
    """Volts tip-ring, asked for at `asked` and answered at `at`."""

    volts: float
    asked: Instant
    at: Instant


def level_of(volts: float, idle: float | None) -> Level:
    """What one reading would mean by itself; `idle` is the learnt on-hook voltage."""
    if volts < NO_LINE_BELOW:
        return Level.NO_LINE
    if volts < OFF_HOOK_BELOW:
        return Level.OFF_HOOK
    if volts > ON_HOOK_ABOVE or idle is None:
        return Level.ON_HOOK
    return Level.OFF_HOOK if volts < OF_IDLE * idle else Level.ON_HOOK


class LineVoltage:
    """Follows one line from the opening of its interface on. What it finds first is told with `found`."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._level: Level | None = None  # as decided
        self._lifted: bool | None = None  # as last told; stays while there is no line
        self._idle: float | None = None
        self._against: Instant | None = None  # question of the last reading that agreed with `_level`
        self._run: list[Reading] = []  # readings against `_level` that agree with each other
        self._run_level: Level | None = None

    @property
    def in_doubt(self) -> bool:
        """Readings speak against what was decided, too few to decide: read again soon."""
        return bool(self._run)

    @property
    def idle(self) -> float | None:
        """The learnt on-hook voltage."""
        return self._idle

    @property
    def off_hook(self) -> bool:
        return self._level is Level.OFF_HOOK

    def read(self, reading: Reading, *, ringing: bool) -> list[LineSignal]:
        """Take one reading. `ringing`: a burst may be on the line, nothing is learnt from it."""
        level = level_of(reading.volts, self._idle)
        if level is self._level:
            return self._agreed(level, reading, ringing)
        if not self._run or level is not self._run_level or not self._near(reading):
            self._run = []
        self._run_level = level
        self._run.append(reading)
        if not self._enough(level):
            return []
        self._learn(level, reading.volts, ringing)
        return self._changed(level)

    def _learn(self, level: Level, volts: float, ringing: bool) -> None:
        if level is Level.ON_HOOK and not ringing:
            idle = self._idle or volts
            self._idle = idle + (volts - idle) / LEARNING

    def _near(self, reading: Reading) -> bool:
        return self._run_level is Level.ON_HOOK or abs(reading.volts - self._run[-1].volts) <= NEAR

    def _agreed(self, level: Level, reading: Reading, ringing: bool) -> list[LineSignal]:
        opened = self._run if self._run_level is Level.ON_HOOK else []
        flash: list[LineSignal] = []
        if self.off_hook and len(opened) > 1:
            flash = [Flash(self._line, opened[0].at)]
        self._run = []
        self._against = reading.asked
        self._learn(level, reading.volts, ringing)
        return flash

    def _enough(self, level: Level) -> bool:
        lasted = self._run[-1].at.since(self._run[0].at)
        if level is Level.NO_LINE:
            return len(self._run) >= READINGS and lasted >= LOSS_AT_LEAST
        if level is Level.OFF_HOOK or self._level is Level.NO_LINE:
            return len(self._run) >= READINGS
        return self._level is None or (len(self._run) >= READINGS and lasted >= FLASH_AT_MOST)

    def _changed(self, level: Level) -> list[LineSignal]:
        first = self._run[0]
        before = self._level
        half = 0 if self._against is None else first.at.since(self._against) // 2
        at = first.at.plus(-half)
        self._level, self._run, self._against = level, [], self._run[-1].asked
        if level is Level.NO_LINE:
            return [LoopLost(self._line, at)]
        signals: list[LineSignal] = [LoopRestored(self._line, at)] if before is Level.NO_LINE else []
        lifted = level is Level.OFF_HOOK
        if lifted is not self._lifted:
            found = before is not (Level.ON_HOOK if lifted else Level.OFF_HOOK)
            error = 0 if found else half
            kind = OffHook if lifted else OnHook
            signals.append(kind(self._line, at, error, found))
        self._lifted = lifted
        return signals
