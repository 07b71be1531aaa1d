"""Who goes first: the thread that asks, where the system allows it, and nothing that it starts."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import os, resource, threading
from device.priority import go_first
if {forbidden}:
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    os.setuid(65534)
found = []
def first():
    first = go_first()
    found.append((first, os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK))
    other = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)))
    other.start()
    other.join()
thread = threading.Thread(target=first)
thread.start()
thread.join()
print(found, os.sched_getscheduler(0))
"""


def told(forbidden: bool) -> str:
    command = [sys.executable, "-c", PROGRAM.format(forbidden=forbidden)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_thread_goes_first_and_what_it_starts_does_not() -> None:
    allowed = f"[(True, {os.SCHED_RR}), {os.SCHED_OTHER}] {os.SCHED_OTHER}"
    ordinary = f"[(False, {os.SCHED_OTHER}), {os.SCHED_OTHER}] {os.SCHED_OTHER}"
    assert told(forbidden=False) in (allowed, ordinary)  # as the machine of this test allows
    if os.getuid() == 0:
        assert told(forbidden=True) == ordinary
