"""Cards: what fits, and what is said of one that does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.calls.cards import (
    CARD_KINDS,
    LISTS,
    LONGEST_ITEM,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ITEMS,
    TEXTS,
    CardKind,
    kind_of_card,
    problem,
)
from firmware_app.calls.talk import TALK_OUTCOMES, TOLD_TALKS, TalkOutcome
from firmware_app.wording import Text


def whole(kind: CardKind) -> dict[str, Any]:
    """A card with every field as long as it may be."""
    texts = {key: "字" * LONGEST_TEXT for key in TEXTS[kind]}
    return (
        {"title": "题" * LONGEST_TITLE}
        | texts
        | {key: ["条" * LONGEST_ITEM] * MOST_ITEMS for key in LISTS[kind]}
    )


@pytest.mark.parametrize("kind", CardKind)
def test_a_whole_card_and_one_of_a_title_fit(kind: CardKind) -> None:
    assert problem(kind.value, whole(kind)) is None
    assert problem(kind.value, {"title": "社保转移"}) is None
    assert kind_of_card(kind.value) is kind


@pytest.mark.parametrize("kind", CardKind)
def test_one_character_or_item_more_does_not(kind: CardKind) -> None:
    for key, value in whole(kind).items():
        longer = value + (value[:1] if isinstance(value, str) else ["x"])
        wrong = problem(kind.value, whole(kind) | {key: longer})
        assert isinstance(wrong, Text)
        assert key == "title" or key in wrong.zh
        if isinstance(value, list):
            assert problem(kind.value, whole(kind) | {key: [*value[1:], value[0] + "x"]}) is not None


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("joker", {"title": "x"}),
        ("phrase", []),
        ("phrase", {}),
        ("phrase", {"title": "  "}),
        ("phrase", {"title": 7}),
        ("phrase", {"title": "x", "papers": ["x"]}),
        ("phrase", {"title": "x", "say": ["x"]}),
        ("knowledge", {"title": "x", "papers": "x"}),
        ("knowledge", {"title": "x", "papers": [" "]}),
        ("knowledge", {"title": "x", "papers": [7]}),
    ],
)
def test_what_is_no_card(kind: str, content: Any) -> None:  # noqa: ANN401
    assert isinstance(problem(kind, content), Text)


values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=3
)


@given(
    st.sampled_from([*(kind.value for kind in CardKind), "x"]),
    values | st.dictionaries(st.sampled_from(["title", "say", "words", "papers", "x"]), values),
)
def test_any_content_is_a_card_or_has_a_reason(kind: str, content: Any) -> None:  # noqa: ANN401
    wrong = problem(kind, content)
    assert (wrong is None) == (
        kind_of_card(kind) is not None
        and isinstance(content, dict)
        and isinstance(content.get("title"), str)
        and bool(content["title"].strip())
        and all(
            (key in ("title", *TEXTS[CardKind(kind)]) and isinstance(value, str))
            or (
                key in LISTS[CardKind(kind)]
                and isinstance(value, list)
                and all(isinstance(each, str) and each.strip() for each in value)
            )
            for key, value in content.items()
        )
    )


def test_every_kind_and_outcome_has_its_words() -> None:
    assert CARD_KINDS.keys() == set(CardKind) == TEXTS.keys() == LISTS.keys()
    assert TALK_OUTCOMES.keys() == set(TalkOutcome)
    assert len(TOLD_TALKS) == 9
