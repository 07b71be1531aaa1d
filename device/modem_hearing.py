"""Modem events and their moments in, line signals out: rings, caller ID, hook, unread bytes. It asks for nothing and knows no clock.

Decided here:
* A RING word says that there is one burst about now: modems print it when they are sure of the burst, or at its end, so its
  error is a nominal burst. DRON says when a burst ended and how long it was: that pair counts, and the RING word that
  goes with it does not (7 s before it is said again by +VDR=1,y at most, with y up to 6 s).
* Caller ID is told at once when a number, its absence or a name is known, and again, whole, when more of the block comes.
  The fields of one block come together; a second of silence, or another DATE, begin another block.
* Digits alone on a line are a caller only while it rings (ELINK 301), else they are unread.
* <DLE>H and <DLE>h (the telephone in the modem's own jack) are off-hook and on-hook; <DLE>P and <DLE>p are not: they are said of
  other telephones, only while the modem itself is off-hook (LINE.md 1.5), and not always both.
* A line that rings is on the hook: where putting down was not told (H, a serial box), the ring tells it, with that error.
* Garbage is recorded, but not without end: NOISY lines in ten seconds, the rest is counted (`dropped`).
"""

from __future__ import annotations

from collections import deque

from device.caller_id import CallerIdBlock, NotRead, read_message
from device.modem_events import (
    BlockMark,
    BurstReport,
    Code,
    Digits,
    Echo,
    FieldHeard,
    FieldKey,
    FlashReport,
    HookReport,
    MarkHeard,
    MessageHeard,
    ModemEvent,
    Ring,
    Unread,
)
from device.signals import (
    MILLISECOND,
    SECOND,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Flash,
    Instant,
    LineSignal,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    Unrecognised,
)

WORD_ERROR = 1 * SECOND  # RING is said somewhere from the beginning of a burst to shortly after its end
REPORT_ERROR = 100 * MILLISECOND  # DRON counts in tenths of a second
WORD_AFTER_REPORT = 7 * SECOND
# The next RING of a modem that answers nothing is waited for so much longer than the last; China has one each 5 s.
RING_OVERDUE = 2 * SECOND
CADENCE, SHORTEST_CADENCE = 5250 * MILLISECOND, 2 * SECOND  # shorter: the second burst of a double ring
RINGING_FOR = 8 * SECOND  # after a burst the line counts as ringing: the gap of 6 s and the ear's lag
BLOCK_GAP = 1 * SECOND
FIELD_GAP = 300 * MILLISECOND  # silence after which no more of a block comes
MARKED_BLOCK = 1500 * MILLISECOND  # from a word such as STAS or CIDM to the end of the burst it speaks of
FIRST_BLOCK = 300 * MILLISECOND  # a block begins so long after the first RING at the earliest
LAST_BLOCK = 3 * SECOND  # and at the latest: FSK ends 2.9-3.7 s after the burst began (LINE.md 2)
# From the first bit of an FSK message to its text, at most [derived: 0.62-0.72 s and margin].
TRANSMISSION = 1200 * MILLISECOND
LATENESS = 400 * MILLISECOND
BEFORE_RING = 6 * SECOND  # a block so shortly before the first RING belongs to it, no other will come
NOISY, NOISY_FOR = 20, 10 * SECOND
SHORTEST_BARE_NUMBER = 3


class ModemHearing:
    """The ear of one line. Feed it what ModemReader reads, except answers to commands."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._block = CallerIdBlock()
        self._last_field = -BLOCK_GAP
        self._printing_until = 0
        self._first_ring: int | None = None
        self._last_ring: Instant | None = None
        self._cadence: int | None = None  # from one RING of this call to the next
        self._last_word: int | None = None  # RING words that were told
        self._last_report: int | None = None
        self._last_end: Instant | None = None
        self._lifted: Instant | None = None  # told by a code or a box, and not yet put down
        self._last_block: int | None = None
        self._delays: deque[int] = deque(maxlen=8)  # from first RING to caller ID, of the last calls
        self._unread_at: deque[int] = deque(maxlen=NOISY)
        self.dropped = 0

    # What the ear knows of the moment, for who wants to send something meanwhile.

    def ringing(self, now: int) -> bool:
        """A burst was heard within RINGING_FOR."""
        return self._last_ring is not None and now - self._last_ring.mono < RINGING_FOR

    def rings_on(self, since: int, now: int) -> bool:
        """A burst was heard after `since`, and the next one is not overdue."""
        last = self._last_ring
        return (
            last is not None
            and last.mono > since
            and now - last.mono < (self._cadence or CADENCE) + RING_OVERDUE
        )

    def not_before_ring(self, moment: Instant) -> Instant:
        """`moment`, or the last burst when that was later."""
        return moment if self._last_ring is None else max(moment, self._last_ring)

    def quiet_from(self, moment: int) -> int:
        """The first instant (ns) not before `moment` at which a command disturbs no caller-ID block.

        A block that is being printed is over with its last field or FIELD_GAP after its last byte. A block that may come is
        waited for in the first silence only, where exchanges send it, and only in the part of it where it may be under way:
        FIRST_BLOCK to LAST_BLOCK after RING, and once this line's delay is known just around that. So whoever lifts in the first
        four seconds is noticed up to 2.7 s later, with that error, which cannot touch a limit of 15 s; from then on no wait.
        """
        moment = max(moment, self._printing_until)
        window = self._window()
        if window and window[0] <= moment < window[1]:
            return window[1]
        return moment

    def _window(self) -> tuple[int, int] | None:
        first = self._first_ring
        if first is None or (self._last_block is not None and self._last_block > first - BEFORE_RING):
            return None
        if not self._delays:
            return first + FIRST_BLOCK, first + LAST_BLOCK
        begin = max(FIRST_BLOCK, min(self._delays) - TRANSMISSION)
        return first + begin, first + min(LAST_BLOCK, max(self._delays) + LATENESS)

    # What was heard.

    def hear(self, event: ModemEvent, at: Instant) -> list[LineSignal]:
        """The signals of one event; none for answers to commands that nobody waits for any more."""
        match event:
            case Ring():
                return self._ring(at)
            case FieldHeard(key, value):
                return self._field(key, value, at)
            case BurstReport(lasted):
                return self._burst(lasted, at)
            case MessageHeard(message, whole):
                return self._message(message, whole, at)
            case Unread(raw):
                return self._unread(raw, at)
            case Digits(digits):
                return self._digits(digits, at)
            case _:
                return self._rare(event, at)

    def _rare(self, event: ModemEvent, at: Instant) -> list[LineSignal]:
        match event:
            case Code(character):
                return self._code(character, at)
            case HookReport(lifted):
                return [self._hook(lifted, at)]
            case FlashReport():
                return [Flash(self._line, at)]
            case Echo(text):
                return self._unread(text.encode(), at)
            case MarkHeard(mark):
                over = mark is BlockMark.END
                self._printing_until = at.mono if over else at.mono + MARKED_BLOCK
            case _:
                pass
        return []

    def _hook(self, lifted: bool, at: Instant) -> LineSignal:
        self._lifted = at if lifted else None
        return (OffHook if lifted else OnHook)(self._line, at, REPORT_ERROR)

    def _code(self, character: str, at: Instant) -> list[LineSignal]:
        """Voice mode (V.253): R ring; H the telephone is lifted, h put down; digits as they are dialled."""
        if character == "R":
            return self._ring(at)
        if character in "Hh":
            return [self._hook(character == "H", at)]
        return [DigitDialled(self._line, at, character)] if character in "0123456789*#ABCD" else []

    # Rings.

    def _ring(self, at: Instant) -> list[LineSignal]:
        self._heard_ring(at)
        if self._last_report is not None and at.mono - self._last_report < WORD_AFTER_REPORT:
            return []
        self._last_word = at.mono
        return [*self._put_down_before(at), RingWord(self._line, at, WORD_ERROR)]

    def _burst(self, lasted: int, at: Instant) -> list[LineSignal]:
        self._heard_ring(at)
        self._last_report = at.mono
        word, self._last_word = self._last_word, None
        if word is not None and word >= at.mono - lasted - WORD_ERROR // 2:
            return []  # a RING word told this burst already
        started = at.plus(-lasted)
        if self._last_end is not None:
            started = max(started, self._last_end)
        self._last_end = at
        burst: list[LineSignal] = [
            RingStarted(self._line, started, REPORT_ERROR),
            RingEnded(self._line, at, REPORT_ERROR),
        ]
        return [*self._put_down_before(started), *burst]

    def _put_down_before(self, ring: Instant) -> list[LineSignal]:
        lifted, self._lifted = self._lifted, None
        if lifted is None:
            return []
        half = max(0, ring.since(lifted)) // 2
        return [OnHook(self._line, lifted.plus(half), half)]

    def _heard_ring(self, now: Instant) -> None:
        if not self.ringing(now.mono) or self._last_ring is None:
            self._first_ring = now.mono
            self._cadence = None
        elif now.since(self._last_ring) > SHORTEST_CADENCE:
            self._cadence = now.since(self._last_ring)
        self._last_ring = now

    # Caller ID.

    def _field(self, key: FieldKey, value: bytes, at: Instant) -> list[LineSignal]:
        block = self._block
        if at.mono - self._last_field > BLOCK_GAP or block.starts_again_with(key):
            block = CallerIdBlock()
        self._block = following = block.with_field(key, value)
        self._last_field = at.mono
        complete = (
            following.says_who and FieldKey.NAME in following.keys and FieldKey.NUMBER in following.keys
        )
        self._printing_until = at.mono if complete else at.mono + FIELD_GAP
        if following.unreadable:
            return self._unread(key.value.encode() + b"=" + value, at)
        if not following.says_who or following.caller_id == block.caller_id:
            return []
        self._block_came(at.mono)
        return [CallerIdHeard(self._line, at, following.caller_id)]

    def _message(self, message: bytes, whole: bool, at: Instant) -> list[LineSignal]:
        self._printing_until = at.mono
        said = read_message(message) if whole else NotRead("broken off")
        if not isinstance(said, NotRead):
            self._block_came(at.mono)
            return [CallerIdHeard(self._line, at, said)]
        return [Damaged(self._line, at, said.reason, message[:256])] if said.damaged else []

    def _block_came(self, now: int) -> None:
        if self._first_ring is not None and self._first_ring <= now < self._first_ring + 2 * LAST_BLOCK:
            first_word = self._last_block is None or self._last_block < self._first_ring
            if first_word:
                self._delays.append(now - self._first_ring)
        self._last_block = now

    def _digits(self, digits: str, at: Instant) -> list[LineSignal]:
        if self.ringing(at.mono) and len(digits) >= SHORTEST_BARE_NUMBER:
            return self._field(FieldKey.NUMBER, digits.encode(), at)
        return self._unread(digits.encode(), at)

    # The rest.

    def _unread(self, raw: bytes, at: Instant) -> list[LineSignal]:
        recent = self._unread_at
        if len(recent) == NOISY and at.mono - recent[0] < NOISY_FOR:
            self.dropped += 1
            return []
        recent.append(at.mono)
        return [Unrecognised(self._line, at, raw[:256])]
