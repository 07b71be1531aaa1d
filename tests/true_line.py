"""A true history of one line, drawn by chance, in; what each of its ears says of it, within its lag, errors and dead times, out.

Double rings and single ones, answers within a burst, flashes, call waiting, reversals, dial pulses and tones, ears that go
and come back in the midst of each.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from device.signals import (
    CallerId,
    CallerIdHeard,
    DigitDialled,
    Flash,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    Sensing,
    Sound,
    SoundHeard,
    seconds,
)
from tests.ear_streams import Word
from tests.line_signals import LINE, NUMBER
from tests.support import at

WAITING = "15400007777"
NEVER = 1e9
Away = tuple[float, float]  # from when to when (s)


@dataclass(frozen=True)
class Happens:
    """What happens at a moment (s): ring, end, off, on, flash, reversal, tone, pulse, number, sound. until: of a ring."""

    at: float
    what: str
    value: str = ""
    until: float = 0.0


@dataclass
class TrueCall:
    """kind: missed, answered, dialled. bursts: each with its beginning and end."""

    kind: str
    begins: float
    ends: float = 0.0
    lifted: float | None = None
    bursts: list[tuple[float, float]] = field(default_factory=list)
    digits: str = ""
    pulses: bool = False
    number: bool = False
    waiting: bool = False


@dataclass(frozen=True)
class Kind:
    """How one kind of ear tells what it senses. Errors in s; None: it does not tell that. says: from when to when a word comes."""

    lag: float
    ring_by: Means | None = None
    edges: float | None = None
    says: tuple[float, float] | None = None
    word_error: float = 1.0
    hook: float | None = None
    hook_by: Means | None = None
    tones: Means | None = None
    pins: bool = False  # dial pulses, flashes, reversals
    number_by: Means | None = None
    checked: bool = False
    sounds: bool = False

    @property
    def sensing(self) -> Sensing:
        return Sensing(
            ring_edges=self.edges is not None,
            hook=self.hook is not None,
            digits=self.tones is not None,
            caller_id=self.number_by is not None,
            sound=self.sounds,
            reversal=self.pins,
            lag=seconds(self.lag),
        )


LATE_WORD, QUICK_WORD = (-0.1, 1.1), (-0.1, 0.1)
KINDS = {
    "pins": Kind(0.9, Means.RING_PIN, edges=0.04, hook=0.02, hook_by=Means.HOOK_PIN, pins=True),
    "ring pin": Kind(0.9, Means.RING_PIN, edges=0.04),
    "voltage": Kind(
        1.25, Means.MODEM, says=LATE_WORD, hook=0.5, hook_by=Means.LINE_VOLTAGE, number_by=Means.MODEM
    ),
    "known modem": Kind(
        1.25,
        Means.MODEM,
        says=QUICK_WORD,
        word_error=0.1,
        hook=0.3,
        hook_by=Means.LINE_VOLTAGE,
        number_by=Means.MODEM,
    ),
    "modem": Kind(1.25, Means.MODEM, says=LATE_WORD, number_by=Means.MODEM),
    "box": Kind(
        1.25,
        Means.SERIAL_BOX,
        says=LATE_WORD,
        hook=0.1,
        hook_by=Means.SERIAL_BOX,
        number_by=Means.SERIAL_BOX,
    ),
    "tap": Kind(
        2.5, Means.SOUND, edges=0.06, tones=Means.SOUND, number_by=Means.SOUND, checked=True, sounds=True
    ),
    "tone chip": Kind(0.25, tones=Means.DTMF_CHIP),
    "fsk chip": Kind(0.35, number_by=Means.FSK_CHIP, checked=True),
    "board": Kind(1.25, Means.CALLER_ID_BOARD, says=LATE_WORD, number_by=Means.CALLER_ID_BOARD),
}


# -- what happens


def history(chance: random.Random) -> tuple[list[Happens], list[TrueCall]]:
    """One to three calls, far enough apart to be told apart."""
    happens: list[Happens] = []
    calls: list[TrueCall] = []
    now = 20.0
    for _ in range(chance.randint(1, 3)):
        now += chance.choice((8.0, 9.5, 14.0, 30.0))
        kind = chance.choice(("missed", "missed", "answered", "answered", "dialled"))
        call = TrueCall(kind, now)
        happens += _dialled(call, chance) if kind == "dialled" else _rung(call, chance)
        calls.append(call)
        now = call.ends
    return sorted(happens, key=lambda each: each.at), calls


def _rung(call: TrueCall, chance: random.Random) -> list[Happens]:
    double = chance.random() < 0.3
    shape, cycle = (((0.0, 0.4), (0.6, 1.0)), 3.0) if double else (((0.0, 1.0),), 5.0)
    starts = [call.begins + cycle * nr for nr in range(chance.choice((1, 1, 2, 3, 4)))]
    call.bursts = [(start + a, start + b) for start in starts for a, b in shape]
    call.ends = call.bursts[-1][1]
    happens: list[Happens] = []
    if call.kind == "answered":
        happens += _answered(call, chance, 1.9 if double else 3.8)
    named = call.bursts[len(shape) - 1][1] + 1.6 if chance.random() < 0.6 else call.begins - 0.8
    if call.lifted is None or named < call.lifted - 0.5:
        call.number = True
        happens.append(Happens(named, "number", NUMBER))
    for begin, end in call.bursts:
        happens += [Happens(begin, "ring", until=end), Happens(end, "end")]
    return happens


def _answered(call: TrueCall, chance: random.Random, silence: float) -> list[Happens]:
    begin, end = call.bursts[-1]
    within = chance.random() < 0.4
    lifted = begin + chance.uniform(0.1, end - begin) if within else end + chance.uniform(0.0, silence)
    call.bursts[-1] = (begin, min(end, lifted + 0.1))
    talk = chance.choice((0.9, 2.0, 6.0, 15.0, 40.0))
    call.lifted, call.ends = lifted, lifted + talk
    happens = [Happens(lifted, "off"), Happens(call.ends, "on"), Happens(call.ends, "sound", "silence")]
    if talk > 5:
        happens += [Happens(lifted + 0.3, "sound", "voice"), Happens(lifted + 0.05, "reversal")]
    if talk >= 15 and chance.random() < 0.5:
        happens.append(Happens(lifted + 3, "flash"))
    if talk >= 15 and chance.random() < 0.5:
        call.waiting = True
        happens += [Happens(lifted + 6, "sound", "call_waiting"), Happens(lifted + 6.4, "sound", "voice")]
        happens.append(Happens(lifted + 7.2, "number", WAITING))
    return happens


def _dialled(call: TrueCall, chance: random.Random) -> list[Happens]:
    call.digits = "".join(chance.choices("1234567890", k=chance.choice((0, 3, 8, 11))))
    call.pulses = chance.random() < 0.3
    happens = [Happens(call.begins, "off"), Happens(call.begins + 0.4, "sound", "dial_tone")]
    now = call.begins + chance.choice((0.9, 2.0, 4.0))
    for digit in call.digits:
        now += 0.1 * (int(digit) or 10) if call.pulses else 0.0
        happens.append(Happens(now, "pulse" if call.pulses else "tone", digit))
        now += 0.8 if call.pulses else 0.15
    if call.digits:
        happens += [Happens(now + 1, "sound", "ringback"), Happens(now + 6, "sound", "voice")]
        happens += [Happens(now + 6, "reversal")] if chance.random() < 0.5 else []
        now += 6
    call.ends = now + chance.choice((1.0, 5.0, 20.0))
    return [*happens, Happens(call.ends, "on"), Happens(call.ends, "sound", "silence")]


def dead_times(happens: Sequence[Happens], chance: random.Random) -> list[Away]:
    """An ear goes around something that happens, most of the time, and comes back, most of the time."""
    if chance.random() < 0.4:
        return []
    went = chance.choice(happens).at + chance.choice((-0.5, -0.05, 0.01, 0.3, 1.0, 2.0))
    back = chance.choice((went + 0.2, went + 1.5, went + 8.0, NEVER))
    return [(round(went, 3), round(back, 3))]


# -- what is said of it


def words_of(
    happens: Sequence[Happens], name: str, away: Sequence[Away], chance: random.Random
) -> list[Word]:
    kind = KINDS[name]
    words = _back(name, kind, 1.0, happens)
    for each in happens:
        if any(went <= each.at < back for went, back in away):
            continue
        said = _said(each, kind, chance)
        if said is not None:
            words.append(Word(name, said, said.at.mono / 1e9 + kind.lag))
    for went, back in away:
        words = [told for word in words if (told := _in_time(word, went, back, chance)) is not None]
        words.append(Word(name, LineLost(LINE, at(went), "unplugged"), went))
        words += _back(name, kind, back, happens) if back < NEVER else []
    return words


def _back(name: str, kind: Kind, now: float, happens: Sequence[Happens]) -> list[Word]:
    words = [Word(name, LineRestored(LINE, at(now), kind.sensing), now)]
    if kind.hook is not None:
        turns = [each.what for each in happens if each.what in ("off", "on") and each.at <= now]
        is_off = bool(turns) and turns[-1] == "off"
        found = (OffHook if is_off else OnHook)(LINE, at(now + 0.001), found=True, means=kind.hook_by)
        words.append(Word(name, found, now + 0.001 + kind.lag))
    cut = [each for each in happens if each.what == "ring" and each.at < now < each.until - 0.15]
    if kind.edges is not None and cut:
        begun = RingStarted(LINE, at(now + 0.03), seconds(kind.edges), kind.ring_by)
        words.append(Word(name, begun, now + 0.03 + kind.lag))
    return words


def _in_time(word: Word, went: float, back: float, chance: random.Random) -> Word | None:
    """What was not told before the ear went is not told."""
    if word.stamp >= back:
        return word
    if word.stamp > went:  # by its error: it happened before, or after
        later = replace(word.signal, at=at(round(back + 0.01, 4)))
        return replace(word, signal=later) if back - word.stamp < word.stamp - went else None
    if word.latest <= went:
        return word
    return None if word.stamp < went and chance.random() < 0.5 else replace(word, latest=went)


def _about(each: Happens, error: float, chance: random.Random) -> Instant:
    return at(round(each.at + chance.uniform(-error, error), 4))


def _said(each: Happens, kind: Kind, chance: random.Random) -> LineSignal | None:
    match each.what:
        case "ring" | "end":
            return _rings(each, kind, chance)
        case "off" | "on" if kind.hook is not None:
            turned = OffHook if each.what == "off" else OnHook
            return turned(LINE, _about(each, kind.hook, chance), seconds(kind.hook), means=kind.hook_by)
        case "tone" if kind.tones is not None:
            return DigitDialled(LINE, _about(each, 0.02, chance), each.value, seconds(0.02), kind.tones)
        case "number" if kind.number_by is not None:
            late = at(round(each.at + chance.uniform(0, 0.3), 4))
            return CallerIdHeard(LINE, late, CallerId(each.value), kind.checked, kind.number_by)
        case "sound" if kind.sounds:
            return SoundHeard(LINE, _about(each, 0.2, chance), Sound(each.value), seconds(0.2), Means.SOUND)
    return _by_pins(each, _about(each, 0.02, chance)) if kind.pins else None


def _rings(each: Happens, kind: Kind, chance: random.Random) -> LineSignal | None:
    if kind.edges is not None:
        edge = RingStarted if each.what == "ring" else RingEnded
        return edge(LINE, _about(each, kind.edges, chance), seconds(kind.edges), kind.ring_by)
    if kind.says is None or each.what == "end":
        return None
    said = at(round(each.at + chance.uniform(*kind.says), 4))
    return RingWord(LINE, said, seconds(kind.word_error), kind.ring_by)


def _by_pins(each: Happens, stamp: Instant) -> LineSignal | None:
    match each.what:
        case "pulse":
            return DigitDialled(LINE, stamp, each.value, seconds(0.02), Means.HOOK_PIN)
        case "flash":
            return Flash(LINE, stamp, Means.HOOK_PIN)
        case "reversal":
            return PolarityReversed(LINE, stamp, seconds(0.02), Means.REVERSAL_PIN)
    return None
