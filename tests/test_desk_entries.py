"""What a person may record: every allowed kind, and every way to get it wrong."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.desk_entries import ALLOWED, from_desk
from firmware_app.records import entries
from firmware_app.wording import Text

GOOD: list[tuple[str, dict[str, Any], entries.Entry]] = [
    ("CallSeen", {"call": 12}, entries.CallSeen(12)),
    ("CallSettled", {"call": 3, "disposition": "answered"}, entries.CallSettled(3, "answered", "panel")),
    (
        "CallbackAttempted",
        {"case": 7, "outcome": "reached"},
        entries.CallbackAttempted(7, "reached", "self_reported", closes=False),
    ),
    (
        "CallbackPostponed",
        {"case": 7, "until_wall": 1_795_500_000_000_000_000},
        entries.CallbackPostponed(7, 1_795_500_000_000_000_000),
    ),
    (
        "CaseClosed",
        {"case": 7, "state": "not_needed", "reason": "wrong_number", "approved_by": "站长"},
        entries.CaseClosed(7, "not_needed", "wrong_number", "站长"),
    ),
    ("CaseReopened", {"case": 7}, entries.CaseReopened(7)),
    (
        "NumberNoted",
        {"number": "015400000001"},
        entries.NumberNoted(entries.Personal("number", "015400000001", "15400000001")),
    ),
    (
        "NumberMarked",
        {"number": "15400000001", "mark": "test", "approved_by": "站长"},
        entries.NumberMarked(entries.Personal("number", "15400000001", "15400000001"), "test", "站长"),
    ),
    (
        "DialAsked",
        {"line": "L1", "dial_form": "zero_mobile"},
        entries.DialAsked("L1", None, "zero_mobile"),
    ),
    (
        "CarrierBill",
        {"month": "2026-10", "line": "L1", "figures": "{}"},
        entries.CarrierBill("2026-10", "L1", "{}"),
    ),
    ("Presence", {"present": False}, entries.Presence(False, "panel")),
    ("StillTalking", {"line": "L2"}, entries.StillTalking("L2")),
    (
        "MessageSent",
        {"channel": "群", "kind": "wecom", "occasion": "test", "outcome": "failed", "detail": "HTTP 500"},
        entries.MessageSent("群", "wecom", "test", "failed", "HTTP 500"),
    ),
    (
        "PasswordSet",
        {"account": "admin", "secret": {"kind": "secret", "content": "scrypt:…"}, "must_change": True},
        entries.PasswordSet("admin", entries.Personal("secret", "scrypt:…"), True),
    ),
    (
        "AccountSet",
        {"account": "wang", "person": "王芳", "role": "clerk", "active": True},
        entries.AccountSet("wang", "王芳", "clerk", active=True),
    ),
    (
        "PinSet",
        {"account": "wang", "secret": {"kind": "secret", "content": "scrypt:…"}},
        entries.PinSet("wang", entries.Personal("secret", "scrypt:…")),
    ),
    ("PinSet", {"account": "wang"}, entries.PinSet("wang")),
    (
        "SignInNoted",
        {"account": "", "what": "failed", "how": "pin", "desk": "d1"},
        entries.SignInNoted("", "failed", "pin", "d1"),
    ),
    (
        "DeskPaired",
        {"desk": "d1", "name": "柜台", "secret": {"kind": "secret", "content": "ab"}},
        entries.DeskPaired("d1", "柜台", entries.Personal("secret", "ab")),
    ),
    ("DeskUnpaired", {"desk": "d1"}, entries.DeskUnpaired("d1")),
    ("RecoveryUsed", {"account": "admin"}, entries.RecoveryUsed("admin")),
    (
        "HandedOver",
        {"giver": "wang", "taker": "li", "cases": [7, 9], "remark": "下午来电多"},
        entries.HandedOver("wang", "li", (7, 9), entries.Personal("text", "下午来电多")),
    ),
    (
        "PaperMade",
        {
            "account": "wang",
            "paper": "calls",
            "form": "xlsx",
            "since": "2026-11-01",
            "until": "2026-11-30",
            "rows": 0,
            "full": True,
            "reason": "迎检",
        },
        entries.PaperMade("wang", "calls", "xlsx", "2026-11-01", "2026-11-30", 0, True, "迎检"),
    ),
    (
        "TalkNoted",
        {
            "call": 5,
            "outcome": "registered",
            "topic": "社保",
            "person": "张先生",
            "matter": "补缴",
            "answers": "{}",
        },
        entries.TalkNoted(
            5,
            "registered",
            "社保",
            entries.Personal("name", "张先生"),
            entries.Personal("text", "补缴"),
            entries.Personal("text", "{}"),
        ),
    ),
    ("HelpAsked", {"line": "L1"}, entries.HelpAsked("L1")),
    ("HelpEnded", {"help": 4}, entries.HelpEnded(4)),
    (
        "CardSaved",
        {"kind": "phrase", "content": '{"title":"开头语"}', "initials": "kty", "card": 4},
        entries.CardSaved("phrase", '{"title":"开头语"}', "kty", 4),
    ),
    ("CardRetired", {"card": 4}, entries.CardRetired(4)),
    (
        "NoticeGiven",
        {"card": 4, "version": 2, "ticked": [0, 3], "printed": False},
        entries.NoticeGiven(4, 2, None, (0, 3), False),
    ),
    (
        "CallEntered",
        {
            "line": "L1",
            "started_wall": 1_795_500_000_000_000_000,
            "number": "15400000001",
            "remark": "话机上看到",
        },
        entries.CallEntered(
            "L1",
            1_795_500_000_000_000_000,
            entries.Personal("number", "15400000001", "15400000001"),
            None,
            entries.Personal("text", "话机上看到"),
        ),
    ),
    ("CallEntered", {"line": "L1", "started_wall": 1}, entries.CallEntered("L1", 1)),
    ("NumberRevealed", {"account": "admin", "call": 5}, entries.NumberRevealed("admin", 5)),
    (
        "NumberRevealed",
        {"account": "admin", "call": 5, "reason": "核对"},
        entries.NumberRevealed("admin", 5, "核对"),
    ),
    (
        "SiteDocumentChanged",
        {"name": "service_hours", "content": "{}"},
        entries.SiteDocumentChanged("service_hours", 0, "", "{}"),
    ),
]


@pytest.mark.parametrize(
    ("kind", "body", "entry"),
    [
        (
            "CallbackAttempted",
            {"case": 7, "outcome": "voicemail", "means": "wechat", "after": 2},
            entries.CallbackAttempted(7, "voicemail", "wechat", closes=False, after=2),
        ),
        ("CallbackPostponed", {"case": 7, "until_wall": None}, entries.CallbackPostponed(7, None)),
        (
            "CaseClosed",
            {"case": 7, "state": "not_callable", "reason": "vacant", "approved_by": "", "note": " 停用 "},
            entries.CaseClosed(7, "not_callable", "vacant", "", entries.Personal("text", "停用")),
        ),
        (
            "NumberNoted",
            {"number": "0356-0123456", "note": "听力不便", "other": "154 0000 0002"},
            entries.NumberNoted(
                entries.Personal("number", "0356-0123456", "03560123456"),
                entries.Personal("text", "听力不便"),
                entries.Personal("number", "154 0000 0002", "15400000002"),
            ),
        ),
        ("DialAsked", {"line": "L1", "case": 7, "dial_form": "local"}, entries.DialAsked("L1", 7, "local")),
    ],
)
def test_what_may_be_said_besides(kind: str, body: dict[str, Any], entry: entries.Entry) -> None:
    assert from_desk(kind, body) == entry


def test_the_examples_cover_every_allowed_kind() -> None:
    assert {kind for kind, _, _ in GOOD} == set(ALLOWED)


MAY_LACK: dict[str, set[str]] = {
    "PinSet": {"secret"},
    "SignInNoted": {"desk"},
    "HandedOver": {"remark"},
    "PaperMade": {"reason"},
    "TalkNoted": {"topic", "person", "matter", "answers"},
    "HelpAsked": {"line", "call"},
    "CardSaved": {"initials", "card"},
    "CallEntered": {"number", "remark"},
    "NumberRevealed": {"reason"},
}


@pytest.mark.parametrize(("kind", "body", "entry"), GOOD, ids=[kind for kind, _, _ in GOOD])
def test_a_right_body_is_its_entry(kind: str, body: dict[str, Any], entry: entries.Entry) -> None:
    assert from_desk(kind, body) == entry


@pytest.mark.parametrize(("kind", "body", "entry"), GOOD, ids=[kind for kind, _, _ in GOOD])
def test_each_missing_field_is_named(kind: str, body: dict[str, Any], entry: entries.Entry) -> None:
    for key in body.keys() - MAY_LACK.get(kind, set()):
        refused = from_desk(kind, {k: v for k, v in body.items() if k != key})
        assert isinstance(refused, Text)
        assert key in refused.zh
        assert key in refused.en


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("CallSeen", {"call": True}),
        ("CallSeen", {"call": 0}),
        ("CallSeen", {"call": "12"}),
        ("CallSeen", {"call": 2**70}),
        ("CallSettled", {"call": 3, "disposition": "abandoned"}),
        ("CallbackAttempted", {"case": 7, "outcome": "perhaps"}),
        ("Presence", {"present": 1}),
        ("StillTalking", {"line": ""}),
        (
            "PasswordSet",
            {"account": "admin", "secret": {"kind": "number", "content": "x"}, "must_change": True},
        ),
        ("PasswordSet", {"account": "admin", "secret": "x", "must_change": True}),
        ("CallbackAttempted", {"case": 7, "outcome": "unknown"}),
        ("CallbackAttempted", {"case": 7, "outcome": "reached", "means": "pigeon"}),
        ("CallbackPostponed", {"case": 7, "until_wall": 0}),
        ("CaseClosed", {"case": 7, "state": "reached", "reason": "other", "approved_by": "x"}),
        ("CaseClosed", {"case": 7, "state": "not_callable", "reason": "nuisance", "approved_by": "x"}),
        ("CaseClosed", {"case": 7, "state": "not_needed", "reason": "other", "approved_by": "x" * 65}),
        (
            "CaseClosed",
            {"case": 7, "state": "not_needed", "reason": "other", "approved_by": "x", "note": "x" * 201},
        ),
        ("NumberNoted", {"number": "P", "note": "x"}),
        ("NumberNoted", {"number": "15400000001", "note": "  "}),
        ("NumberNoted", {"number": "15400000001", "other": "x" * 41}),
        ("NumberMarked", {"number": "15400000001", "mark": "friend", "approved_by": "x"}),
        ("DialAsked", {"line": "L1", "dial_form": "15400000001"}),
        ("CallRecorded", {}),
        ("StillTalking", {"line": "x" * 65}),
        (
            "PasswordSet",
            {"account": "admin", "secret": {"kind": "secret", "content": "x" * 513}, "must_change": True},
        ),
        ("SiteDocumentChanged", {"name": "x" * 65, "content": "{}"}),
        ("SiteDocumentChanged", {"name": "x", "content": "x" * 200_001}),
        ("Stopped", {"reason": "x"}),
        ("AccountSet", {"account": "wang", "person": "王芳", "role": "king", "active": True}),
        ("AccountSet", {"account": "wang", "person": "王芳", "role": "clerk", "active": 1}),
        ("PinSet", {"account": "wang", "secret": "1234"}),
        ("SignInNoted", {"account": "wang", "what": "came", "how": "pin"}),
        ("HandedOver", {"giver": "wang", "taker": "li", "cases": "7"}),
        ("HandedOver", {"giver": "wang", "taker": "li"}),
        ("HandedOver", {"giver": "wang", "taker": "li", "cases": [-1]}),
        ("HandedOver", {"giver": "wang", "taker": "li", "cases": [True]}),
        ("TalkNoted", {"call": 5, "outcome": "lunch"}),
        ("TalkNoted", {"call": 5, "outcome": "registered", "matter": " "}),
        ("CardSaved", {"kind": "joker", "content": "{}"}),
        ("NoticeGiven", {"card": 4, "version": 2, "ticked": [0] * 101, "printed": False}),
        ("CallEntered", {"line": "L1", "started_wall": 1, "number": "P"}),
        ("RecoveryMade", {"secret": {"kind": "secret", "content": "x"}, "boot": "b", "until_mono": 1}),
    ],
)
def test_what_nobody_may_record_is_refused(kind: str, body: dict[str, Any]) -> None:
    assert isinstance(from_desk(kind, body), Text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.sampled_from([*ALLOWED, "x"]),
    st.dictionaries(
        st.sampled_from(
            [
                "call",
                "case",
                "disposition",
                "outcome",
                "present",
                "line",
                "account",
                "secret",
                "must_change",
                "means",
                "until_wall",
                "state",
                "reason",
                "approved_by",
                "note",
                "number",
                "other",
                "mark",
                "dial_form",
            ]
        ),
        values,
    ),
)
def test_any_body_gives_an_entry_or_a_sentence(kind: str, body: dict[str, Any]) -> None:
    assert isinstance(from_desk(kind, body), (Text, *get_args(entries.Entry)))
