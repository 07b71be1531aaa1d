"""Everything that happens, as values: the closed union `Entry`, one dataclass a kind, and its form as stored bytes.

Pure. Rule 1: an entry carries decisions, applying it only assigns (replaying an old journal gives the old tables).
Rule 2: a kind and its version stay readable for ever; a changed meaning is a new version, read by its own function. A field
that only adds a fact is None by default, comes last, and changes no version: a body without it is what it always was.
Rule 3: people's data is never in a body: a field of type `Personal` is stored as a row of `parties` and stands in the
body as its row id and commitment sha256(salt || content), see ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_app.records.party import Party as Party
from firmware_app.records.party import PartyRef as PartyRef
from firmware_app.records.party import Personal as Personal
from firmware_app.records.people_entries import AccountSet as AccountSet
from firmware_app.records.people_entries import DeskPaired as DeskPaired
from firmware_app.records.people_entries import DeskUnpaired as DeskUnpaired
from firmware_app.records.people_entries import HandedOver as HandedOver
from firmware_app.records.people_entries import PaperMade as PaperMade
from firmware_app.records.people_entries import PasswordSet as PasswordSet
from firmware_app.records.people_entries import PinSet as PinSet
from firmware_app.records.people_entries import RecoveryMade as RecoveryMade
from firmware_app.records.people_entries import RecoveryUsed as RecoveryUsed
from firmware_app.records.people_entries import SignInNoted as SignInNoted
from firmware_app.records.talk_entries import CallEntered as CallEntered
from firmware_app.records.talk_entries import CardRetired as CardRetired
from firmware_app.records.talk_entries import CardSaved as CardSaved
from firmware_app.records.talk_entries import HelpAsked as HelpAsked
from firmware_app.records.talk_entries import HelpEnded as HelpEnded
from firmware_app.records.talk_entries import NoticeGiven as NoticeGiven
from firmware_app.records.talk_entries import TalkNoted as TalkNoted


@dataclass(frozen=True, slots=True)
class Started:
    """The monitor began to listen. boot: kernel boot id; version: of the program.

    silent_since: wall (ns) of the last sign of life of the run before: nothing was heard from then on. None: first start.
    """

    boot: str
    version: str
    silent_since: int | None = None


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
    hours_basis: the documents behind in_hours (calls.opening_hours.Basis as text); rules_version: of the document
    `callback_rules` behind what is decided of cases. by_machine: it was answered after the time at which a machine of
    this line answers, and counts as missed. low, clock_wall, due_wall: of the case it opens (see calls.callback).
    attempt_of, attempt_outcome: an outbound call that dialled the number of that case, and what was heard of it;
    proves: the attempt that a person had told of already, which this call proves. dial_form: how it was dialled, a value of
    calls.dial_plan.Form. dialled_mono: the last digit. worked: ns of working time from the start of the case's clock.
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
    hours_basis: str | None = None
    rules_version: int | None = None
    by_machine: bool | None = None
    low: bool | None = None
    clock_wall: int | None = None
    due_wall: int | None = None
    attempt_of: int | None = None
    attempt_outcome: str | None = None
    proves: int | None = None
    dial_form: str | None = None
    worked: int | None = None
    dialled_mono: int | None = None


@dataclass(frozen=True, slots=True)
class CallSettled:
    """A person said how an `unknown` call came out. how: `panel`. disposition: answered | no_answer."""

    call: int
    disposition: str
    how: str
    opens_case: bool = False
    joins_case: int | None = None
    closes_case: int | None = None
    rules_version: int | None = None
    low: bool | None = None
    clock_wall: int | None = None
    due_wall: int | None = None
    worked: int | None = None


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A person has looked at a missed call (or one to be settled): that row, with the earlier calls of its case."""

    call: int


@dataclass(frozen=True, slots=True)
class CallbackAttempted:
    """Somebody called back. outcome and means: calls.callback.Outcome and Means (older entries: reached | not_reached,
    self_reported). closes: decided.

    after: attempts there were when the person said so, as they saw it; None where nobody looked.
    All that follows is decided. settles: the attempt, made by this line, of which a person now says how it came out;
    call: the outbound call that proves it. closes_as: the state of the case after it, when it closes it.
    worked: ns of working time from the start of the case's clock; half_day: in which it was made.
    """

    case: int
    outcome: str
    means: str
    closes: bool
    after: int | None = None
    settles: int | None = None
    call: int | None = None
    closes_as: str | None = None
    worked: int | None = None
    half_day: str | None = None
    rules_version: int | None = None
    dial_form: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackPostponed:
    """The caller asked to be rung at a certain time. until_wall: ns of UTC, None takes it back."""

    case: int
    until_wall: int | None = None


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """A person ends a case without reaching anybody. state: not_needed | not_callable | unreachable; reason: a code of
    calls.callback.REASONS; approved_by: who agreed, in words. worked: decided."""

    case: int
    state: str
    reason: str
    approved_by: str
    note: Party | None = None
    worked: int | None = None


@dataclass(frozen=True, slots=True)
class CaseReopened:
    """A person takes back that a case was ended (a slip of the finger). state: decided: what it was ended as."""

    case: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class NumberNoted:
    """What to know before ringing a number. note: a few words; other: ring this number instead. Both None: nothing any more.

    replaces: decided: the entry that said it until now.
    """

    number: Party
    note: Party | None = None
    other: Party | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class NumberMarked:
    """What a number is. mark: blocked | test | none; approved_by: who agreed, in words. replaces: decided."""

    number: Party
    mark: str
    approved_by: str
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class DialAsked:
    """A person had the modem dial for a case. The number stands with the case and with the call that follows."""

    line: str
    case: int | None
    dial_form: str


@dataclass(frozen=True, slots=True)
class Presence:
    """At the desk or away. source: button | panel, said; missed_call | off_hook | action, inferred.

    since_wall: since when it is believed so, ns of UTC (a missed call: since it began); None: since this entry.
    """

    present: bool
    source: str
    since_wall: int | None = None


@dataclass(frozen=True, slots=True)
class MessageSent:
    """The head of the point was told of waiting missed calls, or it failed. channel: its name in the configuration; kind:
    dingtalk | wecom | mail | webhook; occasion: waiting | help | test; outcome: sent | failed; detail: why it failed, no numbers."""

    channel: str
    kind: str
    occasion: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MonthClosed:
    """The figures of a month, from now on unchangeable. month: 2026-11; figures: canonical JSON (calls.month_figures);
    digest: sha256 of it, hex."""

    month: str
    figures: str
    digest: str


@dataclass(frozen=True, slots=True)
class CarrierBill:
    """What the carrier's records of a month say beside ours; no numbers. figures: canonical JSON (calls.carrier_bill)."""

    month: str
    line: str
    figures: str


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
    """A site document got a new version. content: the whole document as canonical JSON; digest: sha256 of it.

    recounts: decided: calls that a closure, approved at most 24 h late, takes out of or back into service hours.
    """

    name: str
    version: int
    digest: str
    content: str
    recounts: tuple[tuple[int, bool], ...] | None = None


@dataclass(frozen=True, slots=True)
class NumberRevealed:
    """A person asked for the full number behind a call or a case. reason: why, where it was not theirs to call back."""

    account: str
    call: int
    reason: str | None = None


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
    | CallbackPostponed
    | CaseClosed
    | CaseReopened
    | NumberNoted
    | NumberMarked
    | DialAsked
    | Presence
    | MessageSent
    | MonthClosed
    | CarrierBill
    | FaultBegan
    | FaultEnded
    | StillTalking
    | LineAnomaly
    | CheckRun
    | SiteDocumentChanged
    | PasswordSet
    | AccountSet
    | PinSet
    | SignInNoted
    | DeskPaired
    | DeskUnpaired
    | RecoveryMade
    | RecoveryUsed
    | HandedOver
    | PaperMade
    | TalkNoted
    | HelpAsked
    | HelpEnded
    | CardSaved
    | CardRetired
    | NoticeGiven
    | CallEntered
    | NumberRevealed
    | PartyErased
)
