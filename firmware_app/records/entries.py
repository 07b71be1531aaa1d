"""Everything that happens, as values: the closed union `Entry`, one dataclass a kind, and its form as stored bytes.

Pure. Rule 1: an entry carries decisions, applying it only assigns (replaying an old journal gives the old tables).
Rule 2: a kind and its version stay readable for ever; a changed meaning is a new version, read by its own function. A field
that only adds a fact is None by default, comes last, and changes no version: a body without it is what it always was.
Rule 3: people's data is never in a body: a field of type `Personal` is stored as a row of `parties` and stands in the
body as its row id and commitment sha256(salt || content), see ledger.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Personal:
    """People's data on its way into the ledger. kind: number, name, text, secret. lookup: the key that finds the same
    person again (a normalised number), None where nothing is looked up."""

    kind: str
    content: str
    lookup: str | None = None


@dataclass(frozen=True, slots=True)
class PartyRef:
    """The same data as it stands in the journal: row of `parties`, the commitment to its content (hex), its kind."""

    party: int
    commitment: str
    kind: str = ""


Party = Personal | PartyRef


@dataclass(frozen=True, slots=True)
class Started:
    """The monitor began to listen. boot: kernel boot id; version: of the program."""

    boot: str
    version: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The monitor ended in good order."""

    reason: str


@dataclass(frozen=True, slots=True)
class CallRecorded:
    """A call as it is now: opened, changed or closed (`stage`). Instants are ns; mono stamps belong to `boot`.

    in_hours and hours_version are decided once, from `started`, when the call is opened. opens_case / joins_case /
    closes_case: decided when the call is closed (see deciding); case ids are the seq of the entry that opened the case.
    closes_case: the caller was served by this call, whatever stood open for the number is `self_resolved`.
    *_by: the means by which that fact was sensed (device.signals.Means), None where it is not known. doubt: why a call is
    `unknown` (calls.call.Doubt); far_end: what became of an outbound call there (calls.call.FarEnd).
    """

    stage: str  # opened | changed | closed
    key: str
    line: str
    direction: str
    boot: str
    started_mono: int
    started_wall: int
    ring_bursts: int
    last_edge_mono: int | None
    answered_mono: int | None
    answered_wall: int | None
    ended_mono: int | None
    ended_wall: int | None
    ringing: int | None
    talk: int | None
    uncertainty: int | None
    disposition: str | None
    absence: str | None
    caller_id_wall: int | None
    in_hours: bool | None
    hours_version: int | None
    number: Party | None = None
    name: Party | None = None
    digits: Party | None = None
    date_time: str | None = None
    opens_case: bool = False
    joins_case: int | None = None
    closes_case: int | None = None
    # added later; None in every older entry
    started_by: str | None = None
    answered_by: str | None = None
    answer_error: int | None = None
    ended_by: str | None = None
    caller_id_by: str | None = None
    digits_by: str | None = None
    far_end: str | None = None
    far_answered_mono: int | None = None
    far_answered_wall: int | None = None
    far_answered_by: str | None = None
    far_answer_error: int | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class CallSettled:
    """A person said how an `unknown` call came out. how: `panel`. disposition: answered | no_answer."""

    call: int
    disposition: str
    how: str
    opens_case: bool = False
    joins_case: int | None = None
    closes_case: int | None = None


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A person has looked at a missed call (or one to be settled): that row, with the earlier calls of its case."""

    call: int


@dataclass(frozen=True, slots=True)
class CallbackAttempted:
    """Somebody called back. outcome: reached | not_reached; means: self_reported in this slice. closes: decided.

    after: attempts there were when the person said so, as they saw it; None where nobody looked.
    """

    case: int
    outcome: str
    means: str
    closes: bool
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """At the desk or away. source: button | panel."""

    present: bool
    source: str


@dataclass(frozen=True, slots=True)
class FaultBegan:
    """kind: a Trouble, or of the box itself: disk, clock, lamp. line: None for the box. Ids are the seq of this entry."""

    kind: str
    line: str | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FaultEnded:
    """The open fault of that kind and line is over. fault: its id, decided."""

    kind: str
    line: str | None
    fault: int | None = None


@dataclass(frozen=True, slots=True)
class StillTalking:
    """A person answered the question whether the call is still going on: yes."""

    line: str


@dataclass(frozen=True, slots=True)
class LineAnomaly:
    """Something the line machine did not expect, or bytes that no rule understood (raw as hex, numbers never)."""

    line: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One automatic line check. results: tuple of (what, passed or None, detail), `line` None for the lamps."""

    line: str | None
    trigger: str  # schedule | start | panel
    results: tuple[tuple[str, bool | None, str], ...]


@dataclass(frozen=True, slots=True)
class SiteDocumentChanged:
    """A site document got a new version. content: the whole document as canonical JSON; digest: sha256 of it."""

    name: str
    version: int
    digest: str
    content: str


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """An account's password. secret: the salted hash, as an erasable party of kind `secret`.

    replaces: decided: the row of `parties` of the secret until now, which this entry erases as `PartyErased` would.
    """

    account: str
    secret: Party
    must_change: bool
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class NumberRevealed:
    """A person asked for the full number behind a call or a case."""

    account: str
    call: int


@dataclass(frozen=True, slots=True)
class PartyErased:
    """The tombstone of people's data: content, salt and look-up key of that row of `parties` are gone for good."""

    party: int
    reason: str


Entry = (
    Started
    | Stopped
    | CallRecorded
    | CallSettled
    | CallSeen
    | CallbackAttempted
    | Presence
    | FaultBegan
    | FaultEnded
    | StillTalking
    | LineAnomaly
    | CheckRun
    | SiteDocumentChanged
    | PasswordSet
    | NumberRevealed
    | PartyErased
)
