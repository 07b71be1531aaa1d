"""The site documents that decisions are made by, as the ledger holds them: service hours, call-back rules, lines.

Read again only when a document has changed. It reads, it never writes, and decides nothing itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from firmware_app.calls.callback_rules import Rules
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.records.database import one, rows
from firmware_app.records.site_documents import Document

_MARK = "SELECT id, name, digest FROM document_versions ORDER BY id DESC LIMIT 1"
_NEWEST = "SELECT name, MAX(version), digest, content FROM document_versions GROUP BY name"
_OLD = "SELECT name, version, digest, content FROM document_versions WHERE name = ? AND version = ?"


class Desk:
    """The rules of the desk by the newest documents in `db`, within the writer's transaction, too.

    Of the entry being decided, set by the ledger before each: now, its wall (ns of UTC); seeding: whether it is one of the
    documents a new ledger begins with, which no person changed just now.
    """

    def __init__(self, db: apsw.Connection, timezone: ZoneInfo) -> None:
        self.now = 0
        self.seeding = False
        self.timezone = timezone
        self._db = db
        self._mark: tuple[Any, ...] | None = None
        self._documents: dict[str, Document] = {}
        self._hours: OpeningHours | None = None
        self._rules = Rules()

    def documents(self) -> Mapping[str, Document]:
        """The newest version of each site document."""
        mark = one(self._db, _MARK)
        if mark != self._mark:
            # a transaction that was rolled back gives its ids again: name and digest make the mark sure
            self._documents = {row[0]: _document(row) for row in rows(self._db, _NEWEST)}
            self._mark = mark
            self._hours = self._hours_by(self._documents)
            self._rules = _rules(self._documents.get("callback_rules"))
        return self._documents

    def hours(self) -> OpeningHours | None:
        """The opening hours of the point; None where none are set."""
        self.documents()
        return self._hours

    def hours_at(self, basis: str) -> OpeningHours | None:
        """The hours by the versions that `basis` names (OpeningHours.basis), as far as they are known."""
        found: dict[str, Document] = {}
        for word in basis.split():
            name, colon, version = word.partition(":")
            row = one(self._db, _OLD, (name, int(version))) if colon and version.isdecimal() else None
            if row is not None:
                found[name] = _document(row)
        return self._hours_by(found)

    def rules(self) -> Rules:
        """The call-back rules: of the document `callback_rules`, or the defaults (also where an old one fits no more)."""
        self.documents()
        return self._rules

    def line(self, name: str) -> Mapping[str, Any]:
        """What the document `lines` says of a line; empty when nothing."""
        lines = self.documents().get("lines")
        known = lines.content.get(name) if lines is not None else None
        return known if isinstance(known, Mapping) else {}

    def _hours_by(self, documents: Mapping[str, Document]) -> OpeningHours | None:
        hours = OpeningHours.from_documents(documents, self.timezone)
        return hours if isinstance(hours, OpeningHours) else None


def _rules(document: Document | None) -> Rules:
    found = None if document is None else Rules.from_document(document.content, document.version)
    return found if isinstance(found, Rules) else Rules()


def _document(row: tuple[Any, ...]) -> Document:
    name, version, digest, content = row
    return Document(name, version, digest, json.loads(content))
