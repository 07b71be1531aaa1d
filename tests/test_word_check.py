"""calls.word_check: the words to avoid are found wherever they stand, and nothing else is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.calls.word_check import Avoided, Hit, avoided, hits

UNSURE = Avoided(("不清楚", "不太清楚"), "我马上为您核实", 7)
NOT_OURS = Avoided(("不归我管", "我不管"), "我为您记录转办", 8)
SHORT = Avoided(("不清",), "", 9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("我马上为您核实", []),
        ("不清楚", ["不清楚"]),
        ("这个我不清楚，不归我管。", ["不清楚", "不归我管"]),
        ("不清楚不清楚", ["不清楚", "不清楚"]),
        ("不清 楚", []),
        ("不太清楚", ["不太清楚"]),
    ],
)
def test_words_are_found_in_their_order(text: str, words: list[str]) -> None:
    assert [hit.word for hit in hits(text, [UNSURE, NOT_OURS])] == words


def test_a_hit_says_where_and_what_to_say_instead() -> None:
    assert hits("我不清楚", [UNSURE]) == [Hit("不清楚", 1, 4, "我马上为您核实", 7)]


def test_the_longest_of_overlapping_words_is_named() -> None:
    assert [hit.word for hit in hits("不清楚，不清", [SHORT, UNSURE])] == ["不清楚", "不清"]


def test_shapes_of_letters_do_not_matter_and_places_stay() -> None:
    found = hits("㍿ＯＫ了", [Avoided(("ok",))])
    assert [(hit.start, hit.end) for hit in found] == [(1, 3)]


def test_a_card_without_words_means_its_title() -> None:
    assert avoided({"title": " 应该是 ", "instead": "x"}, 3) == Avoided(("应该是",), "x", 3)
    assert avoided({"title": "推", "words": ["我觉得 "]}) == Avoided(("我觉得",))
    assert hits("随便", [avoided({})]) == [], "an empty word is in every text and says nothing"


alphabet = st.text("不清楚应ＯokK ", max_size=8)


@given(alphabet, st.lists(st.text("不清楚oK", min_size=1, max_size=3), max_size=4))
def test_every_word_that_stands_there_is_told_of(text: str, words: list[str]) -> None:
    found = hits(text, [Avoided(tuple(words))])
    plain = text.replace("Ｏ", "o").lower()
    assert bool(found) == any(word.lower() in plain for word in words)
    for hit in found:
        assert plain[hit.start : hit.end] == hit.word.lower()
    assert all(first.end <= second.start for first, second in pairwise(found))
    covered = {place for hit in found for place in range(hit.start, hit.end)}
    for word in words:
        place = plain.find(word.lower())
        assert place < 0 or covered.intersection(range(place, place + len(word)))
