"""`ringkeeper decode`: a WAV file in, a JSON line for each caller ID and each string of digits heard in it out. Opens nothing else."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from device.caller_id import NotRead, read_message
from device.dtmf_caller_id import DtmfCallerId, Framed
from device.signals import SECOND, CallerId
from device.wav_format import MOST_HEADER, NotReadable, WavFault, WavHeader, read_header
from firmware_app.wording import Text

if TYPE_CHECKING:
    from device.dtmf import DtmfTone
    from device.fsk import FskMessage
    from device.sound_samples import Sound32

BLOCK = 1.0  # seconds decoded at once: a file of any length needs no more memory
STRING_GAP = 1.0  # seconds without a digit end a string
AFTER_FRAME = 0.2  # seconds, after a whole caller ID: the next string may follow soon
SAME = 0.1  # seconds between the channels of one recording

NO_NUMPY = Text(
    "缺少 numpy，无法解码声音。请执行：make sound",
    "numpy is missing, sound cannot be decoded. Type: make sound",
)
NOT_READ = Text("无法读取 {}：{}", "cannot read {}: {}")
FAULTS = {
    WavFault.NOT_WAV: Text("不是 WAV 文件", "not a WAV file"),
    WavFault.EMPTY: Text("文件是空的", "the file is empty"),
    WavFault.TRUNCATED: Text("文件头不完整", "the file ends within its header"),
    WavFault.UNSUPPORTED: Text("不支持的格式（{}）", "a format that is not supported ({})"),
    WavFault.RATE: Text("采样率 {}，只支持 8 至 48 kHz", "its rate is {}, only 8 to 48 kHz are read"),
}
REASONS: dict[type[OSError], Text] = {
    FileNotFoundError: Text("没有这个文件", "there is no such file"),
    IsADirectoryError: Text("这是文件夹", "it is a folder"),
    PermissionError: Text("没有读取权限", "no permission to read it"),
}
NO_CHANNEL = Text("没有第 {} 声道，只有 {} 个", "there is no channel {}, only {}")


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the output. Keys and their order are a contract with scripts."""

    kind: str
    start_s: float
    number: str | None = None
    name: str | None = None
    date_time: str | None = None
    absence: str | None = None
    checksum_ok: bool | None = None
    digits: str | None = None
    raw: str | None = None

    def saying(self, said: CallerId) -> Result:
        absence = said.absence.value if said.absence else None
        return replace(self, number=said.number, name=said.name, date_time=said.date_time, absence=absence)

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


class Unreadable(Exception):
    """The file cannot be decoded; the text says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.wav", help="录音文件 / the recording")
    parser.add_argument(
        "--channel",
        type=int,
        metavar="N",
        help="只听第 N 声道（从 1 数），默认全部 / only channel N (the first is 1); default: all",
    )
    parser.add_argument(
        "--dtmf-start",
        default="ABD",
        metavar="SYMBOLS",
        help="DTMF 主叫号码的起始符 / symbols that begin a number",
    )
    parser.add_argument(
        "--dtmf-end",
        default="C#",
        metavar="SYMBOLS",
        help="DTMF 主叫号码的结束符 / symbols that end a number",
    )
    parser.epilog = (
        "每个结果一行 JSON：kind（fsk 或 dtmf）、start_s（秒）、number、name、date_time（月日时分）、absence、\n"
        "checksum_ok、digits、raw（十六进制）；没有的为 null。校验不对的消息 checksum_ok 为 false，不给号码。\n"
        "One JSON line for each result; what does not apply is null. A damaged message has checksum_ok false and no number.\n"
        "WAV：PCM 8/16/24/32 位、浮点、A 律、µ 律，8 至 48 kHz，任意声道数。/ PCM of 8 to 32 bits, float, A-law, µ-law.\n"
        "文件读完即退出码 0（没有结果也是）。/ Exit code 0 when the file was read, also without a result."
    )


def run(args: argparse.Namespace) -> int:
    """Print what was heard; 1 and a message on stderr when the file cannot be read."""
    try:
        results = decode(args.file, args.channel, args.dtmf_start, args.dtmf_end)
    except Unreadable as why:
        print(f"{why.text.zh} / {why.text.en}", file=sys.stderr)
        return 1
    for result in results:
        print(result.line())
    return 0


def decode(path: Path, channel: int | None, dtmf_start: str, dtmf_end: str) -> list[Result]:
    """All that is heard in the file, by time. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            beginning = file.read(MOST_HEADER + 8)
            header = _header(path, beginning)
            channels = _channels(header, channel)
            _require_numpy()
            found = [_Channel(header.format.rate, dtmf_start, dtmf_end) for _ in channels]
            for block in _blocks(beginning[header.start :], file, header):
                for number, listener in zip(channels, found, strict=True):
                    listener.feed(block[number])
    except OSError as error:
        words = error.strerror or str(error)
        why = REASONS.get(type(error), Text(words, words))
        raise Unreadable(_filled(NOT_READ, path.name, why)) from error
    return _once(result for listener in found for result in listener.results())


def _require_numpy() -> None:
    try:
        importlib.import_module("numpy")
    except ModuleNotFoundError as error:
        raise Unreadable(NO_NUMPY) from error


def _header(path: Path, beginning: bytes) -> WavHeader:
    found = read_header(beginning, whole=True)
    if isinstance(found, WavHeader):
        return found
    fault = found or NotReadable(WavFault.TRUNCATED)
    said = FAULTS[fault.fault]
    why = Text(said.zh.format(fault.detail), said.en.format(fault.detail))
    raise Unreadable(_filled(NOT_READ, path.name, why))


def _filled(text: Text, name: str, why: Text) -> Text:
    return Text(text.zh.format(name, why.zh), text.en.format(name, why.en))


def _channels(header: WavHeader, wanted: int | None) -> list[int]:
    there = header.format.channels
    if wanted is None:
        return list(range(there))
    if not 1 <= wanted <= there:
        raise Unreadable(Text(NO_CHANNEL.zh.format(wanted, there), NO_CHANNEL.en.format(wanted, there)))
    return [wanted - 1]


def _blocks(held: bytes, file: BinaryIO, header: WavHeader) -> Iterator[Sound32]:
    """The samples in blocks, a row for each channel; `held` was read already. A file that ends early gives what it has.

    Nothing is read twice: the file may be a pipe.
    """
    from device.sound_samples import decoded

    size = round(BLOCK * header.format.rate) * header.format.frame
    left = sys.maxsize if header.length is None else header.length
    while left > 0:
        data, held = held[:size], held[size:]
        data = (data + file.read(size - len(data)))[:left]
        if not data:
            return
        left -= len(data)
        yield decoded(data, header.format)


class _Channel:
    """What is heard on one channel."""

    def __init__(self, rate: int, dtmf_start: str, dtmf_end: str) -> None:
        from device.dtmf import DtmfDecoder
        from device.fsk import FskDecoder

        self._rate = rate
        self._frame = dtmf_start, dtmf_end
        self._fsk, self._dtmf = FskDecoder(rate), DtmfDecoder(rate)
        self._messages: list[FskMessage] = []
        self._tones: list[DtmfTone] = []

    def feed(self, samples: Sound32) -> None:
        self._messages += self._fsk.feed(samples)
        self._tones += self._dtmf.feed(samples)

    def results(self) -> Iterator[Result]:
        """All of it; the recording is at its end."""
        for message in [*self._messages, *self._fsk.flush()]:
            yield _message(message, self._rate)
        yield from self._strings([*self._tones, *self._dtmf.flush()])

    def _strings(self, tones: list[DtmfTone]) -> Iterator[Result]:
        string: list[DtmfTone] = []
        for tone in tones:
            if string and self._ends(string, tone):
                yield self._string(string)
                string = []
            string.append(tone)
        if string:
            yield self._string(string)

    def _ends(self, string: list[DtmfTone], tone: DtmfTone) -> bool:
        gap = (tone.start - string[-1].end) / self._rate
        return gap > STRING_GAP or (gap > AFTER_FRAME and self._caller(string) is not None)

    def _string(self, string: list[DtmfTone]) -> Result:
        digits = "".join(tone.symbol for tone in string)
        result = Result("dtmf", round(string[0].start / self._rate, 3), digits=digits)
        caller = self._caller(string)
        return result if caller is None else result.saying(caller)

    def _caller(self, string: list[DtmfTone]) -> CallerId | None:
        """The caller ID that the string is, if it is framed as one and ends with its end."""
        reader = DtmfCallerId(*self._frame)
        heard = [
            each for tone in string for each in reader.feed(tone.symbol, tone.start * SECOND // self._rate)
        ]
        heard += reader.finish()
        last = heard[-1]
        return last.caller_id if isinstance(last, Framed) else None


def _message(message: FskMessage, rate: int) -> Result:
    """A damaged message gives no number, whatever stands in it."""
    start = round(message.start / rate, 3)
    result = Result("fsk", start, checksum_ok=message.checksum_ok, raw=message.data.hex())
    said = read_message(message.data) if message.checksum_ok else NotRead("damaged")
    return result if isinstance(said, NotRead) else result.saying(said)


def _once(results: Iterable[Result]) -> list[Result]:
    """By time, and what several channels of a recording have alike only once: the best reading of it."""
    kept: list[Result] = []
    for result in sorted(results, key=lambda each: (each.start_s, each.checksum_ok is False)):
        twin = next((at for at, other in enumerate(kept) if _same(result, other)), None)
        if twin is None:
            kept.append(result)
        elif result.checksum_ok and not kept[twin].checksum_ok:
            kept[twin] = result
    return kept


def _same(one: Result, other: Result) -> bool:
    """Is it one transmission? Of a damaged message the bytes are in doubt."""
    if one.kind != other.kind or abs(one.start_s - other.start_s) > SAME:
        return False
    in_doubt = one.checksum_ok is False or other.checksum_ok is False
    return in_doubt or (one.digits, one.raw) == (other.digits, other.raw)
