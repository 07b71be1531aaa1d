"""calls.card_file and records.starter_cards: a file of cards fits whole or not at all; the shipped one does, and is recorded once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.calls.card_file import FORMAT, MOST_CARDS, MOST_PROBLEMS, FiledCard, read_cards, written
from firmware_app.calls.card_words import named_by
from firmware_app.calls.cards import CardKind
from firmware_app.calls.word_check import avoided, hits
from firmware_app.records import card_list, entries
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import SEED, Pending
from firmware_app.records.reading import Reader
from firmware_app.records.recorder import Recorder
from firmware_app.records.starter_cards import PLACES, settle_cards, shipped_cards
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT
from tests.support import at
from web_panel.initials import initials_of


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.db", BOOT)
    yield ledger
    ledger.close()


def filed(*cards: object) -> str:
    return json.dumps({"format": FORMAT, "cards": list(cards)})


def phrase(title: object = "开头语", **more: object) -> dict[str, object]:
    return {"kind": "phrase", "content": {"title": title, **more}}


def titles(ledger: Ledger) -> list[str]:
    reader = Reader(ledger.path)
    with reader.snapshot() as db:
        found = [row.content["title"] for row in card_list.listed(db, None, -1)]
    reader.close()
    return found


# ---- files

filed_cards = st.builds(
    FiledCard,
    st.sampled_from(["phrase", "calming"]),
    st.fixed_dictionaries({"title": st.text(min_size=1, max_size=5).filter(str.strip), "say": st.text()}),
)


@given(st.lists(filed_cards, unique_by=lambda card: (card.kind, card.title)))
def test_what_is_written_is_read_again(cards: list[FiledCard]) -> None:
    assert read_cards(written(cards)) == (cards, [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"format":"x","cards":[]}',
        json.dumps({"format": FORMAT, "cards": {}}),
        "[" * 9999,
    ],
)
def test_what_is_no_file_of_cards(text: str) -> None:
    cards, [wrong] = read_cards(text)
    assert (cards, wrong.place, wrong.title) == ([], 0, "")
    assert "JSON" in wrong.what.zh


def test_one_bad_card_keeps_all_out_and_is_named() -> None:
    cards, wrong = read_cards(
        filed(phrase(), phrase("请稍候", say=7), phrase(" 开头语"), "x", {"kind": "phrase"})
    )
    assert cards == []
    assert [(each.place, each.title) for each in wrong] == [(2, "请稍候"), (3, "开头语"), (4, ""), (5, "")]
    assert "say" in wrong[0].what.zh
    assert "标题相同" in wrong[1].what.zh


@pytest.mark.parametrize(
    "card",
    [
        *(7, [], {}, phrase(7), {**phrase(), "initials": 7}, {"kind": "phrase", "content": []}),
        *({"kind": kind, "content": {"title": "x"}} for kind in (7, "x")),
    ],
)
def test_what_is_no_card(card: object) -> None:
    assert [each.place for each in read_cards(filed(card))[1]] == [1]


def test_only_so_many_cards_and_problems() -> None:
    many = [phrase(str(place)) for place in range(MOST_CARDS)]
    assert len(read_cards(filed(*many))[0]) == MOST_CARDS
    assert read_cards(filed(*many, phrase()))[1][0].place == 0
    assert len(read_cards(filed(*[{}] * 100))[1]) == MOST_PROBLEMS


# ---- the shipped ones


def test_the_shipped_cards_fit_and_there_are_some_of_each_kind() -> None:
    cards = shipped_cards()
    assert {card.kind for card in cards} == {kind.value for kind in CardKind}
    known = [card for card in cards if card.kind == "knowledge"]
    assert len(known) >= 10
    assert all("示例，请核对" in card.title and "verified" not in card.content for card in known)
    numbers = {card.content["number"] for card in cards if card.kind == "redirect"}
    assert numbers >= {"110", "119", "120", "122", "12345"}
    topics = {card.content["topic"] for card in cards if card.kind == "questions"}
    assert topics >= {"社保", "医保", "低保", "户口", "证照", "投诉"}


def test_the_shipped_initials_are_those_of_pypinyin() -> None:
    cards = shipped_cards()
    assert [card.initials for card in cards] == initials_of([named_by(card.content) for card in cards])


def test_no_shipped_card_has_a_clerk_say_what_is_to_be_avoided() -> None:
    cards = shipped_cards()
    words = [avoided(card.content) for card in cards if card.kind == "avoid"]
    for card in cards:
        said = [str(card.content.get(key, "")) for key in ("say", "instead", "plain", "conditions")]
        assert hits("\n".join(said), words) == [], card.title
    for word in ("不清楚", "应该是", "我觉得", "不知道", "不归我管"):
        assert hits(word, words)[0].instead


def test_they_are_recorded_once_and_never_over_what_a_person_did(ledger: Ledger) -> None:
    cards = shipped_cards()
    assert settle_cards(ledger, cards) == len(cards)
    assert titles(ledger) == [card.title for card in cards]
    ledger.append([Pending(entries.CardRetired(1), at(1), "wang")])
    changed = entries.CardSaved("phrase", canonical({"title": "我们的开头语"}), "", 2)
    ledger.append([Pending(changed, at(1), "wang")])
    before = titles(ledger)
    assert settle_cards(ledger, cards) == 0
    assert titles(ledger) == before
    assert "我们的开头语" in before
    assert cards[0].title not in before
    assert verify(ledger.path).holds


def test_a_recorder_begins_with_them(tmp_path: Path) -> None:
    def start() -> None:
        recorder = Recorder(tmp_path / "ledger.db", BOOT, lambda _: None, cards=shipped_cards())
        recorder.close()

    start()
    start()
    reader = Reader(tmp_path / "ledger.db")
    with reader.snapshot() as db:
        rows = card_list.listed(db, None, -1)
        makers = {card_list.versions(db, row.id)[0].actor for row in rows}
        assert [row.version for row in rows] == [1] * len(shipped_cards())
        assert makers == {SEED}
        best = card_list.found(db, "sbkbb", None, 5)[0]
        assert best.content["title"].startswith("社保卡补办")
    reader.close()


def test_a_damaged_file_of_starter_cards_is_told_and_not_used(
    tmp_path: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(filed(phrase(), {}), encoding="utf-8")
    assert len(shipped_cards((tmp_path / "none.json", bad, *PLACES))) == len(shipped_cards())
    assert "bad.json is not used: card 2" in caplog.text
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    assert shipped_cards((tmp_path / "bytes.json",)) == []
    assert settle_cards(ledger, []) == 0


# ---- initials


def test_initials_have_every_reading_and_are_parted_where_words_are() -> None:
    assert initials_of([["社保卡补办", "会计 ETC办理"], ["重庆，长沙"], ["", "。"], ["ＡＢ㐀３"], []]) == [
        "s,b,kq,b,b hk,j e,t,c,b,l",
        "ctz,q cz,s",
        "",
        "a,b,q,3",
        "",
    ]


def test_without_pypinyin_there_are_none_and_it_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert initials_of([["社保"], ["医保"]]) == ["", ""]
    assert "pypinyin cannot be asked" in caplog.text
