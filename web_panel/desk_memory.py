"""What the panel remembers between two requests: sign-ins that were ended, whose numbers are shown, who is calling back whom.

Ended sign-ins go to a small file too, so that a copied cookie stays worthless when the panel is restarted; never a number.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from device.signals import SECOND, Instant
from firmware_app.records.whole_file import write_whole

log = logging.getLogger(__name__)

SHOWN_FOR = 60 * SECOND  # then a number is masked again (DOMAIN 3.1)
OPEN_FOR = 10 * 60 * SECOND  # a case that a person has opened: long enough to dial, talk and write down
LONGEST_SIGN_IN = 12 * 3600 * SECOND  # then it is over by itself and need not be remembered
BUSY_FOR = 5 * 60 * SECOND  # for so long the others at the desk are told who is calling back
MAX_KEPT = 5000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling somebody back. until: on the monotonic clock, ns."""

    account: str
    person: str
    until: int


class DeskMemory:
    """Thread-safe. `sign_in` is the random id of one sign-in, `call` the id of a call in the ledger.

    path: the file of ended sign-ins, None where none can be kept. boot: for which the moments in it hold; older ones are over.
    """

    def __init__(self, path: Path | None = None, boot: str = "") -> None:
        self._path = path
        self._boot = boot
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._ended = self._read()
        self._shown: dict[tuple[str, int], int] = {}
        self._cases: dict[
            str, tuple[int, int, str]
        ] = {}  # by sign-in: the case it has open, until when, whose
        self._callers: dict[int, Caller] = {}  # by case
        self._checked: set[tuple[str, str]] = set()

    def _read(self) -> dict[str, int]:
        if self._path is None:
            return {}
        try:
            kept = json.loads(self._path.read_bytes())
            ended = kept["ended"] if kept["boot"] == self._boot else {}
            return {str(sign_in): int(moment) for sign_in, moment in ended.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("ended sign-ins cannot be read: %s", type(error).__name__)
            return {}

    def end(self, sign_in: str, now: Instant) -> None:
        """Never accept this sign-in again, even if its cookie comes back. Returns when that is on disk, or cannot be."""
        with self._lock:
            self._ended[sign_in] = now.mono
            over = now.mono - LONGEST_SIGN_IN
            self._ended = dict([item for item in self._ended.items() if item[1] > over][-MAX_KEPT:])
        self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        with self._writing:
            with self._lock:
                kept = json.dumps({"boot": self._boot, "ended": self._ended})
            try:
                write_whole(self._path, [kept.encode()], 0o600)
            except OSError as error:
                log.warning("an ended sign-in is kept in memory only: %s", error.strerror)

    def has_ended(self, sign_in: str) -> bool:
        return sign_in in self._ended

    def show(self, sign_in: str, call: int, now: Instant) -> None:
        """Show the number of `call` to this sign-in for a minute."""
        with self._lock:
            self._shown = {key: until for key, until in self._shown.items() if until > now.mono}
            self._shown[(sign_in, call)] = now.mono + SHOWN_FOR

    def hide(self, sign_in: str, call: int) -> None:
        with self._lock:
            self._shown.pop((sign_in, call), None)

    def shown(self, sign_in: str, now: Instant) -> dict[int, int]:
        """Calls whose number this sign-in sees, and for how many more ns."""
        with self._lock:
            return {
                call: until - now.mono
                for (owner, call), until in self._shown.items()
                if owner == sign_in and until > now.mono
            }

    def open_case(self, sign_in: str, case: int, now: Instant, account: str = "", person: str = "") -> None:
        """Show the number of a case to this sign-in, until it opens another, leaves it, or ten minutes have passed.

        The others are told that `person` is calling back; whoever else had it open has it no longer.
        """
        with self._lock:
            self._cases = {
                owner: held
                for owner, held in self._cases.items()
                if held[1] > now.mono and (held[0] != case or held[2] == account)
            }
            self._cases[sign_in] = (case, now.mono + OPEN_FOR, account)
            self._callers = {
                each: held
                for each, held in self._callers.items()
                if held.until > now.mono and held.account != account
            }
            self._callers[case] = Caller(account, person, now.mono + BUSY_FOR)

    def has_open(self, sign_in: str, case: int, now: Instant) -> bool:
        with self._lock:
            held, until, _ = self._cases.get(sign_in, (None, 0, ""))
            return held == case and until > now.mono

    def leave_case(self, sign_in: str, case: int, account: str = "") -> None:
        with self._lock:
            if self._cases.get(sign_in, (None,))[0] == case:
                del self._cases[sign_in]
        self.called_back(case, account)

    # ---- who is calling back whom

    def callers(self, now: Instant, account: str = "") -> Mapping[int, str]:
        """By case: who else than `account` is calling back right now."""
        with self._lock:
            return {
                case: held.person
                for case, held in self._callers.items()
                if held.until > now.mono and held.account != account
            }

    def called_back(self, case: int, account: str) -> None:
        """That person is done with it."""
        with self._lock:
            held = self._callers.get(case)
            if held is not None and held.account == account:
                del self._callers[case]

    # ---- what a person has checked at the telephone

    def check(self, account: str, what: str) -> None:
        """This person has looked at `what`. Forgotten when the panel starts again: it is asked once more rather than never."""
        with self._lock:
            if len(self._checked) >= MAX_KEPT:
                self._checked.clear()
            self._checked.add((account, what))

    def has_checked(self, account: str, what: str) -> bool:
        with self._lock:
            return (account, what) in self._checked
