"""AT commands and what happens on the line in, the bytes a real modem would print out, each with the moment it is due.

Pure: no port, no clock, no thread; time is an argument. Sources: LINE.md 1 and the transcripts of a CX930xx (Zoom 3095, Dell
RD02-D400) and of others. Delays marked [U] were not found in a source.

Rule 1: output leaves in the order of its moments: RING and a reply may cut into each other's lines, never into a word.
Rule 2: +VCID does not survive a reset (ATZ, power), as on Conexant sticks (Home Assistant issue 57765).
Rule 3: nothing the host types raises; what is no command is answered ERROR.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from enum import Enum

from device.exchange.at_commands import Typed, Typewriter
from device.exchange.caller_id_sender import CRLF, Dialect, formatted, mdmf, sdmf, unformatted
from device.exchange.course_sounds import after_dialling
from device.exchange.modem_interpreter import Interpreter
from device.exchange.modem_personalities import CX930XX, Personality, Unformatted
from device.exchange.modem_state import ModemState, Result
from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND, SECOND, CallerId, Sound

PRINT_LATENCY = 20 * MILLISECOND  # [U] from the last bit of a caller-ID message to its text
ANSWER_LATENCY = 4 * MILLISECOND  # [U] from CR to the first byte of a reply over CDC-ACM
DIAL_TONE_HEARD = 900 * MILLISECOND  # before the first digit
RING_COUNT_KEPT = 8 * SECOND  # S1 clears when no ring comes for about 8 s (LINE.md 1.4)
DLE = b"\x10"


class Says(Enum):
    """What kind of thing was printed; a bench or a person watching wants to know."""

    ECHO = "echo"
    REPLY = "reply"
    RING = "ring"
    CADENCE = "cadence"
    CALLER_ID = "caller_id"
    CODE = "code"  # <DLE>H of a telephone in the modem's jack
    RAW = "raw"


@dataclass(frozen=True, slots=True, order=True)
class Printed:
    """Bytes that leave the modem at `due` (ns)."""

    due: int
    order: int
    data: bytes
    kind: Says = Says.REPLY


class VirtualModem:
    """One modem on one line.

    `receive` what the host sent, `wire` what happens on the line, then `output(now)` whatever is due; `next_deadline` says
    when to ask again. `dialect` is how it prints caller ID in mode 1; `single` makes mode 2 messages SDMF, else MDMF; `jack`: the
    telephone that lifts is plugged into the modem itself.
    """

    def __init__(
        self,
        personality: Personality = CX930XX,
        *,
        dialect: Dialect | None = None,
        single: bool = False,
        jack: bool = False,
        ring_latency: int | None = None,
    ) -> None:
        self.personality = personality
        self.dialect = dialect or personality.dialect
        self._single = single
        self._jack = jack
        self._ring_latency = personality.ring_latency if ring_latency is None else ring_latency
        self._state = ModemState()
        self._interpreter = Interpreter(personality, self._state)
        self._typewriter = Typewriter()
        self._queue: list[Printed] = []
        self._order = 0
        self._busy_until = 0
        self._ring: Printed | None = None  # RING words that are due unless the burst ends first
        self._carrier: Printed | None = None  # NO CARRIER, due unless a key is pressed before
        self._digits_out: Printed | None = (
            None  # the OK of a dialling with `;`, due unless a key is pressed before
        )
        self._burst_began: int | None = None
        self._burst_ended: int | None = None
        self._with_next_ring = b""  # caller ID that waits for the RING it is printed with
        self._held = False  # the line, as `acts` has told
        self._acts: list[WireChange] = []  # what it is still to do on the line, in order

    @property
    def caller_id_mode(self) -> int:
        """0 off, 1 formatted, 2 unformatted: as the host left it."""
        return self._state.vcid

    @property
    def seized(self) -> bool:
        """The modem itself holds the line (ATD, ATA, ATH1)."""
        return self._state.seized

    @property
    def memory_writes(self) -> int:
        """How often the host had it write its memory (AT&W). Ringkeeper never does: the memory wears out."""
        return self._state.memory_writes

    @property
    def country(self) -> str:
        """As +GCI has it; empty when it knows no countries."""
        return self._state.country

    def receive(self, data: bytes, at: int) -> None:
        """Bytes from the host, at `at`."""
        for byte in data:
            when = max(at, self._busy_until)
            if self._state.abort_dialling() or self._digits_broken_off(at):
                when = at
                self._drop(self._carrier)
                self._reply(Result.NO_CARRIER, [], when)
                continue
            if self._state.echo:
                self._put(when, bytes((byte,)), Says.ECHO)
            self._typed(self._typewriter.type(chr(byte)), when)

    def dtr_dropped(self) -> None:
        """The host closed the port: the modem lets go of the line (&D2, as the factory has it)."""
        self._state.abort_dialling()
        self._state.seized = False

    def wire(self, change: WireChange) -> None:
        """Something happened on the line."""
        self._state.note(change)
        if change.kind is Wire.BURST_STARTED:
            self._burst_starts(change.at)
        elif change.kind is Wire.BURST_ENDED:
            self._burst_ends(change.at)
        elif change.kind is Wire.CALLER_ID_SENT and change.caller_id is not None:
            self._caller_id(change.caller_id, change.damaged, change.at)
        elif change.kind in (Wire.OFF_HOOK, Wire.ON_HOOK):
            self._lifted(change.kind is Wire.OFF_HOOK, change.at)

    def say(self, data: bytes, at: int) -> None:
        """Print `data` just so: a recorded transcript, or noise."""
        self._put(at, data, Says.RAW)

    def power_cycle(self, at: int) -> None:
        """Unplugged and plugged in again: every setting is the factory's, nothing waits to be printed."""
        self._queue.clear()
        self._ring = self._carrier = self._digits_out = None
        self._busy_until = at
        self._acts.clear()
        self._typewriter = Typewriter()
        self._state.power_on()

    def output(self, now: int) -> list[Printed]:
        """Everything due by `now`, oldest first."""
        due: list[Printed] = []
        while self._queue and self._queue[0].due <= now:
            printed = heapq.heappop(self._queue)
            if printed is self._ring:
                self._ring = None
                self._state.count_ring(printed.due)
            if printed is self._carrier:
                self._state.abort_dialling()
            if printed is self._digits_out:
                self._digits_out = None
            due.append(printed)
        return due

    def acts(self, now: int) -> list[WireChange]:
        """What the modem itself did on the line since it was asked last: it held it, dialled, let it go.

        What is heard of the call that it dialled goes on beyond that, while a telephone holds the line.
        """
        if not self.seized:
            heard = self._state.off_hook
            self._acts = [act for act in self._acts if heard and act.kind is Wire.SOUND]
        done = [act for act in self._acts if act.at <= now]
        del self._acts[: len(done)]
        if self.seized is not self._held:
            self._held = self.seized
            done.insert(0, WireChange(now, Wire.OFF_HOOK if self._held else Wire.ON_HOOK))
        return done

    def next_deadline(self) -> int | None:
        """When something will be due, ns, or None while nothing waits."""
        moments = [printed.due for printed in self._queue[:1]] + [act.at for act in self._acts[:1]]
        return min(moments, default=None)

    # ---- commands ----------------------------------------------------------------------------------------------------

    def _typed(self, typed: Typed, at: int) -> None:
        if typed is Typed.NOTHING:
            return
        if self._typewriter.too_long:
            self._reply(Result.ERROR, [], at + ANSWER_LATENCY)
            return
        self._expire_ring_count(at)
        held = self._state.seized
        outcome = self._interpreter.carry_out(self._typewriter.line)
        ready = at + ANSWER_LATENCY + outcome.takes
        if outcome.caller_id_again:
            self._print_again(outcome.caller_id_again, ready)
        self._dials([(at + ANSWER_LATENCY + after, sign) for after, sign in outcome.dialled])
        reply = self._reply(outcome.result, outcome.pages, ready)
        if outcome.takes and self._state.seized and not held:
            self._digits_out = reply
        if outcome.result is None:
            self._carrier = self._put(ready + self._state.carrier_patience, self._no_carrier(), Says.REPLY)

    def _dials(self, digits: list[tuple[int, str]]) -> None:
        """The exchange gives its dial tone until the first digit; it rings at the far end, where somebody answers."""
        if digits:
            moments = [at for at, _ in digits]
            tone = WireChange(moments[0] - DIAL_TONE_HEARD, Wire.SOUND, sound=Sound.DIAL_TONE)
            dialled = [WireChange(at, Wire.DIGIT, digit=sign) for at, sign in digits]
            self._acts = sorted([tone, *after_dialling(moments), *dialled], key=lambda act: act.at)

    def _digits_broken_off(self, at: int) -> bool:
        """A key pressed while the digits go out drops the call as well (V.250 5.6.1); was it so?"""
        reply = self._digits_out
        if reply is None or at >= reply.due:
            return False
        self._drop(reply)
        self._digits_out, self._busy_until, self._state.seized = None, at, False
        return True

    def _reply(self, result: Result | None, pages: list[list[str]], at: int) -> Printed | None:
        """Print a reply from `at` on; the next command waits until it is through. The result as it will be printed."""
        verbose = self._state.verbose
        for page in pages:
            lines = "".join(line + "\r\n" for line in page).encode("ascii", "replace")
            self._put(at, CRLF + lines if verbose else lines, Says.REPLY)
            at += MILLISECOND
        self._busy_until = max(self._busy_until, at)
        if result is None or self._state.quiet:
            return None
        return self._put(at, result.printed(verbose), Says.REPLY)

    def _no_carrier(self) -> bytes:
        return b"" if self._state.quiet else Result.NO_CARRIER.printed(self._state.verbose)

    def _drop(self, printed: Printed | None) -> None:
        """Take back what was to be printed."""
        self._queue = [waiting for waiting in self._queue if waiting is not printed]
        heapq.heapify(self._queue)

    def _put(self, due: int, data: bytes, kind: Says) -> Printed:
        self._order += 1
        printed = Printed(due, self._order, data, kind)
        heapq.heappush(self._queue, printed)
        return printed

    # ---- the line ----------------------------------------------------------------------------------------------------

    def _burst_starts(self, at: int) -> None:
        self._burst_began = at
        if self._state.reports_cadence:
            silent = 0 if self._burst_ended is None else round((at - self._burst_ended) / (100 * MILLISECOND))
            event = DLE + b"X\r\n" if self.personality.complex_events else b""
            self._put(at + self._ring_latency, event + b"DROF=%d\r\n" % silent, Says.CADENCE)
        else:
            self._ring = self._put(at + self._ring_latency, self._ring_word(), Says.RING)

    def _burst_ends(self, at: int) -> None:
        self._burst_ended = at
        if self._ring is not None and self._ring.due > at:
            self._drop(self._ring)
            self._ring = None
        if self._state.reports_cadence and self._burst_began is not None:
            lasted = round((at - self._burst_began) / (100 * MILLISECOND))
            self._put(at + PRINT_LATENCY, b"DRON=%d\r\n" % lasted, Says.CADENCE)
            if self._state.ring_after_burst:
                self._ring = self._put(at + self._state.ring_after_burst, self._ring_word(), Says.RING)

    def _ring_word(self) -> bytes:
        if self._state.voice:
            return DLE + b"R"
        block, self._with_next_ring = self._with_next_ring, b""
        if self._state.quiet:
            return b""
        word = Result.RING.printed(self._state.verbose)
        if self._state.verbose and self._state.distinctive:
            word = word.replace(b"RING", b"RING " + self.personality.distinctive.value.encode("ascii"))
        return word + block

    def _lifted(self, lifted: bool, at: int) -> None:
        """Voice mode: H and h are of the telephone in the modem's own jack, P and p of another, while the modem holds the line."""
        if not self._state.voice or not self.personality.jack_codes:
            return
        if self._jack:
            self._put(at + PRINT_LATENCY, DLE + (b"H" if lifted else b"h"), Says.CODE)
        elif self._state.seized:
            self._put(at + PRINT_LATENCY, DLE + (b"P" if lifted else b"p"), Says.CODE)

    def _caller_id(self, caller_id: CallerId, damaged: bool, at: int) -> None:
        """Mode 1 checks the sum itself and is silent when it fails; mode 2 prints what came (Rockwell 1048 p.3-36)."""
        if self._state.seized or (self._state.off_hook and not self.personality.hears_waiting):
            return
        self._state.last_caller_id = None if damaged else caller_id
        if self._state.vcid == 1 and not damaged:
            block = formatted(caller_id, self.dialect)
            if self.personality.with_next_ring:
                self._with_next_ring = block
            else:
                self._put(at + PRINT_LATENCY, block, Says.CALLER_ID)
        elif self._state.vcid >= 2:
            message = sdmf if self._single else mdmf
            self._whole(message(caller_id, damaged=damaged), at)

    def _whole(self, said: bytes, at: int) -> None:
        """Mode 2. (CIDM comes with the 50th mark bit; the exchange tells a message only when it is through.)"""
        match self.personality.unformatted:
            case Unformatted.RAW:
                self._put(at, b"\r\nCIDM\r\n", Says.CALLER_ID)
                self._put(at + PRINT_LATENCY, said + b"\r\nNO CARRIER\r\n", Says.CALLER_ID)
            case Unformatted.HEX_WITHOUT_CHECKSUM:
                self._put(at + PRINT_LATENCY, unformatted(said[:-1]), Says.CALLER_ID)
            case _:
                self._put(at + PRINT_LATENCY, unformatted(said), Says.CALLER_ID)

    def _print_again(self, mode: int, at: int) -> None:
        caller_id = self._state.last_caller_id
        if caller_id is not None:
            text = formatted(caller_id, self.dialect) if mode == 1 else unformatted(mdmf(caller_id))
            self._put(at, text, Says.CALLER_ID)

    def _expire_ring_count(self, at: int) -> None:
        if at - self._state.last_ring > RING_COUNT_KEPT:
            self._state.registers[1] = 0
