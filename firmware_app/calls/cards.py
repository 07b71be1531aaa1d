"""Cards: what a clerk says, avoids, asks and explains; the fields of each kind, and what is wrong with a card.

Pure. Clauses 4.2 and 5.1.3 to 5.1.7; a card is data, edited at the point, with its versions in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from firmware_app.wording import Text


class CardKind(Enum):
    PHRASE = "phrase"  # 4.2.3: what to say in a scene
    AVOID = "avoid"  # 5.1.4: words to avoid, with what to say instead
    QUESTIONS = "questions"  # 5.1.5: what to ask about a topic
    REDIRECT = "redirect"  # not ours, or an emergency: where it belongs (docs/DOMAIN.md 1.8)
    CALMING = "calming"  # 5.1.7
    KNOWLEDGE = "knowledge"  # 4.2.1: a matter, and what to tell of it


CARD_KINDS: Mapping[CardKind, Text] = {
    CardKind.PHRASE: Text("用语卡", "phrase card"),
    CardKind.AVOID: Text("禁用语", "words to avoid"),
    CardKind.QUESTIONS: Text("提问卡", "guided questions"),
    CardKind.REDIRECT: Text("转告卡", "not ours"),
    CardKind.CALMING: Text("安抚卡", "calming card"),
    CardKind.KNOWLEDGE: Text("业务卡", "knowledge card"),
}

TITLE = "title"
TEXTS: Mapping[CardKind, tuple[str, ...]] = {
    CardKind.PHRASE: ("scene", "say", "remark"),
    CardKind.AVOID: ("instead", "remark"),
    CardKind.QUESTIONS: ("topic", "remark"),
    CardKind.REDIRECT: ("say", "number", "remark"),
    CardKind.CALMING: ("say", "remark"),
    CardKind.KNOWLEDGE: ("conditions", "time", "fee", "place", "basis", "verified", "plain", "remark"),
}
LISTS: Mapping[CardKind, tuple[str, ...]] = {
    CardKind.PHRASE: (),
    CardKind.AVOID: ("words",),
    CardKind.QUESTIONS: ("questions",),
    CardKind.REDIRECT: ("words",),
    CardKind.CALMING: ("steps",),
    CardKind.KNOWLEDGE: ("papers", "steps", "words"),
}
"""Of each kind: its fields of text, and those that are lists of texts, besides the title."""
LONGEST_TITLE, LONGEST_TEXT, LONGEST_ITEM, MOST_ITEMS = 60, 2_000, 300, 60


def kind_of_card(word: str) -> CardKind | None:
    """The kind that `word` names, None where it names none."""
    return next((kind for kind in CardKind if kind.value == word), None)


def problem(word: str, content: Any) -> Text | None:  # noqa: ANN401  whatever JSON holds
    """What is wrong with a card of kind `word`; None when nothing."""
    kind = kind_of_card(word)
    if kind is None or not isinstance(content, dict):
        return Text("卡片的种类或内容不对", "the card's kind or content is wrong")
    title = content.get(TITLE)
    if not isinstance(title, str) or not 0 < len(title.strip()) <= LONGEST_TITLE:
        return Text(
            f"标题须有 1 到 {LONGEST_TITLE} 个字", f"the title must have 1 to {LONGEST_TITLE} characters"
        )
    strange = sorted(content.keys() - {TITLE, *TEXTS[kind], *LISTS[kind]})
    if strange:
        return Text(f"没有这一栏：{strange[0][:40]}", f"there is no such field: {strange[0][:40]}")
    for key in TEXTS[kind]:
        if not _is_text(content.get(key, ""), LONGEST_TEXT):
            return Text(
                f"{key}：须是至多 {LONGEST_TEXT} 个字", f"{key}: must be at most {LONGEST_TEXT} characters"
            )
    for key in LISTS[kind]:
        if not _is_list(content.get(key, [])):
            return Text(
                f"{key}：至多 {MOST_ITEMS} 条，每条 1 到 {LONGEST_ITEM} 个字",
                f"{key}: at most {MOST_ITEMS} items of 1 to {LONGEST_ITEM} characters",
            )
    return None


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _is_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_ITEMS
        and all(_is_text(each, LONGEST_ITEM) and each.strip() for each in value)
    )
