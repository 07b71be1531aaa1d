"""The daily jobs: a time of day in, a call at that time; APScheduler's cron jobs only, coalesced, one at a time.

Imported late by the monitor (APScheduler costs 0.15 s and some MB at start), so that hearing comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger


class Schedule:
    """Runs `job` each day at `time_of_day` ("08:00") of `timezone`, in a thread of the scheduler."""

    def __init__(self, timezone: ZoneInfo) -> None:
        self._timezone = timezone
        self._scheduler = BackgroundScheduler(timezone=timezone, daemon=True)

    def daily(self, name: str, time_of_day: str, job: Callable[[], object]) -> None:
        hour, minute = time_of_day.split(":")
        self._scheduler.add_job(
            job,
            CronTrigger(hour=int(hour), minute=int(minute), timezone=self._timezone),
            id=name,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )

    def start(self) -> None:
        self._scheduler.start()

    def next_run(self, name: str) -> datetime | None:
        """When the job runs next, in the timezone; None for a job that is not there."""
        job = self._scheduler.get_job(name)
        return job.next_run_time if job else None

    def close(self) -> None:
        """Stop the scheduler; a job under way is not waited for. May be called often."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
