"""The first bytes of a WAV file: every shape that recorders write, and everything that is none."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.wav_format import (
    MOST_HEADER,
    Encoding,
    NotReadable,
    SampleFormat,
    WavFault,
    WavHeader,
    looks_like_wav,
    read_header,
)

GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(kind: bytes, body: bytes, length: int | None = None) -> bytes:
    return kind + struct.pack("<I", len(body) if length is None else length) + body + b"\0" * (len(body) % 2)


def fmt(tag: int = 1, bits: int = 16, rate: int = 8000, channels: int = 1) -> bytes:
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits))


def wav(*chunks: bytes, riff: bytes = b"RIFF") -> bytes:
    return riff + b"\xff\xff\xff\xff" + b"WAVE" + b"".join(chunks)


@pytest.mark.parametrize(
    ("tag", "bits", "encoding"),
    [
        (1, 8, Encoding.UNSIGNED_8),
        (1, 16, Encoding.SIGNED_16),
        (1, 24, Encoding.SIGNED_24),
        (1, 32, Encoding.SIGNED_32),
        (3, 32, Encoding.FLOAT_32),
        (3, 64, Encoding.FLOAT_64),
        (6, 8, Encoding.A_LAW),
        (7, 8, Encoding.MU_LAW),
    ],
)
def test_each_encoding(tag: int, bits: int, encoding: Encoding) -> None:
    found = read_header(wav(fmt(tag, bits, 44_100, 2), chunk(b"data", b"", 800)))
    assert found == WavHeader(SampleFormat(encoding, 44_100, 2), 44, 800)
    assert found.format.frame == bits // 4


def test_extensible_says_in_its_guid_what_it_is() -> None:
    body = struct.pack("<HHIIHHHHI", 0xFFFE, 2, 48_000, 288_000, 6, 24, 22, 24, 3) + b"\x01\0" + GUID_TAIL
    found = read_header(wav(chunk(b"fmt ", body), chunk(b"data", b"", 6)))
    assert isinstance(found, WavHeader)
    assert found.format == SampleFormat(Encoding.SIGNED_24, 48_000, 2)
    short = struct.pack("<HHIIHH", 0xFFFE, 2, 48_000, 288_000, 6, 24)
    unsupported = read_header(wav(chunk(b"fmt ", short), chunk(b"data", b"")))
    assert unsupported == NotReadable(WavFault.UNSUPPORTED, "0xFFFE, 24 bit")


def test_chunks_before_the_samples_are_passed_over_odd_ones_with_their_padding() -> None:
    data = wav(
        chunk(b"JUNK", b"x" * 27), fmt(), chunk(b"LIST", b"INFO"), chunk(b"data", b"", 2), riff=b"RF64"
    )
    found = read_header(data)
    assert isinstance(found, WavHeader)
    assert (found.start, found.length) == (len(data), 2)


@pytest.mark.parametrize("length", [0, 0x7FFF_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF])
def test_a_writer_that_does_not_know_the_length_writes_on_to_the_end(length: int) -> None:
    found = read_header(wav(fmt(), chunk(b"data", b"", length)))
    assert isinstance(found, WavHeader)
    assert found.length is None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", WavFault.EMPTY),
        (b"RIF", WavFault.TRUNCATED),
        (b"ID3\x04 an mp3 file", WavFault.NOT_WAV),
        (b"RIFF\0\0\0\0AVI LIST", WavFault.NOT_WAV),
        (wav(fmt()), WavFault.TRUNCATED),
        (wav(fmt())[:30], WavFault.TRUNCATED),
        (wav(chunk(b"fmt ", b"\x01\0\x01\0")), WavFault.TRUNCATED),
        (wav(chunk(b"data", b"1234")), WavFault.NOT_WAV),
        (wav(fmt(tag=2, bits=4)), WavFault.UNSUPPORTED),
        (wav(fmt(rate=7_999)), WavFault.RATE),
        (wav(fmt(rate=48_001)), WavFault.RATE),
        (wav(fmt(channels=0)), WavFault.UNSUPPORTED),
        (wav(fmt(channels=33)), WavFault.UNSUPPORTED),
    ],
)
def test_what_is_no_wav_file(data: bytes, fault: WavFault) -> None:
    found = read_header(data, whole=True)
    assert isinstance(found, NotReadable)
    assert found.fault is fault


def test_a_stream_is_waited_for_but_not_for_ever() -> None:
    data = wav(fmt(), chunk(b"data", b"", 2))
    assert all(read_header(data[:length]) is None for length in range(len(data)))
    assert isinstance(read_header(data), WavHeader)
    assert read_header(wav(chunk(b"JUNK", b"", 1 << 30)) + b"\0" * MOST_HEADER) == NotReadable(
        WavFault.NOT_WAV
    )


def test_what_may_become_one_looks_like_one() -> None:
    assert all(looks_like_wav(b"RIFF1234WAVEfmt "[:length]) for length in range(16))
    assert not looks_like_wav(b"\0\0\x01\0")
    assert not looks_like_wav(b"RIFF1234AVI ")


@given(st.binary(max_size=120), st.booleans())
def test_any_bytes_are_answered(data: bytes, whole: bool) -> None:
    for given_bytes in (data, wav(data), wav(fmt(), data)):
        found = read_header(given_bytes, whole=whole)
        assert found is None or isinstance(found, NotReadable | WavHeader)
        assert not (whole and found is None)
