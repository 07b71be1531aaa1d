"""A Unix socket's path in, an address of any depth out: the 107 bytes of unix(7) are gone round through the folder's descriptor."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def unix_address(path: Path) -> Iterator[str]:
    """An address for bind or connect, valid inside the `with`. OSError when the folder is not there."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
