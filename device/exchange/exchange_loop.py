"""The one thread of the virtual exchange: file descriptors and moments in, callbacks out. It never waits without an end."""

from __future__ import annotations

import heapq
import os
import selectors
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from device import clock
from device.signals import SECOND

Task = Callable[[], None]


@dataclass(order=True, slots=True)
class Timer:
    """A task that is due at `due` (ns of CLOCK_MONOTONIC)."""

    due: int
    order: int
    task: Task = field(compare=False)
    live: bool = field(default=True, compare=False)

    def cancel(self) -> None:
        """The task will not run; may be called often, and after it ran."""
        self.live = False


class ExchangeLoop:
    """Runs tasks in one thread. `post` may be called from any thread; all else belongs to the loop's own tasks."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._woken)
        self._timers: list[Timer] = []
        self._order = 0
        self._posted: deque[Task] = deque()
        self._lock = threading.Lock()
        self._closing = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="exchange", daemon=True)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def post(self, task: Task) -> bool:
        """Have the loop run `task` soon. False once the loop is closing: then it never will."""
        with self._lock:
            if self._closing:
                return False
            self._posted.append(task)
            self._wake()
            return True

    def at(self, due: int, task: Task) -> Timer:
        """Run `task` at `due`, or at once when that is past."""
        self._order += 1
        timer = Timer(due, self._order, task)
        heapq.heappush(self._timers, timer)
        return timer

    def after(self, duration: int, task: Task) -> Timer:
        """Run `task` in `duration` ns."""
        return self.at(clock.now().mono + duration, task)

    def watch(self, fd: int, task: Task, *, write: bool = False) -> None:
        """Run `task` whenever `fd` can be read (written)."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if write else 0)
        if fd in self._selector.get_map():
            self._selector.modify(fd, events, task)
        else:
            self._selector.register(fd, events, task)

    def unwatch(self, fd: int) -> None:
        """Stop watching `fd`; harmless when it was not watched. To be called before the descriptor is closed."""
        if fd in self._selector.get_map():
            self._selector.unregister(fd)

    def close(self) -> None:
        """End the thread; returns when it has ended. Idempotent."""
        with self._lock:
            self._closing = True
            if not self._closed:
                self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._release()

    def _release(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._selector.close()
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b".")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    def _woken(self) -> None:
        os.read(self._wake_read, 4096)

    def _run(self) -> None:
        while not self._closing:
            for key, _ in self._selector.select(self._patience()):
                if key.fd in self._selector.get_map():  # an earlier task of this round may have unwatched it
                    key.data()
            self._run_posted()
            self._run_due()

    def _patience(self) -> float | None:
        """Seconds until the next timer; None when there is none."""
        while self._timers and not self._timers[0].live:
            heapq.heappop(self._timers)
        if self._posted:
            return 0
        return max(0, self._timers[0].due - clock.now().mono) / SECOND if self._timers else None

    def _run_posted(self) -> None:
        for _ in range(len(self._posted)):
            self._posted.popleft()()

    def _run_due(self) -> None:
        now = clock.now().mono
        while self._timers and self._timers[0].due <= now and not self._closing:
            timer = heapq.heappop(self._timers)
            if timer.live:
                timer.live = False
                timer.task()
