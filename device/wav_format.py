"""The first bytes of a WAV file or stream in, how its samples are laid out out. Pure: it opens nothing and never raises.

Python's own `wave` knows neither floats nor WAVE_FORMAT_EXTENSIBLE, and wants a file that can be rewound; here a stream
that never ends (a pipe) is read by the same code. Source: Microsoft, Multimedia Programming Interface 1.0 (RIFF);
"Multiple Channel Audio Data and WAVE Files"; EBU Tech 3306 (RF64).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MOST_HEADER = 1 << 20  # bytes before the samples: a picture of the artist may stand there, no more
ENDLESS = 0x7FFF_0000  # lengths from here on are what a writer puts that does not know them
EXTENSIBLE = 0xFFFE
MOST_CHANNELS = 32
RATES = range(8_000, 48_001)  # what the decoders take


class Encoding(Enum):
    """How one sample is written. Little-endian; `width` in bytes."""

    UNSIGNED_8 = "u8"
    SIGNED_16 = "s16"
    SIGNED_24 = "s24"
    SIGNED_32 = "s32"
    FLOAT_32 = "f32"
    FLOAT_64 = "f64"
    A_LAW = "alaw"
    MU_LAW = "mulaw"

    @property
    def width(self) -> int:
        return _WIDTHS[self]


_WIDTHS = {
    Encoding.UNSIGNED_8: 1,
    Encoding.SIGNED_16: 2,
    Encoding.SIGNED_24: 3,
    Encoding.SIGNED_32: 4,
    Encoding.FLOAT_32: 4,
    Encoding.FLOAT_64: 8,
    Encoding.A_LAW: 1,
    Encoding.MU_LAW: 1,
}
_ENCODINGS = {  # by format tag and bits
    (1, 8): Encoding.UNSIGNED_8,
    (1, 16): Encoding.SIGNED_16,
    (1, 24): Encoding.SIGNED_24,
    (1, 32): Encoding.SIGNED_32,
    (3, 32): Encoding.FLOAT_32,
    (3, 64): Encoding.FLOAT_64,
    (6, 8): Encoding.A_LAW,
    (7, 8): Encoding.MU_LAW,
}


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """`rate`: frames a second; a frame has one sample of each channel."""

    encoding: Encoding
    rate: int
    channels: int

    @property
    def frame(self) -> int:
        """Bytes of one frame."""
        return self.encoding.width * self.channels


@dataclass(frozen=True, slots=True)
class WavHeader:
    """`start`: offset of the first sample; `length`: bytes of samples, None where the writer did not know."""

    format: SampleFormat
    start: int
    length: int | None


class WavFault(Enum):
    NOT_WAV = "not a WAV file"
    EMPTY = "there is nothing in it"
    TRUNCATED = "ends within its header"
    UNSUPPORTED = "a format that is not read here"
    RATE = "a sampling rate that is not read here"


@dataclass(frozen=True, slots=True)
class NotReadable:
    fault: WavFault
    detail: str = ""  # of an unsupported format: its tag and bits, or its channels; or its rate


def read_header(data: bytes, *, whole: bool = False) -> WavHeader | NotReadable | None:
    """The header that `data` begins with; None: more bytes are needed. `whole`: there are no more."""
    if whole and not data:
        return NotReadable(WavFault.EMPTY)
    if not looks_like_wav(data):
        return NotReadable(WavFault.NOT_WAV)
    found = _chunks(data)
    if found is None and (whole or len(data) > MOST_HEADER):
        return NotReadable(WavFault.TRUNCATED if whole else WavFault.NOT_WAV)
    return found


def looks_like_wav(data: bytes) -> bool:
    """Whether `data` is, or may become, the beginning of one."""
    return (b"RIFF".startswith(data[:4]) or b"RF64".startswith(data[:4])) and b"WAVE".startswith(data[8:12])


def _chunks(data: bytes) -> WavHeader | NotReadable | None:
    layout: SampleFormat | None = None
    position = 12
    while position + 8 <= len(data):
        kind, length = (
            data[position : position + 4],
            int.from_bytes(data[position + 4 : position + 8], "little"),
        )
        body = position + 8
        if kind == b"data":
            if layout is None:
                return NotReadable(WavFault.NOT_WAV)
            return WavHeader(layout, body, None if length == 0 or length >= ENDLESS else length)
        if kind == b"fmt ":
            if body + length > len(data):
                return None
            told = _layout(data[body : body + length])
            if isinstance(told, NotReadable):
                return told
            layout = told
        position = body + length + length % 2
    return None


def _layout(body: bytes) -> SampleFormat | NotReadable:
    if len(body) < 16:
        return NotReadable(WavFault.TRUNCATED)
    tag, channels = int.from_bytes(body[0:2], "little"), int.from_bytes(body[2:4], "little")
    rate, bits = int.from_bytes(body[4:8], "little"), int.from_bytes(body[14:16], "little")
    if tag == EXTENSIBLE and len(body) >= 26:
        tag = int.from_bytes(body[24:26], "little")  # the first two bytes of the sub-format's GUID
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None:
        return NotReadable(WavFault.UNSUPPORTED, f"0x{tag:04X}, {bits} bit")
    if not 1 <= channels <= MOST_CHANNELS:
        return NotReadable(WavFault.UNSUPPORTED, f"0x{tag:04X}, {channels} ch")
    if rate not in RATES:
        return NotReadable(WavFault.RATE, f"{rate} Hz")
    return SampleFormat(encoding, rate, channels)
