"""A month as one file: what is in it, who may read it, the same bytes each time."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import apsw
import pytest

from device.signals import seconds
from firmware_app.records import entries
from firmware_app.records.entry_bytes import commitment, digest, genesis
from firmware_app.records.exporting import export_month
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending
from firmware_app.records.reading import Reader
from firmware_app.settings import Site
from tests.ledger_support import BOOT, MOBILE, OTHER_MOBILE, call, instant, number, record
from tests.support import EPOCH_WALL

SITE, ZONE = Site("s-1", "甲站"), ZoneInfo("Asia/Shanghai")
SEPTEMBER, OCTOBER = "2026-09", "2026-10"  # the tests' boot is on the 21st of September
MONTH_END = 1_790_784_000 - EPOCH_WALL  # seconds from the boot to 2026-10-01 00:00 in Shanghai


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    made.append(
        [
            Pending(
                call("a", start=100, number=number(MOBILE), name=entries.Personal("name", "张三")),
                instant(seconds(111)),
            ),
            Pending(
                entries.PasswordSet("admin", entries.Personal("secret", "scrypt-hash"), True),
                instant(seconds(200)),
            ),
            Pending(call("late", "opened", start=MONTH_END - 5), instant(seconds(MONTH_END - 5))),
            Pending(call("late", start=MONTH_END - 5, number=number(MOBILE)), instant(seconds(MONTH_END))),
            Pending(
                call("next", start=MONTH_END, number=number(OTHER_MOBILE)), instant(seconds(MONTH_END + 11))
            ),
        ]
    )
    yield made
    made.close()


def export(ledger: Ledger, month: str, name: str = "out.jsonl") -> dict[str, list[dict[str, Any]]]:
    reader = Reader(ledger.path)
    path = ledger.path.parent / name
    written = export_month(reader, SITE, month, ZONE, path)
    reader.close()
    assert written is not None
    assert written.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    found: dict[str, list[dict[str, Any]]] = {"header": [], "entry": [], "party": [], "call": []}
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        found[row["record"]].append(row)
    return found


def test_a_month_is_that_of_the_site_by_the_start_of_the_call_and_the_time_of_the_entry(
    ledger: Ledger,
) -> None:
    september, october = export(ledger, SEPTEMBER), export(ledger, OCTOBER)
    assert [row["seq"] for row in september["entry"]] == [1, 2, 3]
    assert [row["seq"] for row in october["entry"]] == [4, 5]
    assert [row["id"] for row in september["call"]] == [1, 3]
    assert [row["id"] for row in october["call"]] == [5]
    assert september["header"] == [
        {
            "calls": 2,
            "chain_head": september["entry"][-1]["digest"],
            "entries": 3,
            "epoch": ledger.epoch,
            "first_seq": 1,
            "format": "ringkeeper-export",
            "format_version": 1,
            "last_seq": 3,
            "month": SEPTEMBER,
            "personal": True,
            "record": "header",
            "site": {"id": "s-1", "name": "甲站"},
            "timezone": "Asia/Shanghai",
        }
    ]


def test_the_receiver_can_check_chain_and_commitments(ledger: Ledger) -> None:
    found = export(ledger, SEPTEMBER)
    reader = Reader(ledger.path)
    prev = genesis(*reader.origin())
    reader.close()
    for row in found["entry"]:
        assert row["prev"] == prev.hex()
        fields = (
            row["seq"],
            row["boot"],
            row["mono"],
            row["wall"],
            row["actor"],
            row["kind"],
            row["version"],
            row["body"],
        )
        prev = digest(prev, *fields)
        assert row["digest"] == prev.hex()
    assert {row["content"] for row in found["party"]} == {MOBILE, "张三"}
    for row in found["party"]:
        assert row["personal"] is True
        assert commitment(bytes.fromhex(row["salt"]), row["content"], row["lookup"]) == row["commitment"]


def test_no_password_leaves_the_house(ledger: Ledger) -> None:
    export(ledger, SEPTEMBER)
    assert "scrypt-hash" not in (ledger.path.parent / "out.jsonl").read_text("utf-8")


def test_an_erased_person_is_in_no_export(ledger: Ledger) -> None:
    record(ledger, entries.PartyErased(10, "asked"))
    found = export(ledger, SEPTEMBER)
    assert MOBILE not in (ledger.path.parent / "out.jsonl").read_text("utf-8")
    assert [(row["content"], row["salt"]) for row in found["party"] if row["party"] == 10] == [(None, None)]


def test_twice_the_same_bytes_also_when_the_monitor_goes_on_in_another_month(ledger: Ledger) -> None:
    export(ledger, SEPTEMBER, "one")
    ledger.append([Pending(entries.StillTalking("L1"), instant(seconds(MONTH_END + 100)))])
    export(ledger, SEPTEMBER, "two")
    assert (ledger.path.parent / "one").read_bytes() == (ledger.path.parent / "two").read_bytes()


class BusyHouse(Reader):
    """Beside it the monitor goes on: after each question the next call ends."""

    def __init__(self, ledger: Ledger, calls: int) -> None:
        super().__init__(ledger.path)
        self._ledger, self._ending = ledger, iter(range(calls))

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[apsw.Connection]:
        with super().snapshot() as db:
            yield db
        for index in itertools.islice(self._ending, 1):
            self._ledger.append([Pending(call(f"open{index}", start=300), instant(seconds(400)))])


def test_each_call_is_as_the_entries_of_the_file_say(ledger: Ledger) -> None:
    ledger.append(
        [Pending(call(f"open{index}", "opened", start=300), instant(seconds(300))) for index in range(20)]
    )
    reader, path = BusyHouse(ledger, 20), ledger.path.parent / "busy.jsonl"
    assert export_month(reader, SITE, SEPTEMBER, ZONE, path) is not None
    reader.close()
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    ended: dict[str, bool] = {}
    opened: dict[int, str] = {}
    for row in rows:
        body = json.loads(row["body"]) if row["record"] == "entry" else {}
        if body.get("key", "").startswith("open"):
            ended[body["key"]] = body["stage"] == "closed"
            if body["stage"] == "opened":
                opened[row["seq"]] = body["key"]
    told = {opened[row["id"]]: row["ended_at"] is not None for row in rows if row.get("id") in opened}
    assert len(told) == 20
    assert told == ended


def test_only_the_owner_may_read_it_and_sha256sum_agrees(ledger: Ledger) -> None:
    (ledger.path.parent / "out.jsonl").write_text("older, and open to all")
    export(ledger, SEPTEMBER)
    for name in ("out.jsonl", "out.jsonl.sha256"):
        assert (ledger.path.parent / name).stat().st_mode & 0o777 == 0o600
    subprocess.run(
        ["sha256sum", "-c", "out.jsonl.sha256"], cwd=ledger.path.parent, check=True, capture_output=True
    )


def test_a_month_in_which_nothing_was_is_a_file_that_says_so(ledger: Ledger) -> None:
    found = export(ledger, "2031-01")
    assert [len(found[kind]) for kind in ("header", "entry", "party", "call")] == [1, 0, 0, 0]
    assert (found["header"][0]["first_seq"], found["header"][0]["chain_head"]) == (None, "")


def test_more_than_a_slice(ledger: Ledger) -> None:
    moment = instant(seconds(300))
    ledger.append(
        [
            Pending(call(f"k{index}", start=300, number=number(f"154{index:08}")), moment)
            for index in range(1100)
        ]
    )
    found = export(ledger, SEPTEMBER)
    assert (len(found["entry"]), len(found["call"]), len(found["party"])) == (
        1103,
        1102,
        1101,
    )  # one number called twice


def test_what_is_no_month_writes_nothing(ledger: Ledger) -> None:
    reader = Reader(ledger.path)
    assert export_month(reader, SITE, "2026-13", ZONE, ledger.path.parent / "out") is None
    reader.close()
    assert not (ledger.path.parent / "out").exists()
