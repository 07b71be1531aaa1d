"""A virtual modem in, a serial port that the host can open out: a pseudo-terminal and a symbolic link to it.

It never keeps what it could not say: while nobody has the port open, or nobody reads, output is lost, as with a USB modem.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import random
import select
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from device import clock
from device.exchange.exchange_loop import ExchangeLoop, Timer
from device.exchange.virtual_modem import Printed
from device.exchange.wire_changes import WireChange
from device.signals import MILLISECOND

HOST_LOOK = 100 * MILLISECOND  # how often to look whether somebody opened the port, while nobody has
PIECE_PAUSE = 1 * MILLISECOND  # between the bytes when they are written one by one
NOISE_PAUSE = 20 * MILLISECOND  # between two lots of garbage

logger = logging.getLogger(__name__)


class Box(Protocol):
    """What can be behind a port: a virtual modem, or a chip or board that only prints. Moments in ns."""

    def power_cycle(self, now: int) -> None: ...

    def dtr_dropped(self) -> None: ...

    def receive(self, data: bytes, now: int) -> None: ...

    def say(self, data: bytes, now: int) -> None: ...

    def wire(self, change: WireChange) -> None: ...

    def acts(self, now: int) -> list[WireChange]: ...

    def output(self, now: int) -> list[Printed]: ...

    def next_deadline(self) -> int | None: ...


B = TypeVar("B", bound=Box)


def _unheard(change: WireChange) -> None:
    """The line has no other ear."""


class ModemPort(Generic[B]):
    """The port of one virtual modem, or of another box that prints.

    Everything but the constructor is called in the loop's thread (`loop.post`). `told` hears each thing printed, after it
    was written, with the moment of the write.
    """

    def __init__(
        self,
        path: Path,
        modem: B,
        loop: ExchangeLoop,
        *,
        told: Callable[[Printed, int], None] | None = None,
        pieces: bool = False,
        seed: int = 0,
    ) -> None:
        self.path = path
        self.modem = modem
        self.acted: Callable[[WireChange], None] = _unheard  # hears what the modem itself does on the line
        self._loop = loop
        self._told = told
        self._pieces = pieces
        self._noise = random.Random(seed)
        self._master: int | None = None
        self._name = ""
        self._hung = False
        self._timer: Timer | None = None
        self._look: Timer | None = None
        self._garbling: Timer | None = None
        self._one_by_one: deque[int] = deque()

    @property
    def plugged_in(self) -> bool:
        return self._master is not None

    @property
    def host_present(self) -> bool:
        """Somebody has the port open: the kernel marks the master as hung up while no one has the other side."""
        if self._master is None:
            return False
        poll = select.poll()
        poll.register(self._master, 0)
        return not any(event & select.POLLHUP for _, event in poll.poll(0))

    def plug_in(self) -> None:
        """Make the pseudo-terminal and the link. OSError when the path is taken by something that is no such link."""
        if self._master is not None:
            return
        if os.path.lexists(self.path) and not self.path.is_symlink():
            raise FileExistsError(errno.EEXIST, "not a link made by the exchange", str(self.path))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._name = os.ttyname(slave)
        os.close(slave)  # from here on the master reads "hung up" until a host opens the port
        os.set_blocking(self._master, False)
        self._link()
        self.modem.power_cycle(clock.now().mono)
        self._await_host()
        logger.info("modem plugged in at %s", self.path)

    def unplug(self) -> None:
        """Close the pseudo-terminal and take the link away; a host that has it open gets an I/O error. Idempotent."""
        if self._master is None:
            return
        for timer in (self._timer, self._look, self._garbling):
            if timer is not None:
                timer.cancel()
        self._loop.unwatch(self._master)
        self.modem.dtr_dropped()  # without power it holds no line
        self._act()
        with contextlib.suppress(OSError):
            if os.readlink(self.path) == self._name:
                self.path.unlink()
        os.close(self._master)
        self._master = None
        self._hung = False
        self._one_by_one.clear()
        logger.info("modem unplugged from %s", self.path)

    def hang(self, hung: bool) -> None:
        """Stop reading and printing, or go on; what the host sent meanwhile is lost."""
        if self._master is None or hung == self._hung:
            return
        self._hung = hung
        if hung:
            self._loop.unwatch(self._master)
        else:
            self._discard_input()
            self._await_host()
            self._pump()

    def garble(self, until: int) -> None:
        """Write random bytes until the moment `until`, between whatever else is printed."""
        if self._garbling is not None:
            self._garbling.cancel()
        now = clock.now().mono
        if self._master is None or now >= until:
            return
        self._write(self._noise.randbytes(self._noise.randint(1, 24)))
        self._garbling = self._loop.at(now + NOISE_PAUSE, lambda: self.garble(until))

    def wire(self, change: WireChange) -> None:
        """Something happened on the line."""
        self.modem.wire(change)
        self._pump()

    def say(self, data: bytes) -> None:
        """Print `data` just so."""
        self.modem.say(data, clock.now().mono)
        self._pump()

    # ---- the pseudo-terminal -----------------------------------------------------------------------------------------

    def _link(self) -> None:
        """In one step, so that no reader ever finds a half-made or missing link when an old one is replaced."""
        aside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        aside.unlink(missing_ok=True)
        aside.symlink_to(self._name)
        aside.replace(self.path)

    def _await_host(self) -> None:
        """Read when a host is there; else look again soon (a hung-up master would wake a selector without end)."""
        if self._master is None or self._hung:
            return
        if self.host_present:
            self._loop.watch(self._master, self._read)
        else:
            self.modem.dtr_dropped()
            self._act()
            self._look = self._loop.after(HOST_LOOK, self._await_host)

    def _read(self) -> None:
        assert self._master is not None
        try:
            data = os.read(self._master, 4096)
        except BlockingIOError:
            return
        except OSError:  # EIO: the host closed the port
            self._loop.unwatch(self._master)
            self._await_host()
            return
        self.modem.receive(data, clock.now().mono)
        self._pump()

    def _discard_input(self) -> None:
        assert self._master is not None
        with contextlib.suppress(OSError):
            while os.read(self._master, 4096):
                pass

    # ---- printing ----------------------------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Write what is due, and come again when more is."""
        if self._timer is not None:
            self._timer.cancel()
        for printed in self.modem.output(clock.now().mono):
            self._write(printed.data)
            if self._told is not None:
                self._told(printed, clock.now().mono)
        self._act()
        due = self.modem.next_deadline()
        self._timer = None if due is None else self._loop.at(due, self._pump)

    def _act(self) -> None:
        for change in self.modem.acts(clock.now().mono):
            self.acted(change)

    def _write(self, data: bytes) -> None:
        if self._hung or not self.host_present:
            return
        if not self._pieces:
            self._push(data)
            return
        idle = not self._one_by_one
        self._one_by_one.extend(data)
        if idle:
            self._write_piece()

    def _write_piece(self) -> None:
        if self._one_by_one:
            self._push(bytes((self._one_by_one[0],)))
            self._one_by_one.popleft()
            self._loop.after(PIECE_PAUSE, self._write_piece)

    def _push(self, data: bytes) -> None:
        if self._master is None:
            return
        with contextlib.suppress(BlockingIOError, OSError):  # nobody reads, or left this moment: lost
            os.write(self._master, data)
