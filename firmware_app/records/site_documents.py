"""The site documents as one file that people can read (`site.json`): the journal's newest versions in, snapshots out.

Rule 1: the journal is the truth. A change is an entry first; then the file is rewritten. A crash between the two, an
        unreadable file or one edited by hand is put right from the journal at the next start (`settle`).
Rule 2: one process writes the file, the monitor; readers load a snapshot when the file was replaced (`SiteReader`).
Rule 3: the file is never half-written: written aside, fsynced, renamed, folder fsynced; the last good copy is kept and
        read when the file itself cannot be. (TinyDB's own storage rewrites in place: unreadable after 37-56 % of power cuts.)
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tinydb import TinyDB
from tinydb.storages import Storage

from device import clock
from firmware_app.calls.holiday_calendar import year_of
from firmware_app.records.entries import LineAnomaly, SiteDocumentChanged
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.outcomes import SEED, Pending, Recorded, Refused
from firmware_app.records.whole_file import keep_copy, write_whole
from firmware_app.settings import Settings

log = logging.getLogger(__name__)

TABLE = "documents"

Versions = Mapping[str, tuple[int, str, str]]  # name: version, digest, canonical content


@dataclass(frozen=True, slots=True)
class Document:
    """One site document as the journal holds it. digest: sha256 of its canonical JSON, hex."""

    name: str
    version: int
    digest: str
    content: Mapping[str, Any]


class AtomicStorage(Storage):
    """TinyDB's storage over one JSON file, replaced whole; `<name>.last` holds the version before. OSError as the disk says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = path.with_name(path.name + ".last")

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The data, from the last good copy when the file is unreadable; None when there is neither."""
        found = _parsed(self._path)
        if found is not None:
            return found
        kept = _parsed(self._last)
        if kept is not None:
            log.warning("%s is missing or unreadable, its last good copy is used", self._path.name)
        return kept

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
        if _parsed(self._path) is not None:  # a damaged file must not take the place of the good copy
            keep_copy(self._path, self._last)
        write_whole(self._path, [text.encode()], 0o640)


def _parsed(path: Path) -> dict[str, dict[str, Any]] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get(TABLE), dict) else None


def _documents(data: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Document]:
    """The documents of a file whose own digests hold; others (edited by hand, of another shape) are left out."""
    found: dict[str, Document] = {}
    for row in (data or {}).get(TABLE, {}).values():
        name, version, digest, content = _fields(row)
        if (
            isinstance(name, str)
            and isinstance(version, int)
            and isinstance(digest, str)
            and isinstance(content, dict)
            and content_digest(canonical(content)) == digest
        ):
            found[name] = Document(name, version, digest, content)
    return found


def _fields(row: object) -> tuple[object, ...]:
    names = ("name", "version", "digest", "content")
    return tuple(row.get(name) if isinstance(row, dict) else None for name in names)


class HasDocuments(Protocol):
    """What of the ledger is needed here."""

    def documents(self) -> Versions: ...

    def untouched(self) -> list[str]: ...

    def append(self, batch: list[Pending]) -> list[Recorded | Refused]: ...


class SiteDocuments:
    """The one writer of the file. `stale`: the file is behind the journal, for the disk failed; write it again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.stale = False

    def settle(self, ledger: HasDocuments, seeds: Mapping[str, object] | None) -> dict[str, Document]:
        """Record the seeds that are missing, make the file equal to the journal, give the documents. apsw.Error.

        A calendar that a newer program corrects takes the place of the one it shipped before, unless a person changed that.
        A ledger without any document beside a file with some has taken the place of another: the file's are its seeds.
        """
        held = _documents(AtomicStorage(self._path).read())
        known = ledger.documents()
        inherited = {} if known else {name: document.content for name, document in held.items()}
        wanted = {**(seeds or {}), **inherited}
        corrected = [
            name
            for name in ledger.untouched()
            if year_of(name) and name in wanted and content_digest(canonical(wanted[name])) != known[name][1]
        ]
        missing = [name for name in wanted if name not in known] + corrected
        batch = [
            Pending(SiteDocumentChanged(name, 0, "", canonical(wanted[name])), clock.now(), SEED)
            for name in missing
        ]
        if inherited:
            log.error("an earlier ledger is missing: site.json has documents that this one never had")
            lost = LineAnomaly("", "earlier_ledger_missing", str(len(inherited)))
            batch.append(Pending(lost, clock.now(), SEED))
        outcomes = ledger.append(batch) if batch else []
        for name, outcome in zip(missing, outcomes, strict=False):
            if isinstance(outcome, Refused):
                log.error("the seed of %s is refused: %s", name, outcome.message.en)
        versions = ledger.documents()
        if {document.name: document.digest for document in held.values()} != {
            name: digest for name, (_, digest, _) in versions.items()
        }:
            log.info("site.json is written anew from the journal")
            self.write(versions)
        return {
            name: Document(name, version, digest, json.loads(content))
            for name, (version, digest, content) in versions.items()
        }

    def write(self, versions: Versions) -> None:
        """Make the file hold exactly `versions`. Does not raise: what failed is `stale`."""
        try:
            database = TinyDB(self._path, storage=AtomicStorage)
            table = {
                str(place): {
                    "name": name,
                    "version": version,
                    "digest": digest,
                    "content": json.loads(content),
                }
                for place, (name, (version, digest, content)) in enumerate(sorted(versions.items()), start=1)
            }
            database.storage.write({TABLE: table})
            database.close()
            self.stale = False
        except OSError as error:
            log.warning("site.json cannot be written: %s", error.strerror)
            self.stale = True


class SiteReader:
    """Reads the file in another process: `documents()` is a snapshot, loaded again when the file was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._held: dict[str, Document] = {}

    def documents(self) -> Mapping[str, Document]:
        try:
            status = self._path.stat()
            mark = (status.st_ino, status.st_mtime_ns, status.st_size)
        except OSError:
            mark = None
        if mark is None or mark != self._seen:
            self._held = _documents(AtomicStorage(self._path).read())
            self._seen = mark
        return self._held


# ---- seeds

SEED_PLACES = (
    Path(__file__).resolve().parents[2] / "config" / "site_seed.json",  # a checkout
    Path(sys.prefix) / "share" / "ringkeeper" / "site_seed.json",  # an installed program
)


def seeds_for(settings: Settings) -> dict[str, Any]:
    """The documents a new site begins with: the shipped ones, with what the configuration says of site and lines."""
    shipped = next((found for place in SEED_PLACES if (found := _seed_file(place)) is not None), {})
    profile = {**shipped.get("profile", {}), "id": settings.site.id, "name": settings.site.name}
    lines = {line.name: {"name": line.name, "number": line.number} for line in settings.lines}
    return {**shipped, "profile": profile, "lines": lines}


def _seed_file(place: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
