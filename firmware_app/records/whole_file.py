"""Replaces a file as a whole: written aside, fsynced, renamed, its folder fsynced. A reader sees the old one or the new one."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, pieces: Iterable[bytes], mode: int) -> str:
    """Make `path` hold exactly `pieces`, with the permissions `mode`; gives their sha256 (hex). OSError: nothing changed."""
    aside = path.with_name(path.name + ".new")
    whole = hashlib.sha256()
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode), "wb") as out:
            os.fchmod(out.fileno(), mode)  # also where the umask or an older file says otherwise
            for piece in pieces:
                whole.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    sync_folder(path.parent)
    return whole.hexdigest()


def keep_copy(path: Path, copy: Path) -> None:
    """A second name for the file at `path`, so that replacing it leaves no moment without one (link(2), rename(2))."""
    aside = copy.with_name(copy.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    os.link(path, aside)
    aside.replace(copy)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable (fsync(2): the file's own sync does not reach its name)."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(held)
    finally:
        os.close(held)
