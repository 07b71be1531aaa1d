"""Every page that a link leads to, in a real Chromium: axe-core finds nothing, nothing sticks out, all can be pressed, no complaint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from firmware_app.records import entries
from firmware_app.records.entry_bytes import canonical
from firmware_app.roles import Role
from tests.browser.screen import DESK, PHONE, chromium, screen, too_small_to_press, too_wide
from tests.hours_support import SEEDS
from tests.panel_box import PASSWORD, Box, password_hash
from tests.panel_process import running_panel

pytestmark = pytest.mark.browser

LONG_NAME = "阿依古丽·买买提江·欧阳"
MOST_PAGES = 80  # of different kinds; a panel that has more is a surprise
LEAVES = re.compile(r"\.(xlsx|csv|pdf|wav|json)$|/static/")  # files, no pages


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A point with some days behind it, and somebody of each role who may sign in; no head, so that the administrator is one."""
    box = Box(tmp_path_factory.mktemp("point"))
    box.account()
    for name, content in SEEDS.items():
        box.write(entries.SiteDocumentChanged(name, 0, "", canonical(content)), "seed")
    for role in (Role.CLERK, Role.AUDITOR, Role.TECHNICIAN):
        box.write(entries.AccountSet(role.value, LONG_NAME, role.value, active=True))
        box.write(entries.PasswordSet(role.value, entries.Personal("secret", password_hash(PASSWORD)), False))
    for place in range(12):
        box.call(f"154{place:08d}", 5 + 300 * place, name=LONG_NAME)
        box.call(f"155{place:08d}", 7 + 300 * place, "answered")
    box.call(None, 3, "unknown")
    box.call("15400000001", 2, name="张三")
    box.start()
    yield box
    box.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def kind_of(address: str) -> str:
    """One of each kind of page is looked at: ids and dates make no new kind, a form of another name does."""
    parts = urlsplit(address)
    keys = sorted(re.findall(r"(?:^|&)([^=&]+)=", parts.query))
    return re.sub(r"\d+", "N", parts.path) + ("?" + ",".join(keys) if keys else "")


def links_of(tab: Page, home: str) -> list[str]:
    found = tab.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    whole = [urljoin(tab.url, link).partition("#")[0] for link in found]
    return [link for link in whole if link.startswith(home) and not LEAVES.search(urlsplit(link).path)]


def walk(tab: Page, home: str) -> Iterator[str]:
    """Each kind of page that links lead to from the first, once; the tab shows it."""
    seen: set[str] = set()
    coming = [home]
    while coming:
        address = coming.pop(0)
        if kind_of(address) in seen:
            continue
        seen.add(kind_of(address))
        assert len(seen) < MOST_PAGES
        answer = tab.goto(address)
        assert answer is not None
        assert answer.status == 200, f"a link leads to {address}: {answer.status}"
        yield kind_of(address)
        coming += links_of(tab, home)


def findings(tab: Page) -> list[str]:
    """What axe-core has against a page, in a line each."""
    violations = Axe().run(tab).response["violations"]
    return [f"{found['id']}: {node['html'][:160]}" for found in violations for node in found["nodes"]]


@pytest.mark.parametrize("role", ["admin", "auditor", "clerk", "technician"])
def test_every_page_a_role_can_reach(box: Box, browser: Browser, role: str) -> None:
    with running_panel(box) as panel, screen(browser, panel.address, DESK) as desk:
        tab = desk.new_tab()
        tab.goto(panel.address)
        tab.fill("#account", role)
        tab.fill("#password", PASSWORD)
        tab.click("button.main")
        tab.wait_for_load_state()
        pages = []
        for page in walk(tab, panel.address.rstrip("/") + "/"):
            pages.append(page)
            tab.set_viewport_size(DESK)
            assert findings(tab) == [], page
            assert tab.locator("h1").count() == 1, page
            for size in (DESK, PHONE):
                tab.set_viewport_size(size)
                assert too_wide(tab) == [], (page, size)
                assert too_small_to_press(tab) == [], (page, size)
        assert desk.complaints == []
        assert len(pages) >= {"admin": 20, "auditor": 5, "clerk": 4, "technician": 3}[role], pages
