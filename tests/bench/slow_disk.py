"""The monitor on a worn SD card: every sync takes 80 ms, one in a hundred 500 ms. `python -m tests.bench.slow_disk --config FILE`.

A SQLite file system of the bench's own (apsw VFS) is made the default before the program starts; the program does not know.
"""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path

import apsw

from firmware_app import assemble
from firmware_app.settings import load

SYNC, LONG_SYNC = 0.080, 0.500  # seconds
ONE_IN = 100

BASE = apsw.vfs_names()[0]


class SlowFile(apsw.VFSFile):
    def __init__(self, name: apsw.URIFilename | str | None, flags: list[int], luck: random.Random) -> None:
        super().__init__(BASE, name, flags)
        self._luck = luck

    def xSync(self, flags: int) -> None:
        threading.Event().wait(LONG_SYNC if self._luck.randrange(ONE_IN) == 0 else SYNC)
        super().xSync(flags)


class SlowDisk(apsw.VFS):
    def __init__(self) -> None:
        self._luck = random.Random(1)
        super().__init__("slow", BASE, makedefault=True)

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> SlowFile:
        return SlowFile(name, flags, self._luck)


def main() -> int:
    disk = SlowDisk()
    try:
        return assemble.run_monitor(load(Path(sys.argv[sys.argv.index("--config") + 1])), None)
    finally:
        disk.unregister()


if __name__ == "__main__":
    sys.exit(main())
