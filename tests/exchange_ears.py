"""What the tests of the virtual exchange listen with: the signals of real drivers, the news of the exchange itself."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TypeVar

from device.exchange.exchange_news import News, NewsKind
from device.signals import (
    LineSignal,
)

PATIENCE = 30.0
S = TypeVar("S")


class Ears:
    """What drivers emitted, in the order it came."""

    def __init__(self) -> None:
        self.signals: queue.SimpleQueue[LineSignal] = queue.SimpleQueue()

    def until(
        self, kind: type[S], wanted: Callable[[S], bool] = lambda signal: True
    ) -> tuple[S, list[LineSignal]]:
        """The next such signal, and what came before it."""
        before: list[LineSignal] = []
        while True:
            signal = self.signals.get(timeout=PATIENCE)
            if isinstance(signal, kind) and wanted(signal):
                return signal, before
            before.append(signal)


class Told:
    def __init__(self) -> None:
        self.news: list[News] = []

    def kinds(self) -> list[NewsKind]:
        return [news.kind for news in self.news if news.kind not in (NewsKind.PRINTED, NewsKind.OUTPUT)]
