"""What the tests of call-backs share: a ledger with a clock of its own, and one case that stands open."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from device.signals import SECOND, Instant, seconds
from firmware_app.call_entries import number_of
from firmware_app.records import case_list, entries
from firmware_app.records.case_rows import CaseView
from firmware_app.records.desk_rules import Desk
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.reading import Reader
from tests.ledger_support import MOBILE, call, number

ZONE = ZoneInfo("Asia/Shanghai")


def wall(text: str) -> int:
    """ "24 09:00:00" of November 2026 at the point, as ns of UTC."""
    day, time = text.split()
    return round(datetime.fromisoformat(f"2026-11-{day} {time}").replace(tzinfo=ZONE).timestamp()) * SECOND


class Desktop:
    """A ledger with a clock that the test sets; a missed call of MOBILE at 09:00:00 stands open in case 1."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.reader = Reader(ledger.path)
        self.now = wall("24 09:00:00")
        self._calls = 0
        self.missed()

    def missed(self, digits: str = MOBILE) -> int:
        values = {"started_wall": self.now - 11 * SECOND, "ended_wall": self.now, "number": number(digits)}
        return self.did(call(self.key(), **values)).seq

    def key(self) -> str:
        self._calls += 1
        return f"k{self._calls}"

    def told(self, entry: entries.Entry) -> Recorded | Refused:
        (outcome,) = self.ledger.append([Pending(entry, Instant(self.now, self.now), "clerk")])
        return outcome

    def did(self, entry: entries.Entry) -> Recorded:
        outcome = self.told(entry)
        assert isinstance(outcome, Recorded), outcome
        return outcome

    def refused(self, entry: entries.Entry) -> str:
        """The code of the refusal, which is told in both languages."""
        outcome = self.told(entry)
        assert isinstance(outcome, Refused), outcome
        assert outcome.message.zh
        assert outcome.message.en
        return outcome.code

    def says(
        self, outcome: str, means: str = "self_reported", after: int | None = None, case: int = 1
    ) -> Any:  # noqa: ANN401
        return self.did(entries.CallbackAttempted(case, outcome, means, False, after)).entry

    def dials(self, dialled: str, **changes: Any) -> Any:  # noqa: ANN401
        """A call of 40 s that dials `dialled`; the last one after 25 s."""
        key = self.key()
        self.did(call(key, "opened", direction="outbound", started_wall=self.now, disposition=None))
        return self.hangs_up(key, dialled, **changes)

    def hangs_up(self, key: str, dialled: str, line_number: str = "03562217001", **changes: Any) -> Any:  # noqa: ANN401
        base = call(key).started_mono
        values = {
            "direction": "outbound",
            "disposition": None,
            "digits": number_of(dialled, line_number),
            "far_end": "unknown",
            "ringing": None,
            "started_wall": self.now,
            "ended_mono": base + seconds(40),
            "talk": seconds(40),
            "dialled_mono": base + seconds(25),
        }
        return self.did(call(key, **(values | changes))).entry

    def case(self, case: int = 1) -> CaseView:
        with self.reader.snapshot() as db:
            found = case_list.one_case(db, case, self.now, Desk(db, ZONE))
        assert found is not None
        return found

    def attempts(self, case: int = 1) -> list[tuple[str, str, bool, bool]]:
        """Of each: outcome, means, proven, pending."""
        return [(each.outcome, each.means, each.proven, each.pending) for each in self.case(case).attempts]
