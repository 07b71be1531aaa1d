"""Which parts of the panel this point has switched off, as the ledger says, out; their pages are not there (404). Read-only."""

from __future__ import annotations

import json

from flask import Flask, abort, g, request

from firmware_app.calls.modules import switched_off
from firmware_app.records.database import one
from web_panel.ledger_door import LedgerAway, LedgerDoor
from web_panel.navigation import module_of
from web_panel.parts import parts

_NEWEST = "SELECT content FROM document_versions WHERE name = 'modules' ORDER BY version DESC LIMIT 1"


def modules_off(door: LedgerDoor) -> frozenset[str]:
    """Keys of calls.modules.MODULES; none where there is no ledger to ask."""
    try:
        with door.reading() as db:
            found = one(db, _NEWEST)
    except LedgerAway:
        return frozenset()
    return frozenset() if found is None else switched_off(json.loads(found[0]))


def off() -> frozenset[str]:
    """Those of this request, asked once."""
    if "modules_off" not in g:
        g.modules_off = modules_off(parts().ledger)
    known: frozenset[str] = g.modules_off
    return known


def guard_modules(app: Flask) -> None:
    """Before each request: a page of a module that is switched off is none."""

    @app.before_request
    def only_what_is_used() -> None:
        module = module_of(request.endpoint or "")
        if module is not None and module in off():
            abort(404)
