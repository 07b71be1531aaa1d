"""What the search of cards looks for: a card's words or a question in, pieces of an index or a query of it out.

Pure. A word is a run of letters, digits and hanzi, in its plainest shape (NFKC, no capitals). Of a run ABC the index holds AB, BC, C,
one after the other: so every piece of a word, from one character on, is a phrase or the beginning of one, wherever it stands.
(FTS5's own tokenizers take a run of hanzi for one word, or find nothing shorter than three characters.)
Initials are kept as `czt,q s,b,k`: runs parted by blanks, characters by commas, each with the first letters of all its readings.
The index is derived from entries: change what is indexed here only together with a migration that fills it anew.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from firmware_app.calls.cards import TITLE

LONGEST_PIECE = 4  # letters: a longer question is found by every four of its letters in a row
MOST_WORDS, LONGEST_WORD = 8, 40  # of a question
SEARCHED_BY = "words"  # besides its title: the words that people look for a card by


@dataclass(frozen=True, slots=True)
class Indexed:
    """The pieces of one card, parted by blanks, in their order."""

    title: str
    body: str
    initials: str


def plain_words(text: str) -> list[str]:
    """The words of a text in their order."""
    shaped = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each if each.isalnum() else " " for each in shaped).split()


def named_by(content: Mapping[str, Any]) -> list[str]:
    """The texts of a card whose initials are kept: its title, and what else people look for it by."""
    return [str(content.get(TITLE, "")), *map(str, content.get(SEARCHED_BY, ()))]


def indexed(content: Mapping[str, Any], initials: str) -> Indexed:
    """The pieces of a card, as `calls.cards.problem` lets it in. initials: as the entry carries them."""
    texts: list[str] = []
    for key, value in content.items():
        if key != TITLE:
            texts += [value] if isinstance(value, str) else map(str, value)
    return Indexed(_pieces([str(content.get(TITLE, ""))]), _pieces(texts), _initial_pieces(initials))


def _pieces(texts: Iterable[str]) -> str:
    words = (word for text in texts for word in plain_words(text))
    return " ".join(word[place : place + 2] for word in words for place in range(len(word)))


def _initial_pieces(initials: str) -> str:
    """Every piece of one to LONGEST_PIECE letters that some reading gives, once."""
    found: dict[str, None] = {}
    for run in initials.split():
        letters = run.split(",")
        for place in range(len(letters)):
            for length in range(1, min(LONGEST_PIECE, len(letters) - place) + 1):
                found |= dict.fromkeys(map("".join, product(*letters[place : place + length])))
    return " ".join(found)


def question(text: str) -> list[str]:
    """The words somebody looks for: all must be there."""
    return [word[:LONGEST_WORD] for word in plain_words(text)][:MOST_WORDS]


def by_title(words: Iterable[str]) -> str:
    """The FTS5 query for cards that have every word in their title."""
    return " AND ".join(f"title : {_phrase(word)}" for word in words)


def by_name(words: Iterable[str]) -> str:
    """Every word in the title, or as initials of the title."""
    return " AND ".join(f"({_either('title', word)})" for word in words)


def by_all(words: Iterable[str]) -> str:
    """Every word anywhere, or as initials."""
    return " AND ".join(f"({_either('{title body}', word)})" for word in words)


def _either(columns: str, word: str) -> str:
    texts = f"{columns} : {_phrase(word)}"
    return f"{texts} OR (initials : ({_initials(word)}))" if word.isascii() else texts


def _phrase(word: str) -> str:
    if len(word) == 1:
        return f'"{word}" *'
    return '"' + " ".join(word[place : place + 2] for place in range(len(word) - 1)) + '"'


def _initials(word: str) -> str:
    places = range(max(1, len(word) - LONGEST_PIECE + 1))
    return " AND ".join(f'"{word[place : place + LONGEST_PIECE]}"' for place in places)
