"""The exchange's one thread: order of tasks, descriptors that come and go, and an end that does not wait."""

from __future__ import annotations

import os
import threading

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.signals import MILLISECOND, SECOND

PATIENCE = 10.0


def test_timers_run_in_the_order_of_their_moments_and_cancelled_ones_do_not() -> None:
    loop, ran, done = ExchangeLoop(), [], threading.Event()
    now = clock.now().mono
    loop.at(now + 30 * MILLISECOND, done.set)
    loop.at(now + 20 * MILLISECOND, lambda: ran.append("late"))
    loop.at(now + 10 * MILLISECOND, lambda: ran.append("early"))
    loop.at(now + 10 * MILLISECOND, lambda: ran.append("early, second"))
    loop.at(now + 5 * MILLISECOND, lambda: ran.append("never")).cancel()
    loop.at(now + 15 * MILLISECOND, lambda: last.cancel())
    last = loop.at(now + 16 * MILLISECOND, lambda: ran.append("never"))
    loop.start()
    assert done.wait(PATIENCE)
    loop.close()
    assert ran == ["early", "early, second", "late"]


def test_a_task_may_post_another_and_a_descriptor_may_be_unwatched_by_its_neighbour() -> None:
    loop, done, seen = ExchangeLoop(), threading.Event(), []
    pipes = [os.pipe() for _ in range(2)]

    def readable(index: int) -> None:
        seen.append(index)
        for read, _ in pipes:
            loop.unwatch(read)
        loop.post(lambda: loop.post(done.set))

    def watch() -> None:
        for index, (read, write) in enumerate(pipes):
            loop.watch(read, lambda index=index: readable(index))
            loop.watch(read, lambda index=index: readable(index))
            os.write(write, b".")

    loop.post(watch)
    loop.start()
    assert done.wait(PATIENCE)
    loop.close()
    assert len(seen) == 1
    for ends in pipes:
        for end in ends:
            os.close(end)


def test_it_tells_when_a_descriptor_can_be_written() -> None:
    loop, done = ExchangeLoop(), threading.Event()
    read, write = os.pipe()

    def writable() -> None:
        loop.unwatch(write)
        done.set()

    loop.post(lambda: loop.watch(write, writable, write=True))
    loop.start()
    assert done.wait(PATIENCE)
    loop.close()
    os.close(read)
    os.close(write)


def test_closing_ends_it_whatever_waits_and_may_be_done_twice() -> None:
    loop = ExchangeLoop()
    loop.after(3600 * SECOND, lambda: None)
    for _ in range(70_000):  # more wake-ups than a pipe holds
        loop.post(lambda: None)
    loop.start()
    assert loop.running
    loop.close()
    assert not loop.running
    loop.close()


def test_one_that_never_started_can_be_closed() -> None:
    ExchangeLoop().close()
