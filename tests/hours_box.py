"""A point with the service hours it was delivered with, and a clerk at its pages: for the tests of these pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from firmware_app.records import entries
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.outcomes import Recorded
from tests.hours_support import SEEDS
from tests.panel_box import NOON, Box, Desk, panel, words


def put(box: Box, name: str, content: object, actor: str = "seed") -> None:
    outcome = box.write(entries.SiteDocumentChanged(name, 0, "", canonical(content)), actor)
    assert isinstance(outcome, Recorded), outcome


def held(box: Box, name: str) -> Any:  # noqa: ANN401
    """The newest content of a document."""
    return json.loads(box.ledger.documents()[name][2])


@contextmanager
def delivered(folder: Path) -> Iterator[Box]:
    """Monday 2026-11-23, noon."""
    box = Box(folder, NOON)
    for name, content in SEEDS.items():
        put(box, name, content)
    box.account()
    box.start()
    yield box
    box.close()


@contextmanager
def clerk_at(box: Box) -> Iterator[Desk]:
    with panel(box) as (app, _live):
        desk = Desk(app.test_client())
        desk.sign_in()
        yield desk


def shown(desk: Desk, address: str = "/hours") -> str:
    return words(desk.page(address))


def message(html: str) -> str:
    """What is to be mended."""
    return words(html.split('role="alert"', 1)[-1].split("</div>", 1)[0])
