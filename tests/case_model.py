"""Call-back cases recounted by brute force: what happened in, the cases that must stand in the tables out. Minute by minute, no
line of the program's own rules: written from DOMAIN 1.5, 2.2 and 2.4 alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

MINUTE = 60 * 1_000_000_000
CHINA = timezone(timedelta(hours=8))
FAILED = ("not_reached", "busy", "voicemail", "vacant")
BY_PERSON = ("reached", "unreachable", "not_callable", "not_needed")


def local(wall: int) -> datetime:
    return datetime.fromtimestamp(wall // 1_000_000_000, UTC).astimezone(CHINA)


def is_open(wall: int) -> bool:
    """Monday to Friday, 8:30 to 12:00 and 14:30 to 17:30."""
    here = local(wall)
    minute = here.hour * 60 + here.minute
    return here.weekday() < 5 and (510 <= minute < 720 or 870 <= minute < 1050)


def worked(start: int, end: int) -> int:
    return sum(MINUTE for wall in range(start, end, MINUTE) if is_open(wall))


def opening(wall: int) -> int:
    while not is_open(wall):
        wall += MINUTE
    return wall


def due(clock: int, minutes: int) -> int:
    """The moment at which that many open minutes have passed."""
    wall = clock
    while minutes:
        minutes -= is_open(wall)
        wall += MINUTE
    return wall


def half_day(wall: int) -> str:
    """The midday break begins the afternoon."""
    here = local(wall)
    return f"{here.date()} {'am' if here.hour * 60 + here.minute < 720 else 'pm'}"


@dataclass
class Try:
    outcome: str
    proven: bool
    pending: bool
    wall: int
    half: str | None


@dataclass
class Case:
    number: str
    clock: int
    due: int
    low: bool
    calls: int = 1
    state: str = "open"
    ended: int = 0
    tries: list[Try] = field(default_factory=list)
    postponed: int | None = None
    worked: int | None = None

    def end(self, state: str, wall: int, at: int) -> None:
        """At `at`, by something that happened at `wall`."""
        self.state, self.ended, self.worked, self.postponed = state, at, worked(self.clock, wall), None

    def tried(self, made: Try) -> None:
        self.tries.append(made)
        self.postponed = None


class Model:
    """What must stand, whatever was pressed."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.marks: dict[str, str] = {}

    def standing(self, number: str) -> Case | None:
        found = [case for case in self.cases if case.number == number and case.state == "open"]
        assert len(found) <= 1
        return found[0] if found else None

    def rang(self, number: str, how: str, start: int, gone: int) -> None:
        if number in self.marks or number.startswith("+"):
            return
        case = self.standing(number)
        if how == "answered":
            if case is not None:
                case.end("self_resolved", gone, gone)
            return
        if case is None:
            clock = opening(gone)
            self.cases.append(
                Case(number, clock, due(clock, 30 if is_open(start) else 60), how == "abandoned")
            )
        else:
            case.calls += 1
            case.low = case.low and how == "abandoned"

    def dialled(self, number: str, wall: int, outcome: str, word: str | None, at: int) -> None:
        """`word`: what the person said, at `at`, while the call was still going on."""
        case = self.standing(number)
        if case is None:
            return
        if word is None:
            case.tried(Try(outcome, True, True, wall, None))
        else:
            self._said(case, Try(word, True, False, at, half_day(at)), at)

    def said(self, number: str, outcome: str, means: str, now: int) -> None:
        case = self.standing(number)
        if case is None:
            return
        waiting = [each for each in case.tries if each.pending]
        if waiting and means in ("line", "self_reported"):
            made = waiting[-1]
            made.outcome, made.pending, made.half = outcome, False, half_day(made.wall)
            self._judge(case, made, now)
        else:
            self._said(case, Try(outcome, False, False, now, half_day(now)), now)

    def _said(self, case: Case, made: Try, now: int) -> None:
        case.tried(made)
        self._judge(case, made, now)

    def _judge(self, case: Case, made: Try, now: int) -> None:
        failed = [each for each in case.tries if not each.pending and each.outcome in FAILED]
        if made.outcome == "reached":
            case.end("reached", made.wall, now)
        elif len(failed) >= 3 and len({each.half for each in failed}) >= 2:
            case.end("unreachable", made.wall, now)

    def closed(self, number: str, state: str, now: int) -> None:
        case = self.standing(number)
        if case is not None:
            case.end(state, now, now)

    def reopened(self, number: str, before: bool, now: int) -> int | None:
        """Take back how the latest case of a number ended, or the one before; gives its place, None where there is none."""
        of_number = [place for place, case in enumerate(self.cases) if case.number == number]
        wanted = of_number[-2:-1] if before else of_number[-1:]
        if not wanted:
            return None
        case = self.cases[wanted[0]]
        today = local(case.ended).date() == local(now).date()
        if case.state in BY_PERSON and today and self.standing(number) is None:
            case.state, case.worked = "open", None
        return wanted[0]

    def postponed(self, number: str, until: int) -> None:
        case = self.standing(number)
        if case is not None:
            case.postponed = until
