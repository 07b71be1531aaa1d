"""What all tests share: no deadline for a busy box, tests of pages only where there is a browser, of ALSA where arecord is (in CI: always)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from playwright._impl._driver import compute_driver_executable

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-traces",
        action="store_true",
        help="write tests/traces/*.expected anew; a rewrite needs its reason in the commit",
    )


def missing_for_pages() -> str | None:
    """What a machine lacks for the tests of the pages, as packages to install; None where nothing lacks."""
    missing = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        missing.append("chromium")
    fonts = shutil.which("fc-list")
    if (
        not fonts
        or not subprocess.run([fonts, ":lang=zh"], capture_output=True, check=False, timeout=60).stdout
    ):
        missing += ["fontconfig", "fonts-wqy-microhei"]
    if subprocess.run(
        [compute_driver_executable()[0], "--version"], capture_output=True, check=False
    ).returncode:
        missing.append(
            "libatomic1"
        )  # what Playwright's own Node is linked against; a minimal Debian lacks it
    return " ".join(missing) or None


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """What shares a costly fixture runs in one worker (`--dist loadgroup`), instead of making it in each."""
    if item.path.name == "test_traces.py":
        item.add_marker(pytest.mark.xdist_group("traces"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over the tests of pages on a machine without a browser, of ALSA without arecord; say how to get it; never in CI."""
    pass_over([item for item in items if item.get_closest_marker("browser")], missing_for_pages)
    pass_over(
        [item for item in items if item.get_closest_marker("alsa")],
        lambda: None if shutil.which("arecord") else "alsa-utils",
    )


def pass_over(items: list[pytest.Item], lacks: Callable[[], str | None]) -> None:
    if not items or not (missing := lacks()):
        return
    if os.environ.get("CI") == "true":
        raise pytest.UsageError(f"CI=true, and nothing may be passed over: sudo apt-get install {missing}")
    for item in items:
        item.add_marker(pytest.mark.skip(reason=f"sudo apt-get install {missing}"))
