"""Where samples come from: real ALSA without a sound card, a recorder that fails in every way, WAV files, named pipes."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from device import clock
from device.exchange.tone_sound import dtmf_samples
from device.signals import SECOND
from device.sound_source import (
    AlsaCapture,
    SoundSource,
    SoundUnavailable,
    StoredSound,
    reason_in,
    source_of,
)
from tests.sound_support import RATE, Sound32, recorder, s16, silence, wav_bytes

WAIT = 20.0  # seconds, generous


@pytest.fixture
def sources() -> Iterator[list[SoundSource]]:
    opened: list[SoundSource] = []
    yield opened
    for source in opened:
        source.close()
        source.close()


def samples_of(source: SoundSource, count: int) -> Sound32:
    """At least `count` samples of an opened source, in real time."""
    blocks: list[Sound32] = []
    deadline = clock.now().mono + round(WAIT * SECOND)
    while sum(map(len, blocks)) < count and clock.now().mono < deadline:
        wait_for(source)
        blocks.append(source.read(clock.now().mono))
    return np.concatenate(blocks)


def wait_for(source: SoundSource) -> None:
    poll = select.poll()
    due = max(0, source.due() - clock.now().mono)
    poll.poll(due // 1_000_000 + 1)
    fd = source.waits_on()
    if fd is not None:
        poll.register(fd, select.POLLIN)
        poll.poll(WAIT * 1000)


def reason_of(source: SoundSource) -> str:
    """Why it ends, however long that takes."""
    with pytest.raises(SoundUnavailable) as caught:  # noqa: PT012
        source.open()
        while True:
            wait_for(source)
            source.read(clock.now().mono)
    return str(caught.value)


def test_the_name_says_what_it_is(tmp_path: Path) -> None:
    assert isinstance(source_of("hw:1,0", 8000), AlsaCapture)
    assert isinstance(source_of("plughw:CARD=Device", 8000), AlsaCapture)
    assert isinstance(source_of(str(tmp_path / "tap"), 8000), StoredSound)


# -- ALSA


@pytest.mark.alsa
def test_real_alsa_gives_the_samples_of_its_card(
    tmp_path: Path, sources: list[SoundSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ALSA's own `file` PCM in place of a card: a real PCM, opened and read by the real arecord."""
    played = np.concatenate([dtmf_samples("D1540", RATE), silence(0.5)])
    (tmp_path / "in.raw").write_bytes(s16(played))
    rules = tmp_path / "asoundrc"
    rules.write_text(
        f'pcm.tap {{ type file slave.pcm {{ type null }} file "/dev/null" infile "{tmp_path}/in.raw" format "raw" }}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(rules))
    source = AlsaCapture("tap", RATE)
    sources.append(source)
    source.open()
    heard = samples_of(source, len(played))[: len(played)]
    assert np.array_equal(heard, np.frombuffer(s16(played), "<i2").astype(np.float32) / 32768)
    assert source.rate == RATE


@pytest.mark.alsa
@pytest.mark.slow
def test_real_alsa_goes_on_where_a_wav_stream_ends(
    tmp_path: Path, sources: list[SoundSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The null PCM gives what it is asked for; `now` runs 37 hours in some seconds: `arecord -t wav` ends after 2 GiB."""
    (tmp_path / "asoundrc").write_text("pcm.tap { type null }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asoundrc"))
    source = AlsaCapture("tap", RATE)
    sources.append(source)
    source.open()
    poll = select.poll()
    poll.register(source.waits_on() or 0, select.POLLIN)
    now, heard = clock.now().mono, 0
    while heard <= 2**30 + RATE:
        assert poll.poll(WAIT * 1000)
        block = len(source.read(now))
        now, heard = now + (block + 1) * SECOND // RATE, heard + block
    assert source.rate == RATE


@pytest.mark.alsa
def test_real_alsa_tells_the_rate_before_the_samples(
    tmp_path: Path, sources: list[SoundSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind plug-ins arecord tells several rates: of what it gives out, then of the card."""
    inner = "{ type null }"
    rules = f"pcm.tap {{ type plug slave {{ pcm {inner} rate 48000 channels 2 format S32_LE }} }}\n"
    (tmp_path / "asoundrc").write_text(rules)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asoundrc"))
    source = AlsaCapture("tap", 16_000)
    sources.append(source)
    source.open()
    samples_of(source, 100)
    assert source.rate == 16_000


@pytest.mark.alsa
def test_real_alsa_without_that_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asoundrc").write_text("pcm.other { type null }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asoundrc"))
    source = AlsaCapture("hw:9,0", RATE)
    assert reason_of(source) == "hw:9,0: no such sound card: arecord -l lists them"
    source.close()


def test_it_asks_for_one_channel_of_16_bits_in_long_periods(
    tmp_path: Path, sources: list[SoundSource]
) -> None:
    program = recorder(tmp_path, "print('arecord: main:1: ' + '_'.join(sys.argv[1:]), file=sys.stderr)")
    source = AlsaCapture("hw:1,0", 16_000, program=program)
    sources.append(source)
    said = "hw:1,0: -q_-v_-D_hw:1,0_-t_raw_-f_S16_LE_-c_1_-r_16000_--period-time=200000_--buffer-time=2000000"
    assert reason_of(source) == said


SET_UP = """Hardware PCM card 1 'USB Audio' device 0 subdevice 0
Its setup is:
  stream       : CAPTURE
  channels     : {channels}
  rate         : {rate}
  exact rate   : {rate} ({rate}/1)
  boundary     : 9007199254740992000
"""


def telling(script: str, rate: int = RATE, channels: int = 1) -> str:
    """A script for `recorder` that first says what arecord -v says of a card."""
    return f"sys.stderr.write({SET_UP.format(rate=rate, channels=channels)!r}); sys.stderr.flush()\n{script}"


def test_the_rate_is_what_the_card_took_not_what_was_asked(
    tmp_path: Path, sources: list[SoundSource]
) -> None:
    program = recorder(
        tmp_path, telling("out.write(bytes(2000)); out.flush(); threading.Event().wait(60)", 48_000)
    )
    source = AlsaCapture("hw:1,0", RATE, program=program)
    sources.append(source)
    source.open()
    assert source.rate == RATE
    samples_of(source, 100)
    assert source.rate == 48_000


@pytest.mark.parametrize(("rate", "said"), [(96_000, "96000"), (None, "unknown")])
def test_a_card_with_a_rate_that_cannot_be_decoded_is_refused(
    tmp_path: Path, sources: list[SoundSource], rate: int | None, said: str
) -> None:
    script = "out.write(bytes(2000)); out.flush(); threading.Event().wait(60)"
    program = recorder(tmp_path, script if rate is None else telling(script, rate))
    source = AlsaCapture("hw:1,0", RATE, program=program)
    sources.append(source)
    assert reason_of(source) == f"hw:1,0: the card records at a rate of {said}: write plughw: instead of hw:"


def test_what_a_card_took_is_no_reason_for_its_end(tmp_path: Path, sources: list[SoundSource]) -> None:
    source = AlsaCapture("hw:1,0", RATE, program=recorder(tmp_path, telling("")))
    sources.append(source)
    assert reason_of(source) == "hw:1,0: arecord ended without a word"


def test_a_card_with_stereo_only_is_asked_again_and_its_first_channel_taken(
    tmp_path: Path, sources: list[SoundSource]
) -> None:
    both = np.repeat(dtmf_samples("5", RATE), 2)
    both[1::2] = 0
    (tmp_path / "stream").write_bytes(s16(both))
    script = """
if sys.argv[sys.argv.index("-c") + 1] == "1":
    sys.exit("arecord: set_params:1352: Channels count non available")
""" + telling(f"out.write(open({str(tmp_path / 'stream')!r}, 'rb').read())", channels=2)
    source = AlsaCapture("hw:1,0", RATE, program=recorder(tmp_path, script))
    sources.append(source)
    source.open()
    heard = samples_of(source, len(both) // 2)
    assert np.allclose(heard, both[::2], atol=1e-4)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("arecord: main:831: audio open error: Device or resource busy", "another program uses the sound card"),
        ("arecord: main:831: audio open error: Permission denied", "no permission: the user must be in the group audio"),
        ("arecord: pcm_read:2221: read error: No such device", "the sound card was unplugged"),
        ("arecord: set_params:1345: Sample format non available\nAvailable formats:\n- S24_3LE",
         "the card has no 16-bit samples: write plughw: instead of hw:"),
        ("arecord: set_params:1352: Channels count non available", "the card cannot record like this: write plughw: instead of hw:"),
        ("ALSA lib confmisc.c:165: Cannot get card index for 9\narecord: main:831: audio open error: No such file or directory",
         "no such sound card: arecord -l lists them"),
        ("arecord: something: new and strange", "new and strange"),
        ("Segmentation fault", "Segmentation fault"),
        ("", "arecord ended without a word"),
    ],
)  # fmt: skip
def test_its_last_words_are_told_in_plain_ones(said: str, reason: str) -> None:
    assert reason_in(said, "hw:1,0") == f"hw:1,0: {reason}"


def test_a_recorder_that_is_not_installed_or_is_no_program(tmp_path: Path) -> None:
    with pytest.raises(SoundUnavailable, match="apt-get install alsa-utils"):
        AlsaCapture("hw:1,0", RATE, program=[str(tmp_path / "arecord")]).open()
    (tmp_path / "text").write_text("no program")
    with pytest.raises(SoundUnavailable, match="Permission denied"):
        AlsaCapture("hw:1,0", RATE, program=[str(tmp_path / "text")]).open()


def test_a_recorder_that_hangs_is_ended_with_the_source(tmp_path: Path) -> None:
    program = recorder(
        tmp_path, "import signal; signal.signal(15, signal.SIG_IGN)\nthreading.Event().wait(60)"
    )
    source = AlsaCapture("hw:1,0", RATE, program=program)
    source.open()
    assert len(source.read(clock.now().mono)) == 0
    assert source.silent == "the sound card gives no samples"
    source.close()


def test_words_that_nobody_reads_do_not_block_it(tmp_path: Path, sources: list[SoundSource]) -> None:
    """An overrun is told on stderr each time; a pipe holds 64 KiB."""
    script = "sys.stderr.write('overrun!!!\\n' * 20_000); sys.stderr.flush()\nsys.exit('arecord: x: the end')"
    source = AlsaCapture("hw:1,0", RATE, program=recorder(tmp_path, script))
    sources.append(source)
    source.open()
    poll = select.poll()
    with pytest.raises(SoundUnavailable, match="the end"):  # noqa: PT012
        for _ in range(1000):
            poll.poll(20)
            source.read(clock.now().mono)


# -- files


def test_a_file_is_played_once_as_fast_as_it_sounds(tmp_path: Path, sources: list[SoundSource]) -> None:
    played = dtmf_samples("1540", RATE)
    path = tmp_path / "call.wav"
    path.write_bytes(wav_bytes(played))
    source = StoredSound(str(path), 44_100)
    sources.append(source)
    source.open()
    began = clock.now().mono
    assert source.waits_on() is None
    heard = samples_of(source, len(played))
    assert np.allclose(heard, played, atol=1e-4)
    assert source.rate == RATE
    assert clock.now().mono - began > 0.2 * SECOND  # 0.56 s of sound, less the head start of its first block
    wait_for(source)
    with pytest.raises(SoundUnavailable, match="at its end"):
        source.read(clock.now().mono)
    source.close()
    with pytest.raises(SoundUnavailable, match="at its end"):
        source.open()
    path.write_bytes(wav_bytes(dtmf_samples("15409", RATE)))
    source.open()
    assert source.silent == "the file gives no samples"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "tap: No such file or directory"),
        (lambda path: path.mkdir(), "tap: Is a directory"),
        (lambda path: path.write_bytes(b"RIFF\0\0\0\0AVI "), "not a WAV file"),
        (
            lambda path: path.write_bytes(wav_bytes(silence(0.1), 96_000)),
            "a sampling rate that is not read here 96000 Hz",
        ),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    make(tmp_path / "tap")
    source = StoredSound(str(tmp_path / "tap"), RATE)
    assert reason_of(source).startswith(reason)
    source.close()


# -- named pipes


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "tap")
    return tmp_path / "tap"


def opened(pipe: Path, sources: list[SoundSource], rate: int = RATE) -> StoredSound:
    source = StoredSound(str(pipe), rate)
    sources.append(source)
    source.open()
    return source


def test_writers_of_raw_samples_come_and_go(pipe: Path, sources: list[SoundSource]) -> None:
    source = opened(pipe, sources, 16_000)
    assert len(source.read(clock.now().mono) if _readable(source) else ()) == 0
    assert source.silent == "nobody writes into the pipe"
    played = dtmf_samples("15", 16_000)
    for _ in range(2):
        with pipe.open("wb") as writer:
            writer.write(s16(played))
        assert np.allclose(samples_of(source, len(played)), played, atol=1e-4)
        assert source.rate == 16_000
        with pytest.raises(SoundUnavailable, match="nobody writes into the pipe any more"):
            source.read(clock.now().mono)
        source.open()


def _readable(source: StoredSound) -> bool:
    poll = select.poll()
    poll.register(source.waits_on() or 0, select.POLLIN)
    return bool(poll.poll(0))


def test_a_wav_stream_in_small_pieces(pipe: Path, sources: list[SoundSource]) -> None:
    source = opened(pipe, sources)
    played = dtmf_samples("1", 11_025)
    stream = wav_bytes(played, 11_025, length=0, tag=3)
    with pipe.open("wb", buffering=0) as writer:
        blocks = [source.read(clock.now().mono)]
        for begin in range(0, len(stream), 7):
            writer.write(stream[begin : begin + 7])
            if begin < 700:
                blocks.append(source.read(clock.now().mono))
        blocks.append(samples_of(source, len(played) - sum(map(len, blocks))))
    assert np.allclose(np.concatenate(blocks), played, atol=1e-4)
    assert source.rate == 11_025


def test_nobody_pours_a_file_in_faster_than_it_sounds(pipe: Path, sources: list[SoundSource]) -> None:
    """What waits when the reading begins is taken at once; then a second takes a second (as the stream's clock says)."""
    source = opened(pipe, sources)
    writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    os.write(writer, s16(silence(1)))
    now = clock.now().mono
    assert len(source.read(now)) == RATE
    os.write(writer, s16(silence(2)))
    assert source.due() > now
    assert len(source.read(now)) == 1
    taken = len(source.read(now + 2 * SECOND))
    assert RATE < taken < 1.2 * RATE
    os.close(writer)
