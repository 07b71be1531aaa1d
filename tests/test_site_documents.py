"""The site documents as a file: never half-written, put right from the journal, read by others when it was replaced."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from firmware_app.records import entries
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Recorded
from firmware_app.records.reading import Reader
from firmware_app.records.recorder import Recorder
from firmware_app.records.site_documents import (
    SEED_PLACES,
    AtomicStorage,
    Document,
    SiteDocuments,
    SiteReader,
    seeds_for,
)
from firmware_app.records.whole_file import write_whole
from firmware_app.settings import load
from tests.ledger_support import BOOT, News, record
from tests.support import at

SEEDS = {"profile": {"name": "甲站"}, "lines": {"L1": {"name": "窗口"}}}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "site.json"


def change(ledger: Ledger, name: str, content: object) -> None:
    (outcome,) = record(ledger, entries.SiteDocumentChanged(name, 0, "", canonical(content)))
    assert isinstance(outcome, Recorded)


def names(documents: dict[str, Document]) -> dict[str, object]:
    return {name: dict(document.content) for name, document in documents.items()}


def test_seeds_are_recorded_once_and_written(ledger: Ledger, path: Path) -> None:
    for _ in range(2):
        assert names(SiteDocuments(path).settle(ledger, SEEDS)) == SEEDS
    assert ledger.head()[0] == 2
    change(ledger, "profile", {"name": "乙站"})
    assert names(SiteDocuments(path).settle(ledger, SEEDS))["profile"] == {"name": "乙站"}
    assert "乙站" in path.read_text("utf-8")  # a technician can read it


def test_a_seed_that_is_no_document_is_left_out(
    ledger: Ledger, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert names(SiteDocuments(path).settle(ledger, {"profile": {"name": 1}, "lines": {}})) == {"lines": {}}
    assert "seed of profile is refused" in caplog.text


def test_where_the_ledger_is_gone_the_file_s_documents_are_kept_and_the_loss_is_told(
    tmp_path: Path, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = Ledger(tmp_path / "first.db", BOOT)
    SiteDocuments(path).settle(first, SEEDS)
    change(first, "profile", {"name": "乙站"})
    change(first, "holidays", {"2026-10-01": "closed"})
    SiteDocuments(path).settle(first, SEEDS)
    first.close()
    second = Ledger(tmp_path / "second.db", BOOT)
    found = names(SiteDocuments(path).settle(second, SEEDS))
    assert found == {**SEEDS, "profile": {"name": "乙站"}, "holidays": {"2026-10-01": "closed"}}
    assert caplog.text.count("an earlier ledger is missing") == 1
    assert names(SiteDocuments(path).settle(second, SEEDS)) == found
    assert caplog.text.count("an earlier ledger is missing") == 1
    second.close()
    reader = Reader(tmp_path / "second.db")
    told = [row.body for row in reader.journal() if row.kind == "LineAnomaly"]
    reader.close()
    assert told == [f'{{"detail":"{len(found)}","kind":"earlier_ledger_missing","line":""}}']


def test_without_seeds_there_are_no_documents(ledger: Ledger, path: Path) -> None:
    assert SiteDocuments(path).settle(ledger, None) == {}
    assert not path.exists()


def test_the_file_is_a_tinydb_with_version_and_digest(ledger: Ledger, path: Path) -> None:
    SiteDocuments(path).settle(ledger, SEEDS)
    database = TinyDB(path, storage=AtomicStorage)
    (found,) = database.table("documents").search(where("name") == "profile")
    database.close()
    assert found == {
        "name": "profile",
        "version": 1,
        "digest": content_digest('{"name":"甲站"}'),
        "content": {"name": "甲站"},
    }


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text(""),
        lambda path: path.write_text(path.read_text("utf-8")[:40]),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text('{"documents": {"1": 7, "2": {"name": "profile"}}}'),
        lambda path: path.write_text(path.read_text("utf-8").replace("甲", "丙")),
        lambda path: path.write_text('{"documents": {}}'),
        lambda path: path.write_bytes(b"\xff\xfe"),
    ],
    ids=["gone", "empty", "cut short", "no object", "other rows", "edited by hand", "emptied", "no text"],
)  # fmt: skip
def test_whatever_happened_to_the_file_the_journal_puts_it_right(
    ledger: Ledger, path: Path, damage: Callable[[Path], object]
) -> None:
    SiteDocuments(path).settle(ledger, SEEDS)
    whole = path.read_text("utf-8")
    damage(path)
    assert names(SiteDocuments(path).settle(ledger, None)) == SEEDS
    assert path.read_text("utf-8") == whole


def test_a_crash_between_entry_and_file_is_healed_at_the_start(ledger: Ledger, path: Path) -> None:
    SiteDocuments(path).settle(ledger, SEEDS)
    change(ledger, "profile", {"name": "乙站"})
    assert dict(SiteReader(path).documents()["profile"].content) == {"name": "甲站"}
    SiteDocuments(path).settle(ledger, None)
    assert dict(SiteReader(path).documents()["profile"].content) == {"name": "乙站"}


def test_readers_use_the_last_good_copy(ledger: Ledger, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    site = SiteDocuments(path)
    site.settle(ledger, SEEDS)
    change(ledger, "profile", {"name": "乙站"})
    site.settle(ledger, None)
    path.write_text("{")
    assert dict(SiteReader(path).documents()["profile"].content) == {"name": "甲站"}
    assert "last good copy" in caplog.text
    path.unlink()
    assert "profile" in SiteReader(path).documents()


def test_a_damaged_file_does_not_become_the_last_good_copy(ledger: Ledger, path: Path) -> None:
    site = SiteDocuments(path)
    site.settle(ledger, SEEDS)
    change(ledger, "profile", {"name": "乙站"})
    site.settle(ledger, None)
    path.write_text("{")
    site.settle(ledger, None)
    path.write_text("{")
    assert "profile" in SiteReader(path).documents()


def test_a_snapshot_is_loaded_again_when_the_file_was_replaced(ledger: Ledger, path: Path) -> None:
    site, reader = SiteDocuments(path), SiteReader(path)
    assert reader.documents() == {}
    site.settle(ledger, SEEDS)
    first = reader.documents()
    assert reader.documents() is first
    change(ledger, "profile", {"name": "乙站"})
    site.settle(ledger, None)
    assert reader.documents()["profile"].version == 2


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(ledger: Ledger, path: Path) -> None:
    site = SiteDocuments(path)
    (path.parent / "site.json.new").mkdir()  # stands in the way, for root as well
    assert names(site.settle(ledger, SEEDS)) == SEEDS
    assert [site.stale] == [True]
    (path.parent / "site.json.new").rmdir()
    site.write(ledger.documents())
    assert not site.stale
    assert names(dict(SiteReader(path).documents())) == SEEDS


def test_a_file_that_was_not_written_whole_is_not_there(tmp_path: Path) -> None:
    target = tmp_path / "a"
    write_whole(target, [b"old"], 0o600)

    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise OSError("the stick was pulled")

    with pytest.raises(OSError, match="stick"):
        write_whole(target, pieces(), 0o600)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_two_thousand_documents(ledger: Ledger, path: Path) -> None:
    for start in range(0, 2000, 500):
        record(
            ledger,
            *(
                entries.SiteDocumentChanged(f"d{index}", 0, "", '{"a":"甲"}')
                for index in range(start, start + 500)
            ),
        )
    SiteDocuments(path).settle(ledger, None)
    assert len(SiteReader(path).documents()) == 2000


def test_the_recorder_writes_the_file_after_the_entry(tmp_path: Path) -> None:
    news, reader = News(), SiteReader(tmp_path / "site.json")
    made = Recorder(tmp_path / "ledger.db", BOOT, news, seeds=SEEDS)
    assert names(made.documents) == SEEDS
    made.put(entries.SiteDocumentChanged("profile", 0, "", '{"name":"乙站"}'), at(1), "clerk")
    made.put(entries.StillTalking("L1"), at(1))
    news.until_recorded(2)
    made.close()
    assert dict(reader.documents()["profile"].content) == {"name": "乙站"}


def test_a_site_begins_with_what_its_configuration_says() -> None:
    config = Path(__file__).resolve().parent.parent / "config" / "ringkeeper.toml"
    settings = load(config)
    found = seeds_for(replace(settings, site=replace(settings.site, id="s-1", name="甲站")))
    assert found["profile"] == {"id": "s-1", "name": "甲站", "address": ""}
    assert found["lines"] == {
        line.name: {"name": line.name, "number": line.number} for line in settings.lines
    }
    assert SEED_PLACES[0].is_file()
    assert set(found) == set(json.loads(SEED_PLACES[0].read_text("utf-8")))


def test_every_seed_is_accepted(ledger: Ledger, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    seeds = json.loads(SEED_PLACES[0].read_text("utf-8"))
    assert names(SiteDocuments(path).settle(ledger, seeds)) == seeds
    assert "refused" not in caplog.text


def calendar(name: str) -> dict[str, object]:
    return {"year": 2026, "days": [{"name": name, "date": "2026-01-01", "isOffDay": True}]}


def test_a_seed_that_comes_with_an_update_reaches_a_ledger_that_is_at_work(
    ledger: Ledger, path: Path
) -> None:
    SiteDocuments(path).settle(ledger, SEEDS)
    found = names(SiteDocuments(path).settle(ledger, {**SEEDS, "calendar.2026": calendar("元旦")}))
    assert found == {**SEEDS, "calendar.2026": calendar("元旦")}


def test_a_calendar_that_an_update_corrects_takes_its_place_unless_a_person_changed_it(
    ledger: Ledger, path: Path
) -> None:
    SiteDocuments(path).settle(ledger, {"calendar.2026": calendar("元旦"), "profile": {"name": "甲站"}})
    update = {"calendar.2026": calendar("新年"), "profile": {"name": "乙站"}}
    for _ in range(2):
        found = SiteDocuments(path).settle(ledger, update)
        assert found["calendar.2026"].version == 2
        assert names(found) == {"calendar.2026": calendar("新年"), "profile": {"name": "甲站"}}
    (outcome,) = record(ledger, entries.SiteDocumentChanged("calendar.2026", 0, "", canonical(calendar("改"))), actor="clerk")  # fmt: skip
    assert isinstance(outcome, Recorded)
    assert names(SiteDocuments(path).settle(ledger, update))["calendar.2026"] == calendar("改")
