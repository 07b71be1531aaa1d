"""The panel on a ledger of one million calls of ten years: every kind of page, its memory at rest, and how soon a ring is on open pages.

Pages are found by their links, as a person finds them, asked over HTTP from the real process, and timed to their last byte. The
ring is told on the monitor's socket and watched for in a real Chromium, by a clock that both share.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from device import clock
from device.signals import MILLISECOND, Instant
from firmware_app import passwords
from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending
from tests.bench.figure_table import Figure, Spread, at_most, print_note
from tests.bench.machine import memory
from tests.bench.million_calls import BOOT, CALLS, YEARS, build
from tests.bench.panel_visitor import Visitor
from tests.browser.screen import chromium
from tests.panel_box import PASSWORD, Box, line_state
from tests.panel_process import running_panel, start_panel

PAGE_BAR = 50.0  # ms
REST_BAR = 45.0  # MB of PSS
RING_BAR = 300.0  # ms
TIMES = 20  # each page is asked for so often
RINGS, TABS, BROWSERS = 15, 20, 4
LEAVES = re.compile(r"\.(xlsx|csv|pdf|wav|json)$|^/static/")
_WATCH = """() => { window.rkSeen = []; new MutationObserver(() => {
    const ringing = !!document.querySelector('li.line[data-stage="0"]');
    if (ringing && !window.rkRinging) window.rkSeen.push(performance.timeOrigin + performance.now());
    window.rkRinging = ringing;
}).observe(document.body, { subtree: true, childList: true, attributes: true }); }"""


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ringkeeper-panel-") as folder:
        return [*_pages(Path(folder)), *_rings(Path(folder) / "box")]


# ---- pages


def _pages(folder: Path) -> list[Figure]:
    path = folder / "ledger.db"
    build(path)
    print_note(f"{CALLS:,} calls of {YEARS} years: {path.stat().st_size / 1e6:.0f} MB")
    ledger = Ledger(path, BOOT)
    secret = entries.Personal("secret", passwords.password_hash(PASSWORD))
    ledger.append([Pending(entries.PasswordSet("admin", secret, False), clock.now(), "bench")])
    ledger.close()
    panel = start_panel(folder)
    try:
        panel.wait_until_it_answers()
        threading.Event().wait(3)
        rest = memory(panel.process.pid).pss
        visitor = Visitor(panel.port)
        visitor.enter(PASSWORD)
        found = {kind: _timed(visitor, address) for kind, address in _walk(visitor)}
        after = memory(panel.process.pid).pss
    finally:
        panel.end()
    slowest = sorted(found.items(), key=lambda each: -each[1].p95)
    rows = [Figure(f"{kind}, p50 / p95", "", spread.told()) for kind, spread in slowest[:8]]
    return [
        *rows,
        at_most(f"slowest p95 of {len(found)} kinds of pages", slowest[0][1].p95, PAGE_BAR, "ms"),
        at_most("panel at rest: memory (PSS)", rest, REST_BAR, "MB"),
        Figure("panel after all of them: memory (PSS)", "", f"{after:.1f} MB"),
    ]


def _kind(address: str) -> str:
    parts = urlsplit(address)
    keys = sorted(re.findall(r"(?:^|&)([^=&]+)=", parts.query))
    return re.sub(r"\d+", "N", parts.path) + ("?" + ",".join(keys) if keys else "")


def _walk(visitor: Visitor) -> Iterator[tuple[str, str]]:
    """One address of each kind of page that links lead to."""
    seen: set[str] = set()
    coming = ["/"]
    while coming:
        address = coming.pop(0)
        if _kind(address) in seen or LEAVES.search(urlsplit(address).path):
            continue
        seen.add(_kind(address))
        status, html = visitor.ask("GET", address)
        if status == 200 and "</html>" in html:
            yield _kind(address), address
            coming += [
                unescape(link).partition("#")[0] for link in re.findall(r'<a [^>]*href="(/[^"]*)"', html)
            ]


def _timed(visitor: Visitor, address: str) -> Spread:
    took = []
    for _ in range(TIMES):
        began = clock.now().mono
        visitor.ask("GET", address)
        took.append(clock.now().mono - began)
    return Spread(tuple(took))


# ---- a ring


def _rings(folder: Path) -> list[Figure]:
    folder.mkdir()
    box = Box(folder)
    box.account()
    box.start()
    try:
        with chromium() as browser, running_panel(box) as panel:
            context = browser.new_context(locale="zh-CN")
            tabs = _tabs(context, panel.address, TABS)
            together = Spread(tuple(_ring(box, tabs) for _ in range(RINGS)))
            context.close()
            apart = [browser.new_context(locale="zh-CN") for _ in range(BROWSERS)]
            tabs = [tab for each in apart for tab in _tabs(each, panel.address, TABS // BROWSERS)]
            alone = Spread(tuple(_ring(box, tabs) for _ in range(RINGS)))
            for each in apart:
                each.close()
    finally:
        box.close()
    return [
        Figure(f"ring → the last of {TABS} open tabs of one browser, p50 / p95", "", together.told()),
        at_most("  p95", together.p95, RING_BAR, "ms"),
        Figure(f"ring → the last of {TABS} open tabs of {BROWSERS} browsers, p50 / p95", "", alone.told()),
        at_most("  p95", alone.p95, RING_BAR, "ms"),
    ]


def _tabs(context: BrowserContext, address: str, count: int) -> list[Page]:
    first = context.new_page()
    first.goto(address)
    first.fill("#account", "admin")
    first.fill("#password", PASSWORD)
    first.click("button.main")
    first.wait_for_selector("#today")
    tabs = [first]
    for _ in range(count - 1):
        tab = context.new_page()
        tab.goto(address)
        tabs.append(tab)
    for tab in tabs:
        tab.wait_for_selector("#today")
        tab.evaluate(_WATCH)
    tabs[0].wait_for_timeout(2_000)  # until one tab leads and its stream flows
    return tabs


def _ring(box: Box, tabs: list[Page]) -> int:
    """ns from the word of the monitor to the last page that shows it."""
    counts = [tab.evaluate("window.rkSeen.length") for tab in tabs]
    now = clock.now()
    box.now = Instant(box.now.mono, now.wall)
    began = clock.now().wall
    box.ringing(0)
    for tab, count in zip(tabs, counts, strict=True):
        tab.wait_for_function("count => window.rkSeen.length > count", arg=count)
    seen = [float(tab.evaluate("window.rkSeen[window.rkSeen.length - 1]")) for tab in tabs]
    box.publish(line_state("L1"))
    for tab in tabs:
        tab.wait_for_function("() => !window.rkRinging")
    return max(0, round(max(seen) * MILLISECOND) - began)
