"""Entries to stored bytes and back, and the sums over them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.records import entry_bytes
from firmware_app.records.entries import CallRecorded, CheckRun, Entry, PartyRef, PasswordSet, Personal
from firmware_app.records.entry_bytes import (
    KINDS,
    READERS,
    Unreadable,
    body_of,
    commitment,
    digest,
    genesis,
    kind_of,
    parties_in,
    read_entry,
)
from tests.ledger_support import call, number

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
REFS = st.builds(PartyRef, INTEGERS, TEXTS, TEXTS)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "int": INTEGERS,
    "int | None": st.none() | INTEGERS,
    "str": TEXTS,
    "str | None": st.none() | TEXTS,
    "bool": st.booleans(),
    "bool | None": st.none() | st.booleans(),
    "Party": REFS,
    "Party | None": st.none() | REFS,
    "tuple[int, ...]": st.lists(st.integers(0, 2**62), max_size=4).map(tuple),
    "tuple[tuple[str, bool | None, str], ...]": st.lists(
        st.tuples(TEXTS, st.none() | st.booleans(), TEXTS), max_size=3
    ).map(tuple),
    "tuple[tuple[int, bool], ...] | None": st.none()
    | st.lists(st.tuples(INTEGERS, st.booleans()), max_size=3).map(tuple),
}
ENTRIES: st.SearchStrategy[Entry] = st.one_of(
    [st.builds(kind, **{f.name: VALUES[str(f.type)] for f in fields(kind)}) for kind in KINDS.values()]
)


def test_every_kind_of_the_union_can_be_read() -> None:
    assert set(KINDS.values()) == set(get_args(Entry))
    assert {str(f.type) for kind in KINDS.values() for f in fields(kind)} <= READERS.keys() == VALUES.keys()


@given(ENTRIES)
def test_what_is_written_reads_the_same(entry: Entry) -> None:
    body = body_of(entry)
    assert read_entry(kind_of(entry), 1, body) == entry
    assert json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")) == body


def test_a_body_as_it_is_stored_for_ever() -> None:
    """A change here breaks every ledger in the field: a new meaning is a new version with its own reader."""
    entry = replace(call("b:L1:1", absence="private"), name=PartyRef(40, "ab", "name"))
    assert body_of(entry) == (
        '{"absence":"private","boot":"3d9c0a3e-1c3f-4f52-9d0a-1f2e3d4c5b6a","direction":"inbound",'
        '"disposition":"no_answer","ended_mono":111000000000,"ended_wall":1790000111000000000,"hours_version":1,'
        '"in_hours":true,"key":"b:L1:1","last_edge_mono":111000000000,"line":"L1",'
        '"name":{"commitment":"ab","kind":"name","party":40},"opens_case":false,"ring_bursts":3,'
        '"ringing":11000000000,"stage":"closed","started_mono":100000000000,"started_wall":1790000100000000000,'
        '"uncertainty":10000000}'
    )


def test_people_s_data_cannot_get_into_a_body() -> None:
    with pytest.raises(TypeError, match="sealed"):
        body_of(call("k", number=number("15400000001")))


@pytest.mark.parametrize(
    ("kind", "version", "body", "reason"),
    [
        ("Nonsense", 1, "{}", "kind Nonsense version 1 is not known"),
        ("CallSeen", 2, '{"call":1}', "kind CallSeen version 2 is not known"),
        ("CallSeen", 1, '{"call":', "not JSON"),
        ("CallSeen", 1, "[" * 100_000, "not JSON"),
        ("CallSeen", 1, '{"call":' + "9" * 5000 + "}", "not JSON"),
        ("CallSeen", 1, "[1]", "not an object"),
        ("CallSeen", 1, '{"call":1,"more":2}', "fields of its kind"),
        ("CallSeen", 1, "{}", "field call"),
        ("CallSeen", 1, '{"call":true}', "field call"),
        ("CallSeen", 1, '{"call":9223372036854775808}', "field call"),
        ("StillTalking", 1, '{"line":1}', "field line"),
        ("Presence", 1, '{"present":1,"source":"panel"}', "field present"),
        ("PasswordSet", 1, '{"account":"a","must_change":true,"secret":"x"}', "field secret"),
        ("PasswordSet", 1, '{"account":"a","must_change":true,"secret":{"party":1}}', "field secret"),
        (
            "PasswordSet",
            1,
            '{"account":"a","must_change":true,"secret":{"commitment":1,"kind":"secret","party":1}}',
            "field secret",
        ),
        ("CheckRun", 1, '{"trigger":"start","results":{}}', "field results"),
        ("CheckRun", 1, '{"trigger":"start","results":[["modem",1,""]]}', "field results"),
        ("CheckRun", 1, '{"trigger":"start","results":[7]}', "field results"),
    ],
)
def test_a_body_that_does_not_fit_is_named(kind: str, version: int, body: str, reason: str) -> None:
    found = read_entry(kind, version, body)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


@given(
    st.sampled_from(sorted(KINDS)),
    st.text(max_size=40)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["call", "line", "results", "secret"]), inner)
        ),
        max_leaves=8,
    ).map(json.dumps),
)
def test_no_body_whatever_raises(kind: str, body: str) -> None:
    assert isinstance(read_entry(kind, 1, body), Unreadable | KINDS[kind])


def test_results_with_unknown_outcomes_survive() -> None:
    entry = CheckRun(None, "schedule", (("ring", True, ""), ("loop", None, "cannot tell")))
    assert read_entry("CheckRun", 1, body_of(entry)) == entry


def test_the_digest_is_the_sum_that_the_format_says() -> None:
    parts = [b"\1" * 32, b"7", b"boot", b"-5", b"9", "员工".encode(), b"CallSeen", b"1", b'{"call":3}']
    expected = sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()
    assert digest(b"\1" * 32, 7, "boot", -5, 9, "员工", "CallSeen", 1, '{"call":3}') == expected


def test_no_text_can_slip_from_one_field_into_the_next() -> None:
    assert digest(b"", 1, "a", 1, 1, "b", "c", 1, "") != digest(b"", 1, "a", 1, 1, "", "bc", 1, "")


def test_the_genesis_binds_epoch_and_moment() -> None:
    assert len({genesis("e", 1), genesis("e", 2), genesis("f", 1)}) == 3


def test_the_commitment_covers_content_and_look_up_key() -> None:
    sums = {
        commitment(b"s", "1", "1"),
        commitment(b"t", "1", "1"),
        commitment(b"s", "2", "1"),
        commitment(b"s", "1", None),
    }
    assert len(sums) == 4
    assert commitment(b"salt", "15400000001", None) == sha256(b'salt["15400000001",null]').hexdigest()


def test_parties_are_found_by_their_field() -> None:
    ref = PartyRef(3, "c", "name")
    entry: CallRecorded = call("k", number=number("15400000001"), name=ref)
    assert parties_in(entry) == {"number": number("15400000001"), "name": ref}
    assert parties_in(PasswordSet("a", Personal("secret", "h"), False)) == {"secret": Personal("secret", "h")}


def test_a_content_digest_is_plain_sha256() -> None:
    assert entry_bytes.content_digest("{}") == sha256(b"{}").hexdigest()
