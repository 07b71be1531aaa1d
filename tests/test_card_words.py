"""calls.card_words and records.card_list: cards are found by one, two or three characters at any position, and by initials."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.card_words import indexed, named_by, plain_words, question
from firmware_app.records import card_list, entries
from firmware_app.records.database import open_scratch
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT
from tests.support import at


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    yield ledger
    ledger.close()


def save(ledger: Ledger, content: dict[str, Any], initials: str = "", card: int | None = None) -> int:
    kind = "knowledge" if "papers" in content or "words" in content else "phrase"
    saved = entries.CardSaved(kind, canonical(content), initials, card)
    [outcome] = ledger.append([Pending(saved, at(1), "wang")])
    assert isinstance(outcome, Recorded), outcome
    return int(outcome.row or 0)


def titles(ledger: Ledger, text: str, kind: str | None = None, limit: int = 50) -> list[str]:
    db = apsw.Connection(str(ledger.path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return [row.content["title"] for row in card_list.found(db, text, kind, limit)]
    finally:
        db.close()


@pytest.mark.parametrize("word", ["社保", "医保", "低保", "户口"])
def test_a_word_of_two_characters_is_found_at_any_position(ledger: Ledger, word: str) -> None:
    save(ledger, {"title": f"{word}转移"})
    save(ledger, {"title": f"办理{word}"})
    save(ledger, {"title": f"城乡{word}的缴费"})
    save(ledger, {"title": "其他", "say": f"请带上{word}卡和身份证。"})
    save(ledger, {"title": "无关", "say": f"{word[0]}、{word[1]}"})
    assert set(titles(ledger, word)) == {f"{word}转移", f"办理{word}", f"城乡{word}的缴费", "其他"}
    assert titles(ledger, word)[-1] == "其他", "what has it in the title comes first"


def test_all_words_must_be_there_and_the_shortest_title_comes_first(ledger: Ledger) -> None:
    save(ledger, {"title": "社保卡补办的地点和时间"})
    save(ledger, {"title": "社保卡补办"})
    save(ledger, {"title": "补办身份证"})
    assert titles(ledger, "社保 补办") == ["社保卡补办", "社保卡补办的地点和时间"]
    assert titles(ledger, "社保补办") == []
    assert titles(ledger, "  ，。 ") == []
    assert titles(ledger, "补办", "knowledge") == []
    assert len(titles(ledger, "补办", "phrase", 2)) == 2


def test_questions_of_an_odd_shape_do_no_harm(ledger: Ledger) -> None:
    save(ledger, {"title": 'ＥＴＣ "办理" AND OR NOT NEAR(x) * ^ : {title}'})
    for text in (
        "ＥＴＣ",
        "etc",
        "ETC办",
        '"',
        "AND",
        "title:",
        "NEAR(x)",
        "*",
        "办理*",
        "-办",
        "(",
        "\x00办",
    ):
        assert isinstance(titles(ledger, text), list)
    assert len(titles(ledger, "etc")) == len(titles(ledger, "{title}")) == 1
    assert titles(ledger, "x" * 10_000) == []
    assert len(titles(ledger, "办 " * 5000)) == 1
    assert len(question("字 " * 100)) == 8


def test_initials_are_found_in_any_reading(ledger: Ledger) -> None:
    save(ledger, {"title": "社保卡"}, "s,b,kq")
    save(ledger, {"title": "医保", "words": ["会计"]}, "y,b hk,jk")
    save(ledger, {"title": "户口", "papers": ["sb"]}, "h,k")
    assert titles(ledger, "sb") == ["社保卡", "户口"], "by its title first"
    assert titles(ledger, "SBK") == titles(ledger, "sbq") == ["社保卡"]
    assert titles(ledger, "yb") == titles(ledger, "kj") == titles(ledger, "hj") == ["医保"]
    assert set(titles(ledger, "k")) == {"社保卡", "医保", "户口"}
    assert titles(ledger, "bh") == [], "initials of two words are not joined"
    assert titles(ledger, "sb 社") == ["社保卡"]


def test_a_new_version_and_a_retired_card_are_found_as_they_are_now(ledger: Ledger) -> None:
    card = save(ledger, {"title": "社保转移"}, "s,b,z,y")
    save(ledger, {"title": "医保报销"}, "y,b,b,x", card)
    assert titles(ledger, "社保") == titles(ledger, "sb") == []
    assert titles(ledger, "医保") == ["医保报销"]
    ledger.append([Pending(entries.CardRetired(card), at(2), "wang")])
    assert titles(ledger, "医保") == []
    save(ledger, {"title": "医保报销"}, "y,b,b,x", card)
    assert titles(ledger, "ybbx") == ["医保报销"], "saved again, it is shown again"
    assert verify(ledger.path).holds


def test_an_index_that_lacks_a_card_is_found_by_verify(ledger: Ledger) -> None:
    card = save(ledger, {"title": "社保转移"})
    ledger.close()
    db = apsw.Connection(str(ledger.path))
    db.execute("DELETE FROM card_words WHERE rowid = ?", (card,))
    db.close()
    report = verify(ledger.path)
    assert [(finding.table, finding.row) for finding in report.findings] == [("card_words", str(card))]


# ---- against a search by hand

LETTERS = "社保医低aB3，\n "
texts = st.text(LETTERS, max_size=7)
readings = st.lists(st.sampled_from(["s", "b", "sb", "a", "3"]), min_size=1, max_size=6)
cards = st.lists(
    st.tuples(texts, texts, st.lists(st.text("医保B", min_size=1, max_size=3), max_size=2), readings),
    max_size=5,
)
queries = st.text("社保医低aB3", min_size=1, max_size=3) | st.text("sabSB3", min_size=1, max_size=6)


def has(word: str, text: str) -> bool:
    return any(word in run for run in plain_words(text))


def initials_fit(word: str, run: list[str]) -> bool:
    """Whether some reading of the run holds the word; of a longer one every four letters in a row."""
    spellings = ["".join(letters) for letters in product(*run)]
    pieces = [word] if len(word) <= 4 else [word[place : place + 4] for place in range(len(word) - 3)]
    return all(any(piece in spelling for spelling in spellings) for piece in pieces)


@given(cards, st.lists(queries, min_size=1, max_size=2))
@settings(max_examples=150, deadline=None)
def test_what_is_found_is_what_a_search_by_hand_finds(
    told: list[tuple[str, str, list[str], list[str]]], words: list[str]
) -> None:
    db = open_scratch()
    for place, (title, body, others, run) in enumerate(told, start=1):
        content = {"title": title, "say": body, "words": others}
        db.execute(
            "INSERT INTO cards VALUES (?, 'x', 1, '', ?, '', ?, NULL)", (place, canonical(content), place)
        )
        db.execute(
            "INSERT INTO journal VALUES (?, '', 0, 0, '', 'CardSaved', 1, '{}', x'00', x'00')", (place,)
        )
        found = indexed(content, ",".join(run))
        values = (place, found.title, found.body, found.initials)
        db.execute("INSERT INTO card_words (rowid, title, body, initials) VALUES (?, ?, ?, ?)", values)
    by_hand = {
        place
        for place, (title, body, others, run) in enumerate(told, start=1)
        if all(
            any(has(word.lower(), text) for text in (title, body, *others))
            or (word.isascii() and initials_fit(word.lower(), run))
            for word in words
        )
    }
    rows = card_list.found(db, " ".join(words), None, 50)
    assert {row.id for row in rows} == by_hand
    in_title = [all(has(word.lower(), row.content["title"]) for word in words) for row in rows]
    assert in_title == sorted(in_title, reverse=True), "those with all in the title come first"
    db.close()


def test_what_a_card_is_named_by() -> None:
    assert named_by({"title": "社保", "words": ["社会保险"], "say": "x"}) == ["社保", "社会保险"]
    assert named_by({}) == [""]
