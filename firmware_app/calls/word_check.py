"""Which words to avoid stand in a text, and what to say instead: a text and the cards of words in, hits out.

Pure. Clause 5.1.4; it warns and never blocks (docs/DOMAIN.md), for a word may be the caller's own. Full-width letters and capitals
are the same as plain ones; where words overlap, the longest that begins first is named.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Avoided:
    """A card of words to avoid: its words, what to say instead (may be empty), its id (0: none)."""

    words: tuple[str, ...]
    instead: str = ""
    card: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found: text[start:end], as the card spells it in `word`."""

    word: str
    start: int
    end: int
    instead: str
    card: int = 0


def avoided(content: Mapping[str, Any], card: int = 0) -> Avoided:
    """A card of kind AVOID, as `calls.cards.problem` lets it in: its words, or its title where it lists none."""
    words = tuple(word.strip() for word in content.get("words", ()))
    return Avoided(words or (str(content.get("title", "")).strip(),), content.get("instead", ""), card)


def hits(text: str, cards: Iterable[Avoided]) -> list[Hit]:
    """What of `cards` stands in `text`, in its order; hits do not overlap."""
    plain = _plain(text)
    wanted = [(_plain(word), word, card) for card in cards for word in card.words if word]
    found = [
        Hit(word, start, start + len(plain_word), card.instead, card.card)
        for plain_word, word, card in wanted
        for start in _places(plain, plain_word)
    ]
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _plain(text: str) -> str:
    """The same number of characters, each in its plainest shape; one that has none of one character stays."""
    return "".join(_plainest(each) for each in text)


def _plainest(character: str) -> str:
    shaped = unicodedata.normalize("NFKC", character).casefold()
    return shaped if len(shaped) == 1 else character


def _places(text: str, word: str) -> list[int]:
    """Where `word` begins in `text`, overlapping ones too."""
    found: list[int] = []
    place = text.find(word)
    while place >= 0:
        found.append(place)
        place = text.find(word, place + 1)
    return found
