"""Clips of a voice that people record: bytes of a WAV file in, a file that aplay can play out, or what is wrong with it.

They stand in `data_dir`/clips, one for each number that can be said (device.spoken.CLIPS), and are replaced whole.
"""

from __future__ import annotations

from pathlib import Path

from device.spoken import CLIPS
from device.wav_format import Encoding, NotReadable, WavFault, read_header
from firmware_app.records.whole_file import write_whole

MOST_BYTES = 448 * 1024  # below what a request may hold
LONGEST = 12  # seconds
PLAYED = (Encoding.UNSIGNED_8, Encoding.SIGNED_16, Encoding.SIGNED_24, Encoding.SIGNED_32)

# why a clip is refused → what the person reads
NOT_WAV = "这不是 WAV 声音文件。请把录音另存为 WAV（PCM，16 位）再上传。"
EMPTY = "文件里没有声音。"
TOO_LONG = "录音太长或文件太大：最长 12 秒，文件不超过 448 KB。请用单声道、16 kHz。"
NO_FOLDER = "存不下这段录音：面板不能写数据文件夹。请技术员检查权限。"


class Clips:
    """The clips in `folder`, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def there(self) -> set[str]:
        """The names that have a clip."""
        return {name for name in CLIPS if self._path(name).is_file()}

    def content(self, name: str) -> bytes | None:
        """The clip as it was given; None where there is none."""
        if name not in CLIPS:
            return None
        try:
            return self._path(name).read_bytes()
        except OSError:
            return None

    def keep(self, name: str, content: bytes) -> str:
        """Put it in place of the one before; empty, or why it was not kept. `name` is one of CLIPS."""
        wrong = problem(content)
        if wrong:
            return wrong
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o755)
            write_whole(self._path(name), [content], 0o644)
        except OSError:
            return NO_FOLDER
        return ""

    def forget(self, name: str) -> str:
        """Take it away; empty, or why not."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError:
            return NO_FOLDER
        return ""

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.wav"


def problem(content: bytes) -> str:
    """What is wrong with a clip; empty when nothing is."""
    if len(content) > MOST_BYTES:
        return TOO_LONG
    header = read_header(content, whole=True)
    if header is None or isinstance(header, NotReadable):
        return EMPTY if isinstance(header, NotReadable) and header.fault is WavFault.EMPTY else NOT_WAV
    if header.format.encoding not in PLAYED or header.format.channels > 2:
        return NOT_WAV
    length = (
        len(content) - header.start
        if header.length is None
        else min(header.length, len(content) - header.start)
    )
    if length < header.format.frame:
        return EMPTY
    return TOO_LONG if length > LONGEST * header.format.rate * header.format.frame else ""
