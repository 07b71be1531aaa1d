"""What a client of the pins' socket may say: whole commands, or nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from device.pins_socket import Drive, Level, Ready, parse


@given(
    st.binary(max_size=60)
    | st.from_regex(rb"\Adrive -?[0-9]{1,4} [0-2] -?[0-9]{1,21}\Z")
    | st.from_regex(rb"\Alevel -?[0-9]{1,4} [0-2]( [0-9])?\Z")
)
def test_whatever_is_said_it_is_a_command_or_it_is_not(line: bytes) -> None:
    match parse(line):
        case Drive(pin, level, stamp):
            assert [b"drive", pin, level, stamp] == _words(line)
            assert (0 <= pin <= 999, level in (0, 1), 0 <= stamp < 2**63) == (True, True, True)
        case Level(pin, level):
            assert [b"level", pin, level] == _words(line)
            assert (0 <= pin <= 999, level in (0, 1)) == (True, True)
        case Ready():
            assert line.split() == [b"ready"]


def _words(line: bytes) -> list[bytes | int]:
    name, *numbers = line.split()
    return [name, *map(int, numbers)]


def test_commands_are_told_apart() -> None:
    stamp = 2**63 - 1
    assert parse(b"drive 17 0 %d" % stamp) == Drive(17, 0, stamp)
    assert parse(b"drive 17 0 %d" % (stamp + 1)) is None
    assert parse(b" level 27 1") == Level(27, 1)
    assert isinstance(parse(b"ready"), Ready)
