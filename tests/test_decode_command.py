"""`ringkeeper decode`: a JSON line for each caller ID and each string of digits, none from what is damaged, plain words for the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.exchange.fsk_sound import fsk_samples
from device.exchange.tone_sound import dtmf_samples, voice_samples
from firmware_app.__main__ import main
from tests.sound_support import RATE, Sound32, silence, wav_bytes

ROOT = Path(__file__).resolve().parent.parent
KEYS = ["kind", "start_s", "number", "name", "date_time", "absence", "checksum_ok", "digits", "raw"]
NUMBER = "801601083033313731363536020A32313536343330313434BA"  # LINE 1.2
NAMED = "802101083132313831353433020A3630363232343133353907094A6F6520536D69746858"


def decode(
    path: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, list[dict[str, Any]], str]:
    code = main(["decode", str(path), *options])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def written(folder: Path, *parts: Sound32, rate: int = RATE, channels: int = 1) -> Path:
    path = folder / "call.wav"
    path.write_bytes(wav_bytes(np.concatenate(parts), rate, channels=channels))
    return path


def stereo(left: Sound32, right: Sound32) -> Sound32:
    return np.stack([left, right], axis=1).reshape(-1)


def message(raw: str, rate: int = RATE) -> Sound32:
    return np.concatenate([silence(0.5, rate), fsk_samples(bytes.fromhex(raw), rate), silence(0.5, rate)])


def test_each_result_is_a_line_with_all_keys_in_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dtmf = dtmf_samples("D15400001234C", RATE)
    code, (first, second), err = decode(written(tmp_path, message(NAMED), dtmf, silence(0.5)), capsys)
    assert (code, err) == (0, "")
    assert list(first) == list(second) == KEYS
    assert abs(first.pop("start_s") - 0.5) < 0.03
    assert first == {
        **{"kind": "fsk", "number": "6062241359", "name": "Joe Smith", "date_time": "12181543"},
        **{"absence": None, "checksum_ok": True, "digits": None, "raw": NAMED.lower()},
    }
    assert second["number"] == "15400001234"
    assert (second["kind"], second["digits"]) == ("dtmf", "D15400001234C")
    assert all(second[key] is None for key in ("name", "date_time", "absence", "checksum_ok", "raw"))
    assert second["start_s"] == round(second["start_s"], 3)


def test_the_lines_are_compact_json_in_utf_8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "王小燕".encode("gb2312")
    body = b"\x02\x0b15400001234\x07" + bytes([len(name)]) + name
    whole = bytes([0x80, len(body)]) + body
    raw = (whole + bytes([-sum(whole) % 256])).hex()
    assert main(["decode", str(written(tmp_path, message(raw)))]) == 0
    assert '"name":"王小燕","date_time":null' in capsys.readouterr().out


def test_a_damaged_message_has_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = NUMBER[:-2] + "BB"
    code, (found,), _ = decode(written(tmp_path, message(broken)), capsys)
    assert (code, found["checksum_ok"]) == (0, False)
    assert all(found[key] is None for key in ("number", "name", "date_time", "absence", "digits"))
    assert found["raw"] is not None


def test_a_message_that_is_no_caller_id_is_shown_without_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = bytes([0x82, 13, 0x01, 8, *b"03171656", 0x0B, 1, 0xFF])
    raw = (waiting + bytes([-sum(waiting) % 256])).hex()
    _, (found,), _ = decode(written(tmp_path, message(raw)), capsys)
    assert (found["checksum_ok"], found["number"], found["raw"]) == (True, None, raw)


def test_strings_end_with_a_gap_and_a_framed_one_with_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(
        tmp_path,
        *(silence(0.5), dtmf_samples("B10C", RATE), silence(0.3), dtmf_samples("154", RATE)),
        *(silence(0.8), dtmf_samples("00", RATE), silence(1.2), dtmf_samples("D2#", RATE), silence(0.3)),
    )
    _, found, _ = decode(path, capsys)
    assert [(each["digits"], each["number"], each["absence"]) for each in found] == [
        ("B10C", None, "private"),
        ("15400", None, None),
        ("D2#", None, "out_of_area"),
    ]


def test_the_frame_can_be_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, silence(0.5), dtmf_samples("B15400001234D", RATE), silence(0.5))
    _, (usual,), _ = decode(path, capsys)
    _, (told,), _ = decode(path, capsys, "--dtmf-start", "B", "--dtmf-end", "D")
    assert (usual["number"], told["number"]) == (None, "15400001234")


def test_what_both_channels_have_is_told_once_and_the_better_reading_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = message(NUMBER, 44_100), message(NUMBER[:-2] + "BB", 44_100)
    earlier = np.roll(bad, -221)  # by 5 ms
    for left, right in ((good, bad), (earlier, good), (good, good)):
        _, (found,), _ = decode(written(tmp_path, stereo(left, right), rate=44_100, channels=2), capsys)
        assert (found["checksum_ok"], found["number"]) == (True, "2156430144")


def test_different_channels_are_both_told_by_time_and_one_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = np.concatenate([silence(1.5), dtmf_samples("11", RATE), silence(0.3)])
    right = np.concatenate([silence(0.5), dtmf_samples("22", RATE), silence(1.3)])
    path = written(tmp_path, stereo(left, right), channels=2)
    assert [each["digits"] for each in decode(path, capsys)[1]] == ["22", "11"]
    assert [each["digits"] for each in decode(path, capsys, "--channel", "1")[1]] == ["11"]
    code, found, err = decode(path, capsys, "--channel", "3")
    assert (code, found, err) == (1, [], "没有第 3 声道，只有 2 个 / there is no channel 3, only 2\n")


def test_a_file_without_results_was_read_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decode(written(tmp_path, voice_samples(RATE, 3, 1)), capsys) == (0, [], "")
    assert decode(written(tmp_path, silence(0)), capsys) == (0, [], "")


def test_a_recording_that_was_cut_off_gives_what_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, silence(0.5), dtmf_samples("15400", RATE), silence(2))
    path.write_bytes(path.read_bytes()[: 44 + 2 * 7200 + 1])  # 0.9 s and half a sample
    assert decode(path, capsys)[1][0]["digits"] == "154"


@pytest.mark.parametrize(
    ("content", "zh", "en"),
    [
        (None, "没有这个文件", "there is no such file"),
        (b"", "文件是空的", "the file is empty"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "文件头不完整", "the file ends within its header"),
        (b"ID3\x04 no sound", "不是 WAV 文件", "not a WAV file"),
        (
            wav_bytes(silence(0.1), 96_000),
            "采样率 96000 Hz，只支持 8 至 48 kHz",
            "its rate is 96000 Hz, only 8 to 48 kHz are read",
        ),
        (
            wav_bytes(silence(0.1), channels=0),
            "不支持的格式（0x0001, 0 ch）",
            "a format that is not supported (0x0001, 0 ch)",
        ),
    ],
)
def test_what_cannot_be_read_is_told_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, zh: str, en: str
) -> None:
    path = tmp_path / "call.wav"
    if content is not None:
        path.write_bytes(content)
    assert decode(path, capsys) == (1, [], f"无法读取 call.wav：{zh} / cannot read call.wav: {en}\n")


@pytest.mark.parametrize("length", [None, 0, 0x7FFF_FFFF, 0xFFFF_FFFF])
def test_a_recording_may_come_out_of_a_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], length: int | None
) -> None:
    """sox -t wav - into a pipe: nothing can be read twice, and the length is unknown."""
    data = wav_bytes(
        np.concatenate([message(NUMBER), silence(70)]), length=length
    )  # longer than a header is looked for
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    code, (found,), err = decode(tmp_path / "pipe", capsys)
    writer.join(10)
    assert (code, found["number"], err) == (0, "2156430144", "")


def test_what_stands_behind_the_samples_is_not_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, silence(0.5))
    path.write_bytes(path.read_bytes() + b"LIST" + wav_bytes(dtmf_samples("15400", RATE)))
    assert decode(path, capsys) == (0, [], "")


def test_a_folder_is_no_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "这是文件夹" in decode(tmp_path, capsys)[2]


def test_without_numpy_the_command_says_what_installs_it(tmp_path: Path) -> None:
    """A Python that finds no numpy: the command starts, reads the header, and says what is missing."""
    path = written(tmp_path, silence(0.2))
    script = (
        "import sys, importlib.abc\n"
        "class Away(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] == 'numpy': raise ModuleNotFoundError(name, name='numpy')\n"
        "sys.meta_path.insert(0, Away())\n"
        "from firmware_app.__main__ import main\n"
        f"sys.exit(main(['decode', {str(path)!r}]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "缺少 numpy，无法解码声音。请执行：make sound / numpy is missing, sound cannot be decoded. Type: make sound\n"
    )
