"""What the exchange sends is what the product hears: every format of caller ID, read back by the product's own reader."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from device.at_protocol import ModemReader
from device.caller_id import CallerIdBlock, read_message
from device.exchange.caller_id_sender import Dialect, formatted, mdmf, sdmf, unformatted
from device.modem_events import Digits, FieldHeard, MessageHeard
from device.signals import Absence, CallerId

NAMELESS = {Dialect.MISTER, Dialect.CALLER_ID_COLON, Dialect.BARE}
DATELESS = NAMELESS | {Dialect.BLANK_DATE}
NAMES = ["JOHN DOE", "SPRINGFIELD MA", "A=B", "张三", "王小燕", "泽州县便民站", None]
NUMBERS = st.one_of(
    st.sampled_from(["110", "885", "2217000", "15400001234", "03560123456", "008615400001234", "1" * 15]),
    st.from_regex(r"\A[1-9][0-9]{6,14}\Z"),
)
DATES = st.builds(
    "{:02d}{:02d}{:02d}{:02d}".format,
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
)
CALLERS = st.one_of(
    st.builds(CallerId, NUMBERS, st.sampled_from(NAMES), st.none(), DATES),
    st.builds(CallerId, st.none(), st.none(), st.sampled_from(Absence), DATES),
)


def heard(printed: bytes) -> CallerId:
    """Through the product's reader of modem bytes and its caller-ID block."""
    block, message = CallerIdBlock(), CallerId()
    for event in ModemReader().receive(printed):
        match event:
            case FieldHeard(key, value):
                block = block.with_field(key, value)
                assert not block.unreadable
            case MessageHeard(whole):
                read = read_message(whole)
                assert isinstance(read, CallerId)
                message = message.merged(read)
            case Digits():
                message = message.merged(CallerId(event.digits))
            case _:
                raise AssertionError(f"not understood: {event}")
    return block.caller_id.merged(message)


@given(CALLERS)
@settings(max_examples=200)
def test_messages(caller_id: CallerId) -> None:
    assert heard(unformatted(mdmf(caller_id))) == caller_id
    assert heard(unformatted(sdmf(caller_id))) == replace(caller_id, name=None)


@given(CALLERS, st.sampled_from(Dialect))
@settings(max_examples=300)
def test_formatted_blocks(caller_id: CallerId, dialect: Dialect) -> None:
    expected = caller_id
    if dialect in NAMELESS:
        expected = replace(expected, name=None)
    if dialect in DATELESS:
        expected = replace(expected, date_time=None)
    if dialect is Dialect.BARE:
        expected = replace(expected, absence=None)
    assert heard(formatted(caller_id, dialect)) == expected


@given(CALLERS)
def test_a_broken_message_gives_no_number(caller_id: CallerId) -> None:
    for make in (mdmf, sdmf):
        assert not isinstance(read_message(make(caller_id, damaged=True)), CallerId)
