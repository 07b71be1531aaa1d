"""Modem events and their moments in, line signals out: rings, caller ID, hook, unread bytes. It asks for nothing and knows no clock.

Decided here:
* A RING word says that there is one burst about now: modems print it when they are sure of the burst, or at its end, so its
  error is a nominal burst; a modem whose latency is known has its words stamped back by it. DRON says when a burst ended
  and how long it was: that pair counts, as it is, and the RING word that goes with it does not (7 s before it is said
  again by +VDR=1,y at most, with y up to 6 s). What stands behind RING (A, B, 1, 2) names a cadence, and is no other call.
* Caller ID is told at once when a number, its absence or a name is known, and again, whole, when more of the block comes.
  The fields of one block come together; a second of silence, or another DATE, begin another block.
* Digits alone on a line are a caller only while it rings (ELINK 301), of a modem that nobody knows to speak otherwise, and
  not beside a block: there they are a piece of it that something cut in two. Else they are unread.
* <DLE>H and <DLE>h (the telephone in the modem's own jack) are off-hook and on-hook; <DLE>P and <DLE>p are not: they are said of
  other telephones, only while the modem itself is off-hook (LINE.md 1.5), and not always both: of use to a dialling only.
* <DLE>L is a polarity reversal. <DLE>l is an interruption of the loop to some makers and a reversal to others (LINE.md 1.3,
  1.5), and says nothing of the hook either way: it is left alone.
* Caller ID that comes while somebody talks (call waiting) is told like any other. A checksum that we saw hold is told with it.
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
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    Unrecognised,
)

WORD_ERROR = 1 * SECOND  # RING is said somewhere from the beginning of a burst to shortly after its end
REPORT_ERROR = 100 * MILLISECOND  # DRON counts in tenths of a second
LONGEST_BURST = 1100 * MILLISECOND  # a burst of 1 s and a tenth (GB/T 3380)
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
        self._latency, self._word_error = 0, WORD_ERROR  # of the word RING
        self._ends_after = LONGEST_BURST  # from the word RING to the end of its burst at most
        self.last_burst = (0, 0)  # from when to when (ns) ringing voltage was, or may be, on the line
        self._last_block: int | None = None
        self._delays: deque[int] = deque(maxlen=8)  # from first RING to caller ID, of the last calls
        self._unread_at: deque[int] = deque(maxlen=NOISY)
        self.talking = (
            False  # as who knows the hook says: caller ID is of a waiting call, and belongs to no ring
        )
        self.dropped = 0
        self._bare_numbers = True  # it may print a caller as digits alone

    def known_modem(self, latency: int, error: int) -> None:
        """It says RING so many ns after a burst began, give or take `error`, and callers in words or in hex."""
        self._bare_numbers = False
        self._latency, self._word_error = latency, error
        self._ends_after = LONGEST_BURST - max(0, latency - error)

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
            and now - last.mono < (self._cadence or CADENCE) + RING_OVERDUE - self._latency
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
            case Ring(_, box):
                return self._ring(at, _said_by(box))
            case FieldHeard(key, value, box):
                return self._field(key, value, at, _said_by(box))
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
                return [self._hook(lifted, at, Means.SERIAL_BOX)]
            case FlashReport():
                return [Flash(self._line, at, Means.SERIAL_BOX)]
            case Echo(text):
                return self._unread(text.encode(), at)
            case MarkHeard(mark):
                over = mark is BlockMark.END
                self._printing_until = at.mono if over else at.mono + MARKED_BLOCK
            case _:
                pass
        return []

    def _hook(self, lifted: bool, at: Instant, means: Means) -> LineSignal:
        return (OffHook if lifted else OnHook)(self._line, at, REPORT_ERROR, means=means)

    def _code(self, character: str, at: Instant) -> list[LineSignal]:
        """Voice mode (V.253): R ring; H the telephone is lifted, h put down; L reversal; digits as they are dialled."""
        if character == "R":
            return self._ring(at, Means.MODEM)
        if character in "Hh":
            return [self._hook(character == "H", at, Means.TELEPHONE_JACK)]
        if character == "L":
            return [PolarityReversed(self._line, at, REPORT_ERROR, Means.MODEM)]
        if character in "0123456789*#ABCD":
            return [DigitDialled(self._line, at, character, REPORT_ERROR, Means.MODEM)]
        return []

    # Rings.

    def _ring(self, at: Instant, means: Means) -> list[LineSignal]:
        self._heard_ring(at)
        latency, error = (self._latency, self._word_error) if means is Means.MODEM else (0, WORD_ERROR)
        self.last_burst = (at.mono - latency - error, at.mono + self._ends_after)
        if self._last_report is not None and at.mono - self._last_report < WORD_AFTER_REPORT:
            return []
        self._last_word = at.mono
        return [RingWord(self._line, at.plus(-latency), error, means)]

    def _burst(self, lasted: int, at: Instant) -> list[LineSignal]:
        self._heard_ring(at)
        self._last_report = at.mono
        self.last_burst = (at.mono - lasted - REPORT_ERROR, at.mono)
        word, self._last_word = self._last_word, None
        if word is not None and word >= at.mono - lasted - WORD_ERROR // 2:
            return []  # a RING word told this burst already
        started = at.plus(-lasted)
        if self._last_end is not None:
            started = max(started, self._last_end)
        self._last_end = at
        return [
            RingStarted(self._line, started, REPORT_ERROR, Means.MODEM),
            RingEnded(self._line, at, REPORT_ERROR, Means.MODEM),
        ]

    def _heard_ring(self, now: Instant) -> None:
        if not self.ringing(now.mono) or self._last_ring is None:
            self._first_ring = now.mono
            self._cadence = None
        elif now.since(self._last_ring) > SHORTEST_CADENCE:
            self._cadence = now.since(self._last_ring)
        self._last_ring = now

    # Caller ID.

    def _field(self, key: FieldKey, value: bytes, at: Instant, means: Means) -> list[LineSignal]:
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
        return [CallerIdHeard(self._line, at, following.caller_id, means=means)]

    def _message(self, message: bytes, whole: bool, at: Instant) -> list[LineSignal]:
        self._printing_until = at.mono
        said = read_message(message) if whole else NotRead("broken off")
        if not isinstance(said, NotRead):
            self._block_came(at.mono)
            return [CallerIdHeard(self._line, at, said, has_checksum(message), Means.MODEM)]
        return [Damaged(self._line, at, said.reason, message[:256])] if said.damaged else []

    def _block_came(self, now: int) -> None:
        if self.talking:
            return
        if self._first_ring is not None and self._first_ring <= now < self._first_ring + 2 * LAST_BLOCK:
            first_word = self._last_block is None or self._last_block < self._first_ring
            if first_word:
                self._delays.append(now - self._first_ring)
        self._last_block = now

    def _digits(self, digits: str, at: Instant) -> list[LineSignal]:
        alone = self._bare_numbers and at.mono - self._last_field > BLOCK_GAP
        if alone and self.ringing(at.mono) and len(digits) >= SHORTEST_BARE_NUMBER:
            return self._field(FieldKey.NUMBER, digits.encode(), at, Means.MODEM)
        return self._unread(digits.encode(), at)

    # The rest.

    def _unread(self, raw: bytes, at: Instant) -> list[LineSignal]:
        recent = self._unread_at
        if len(recent) == NOISY and at.mono - recent[0] < NOISY_FOR:
            self.dropped += 1
            return []
        recent.append(at.mono)
        return [Unrecognised(self._line, at, raw[:256])]


def _said_by(box: bool) -> Means:
    return Means.SERIAL_BOX if box else Means.MODEM


def has_checksum(message: bytes) -> bool:
    """A message that was read, with its checksum: then the sum held (caller_id.read_message). Some modems leave it out."""
    return len(message) == message[1] + 3
