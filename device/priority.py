"""Has the calling thread go before others where the system allows it (sched(7)); recording must not wait for those who only look."""

from __future__ import annotations

import logging
import os

log = logging.getLogger(__name__)

LOWEST = 1  # of the real-time priorities: before every ordinary thread, behind those of the kernel


def go_first() -> bool:
    """Whether it does now. Without CAP_SYS_NICE or a limit on RTPRIO it stays an ordinary thread, as on a desktop.

    Threads and programs that it starts are ordinary again (SCHED_RESET_ON_FORK).
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(LOWEST))
    except OSError as error:
        log.debug("no real-time priority: %s", error.strerror)
        return False
    return True
