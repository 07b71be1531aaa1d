"""What the page of call-backs asks of a line that a machine seems to answer, and what the answer does to its document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_app.records import entries
from tests.panel_box import NOON, Box, Desk, panel, words

QUESTION = "L1 最近有 10 个来电都在振铃约 7 秒后被接起"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    box.start()
    for place in range(10):
        box.call("15400000001", 60 + place, "answered")
    yield box
    box.close()


@pytest.fixture
def desk(box: Box) -> Iterator[Desk]:
    with panel(box) as (app, _):
        desk = Desk(app.test_client())
        desk.sign_in()
        yield desk


def said(box: Box) -> str:
    """The newest content of the document of the lines."""
    (kind, body, actor) = box.asked[-1]
    assert (kind, body["name"], actor) == ("SiteDocumentChanged", "lines", "admin")
    return str(body["content"])


def test_a_machine_is_told_of_and_its_answers_are_owed_from_then_on(box: Box, desk: Desk) -> None:
    assert QUESTION in words(desk.page("/callbacks"))
    desk.send("/callbacks/machine", line="L1", do="machine")
    assert said(box) == '{"L1":{"answered_by_machine_after_s":7.0}}'
    page = words(desk.page("/callbacks"))
    assert QUESTION not in page
    assert "以后这样接起的来电算漏接（机器应答）" in page
    box.call("15400000002", 1, "answered")
    assert "漏接（机器应答）" in words(desk.page("/callbacks"))


def test_people_answered_and_it_is_not_asked_again(box: Box, desk: Desk) -> None:
    box.write(
        entries.SiteDocumentChanged("lines", 1, "", '{"L1":{"outside_prefix":"9"},"L2":{"number":"7"}}')
    )
    desk.send("/callbacks/machine", line="L1", do="people")
    assert said(box) == (
        '{"L1":{"answered_by_machine_after_s":false,"outside_prefix":"9"},"L2":{"number":"7"}}'
    ), "all else stays"
    assert QUESTION not in words(desk.page("/callbacks"))
    box.call("15400000002", 1, "answered")
    assert "漏接（机器应答）" not in words(desk.page("/callbacks"))


@pytest.mark.parametrize("line", ["L1", "L2", "x" * 300])
def test_only_what_is_asked_can_be_answered(box: Box, desk: Desk, line: str) -> None:
    desk.send("/callbacks/machine", line="L1", do="people")
    before = len(box.asked)
    answer = desk.send("/callbacks/machine", line=line, do="machine")
    assert answer.status_code == 303
    assert len(box.asked) == before, "a second press of a page that stood open changes nothing"


def test_a_refusal_is_told(box: Box, desk: Desk) -> None:
    box.stop()
    desk.send("/callbacks/machine", line="L1", do="machine")
    assert QUESTION in words(desk.page("/callbacks"))
