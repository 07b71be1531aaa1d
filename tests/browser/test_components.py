"""docs/components.html: every component as it is, in the panel's own style sheets."""

from __future__ import annotations

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browser.screen import DESK, PHONE, chromium, too_small_to_press, too_wide

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "components.html"
SHEETS = sorted((ROOT / "web_panel" / "static").glob("*.css"))


def test_the_page_of_components_is_made_of_the_panels_own_classes() -> None:
    text = PAGE.read_text("utf-8")
    styled = set(re.findall(r"\.([a-z][\w-]*)", "".join(sheet.read_text("utf-8") for sheet in SHEETS)))
    used = {name for names in re.findall(r'class="([^"]*)"', text) for name in names.split()}
    templates = "".join(path.read_text("utf-8") for path in (ROOT / "web_panel" / "templates").glob("*.html"))
    assert {name for name in used if name not in styled and name not in templates} == set()
    linked = {Path(name).name for name in re.findall(r'href="([^"]*\.css)"', text)}
    base = (ROOT / "web_panel" / "templates" / "base.html").read_text("utf-8")
    assert linked == set(re.findall(r"asset\('([\w.-]+\.css)'\)", base)), "the sheets that every page has"


def test_it_looks_as_pages_should() -> None:
    with chromium() as browser:
        page = browser.new_page(viewport=DESK)
        page.goto(PAGE.as_uri())
        assert page.evaluate("document.styleSheets.length") >= 1
        assert [found["id"] for found in Axe().run(page).response["violations"]] == []
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert too_wide(page) == []
            assert too_small_to_press(page) == []
        page.set_viewport_size(DESK)
