"""The power goes at any moment: what the disk had promised is there, of the rest anything may be; nothing acknowledged is lost.

The disk is a VFS that notes each write and sync. A cut at moment k leaves, of each file, all that was synced by then, and
of what was written since an arbitrary part, the last piece perhaps torn at a sector.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import pytest

from firmware_app.records import entries
from firmware_app.records.ledger import Ledger
from firmware_app.records.verifying import verify
from tests.ledger_support import BOOT, MOBILE, answered, call, number, record, seq_of

SECTOR = 512  # bytes: the smallest piece that a card writes whole


@dataclass(frozen=True)
class Step:
    """What was asked of the disk: a write at `offset`, a truncation to `offset`, a sync or a deletion of the file."""

    file: str
    what: str
    offset: int = 0
    data: bytes = b""


class NotingDisk(apsw.VFS):
    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.label = name
        self.steps: list[Step] = []

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: ANN401  as apsw has it
        return _NotedFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.steps.append(Step(Path(filename).name, "delete"))
        super().xDelete(filename, syncdir)


class _NotedFile(apsw.VFSFile):
    def __init__(self, disk: NotingDisk, name: Any, flags: list[int]) -> None:  # noqa: ANN401
        super().__init__("", name, flags)
        self._disk = disk
        self._file = Path(name if isinstance(name, str) else name.filename()).name

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.steps.append(Step(self._file, "write", offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._disk.steps.append(Step(self._file, "truncate", newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._disk.steps.append(Step(self._file, "sync"))
        super().xSync(flags)


def after_the_cut(steps: list[Step], chance: random.Random) -> dict[str, bytes]:
    """What the files hold when the power went after `steps`."""
    found: dict[str, bytearray] = {}
    for file in sorted({step.file for step in steps}):
        own = [step for step in steps if step.file == file]
        deleted = max((place for place, step in enumerate(own) if step.what == "delete"), default=-1)
        own = own[deleted + 1 :]
        if not own:
            continue
        promised = max((place for place, step in enumerate(own) if step.what == "sync"), default=-1)
        content = bytearray()
        for place, step in enumerate(own):
            if place <= promised or chance.random() < 0.5:
                _carry_out(content, step)
            elif step.what == "write" and chance.random() < 0.2:
                torn = step.data[: chance.randrange(0, len(step.data) + 1, SECTOR)]
                _carry_out(content, Step(file, "write", step.offset, torn))
        found[file] = content
    return {file: bytes(content) for file, content in found.items()}


def _carry_out(content: bytearray, step: Step) -> None:
    if step.what == "write":
        end = step.offset + len(step.data)
        content.extend(bytes(max(0, end - len(content))))
        content[step.offset : end] = step.data
    elif step.what == "truncate":
        del content[step.offset :]


def a_day(ledger: Ledger) -> Iterator[int]:
    """Entries of many kinds, checkpoints between them; yields the head after each acknowledgement."""
    for turn in range(60):
        who = number(f"154{turn % 7:08}")
        record(ledger, call(f"{turn}", "opened"))
        yield ledger.head()[0]
        record(ledger, call(f"{turn}", "changed", number=who), entries.StillTalking("L2"))
        yield ledger.head()[0]
        record(ledger, answered(f"{turn}", number=who) if turn % 5 == 4 else call(f"{turn}", number=who))
        yield ledger.head()[0]
        if turn % 20 == 19:
            seen = seq_of(record(ledger, call(f"once {turn}", number=number(f"155{turn:08}")))[0])
            seq_of(
                record(ledger, entries.PartyErased(10 * seen, "asked"))[0]
            )  # then a checkpoint that truncates
        ledger.tidy()


@pytest.mark.slow
def test_whenever_the_power_goes_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    disk = NotingDisk("noting")
    ledger = Ledger(tmp_path / "ledger.db", BOOT, vfs=disk.label)
    acknowledged = [(len(disk.steps), 0), *((len(disk.steps), head) for head in a_day(ledger))]
    ledger.close()
    disk.unregister()
    assert [step.what for step in disk.steps].count("truncate")
    chance = random.Random(20261123)
    first = acknowledged[0][0]
    for turn in range(60):
        moment = chance.randrange(first, len(disk.steps) + 1)
        folder = tmp_path / str(turn)
        folder.mkdir()
        for file, content in after_the_cut(disk.steps[:moment], chance).items():
            (folder / file).write_bytes(content)
        again = Ledger(folder / "ledger.db", BOOT)
        head = again.head()[0]
        assert head >= max(seq for step, seq in acknowledged if step <= moment)
        record(again, call("after", number=number(MOBILE)))
        again.close()
        report = verify(folder / "ledger.db")
        assert report.holds, (moment, report.findings)
        assert report.entries == head + 1
