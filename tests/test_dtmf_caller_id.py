"""Framings of caller ID by DTMF: numbers, absences, what is refused, and what somebody dialled out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.dtmf_caller_id import (
    GAP,
    LONGEST,
    SHORTEST,
    SYMBOLS,
    Dialled,
    DtmfCallerId,
    Framed,
    Heard,
    NotFramed,
)
from device.signals import MILLISECOND, Absence, CallerId

BEAT = 140 * MILLISECOND
NUMBER = "13800138000"


def played(
    text: str, *, reader: DtmfCallerId | None = None, on_hook: bool = False, beat: int = BEAT, at: int = 0
) -> list[Heard]:
    """What is said of the symbols, a `beat` apart (a space leaves one out), and after a long pause."""
    reader = reader or DtmfCallerId()
    said: list[Heard] = []
    for index, symbol in enumerate(text):
        if symbol != " ":
            said += reader.feed(symbol, at + index * beat, on_hook)
    return said + reader.expire(at + len(text) * beat + GAP)


def only(text: str, reader: DtmfCallerId | None = None, on_hook: bool = False) -> CallerId | str:
    """The caller ID, or the reason why there is none."""
    (one,) = played(text, reader=reader, on_hook=on_hook)
    assert not isinstance(one, Dialled)
    return one.caller_id if isinstance(one, Framed) else one.reason


# -- framings


@pytest.mark.parametrize(
    ("text", "caller_id"),
    [
        (f"A{NUMBER}#", CallerId(number=NUMBER)),
        (f"A{NUMBER}C", CallerId(number=NUMBER)),
        (f"D{NUMBER}C", CallerId(number=NUMBER)),
        (f"D{NUMBER}#", CallerId(number=NUMBER)),
        ("A110#", CallerId(number="110")),
        ("B00C", CallerId(absence=Absence.OUT_OF_AREA)),
        ("B00#", CallerId(absence=Absence.OUT_OF_AREA)),
        ("B10C", CallerId(absence=Absence.PRIVATE)),
        ("D1#", CallerId(absence=Absence.PRIVATE)),
        ("D2#", CallerId(absence=Absence.OUT_OF_AREA)),
        ("D3#", CallerId(absence=Absence.OUT_OF_AREA)),
        ("A00000C", CallerId(absence=Absence.OUT_OF_AREA)),
        (f"A{NUMBER}D03561234567C", CallerId(number=NUMBER)),
        (f"D03561234567A{NUMBER}C", CallerId(number=NUMBER)),
        (f"A{NUMBER}B00C", CallerId(number=NUMBER)),
        (f"a{NUMBER}c", CallerId(number=NUMBER)),
    ],
)
def test_a_framing_says_who(text: str, caller_id: CallerId) -> None:
    assert only(text) == caller_id


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("D1C", "1 digits"),
        ("D4#", "an unknown code"),
        ("B20C", "an unknown code"),
        ("BC", "an unknown code"),
        ("AC", "0 digits"),
        ("A#", "0 digits"),
        ("A12C", "2 digits"),
        (f"A{'1' * (LONGEST + 1)}C", "21 digits"),
        (f"A{'1' * 500}C", "too long"),
        ("A138*00C", "a symbol out of place"),
        ("A13800", "no end"),
        ("A", "no end"),
        ("C", "no start"),
        ("D1380013 000C", "a digit is missing"),
        ("D 3800138000C", "a digit is missing"),
        ("D1380013800 C", "a digit is missing"),
    ],
)
def test_what_cannot_be_believed_is_refused(text: str, reason: str) -> None:
    said = only(text)
    assert said == reason


def test_a_hash_within_a_string_that_only_c_ends_is_out_of_place() -> None:
    assert only("A13#800C", DtmfCallerId(end="C")) == "a symbol out of place"


@pytest.mark.parametrize(
    ("start", "end", "text", "number"),
    [
        ("B", "C", "B03561234567C", "03561234567"),
        ("D", "A", "D03561234567A", "03561234567"),
        ("AD", "", "D03561234567", "03561234567"),
        ("*", "#", "*03561234567#", "03561234567"),
        ("d", "c", "D03561234567C", "03561234567"),
    ],
)
def test_other_framings_can_be_configured(start: str, end: str, text: str, number: str) -> None:
    assert only(text, DtmfCallerId(start, end), on_hook=True) == CallerId(number=number)


def test_a_b_that_begins_numbers_still_tells_absence() -> None:
    assert only("B10C", DtmfCallerId("B", "C")) == CallerId(absence=Absence.PRIVATE)


def test_a_letter_that_begins_nothing_is_refused_at_once() -> None:
    (said, *rest) = played("A123", reader=DtmfCallerId(start="D"))
    assert said == NotFramed("A", "no start", 0, 0)
    assert rest == [Dialled(symbol, (1 + index) * BEAT) for index, symbol in enumerate("123")]


# -- on the hook, off the hook


def test_digits_are_dialled_at_once() -> None:
    reader = DtmfCallerId()
    for index, symbol in enumerate("0123456789*#"):
        assert reader.feed(symbol, index * BEAT) == [Dialled(symbol, index * BEAT)]
        assert not reader.holding


def test_on_the_hook_a_number_may_lack_its_start_but_not_its_end() -> None:
    assert only(NUMBER + "C", on_hook=True) == CallerId(number=NUMBER)
    assert only(NUMBER, on_hook=True) == "no end"


def test_a_star_on_the_hook_begins_nothing() -> None:
    assert played("*", on_hook=True) == [Dialled("*", 0)]


def test_a_framing_counts_off_the_hook_too() -> None:
    """Hook sensors are late; no telephone has the letters."""
    assert only(f"D{NUMBER}C") == CallerId(number=NUMBER)


# -- time


def test_places_are_those_of_the_first_and_the_last_symbol() -> None:
    (said,) = played("A110#", at=7)
    assert isinstance(said, Framed)
    assert (said.started, said.ended) == (7, 7 + 4 * BEAT)


def test_a_string_waits_for_its_gap_and_no_longer() -> None:
    reader = DtmfCallerId()
    assert reader.next_deadline() is None
    assert reader.expire(10**12) == []
    assert reader.feed("A", 5) == []
    assert reader.holding
    assert reader.next_deadline() == 5 + GAP
    assert reader.expire(5 + GAP - 1) == []
    assert reader.expire(5 + GAP) == [NotFramed("A", "no end", 5, 5)]
    assert reader.next_deadline() is None


def test_a_string_without_an_end_is_not_kept_and_never_a_number() -> None:
    """Its first section is a number: what came behind it says that something is wrong."""
    reader = DtmfCallerId()
    sizes = set()
    for index, symbol in enumerate("A15400001234D" + "0" * 5_000):
        assert reader.feed(symbol, index * BEAT) == []
        sizes.add(len(reader._times))
    assert max(sizes) < 100
    assert reader.next_deadline() == 5_012 * BEAT + GAP
    (said,) = reader.feed("C", 5_013 * BEAT)
    assert isinstance(said, NotFramed)
    assert (said.reason, said.started, said.ended, len(said.symbols)) == ("too long", 0, 5_013 * BEAT, 62)


@pytest.mark.parametrize(("more", "number"), [(47, "15400001234"), (48, None)])
def test_sixty_symbols_are_a_string_and_one_more_is_not(more: int, number: str | None) -> None:
    said = only("A15400001234D" + "0" * more + "C")
    assert said == (CallerId(number=number) if number else "too long")


def test_a_digit_long_after_a_string_that_broke_off_is_dialled() -> None:
    reader = DtmfCallerId()
    reader.feed("A", 0)
    assert reader.feed("5", GAP) == [NotFramed("A", "no end", 0, 0), Dialled("5", GAP)]


def test_the_end_of_everything_ends_a_string() -> None:
    reader = DtmfCallerId()
    assert reader.finish() == []
    reader.feed("D", 0)
    assert reader.finish() == [NotFramed("D", "no end", 0, 0)]


# -- whatever comes


@given(
    digits=st.text("0123456789", min_size=SHORTEST, max_size=LONGEST).filter(
        lambda text: text.strip("0") != ""
    ),
    frame=st.sampled_from(["A#", "AC", "D#", "DC"]),
    beat=st.sampled_from([100, 140, 240, 456]),
    jitter=st.lists(st.integers(-8, 8), min_size=LONGEST + 2, max_size=LONGEST + 2),
)
@settings(max_examples=150, deadline=None)
def test_a_number_is_read_as_sent_or_not_at_all(
    digits: str, frame: str, beat: int, jitter: list[int]
) -> None:
    text = frame[0] + digits + frame[1]
    for lost in (None, *range(1, len(text) - 1)):
        reader = DtmfCallerId()
        said: list[Heard] = []
        for index, symbol in enumerate(text):
            if index != lost:
                said += reader.feed(symbol, (index * beat + jitter[index]) * MILLISECOND)
        said += reader.finish()
        if lost is None:
            assert [each.caller_id for each in said if isinstance(each, Framed)] == [CallerId(number=digits)]
        elif len(text) > 5:  # of fewer intervals nobody can say which is the usual
            assert not any(isinstance(each, Framed) for each in said), (text, lost)


@given(
    text=st.text(SYMBOLS + "x \n五", max_size=60),
    start=st.text(SYMBOLS, max_size=4),
    end=st.text(SYMBOLS, max_size=3),
    gaps=st.lists(st.sampled_from([-1, 0, BEAT, GAP - 1, GAP, 3 * GAP]), min_size=60, max_size=60),
    on_hook=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_every_symbol_comes_out_once_whatever_comes(
    text: str, start: str, end: str, gaps: list[int], on_hook: bool
) -> None:
    reader = DtmfCallerId(start, end)
    said: list[Heard] = []
    at = 0
    for symbol, gap in zip(text, gaps, strict=False):
        at += gap
        said += reader.feed(symbol, at, on_hook)
    said += reader.finish()
    told = "".join(
        each.symbol if isinstance(each, Dialled) else each.symbols if isinstance(each, NotFramed) else ""
        for each in said
    )
    wanted = [symbol for symbol in text if symbol in SYMBOLS]
    assert len(told) <= len(wanted)
    if not any(isinstance(each, Framed) for each in said):
        assert told == "".join(wanted)
    for framed in (each for each in said if isinstance(each, Framed)):
        number = framed.caller_id.number
        assert number is None or (number in "".join(wanted) and SHORTEST <= len(number) <= LONGEST)
