"""Command lines: how they are taken apart, and that nothing typed can break that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.exchange.at_commands import LONGEST_LINE, Command, Typed, Typewriter, parse


@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ("", []),
        ("E0V1", [Command("E", "0"), Command("V", "1")]),
        (
            "Z S0=0 E1 V1 Q0",
            [Command("Z"), Command("S", "0=0"), Command("E", "1"), Command("V", "1"), Command("Q", "0")],
        ),
        ("-SCID=1;+VCID=1;-STE=3", [Command("-SCID", "=1"), Command("+VCID", "=1"), Command("-STE", "=3")]),
        ("e0+vcid=?", [Command("E", "0"), Command("+VCID", "=?")]),
        ("+VCID?;S1?", [Command("+VCID", "?"), Command("S", "1?")]),
        ("-TRV", [Command("-TRV")]),
        ("#CID=1", [Command("#CID", "=1")]),
        ("%CCID=1", [Command("%CCID", "=1")]),
        ("&F&C1\\N3%C0", [Command("&F"), Command("&C", "1"), Command("\\N", "3"), Command("%C", "0")]),
        ("DT 0356 0123456;", [Command("D", "T03560123456;")]),
        ("S", [Command("S")]),
        ("S40.2=1S41.6=1", [Command("S", "40.2=1"), Command("S", "41.6=1")]),
        (":R6CE0", [Command(":R", "6C"), Command("E", "0")]),
        (":U49,22,7A", [Command(":U", "49,22,7A")]),
    ],
)
def test_a_line_is_taken_apart(body: str, commands: list[Command]) -> None:
    assert parse(body) == commands


@pytest.mark.parametrize("body", ["?", "=1", "E0 !", "+", "+=1", ":R", ":R6", ":X6C"])
def test_what_is_no_command_is_said_to_be_none(body: str) -> None:
    assert parse(body) is None


def typed(text: str) -> tuple[list[Typed], Typewriter]:
    typewriter = Typewriter()
    return [outcome for sign in text if (outcome := typewriter.type(sign)) is not Typed.NOTHING], typewriter


def test_noise_before_at_is_ignored_and_backspace_takes_back() -> None:
    outcomes, typewriter = typed("\n\x00xaAtE1\b0\r")
    assert outcomes == [Typed.LINE]
    assert typewriter.line == "E0"


def test_a_slash_repeats_without_a_carriage_return() -> None:
    outcomes, typewriter = typed("ATI3\rA/")
    assert outcomes == [Typed.LINE, Typed.REPEAT]
    assert typewriter.line == "I3"


def test_an_endless_line_is_bounded() -> None:
    outcomes, typewriter = typed("AT" + "X" * 10_000 + "\r")
    assert outcomes == [Typed.LINE]
    assert typewriter.too_long
    assert len(typewriter.line) == LONGEST_LINE


@given(st.text(max_size=60))
def test_parsing_never_raises(body: str) -> None:
    commands = parse(body)
    assert commands is None or all(command.name for command in commands)
