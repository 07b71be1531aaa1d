"""calls.modules: what a point switches off, and documents that say nothing that can be understood."""

from __future__ import annotations

import pytest

from firmware_app.calls.modules import MODULES, problems, switched_off


def test_what_is_not_named_is_used() -> None:
    assert switched_off({}) == frozenset()
    assert switched_off({"cards": False, "kiosk": True}) == {"cards"}
    assert switched_off(dict.fromkeys(MODULES, False)) == set(MODULES)


@pytest.mark.parametrize("content", [None, [], {"today": False}, {"cards": 0}, {"cards": None}, {7: True}])
def test_a_document_that_does_not_fit_switches_nothing_off(content: object) -> None:
    assert problems(content)
    assert switched_off(content) == frozenset()


def test_every_problem_is_told() -> None:
    assert [text.zh.partition("：")[0] for text in problems({"x": True, "cards": 1})] == [
        "没有这个模块",
        "cards",
    ]
