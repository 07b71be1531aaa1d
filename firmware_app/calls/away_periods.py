"""What was believed of the clerk's presence, and the calls missed meanwhile, in; periods of absence and K5 out. Pure.

K5 返岗查看及时率 (DOMAIN 2.2): of the periods of absence in which calls were missed, the share whose calls had all been looked at
five minutes after the return. A period begins with the first word that says away and ends with the first that says back;
further words of the same kind, by whom ever, only confirm it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from device.signals import SECOND

LOOKED_AT_WITHIN = 300 * SECOND  # ns after the return (DOMAIN 2.2, K5)


@dataclass(frozen=True, slots=True)
class PresenceWord:
    """One entry Presence. wall: of the entry, since_wall: since when it is believed, where that is another moment; ns UTC."""

    present: bool
    source: str
    wall: int
    since_wall: int | None = None

    @property
    def since(self) -> int:
        return self.wall if self.since_wall is None else self.since_wall


@dataclass(frozen=True, slots=True)
class MissedCall:
    """An inbound call in service hours that nobody took. wall: its beginning; seen_wall: when somebody first looked at it."""

    call: int
    wall: int
    seen_wall: int | None


@dataclass(frozen=True, slots=True)
class AwayPeriod:
    """[since, until) ns UTC, until None: still away. sources: of the words that it was made of, in their order."""

    since: int
    until: int | None
    sources: tuple[str, ...]
    calls: tuple[MissedCall, ...] = ()

    @property
    def seen_wall(self) -> int | None:
        """When the last of its calls was looked at; None while one was not."""
        seen = [call.seen_wall for call in self.calls]
        known = [wall for wall in seen if wall is not None]
        return max(known) if known and len(known) == len(seen) else None

    def in_time(self, within: int = LOOKED_AT_WITHIN) -> bool:
        """Whether all its calls had been looked at `within` ns after the return."""
        return self.until is not None and self.seen_wall is not None and self.seen_wall <= self.until + within

    def counts(self, now: int, within: int = LOOKED_AT_WITHIN) -> bool:
        """Whether it stands in K5 at `now`: calls were missed, and it is known whether they were looked at in time."""
        over = self.until is not None and now > self.until + within
        return bool(self.calls) and (over or self.in_time(within))


def away_periods(words: Iterable[PresenceWord], missed: Iterable[MissedCall]) -> list[AwayPeriod]:
    """The periods of absence in the order of `words` (as recorded), each with the calls of `missed` that began in it."""
    periods: list[AwayPeriod] = []
    since: int | None = None
    end: int | None = None
    sources: tuple[str, ...] = ()
    for word in words:
        if not word.present:
            begun = word.since if end is None else max(end, word.since)  # the wall clock may be stepped back
            since = begun if since is None else min(since, begun)
            sources = (*sources, word.source)
        elif since is not None:
            end = max(since, word.since)
            periods.append(AwayPeriod(since, end, (*sources, word.source)))
            since, sources = None, ()
    if since is not None:
        periods.append(AwayPeriod(since, None, sources))
    calls = sorted(missed, key=lambda call: (call.wall, call.call))
    return [_with_calls(period, calls) for period in periods]


def _with_calls(period: AwayPeriod, calls: Sequence[MissedCall]) -> AwayPeriod:
    within = (
        call
        for call in calls
        if period.since <= call.wall and (period.until is None or call.wall < period.until)
    )
    return AwayPeriod(period.since, period.until, period.sources, tuple(within))


def looked_at_rate(
    periods: Iterable[AwayPeriod], now: int, within: int = LOOKED_AT_WITHIN
) -> tuple[int, int]:
    """K5 as numerator and denominator, over the periods that count at `now` (ns UTC). within: callback_rules, look_within."""
    counted = [period for period in periods if period.counts(now, within)]
    return sum(period.in_time(within) for period in counted), len(counted)
