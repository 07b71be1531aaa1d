"""All cards as one file that people can carry: its text in, cards or everything that is wrong with it, and where, out; and back.

Pure. The same shape is shipped as config/card_seed.json, there with initials. Nothing of a file is taken unless all of it fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from firmware_app.calls.cards import TITLE, problem
from firmware_app.wording import Text

FORMAT = "ringkeeper-cards-1"
MOST_CARDS = 10_000
MOST_PROBLEMS = 20  # that are told at once
_STRANGE = Text("不是一张卡片", "it is not a card")
_TWICE = Text("同一种卡片里有两张标题相同", "two cards of one kind have this title")
_NOT_A_FILE = Text(
    "这不是铃守导出的卡片文件（JSON）", "this is not a file of cards that Ringkeeper wrote (JSON)"
)
_TOO_MANY = Text(f"卡片太多，至多 {MOST_CARDS} 张", f"too many cards, at most {MOST_CARDS}")


@dataclass(frozen=True, slots=True)
class FiledCard:
    """kind: a value of calls.cards.CardKind; content: its fields; initials: empty where the file has none."""

    kind: str
    content: Mapping[str, Any]
    initials: str = ""

    @property
    def title(self) -> str:
        return str(self.content[TITLE]).strip()


@dataclass(frozen=True, slots=True)
class CardProblem:
    """What is wrong with the card at `place` (from 1; 0: the file itself). title: as far as it has one."""

    place: int
    title: str
    what: Text


def read_cards(text: str) -> tuple[list[FiledCard], list[CardProblem]]:
    """The cards of a file; none of them when anything is wrong."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        held = None
    listed = held.get("cards") if isinstance(held, dict) and held.get("format") == FORMAT else None
    if not isinstance(listed, list):
        return [], [CardProblem(0, "", _NOT_A_FILE)]
    if len(listed) > MOST_CARDS:
        return [], [CardProblem(0, "", _TOO_MANY)]
    cards: list[FiledCard] = []
    wrong: list[CardProblem] = []
    known: set[tuple[str, str]] = set()
    for place, each in enumerate(listed, start=1):
        card = _card(each)
        if isinstance(card, Text):
            wrong.append(CardProblem(place, _title(each), card))
        elif (card.kind, card.title) in known:
            wrong.append(CardProblem(place, card.title, _TWICE))
        else:
            known.add((card.kind, card.title))
            cards.append(card)
    return ([], wrong[:MOST_PROBLEMS]) if wrong else (cards, [])


def _card(each: object) -> FiledCard | Text:
    if not isinstance(each, dict):
        return _STRANGE
    kind, content, initials = each.get("kind"), each.get("content"), each.get("initials", "")
    if not isinstance(kind, str) or not isinstance(initials, str):
        return _STRANGE
    wrong = problem(kind, content)
    return wrong if wrong is not None else FiledCard(kind, content or {}, initials)


def _title(each: object) -> str:
    content = each.get("content") if isinstance(each, dict) else None
    title = content.get(TITLE) if isinstance(content, dict) else None
    return title[:60] if isinstance(title, str) else ""


def written(cards: Iterable[FiledCard]) -> str:
    """The file, one card a line, so that people can compare two of them."""
    lines = (
        json.dumps({"kind": card.kind, "content": card.content}, ensure_ascii=False, sort_keys=True)
        for card in cards
    )
    return f'{{\n"format": "{FORMAT}",\n"cards": [\n' + ",\n".join(lines) + "\n]\n}\n"
