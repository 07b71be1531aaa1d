"""A month counted again by hand, from nothing but the journal's entries and the numbers' keys: slow, and in another way.

Nothing of `firmware_app.calls` or of the tables is used here, so that a slip there is not repeated here. Times are ns of UTC; the
point is in Shanghai, eight hours ahead, always.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SECOND = 10**9
MINUTE = 60 * SECOND
AHEAD = 8 * 3600 * SECOND
DAY = 86_400 * SECOND
MIDDAY = 13 * 60  # minutes: within the break of the hours used here
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_SEARCH = 40 * 24 * 60  # minutes


@dataclass
class Hours:
    """The documents as they stood at a moment."""

    week: Mapping[str, Sequence[tuple[str, str]]]
    days_off: Mapping[str, bool]  # date: off, or a make-up working day
    closures: Sequence[tuple[int, int]] = ()

    def is_open(self, wall: int) -> bool:
        local = datetime.fromtimestamp((wall + AHEAD) // SECOND, UTC)
        if any(start <= wall < end for start, end in self.closures):
            return False
        off = self.days_off.get(f"{local:%Y-%m-%d}")
        if off is True:
            return False
        day = DAYS[local.weekday()]
        windows = self.week.get(day, ())
        if off is False and not windows:  # a make-up day on a weekend: the hours of a Monday
            windows = self.week["mon"]
        clock = f"{local:%H:%M}"
        return any(start <= clock < end for start, end in windows)

    def worked(self, start: int, end: int) -> int:
        """Minute by minute; the parts of the first and the last minute as well."""
        total, moment = 0, start
        while moment < end:
            until = min(end, moment - moment % MINUTE + MINUTE)
            if self.is_open(moment):
                total += until - moment
            moment = until
        return total

    def next_opening(self, wall: int) -> int | None:
        moment = wall
        for _ in range(LONGEST_SEARCH):
            if self.is_open(moment):
                return moment
            moment += MINUTE - moment % MINUTE
        return None

    def after(self, start: int, working: int) -> int | None:
        moment, left = start, working
        for _ in range(LONGEST_SEARCH):
            step = MINUTE - moment % MINUTE
            if self.is_open(moment):
                if left <= step:
                    return moment + left
                left -= step
            moment += step
        return None


@dataclass
class Case:
    key: str
    state: str = "open"
    low: bool = False
    calls: int = 1
    last: int = 0  # the id of its last call
    closed: int = 0  # seq
    clock: int = 0
    due: int | None = None
    attempts: list[tuple[str, bool]] = field(default_factory=list)  # outcome, told


@dataclass
class Recount:
    """What the journal comes to. hours_at: the documents that held at an entry (its seq)."""

    keys: Mapping[int, str | None]  # of the rows of parties
    hours_at: Callable[[int], Hours]
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    in_hours: dict[str, bool | None] = field(default_factory=dict)

    def take(self, seq: int, wall: int, kind: str, body: Mapping[str, Any]) -> None:
        match kind:
            case "CallRecorded":
                self._call(seq, body)
            case "CallSettled":
                key = self.ids[body["call"]]
                self.calls[key]["disposition"] = body["disposition"]
                self._came_out(seq, key, settling=True)
            case "CallbackAttempted":
                self._attempted(seq, body)
            case "CaseClosed":
                self._end(seq, self.cases[body["case"]], body["state"])
            case "CaseReopened":
                self._end(0, self.cases[body["case"]], "open")
            case _:
                return

    def _key(self, party: object) -> str | None:
        return self.keys.get(party["party"]) if isinstance(party, dict) else None

    def _call(self, seq: int, body: Mapping[str, Any]) -> None:
        key = body["key"]
        before = self.calls.get(key)
        if before is None:
            self.ids[seq] = key
        if before is None or before["started_mono"] != body["started_mono"]:  # it was only announced before
            self.in_hours[key] = body.get("in_hours")
        self.calls[key] = dict(body)
        if body["stage"] == "closed":
            self._came_out(seq, key, settling=False)

    def _came_out(self, seq: int, key: str, settling: bool) -> None:
        call = self.calls[key]
        caller = self._key(call.get("number"))
        if call["direction"] == "outbound":
            self._dialled(call)
        elif caller is not None:
            if call["disposition"] == "answered":
                self._served(seq, caller, self._id(key))
            elif call["disposition"] in ("no_answer", "abandoned"):
                self._missed(seq, caller, call, settling)

    def _open(self, caller: str) -> Case | None:
        return next(
            (case for case in self.cases.values() if case.key == caller and case.state == "open"), None
        )

    def _id(self, key: str) -> int:
        return next(call for call, known in self.ids.items() if known == key)

    def _end(self, seq: int, case: Case, state: str) -> None:
        case.state, case.closed = state, seq

    def _served(self, seq: int, caller: str, call: int) -> None:
        """Who was missed after they were answered, on another line, is still owed a call."""
        case = self._open(caller)
        if case is not None and call > case.last:
            self._end(seq, case, "self_resolved")

    def _was_served_meanwhile(self, caller: str, call: int, settling: bool) -> bool:
        """Rang on two lines and was answered on one; or a person says of an old call only now that it was missed."""
        ended = [case for case in self.cases.values() if case.key == caller and case.closed > call]
        latest = max(ended, key=lambda case: case.closed, default=None)
        return latest is not None and (settling or latest.state in ("reached", "self_resolved"))

    def _missed(self, seq: int, caller: str, call: Mapping[str, Any], settling: bool) -> None:
        low = call["disposition"] == "abandoned"
        case = self._open(caller)
        if case is not None:
            case.calls += 1
            case.last = max(case.last, self._id(call["key"]))
            case.low = case.low and low
        elif may_be_called(caller) and not self._was_served_meanwhile(
            caller, self._id(call["key"]), settling
        ):
            hours = self.hours_at(seq)
            clock = hours.next_opening(call["ended_wall"])
            assert clock is not None
            allowed = 30 if self.in_hours[call["key"]] else 60
            due = hours.after(clock, allowed * MINUTE)
            self.cases[seq] = Case(caller, low=low, last=self._id(call["key"]), clock=clock, due=due)

    def _dialled(self, call: Mapping[str, Any]) -> None:
        if call.get("attempt_of") is not None:
            self.cases[call["attempt_of"]].attempts.append((call["attempt_outcome"], False))

    def _attempted(self, seq: int, body: Mapping[str, Any]) -> None:
        case = self.cases[body["case"]]
        if body.get("settles") is not None:
            place = next(nr for nr, (_, told) in enumerate(case.attempts) if not told)
            case.attempts[place] = (body["outcome"], True)
        else:
            case.attempts.append((body["outcome"], True))
        if body["outcome"] == "reached":
            self._end(seq, case, "reached")
        elif body["closes"]:
            self._end(seq, case, "unreachable")

    def counts(self, since: int, until: int, line: str | None = None) -> Counter[str]:
        """Inbound calls that began in [since, until), by how they count."""
        found: Counter[str] = Counter()
        for key, call in self.calls.items():
            mine = line in (None, call["line"]) and since <= call["started_wall"] < until
            if mine and call["direction"] == "inbound" and call["stage"] == "closed":
                found[self._group(key, call)] += 1
        return found

    def _group(self, key: str, call: Mapping[str, Any]) -> str:
        if self.in_hours[key] is None:
            return "hours_unknown"
        if not self.in_hours[key]:
            return "out_of_hours"
        if call["disposition"] != "answered":
            return {"no_answer": "missed", "abandoned": "abandoned", "unknown": "unknown"}[
                call["disposition"]
            ]
        if call.get("answered_mono") is None:
            return "late" if (call.get("ringing") or 0) >= 15 * SECOND else "untimed"
        return "in_time" if call["answered_mono"] - call["started_mono"] <= 15 * SECOND else "late"


def may_be_called(key: str) -> bool:
    """A Chinese number that rings somewhere: nothing foreign, nothing that is no number."""
    digits = key.lstrip("0")
    return key.isdigit() and (len(key) in (3, 5, 6, 10, 11, 12) and bool(digits))


def bodies(rows: Sequence[Any]) -> list[tuple[int, int, str, dict[str, Any]]]:
    """seq, wall, kind and body of each journal row."""
    return [(row.seq, row.wall, row.kind, json.loads(row.body)) for row in rows]
