"""A month of calls in a panel's box, played by the virtual exchange faster than time, and what a page says of them."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from device.signals import SECOND
from firmware_app.line_records import LineRecords
from firmware_app.records import entries
from firmware_app.records.outcomes import Pending
from firmware_app.records.site_documents import Document
from tests.fast_exchange import FastLine, random_plan, random_starts
from tests.hours_support import WEEK
from tests.panel_box import BOOT, Box, Desk

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400 * SECOND
NOVEMBER = 1_793_462_400 * SECOND  # the first of it, 00:00 in Shanghai
LINES = ("L1", "L2", "L9")  # the last is wired no more
HOURS = {"week": WEEK}
COUNT = re.compile(r'<a class="count" href="([^"]*)">(\d+)</a>')
HEADING = re.compile(r"<h1>[^<]*· (?:超过 )?(\d+) 个</h1>")


def fill(box: Box, seed: int, calls: int, *, lasts: int = 22 * DAY, lines: Sequence[str] = LINES) -> None:
    """`calls` calls and dialled ones within `lasts` ns from the first of November on; one in five at an opening or closing."""
    pending: list[Pending] = []
    records = LineRecords(
        dict.fromkeys(lines, "03562217000"),
        ZONE,
        lambda entry, at: pending.append(Pending(entry, at, "monitor")),
    )
    records.documents_are({"service_hours": Document("service_hours", 1, "", HOURS)})
    chance = random.Random(seed)
    borders = [day * DAY + minute * 60 * SECOND for day in range(22) for minute in (0, 510, 720, 870, 1050)]
    players = [FastLine(name, records, BOOT, NOVEMBER) for name in lines]
    for start in random_starts(chance, calls, lasts, borders):
        chance.choice(players).play(random_plan(chance), start)
    box.writes(sorted(pending, key=lambda each: each.at.wall))


def set_hours(box: Box) -> None:
    box.write(entries.SiteDocumentChanged("service_hours", 0, "", json.dumps(HOURS)))


def counts_of(page: str) -> list[tuple[str, int]]:
    """Every number of calls on the page with its address."""
    return [(html.unescape(address), int(number)) for address, number in COUNT.findall(page)]


def behind(desk: Desk, address: str) -> int:
    """How many calls the page at `address` says that there are."""
    found = HEADING.search(desk.client.get(address).text)
    assert found is not None, address
    return int(found[1])


def query(address: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
