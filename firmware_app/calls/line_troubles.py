"""Hook and loop of one line in, what is wrong with it out, and when it will be. Pure: moments are arguments, no clock.

Rule 1: off-hook with no ring before, no digit and no voice, on a line whose ears hear digits or sounds: left off the hook
after 30 s; at once when the exchange sends its howler.
Rule 2: in every other case 20 minutes off-hook are a question ("still talking?"), 60 minutes a fault. A person's yes
starts both again, so a long conversation never becomes a fault unasked. While voices are heard in a call nobody is asked.
Rule 3: a loop that is away for 2 s is a fault. While it is away, off-hook means nothing.
Rule 4: of several ears those that are away are one fault; another set of them is another fault.
Rule 5: a hook sensor that rings have contradicted is a fault when it has not said on-hook within 5 s of it.
"""

from __future__ import annotations

from collections.abc import Callable

from device.signals import Instant, seconds
from firmware_app.calls.call import CallEvent, Trouble, TroubleBegan, TroubleEnded

QUIET_LIMIT = seconds(30)  # DOMAIN 2.4: handset lifted without ring and without digits
ASK_AFTER = seconds(20 * 60)
FAULT_AFTER = seconds(60 * 60)
LOOP_LOSS = seconds(
    2.0
)  # shorter: polarity reversal, a disconnect pulse (at most 0.8 s), a sensor in a ring burst
# A modem asks nothing for 2.7 s after the first RING (caller ID) and needs 0.94 s of readings; then it has said on-hook.
HOOK_WORD = seconds(5.0)
OF_THE_HOOK = (Trouble.STILL_TALKING, Trouble.LEFT_OFF_HOOK)


class LineTroubles:
    """What is wrong with a line now. Each beginning and end is told once."""

    def __init__(self, line: str, tell: Callable[[CallEvent], None]) -> None:
        self._line = line
        self._tell = tell
        self._began: dict[Trouble, Instant] = {}
        self._off_hook_since: Instant | None = None
        self._quiet = False  # rule 1 holds
        self._voices = False  # are heard now, in a call
        self._howled = False  # the exchange has sent its howler: only on-hook, or a person, ends that
        self._ears_lost = ""
        self._loop_lost: Instant | None = None
        self._contradicted: Instant | None = None

    @property
    def began(self) -> tuple[tuple[Trouble, Instant], ...]:
        """What is wrong now, and since when."""
        return tuple(self._began.items())

    def has(self, trouble: Trouble) -> bool:
        return trouble in self._began

    def begin(self, at: Instant, trouble: Trouble, detail: str = "") -> None:
        if trouble in self._began:
            return
        if trouble is Trouble.LEFT_OFF_HOOK:
            self.end(at, Trouble.STILL_TALKING)  # nobody answered the question
        self._began[trouble] = at
        self._tell(TroubleBegan(self._line, at, trouble, detail))

    def end(self, at: Instant, *troubles: Trouble) -> None:
        for trouble in troubles:
            if self._began.pop(trouble, None) is not None:
                self._tell(TroubleEnded(self._line, at, trouble))

    def lifted(self, at: Instant, quiet: bool = False) -> None:
        """Off-hook since `at`; `quiet`: nothing rang, nothing was dialled, and digits would be heard (rule 1)."""
        self._off_hook_since, self._quiet = at, quiet

    @property
    def counts(self) -> bool:
        """Whether it is known since when the line is off-hook."""
        return self._off_hook_since is not None

    def in_use(self, at: Instant) -> None:
        """A digit was dialled, or somebody speaks: from here on rule 2 holds, counted from when the line was lifted."""
        if self._quiet and not self._howled:
            self._quiet = False
            self.end(at, Trouble.LEFT_OFF_HOOK)

    def voices(self, at: Instant, heard: bool) -> None:
        """In a call voices are heard from now on, or no longer; after the howler they are those of the room."""
        if not self._howled:
            if heard or self._voices:
                self.still_talking(at)
            self._voices = heard

    def howler(self, at: Instant) -> None:
        """The exchange tells whoever left the handset off the hook."""
        self._howled, self._voices = True, False
        self.begin(at, Trouble.LEFT_OFF_HOOK)

    def ears(self, at: Instant, lost: str) -> None:
        """Which of several ears are away now, each with its reason; empty: none."""
        if lost != self._ears_lost:
            self.end(at, Trouble.EAR_LOST)
            self._ears_lost = lost
            if lost:
                self.begin(at, Trouble.EAR_LOST, lost)

    def still_talking(self, at: Instant) -> None:
        """A person said yes."""
        if self._off_hook_since is not None:
            self.lifted(at)
            self._howled = False
            self.end(at, *OF_THE_HOOK)

    def released(self, at: Instant) -> None:
        """On-hook, or the hook cannot be heard any more."""
        self._off_hook_since, self._voices, self._howled = None, False, False
        self.end(at, *OF_THE_HOOK)

    @property
    def hook_in_doubt(self) -> bool:
        """It rang while the sensor said off-hook, and on-hook was not told since."""
        return self._contradicted is not None

    def hook_contradicted(self, at: Instant) -> None:
        self._contradicted = self._contradicted or at

    def hook_agrees(self, at: Instant) -> None:
        """The sensor said on-hook, or the line is not heard any more."""
        self._contradicted = None
        self.end(at, Trouble.HOOK_SENSOR)

    def loop_gone(self, at: Instant) -> None:
        self._loop_lost = self._loop_lost or at

    def loop_back(self, at: Instant) -> None:
        """The loop is there: so a sensor said, or a ring, or somebody lifting, proved it."""
        self._loop_lost = None
        self.end(at, Trouble.NO_LOOP)

    def due(self) -> list[tuple[Instant, Trouble]]:
        """What begins when, if nothing happens before."""
        awaited: list[tuple[Instant, Trouble]] = []
        if self._loop_lost is not None:
            awaited.append((self._loop_lost.plus(LOOP_LOSS), Trouble.NO_LOOP))
        if self._contradicted is not None:
            awaited.append((self._contradicted.plus(HOOK_WORD), Trouble.HOOK_SENSOR))
        since = None if self._voices else self._off_hook_since
        if since is not None and not self.has(Trouble.LEFT_OFF_HOOK):
            limit = QUIET_LIMIT if self._quiet else FAULT_AFTER
            awaited.append((since.plus(limit), Trouble.LEFT_OFF_HOOK))
            if not self._quiet:
                awaited.append((since.plus(ASK_AFTER), Trouble.STILL_TALKING))
        return [(at, trouble) for at, trouble in awaited if not self.has(trouble)]
