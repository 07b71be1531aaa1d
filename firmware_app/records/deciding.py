"""Completes the decisions of an entry from the tables as they stand: an entry in, the whole entry or a refusal out.

It reads, it never writes. What it decides is stored with the entry, so that a replay never decides again.

Cases (DOMAIN 2.2, call-back metrics): a missed call whose number can be called back joins the open case of that number
or opens one. A later call of theirs that was answered closes it as self-resolved. A hidden number opens none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import apsw

from firmware_app.calls import phone_number
from firmware_app.records import entries
from firmware_app.records.database import one
from firmware_app.records.desk_rules import Desk
from firmware_app.records.documents import MOST_DOCUMENTS, refusal_of
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.outcomes import Refused
from firmware_app.wording import Text

NO_CALL = Refused("not_found", Text("没有这个通话", "no such call"))
NO_CASE = Refused("not_found", Text("没有这个回拨事项", "no such call-back case"))
NO_ACCOUNT = Refused("not_found", Text("没有这个账号", "no such account"))
NO_PARTY = Refused("not_found", Text("没有这条个人信息", "no such personal data"))
NO_NUMBER = Refused("not_found", Text("这个通话没有号码", "this call has no number"))
CALL_OPEN = Refused("invalid", Text("通话还没有结束", "the call is still going on"))
CALL_OVER = Refused("already_closed", Text("通话已经结束", "the call is over already"))
CASE_OVER = Refused("already_closed", Text("这个回拨事项已经办结", "this call-back case is closed already"))
ATTEMPTED = Refused(
    "already_done",
    Text("这个回拨事项刚才已登记过一次回拨", "a call-back of this case has been recorded meanwhile"),
)
NOT_TO_SETTLE = Refused(
    "already_settled", Text("这个通话不需要确认", "this call does not wait to be settled")
)
NOT_TO_SEE = Refused("invalid", Text("这个通话不是漏接", "this call was not missed"))
NOT_ALLOWED = Refused("invalid", Text("内容不合规定", "a value is not allowed"))
FAULT_STANDS = Refused("no_change", Text("这个故障已经登记", "this fault is recorded already"))
NO_FAULT = Refused("no_change", Text("没有这个故障", "no such fault is open"))
ERASED = Refused("no_change", Text("这条个人信息已经删除", "this personal data is erased already"))
UNCHANGED = Refused("no_change", Text("内容没有变化", "nothing has changed"))
TOO_MANY = Refused(
    "invalid",
    Text(
        f"文档最多 {MOST_DOCUMENTS} 个",
        f"there are {MOST_DOCUMENTS} documents already, the most there may be",
    ),
)

STAGES = ("opened", "changed", "closed")
FAR_ENDS = (None, "answered", "busy", "no_answer", "vacant", "unknown")
DISPOSITIONS = (None, "answered", "no_answer", "abandoned", "unknown", "test", "blocked", "non_voice")


def decide(db: apsw.Connection, entry: entries.Entry, desk: Desk) -> entries.Entry | Refused:
    """`entry` with all its decisions, people's data still in clear, or why it cannot be recorded.

    desk: the rules of the desk, as of the moment (`desk.now`) of the entry.
    """
    rule = _RULES.get(type(entry))
    return entry if rule is None else rule(db, entry, desk)


def _call(db: apsw.Connection, entry: entries.CallRecorded, _desk: Desk) -> entries.Entry | Refused:
    if (
        entry.stage not in STAGES
        or entry.disposition not in DISPOSITIONS
        or entry.far_end not in FAR_ENDS
        or entry.direction not in ("inbound", "outbound")
    ):
        return NOT_ALLOWED
    found = one(
        db, "SELECT id, stage, in_hours, hours_version, hours_basis FROM calls WHERE key = ?", (entry.key,)
    )
    if found is None:
        call: int | None = None
    else:
        call, stage, in_hours, version, basis = found
        if stage == "closed":
            return CALL_OVER
        known = None if in_hours is None else bool(in_hours)
        entry = replace(entry, in_hours=known, hours_version=version, hours_basis=basis)
    entry = replace(entry, opens_case=False, joins_case=None, closes_case=None)
    if entry.stage != "closed" or entry.direction != "inbound":
        return entry
    return replace(entry, **_case_of(db, call, _lookup(entry.number), entry.disposition))


def _lookup(number: entries.Party | None) -> str | None:
    return number.lookup if isinstance(number, entries.Personal) else None


def _case_of(
    db: apsw.Connection, call: int | None, lookup: str | None, disposition: str | None
) -> dict[str, Any]:
    """What a call that came out so means for the cases of its number. call: None when it is recorded only now."""
    if not lookup or disposition not in ("no_answer", "answered"):
        return {}
    case = one(
        db,
        "SELECT cases.id, cases.last_call FROM parties JOIN cases ON cases.party = parties.id"
        " WHERE parties.lookup = ? AND cases.state = 'open' ORDER BY cases.id LIMIT 1",
        (lookup,),
    )
    if disposition == "no_answer" and case is None:
        return {"opens_case": True} if _is_owed(db, call, lookup) else {}
    if disposition == "no_answer" and case is not None:
        return {"joins_case": case[0]}
    served = case is not None and (
        call is None or call > case[1]
    )  # an answer before the last miss serves nobody
    return {"closes_case": case[0]} if case is not None and served else {}


def _is_owed(db: apsw.Connection, call: int | None, lookup: str) -> bool:
    """Whether a call-back is owed to the number: it can be called (a foreign one may be a one-ring fraud, DOMAIN 2.4),
    and, where a person settles an older call only now, nobody has served it since."""
    if not phone_number.parse(lookup).callable:
        return False
    served = call is not None and one(
        db,
        "SELECT 1 FROM parties JOIN cases ON cases.party = parties.id"
        " WHERE parties.lookup = ? AND cases.closed_seq > ? LIMIT 1",
        (lookup, call),
    )
    return not served


def _settled(db: apsw.Connection, entry: entries.CallSettled, _desk: Desk) -> entries.Entry | Refused:
    if entry.disposition not in ("answered", "no_answer"):
        return NOT_ALLOWED
    found = one(
        db,
        "SELECT stage, unsettled, lookup FROM calls LEFT JOIN parties ON parties.id = calls.number WHERE calls.id = ?",
        (entry.call,),
    )
    if found is None:
        return NO_CALL
    stage, unsettled, lookup = found
    if stage != "closed":
        return CALL_OPEN
    if not unsettled:
        return NOT_TO_SETTLE
    plain = replace(entry, opens_case=False, joins_case=None, closes_case=None)
    return replace(plain, **_case_of(db, entry.call, lookup, entry.disposition))


def _seen(db: apsw.Connection, entry: entries.CallSeen, _desk: Desk) -> entries.Entry | Refused:
    found = one(db, "SELECT stage, disposition, seen_seq FROM calls WHERE id = ?", (entry.call,))
    if found is None:
        return NO_CALL
    stage, disposition, seen = found
    if stage != "closed":
        return CALL_OPEN
    return entry if disposition in ("no_answer", "unknown") or seen is not None else NOT_TO_SEE


def _attempted(db: apsw.Connection, entry: entries.CallbackAttempted, _desk: Desk) -> entries.Entry | Refused:
    if entry.outcome not in ("reached", "not_reached"):
        return NOT_ALLOWED
    found = one(db, "SELECT state, attempts FROM cases WHERE id = ?", (entry.case,))
    if found is None:
        return NO_CASE
    state, attempts = found
    if state != "open":
        return CASE_OVER
    if entry.after not in (None, attempts):
        return ATTEMPTED
    return replace(entry, closes=entry.outcome == "reached")


def _open_fault(db: apsw.Connection, kind: str, line: str | None) -> tuple[Any, ...] | None:
    return one(db, "SELECT id FROM faults WHERE ended_seq IS NULL AND kind = ? AND line IS ?", (kind, line))


def _fault_began(db: apsw.Connection, entry: entries.FaultBegan, _desk: Desk) -> entries.Entry | Refused:
    return entry if _open_fault(db, entry.kind, entry.line) is None else FAULT_STANDS


def _fault_ended(db: apsw.Connection, entry: entries.FaultEnded, _desk: Desk) -> entries.Entry | Refused:
    found = _open_fault(db, entry.kind, entry.line)
    return NO_FAULT if found is None else replace(entry, fault=found[0])


def _document(db: apsw.Connection, entry: entries.SiteDocumentChanged, desk: Desk) -> entries.Entry | Refused:
    try:
        content = json.loads(entry.content)
        text = canonical(content)
    except (ValueError, RecursionError):
        return Refused("invalid", Text("文档不是有效的 JSON", "the document is not valid JSON"))
    wrong = refusal_of(entry.name, content)
    if wrong is not None:
        return Refused("invalid", wrong)
    found = one(
        db,
        "SELECT version, digest FROM document_versions WHERE name = ? ORDER BY version DESC LIMIT 1",
        (entry.name,),
    )
    if found is None and one(db, "SELECT COUNT(DISTINCT name) FROM document_versions") == (MOST_DOCUMENTS,):
        return TOO_MANY
    version, digest = (0, "") if found is None else found
    fresh = content_digest(text)
    return UNCHANGED if fresh == digest else replace(entry, version=version + 1, digest=fresh, content=text)


def _password(db: apsw.Connection, entry: entries.PasswordSet, _desk: Desk) -> entries.Entry | Refused:
    fit = (
        0 < len(entry.account) <= 64
        and isinstance(entry.secret, entries.Personal)
        and entry.secret.kind == "secret"
    )
    if not fit:
        return NOT_ALLOWED
    old = one(
        db,
        "SELECT parties.id FROM accounts JOIN parties ON parties.id = secret WHERE name = ? AND erased_seq IS NULL",
        (entry.account,),
    )
    return replace(entry, replaces=None if old is None else old[0])


def _revealed(db: apsw.Connection, entry: entries.NumberRevealed, _desk: Desk) -> entries.Entry | Refused:
    if one(db, "SELECT 1 FROM accounts WHERE name = ?", (entry.account,)) is None:
        return NO_ACCOUNT
    found = one(db, "SELECT number, digits FROM calls WHERE id = ?", (entry.call,))
    if found is None:
        return NO_CALL
    return entry if found != (None, None) else NO_NUMBER


def _erased(db: apsw.Connection, entry: entries.PartyErased, _desk: Desk) -> entries.Entry | Refused:
    found = one(db, "SELECT erased_seq FROM parties WHERE id = ?", (entry.party,))
    if found is None:
        return NO_PARTY
    return entry if found[0] is None else ERASED


_RULES: Mapping[type, Callable[[apsw.Connection, Any, Desk], entries.Entry | Refused]] = {
    entries.CallRecorded: _call,
    entries.CallSettled: _settled,
    entries.CallSeen: _seen,
    entries.CallbackAttempted: _attempted,
    entries.FaultBegan: _fault_began,
    entries.FaultEnded: _fault_ended,
    entries.SiteDocumentChanged: _document,
    entries.PasswordSet: _password,
    entries.NumberRevealed: _revealed,
    entries.PartyErased: _erased,
}
