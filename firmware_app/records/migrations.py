"""The ledger's schema, as an ordered list of SQL scripts: the n-th takes a ledger from version n-1 to n.

Pure. Rule 1: a script that was ever released is never edited; a change is a new script at the end.
Rule 2: each is run in one transaction, every statement drained (`ledger.migrate`); PRAGMA user_version counts them.
Rule 3: only `journal`, `meta` and the content of `parties` are told; all other tables follow from the journal, and a
replay of it must give them again row for row (`verifying`). Ids are the `seq` of the entry that made the row; a row of
`parties` is `seq * 10` plus the place of the value in its entry.
"""

from __future__ import annotations

from firmware_app.records.migrations_desk import DESK, DESK_DERIVED

JOURNAL = """
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    seq     INTEGER PRIMARY KEY,
    boot    TEXT NOT NULL,     -- kernel boot id; mono belongs to it
    mono    INTEGER NOT NULL,  -- ns of CLOCK_MONOTONIC
    wall    INTEGER NOT NULL,  -- ns of UTC, as believed then
    actor   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL,
    prev    BLOB NOT NULL,
    digest  BLOB NOT NULL
) STRICT;

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'a journal entry is never changed'); END;
CREATE TRIGGER journal_is_not_cut BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'a journal entry is never deleted'); END;
CREATE TRIGGER journal_has_no_gap BEFORE INSERT ON journal
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'a journal entry takes the next seq'); END;

CREATE TABLE parties (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    commitment TEXT NOT NULL,
    salt       BLOB,
    content    TEXT,
    lookup     TEXT,
    erased_seq INTEGER,
    CHECK ((salt IS NULL) = (content IS NULL))
) STRICT;
CREATE INDEX parties_by_lookup ON parties (lookup) WHERE lookup IS NOT NULL;
"""

CALLS = """
CREATE TABLE cases (
    id         INTEGER PRIMARY KEY,
    party      INTEGER NOT NULL REFERENCES parties,
    line       TEXT NOT NULL,
    state      TEXT NOT NULL,     -- open, reached, self_resolved
    first_call INTEGER NOT NULL,
    last_call  INTEGER NOT NULL,
    since_wall INTEGER NOT NULL,  -- start of its first call
    calls      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    closed_seq INTEGER
) STRICT;
CREATE INDEX cases_open ON cases (last_call) WHERE state = 'open';
CREATE INDEX cases_open_by_party ON cases (party) WHERE state = 'open';
CREATE INDEX cases_closed ON cases (closed_seq) WHERE closed_seq IS NOT NULL;

CREATE TABLE attempts (
    id      INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases,
    outcome TEXT NOT NULL,
    means   TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_of_case ON attempts (case_id);

CREATE TABLE calls (
    id             INTEGER PRIMARY KEY,
    key            TEXT NOT NULL UNIQUE,
    stage          TEXT NOT NULL,  -- open, closed
    line           TEXT NOT NULL,
    direction      TEXT NOT NULL,
    boot           TEXT NOT NULL,
    started_mono   INTEGER NOT NULL,
    started_wall   INTEGER NOT NULL,
    ring_bursts    INTEGER NOT NULL,
    last_edge_mono INTEGER,
    answered_mono  INTEGER,
    answered_wall  INTEGER,
    ended_mono     INTEGER,
    ended_wall     INTEGER,
    ringing        INTEGER,
    talk           INTEGER,
    uncertainty    INTEGER,
    disposition    TEXT,
    absence        TEXT,
    caller_id_wall INTEGER,
    in_hours       INTEGER,
    hours_version  INTEGER,
    date_time      TEXT,
    number         INTEGER REFERENCES parties,
    name           INTEGER REFERENCES parties,
    digits         INTEGER REFERENCES parties,
    case_id        INTEGER REFERENCES cases,
    unseen         INTEGER NOT NULL DEFAULT 0,  -- 1: nobody has looked at it yet
    unsettled      INTEGER NOT NULL DEFAULT 0,  -- 1: `unknown`, waits for a person's word
    seen_seq       INTEGER,
    settled_seq    INTEGER
) STRICT;
CREATE INDEX calls_started ON calls (started_wall);
CREATE INDEX calls_open ON calls (id) WHERE stage = 'open';
CREATE INDEX calls_hidden_unseen ON calls (id) WHERE unseen = 1 AND unsettled = 0 AND case_id IS NULL;
CREATE INDEX calls_unsettled ON calls (id) WHERE unsettled = 1;
CREATE INDEX calls_of_case ON calls (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX calls_settled ON calls (settled_seq) WHERE settled_seq IS NOT NULL;
CREATE INDEX calls_hidden_seen ON calls (seen_seq) WHERE seen_seq IS NOT NULL AND case_id IS NULL;

-- How many there are, kept by triggers: the lamps ask after every commit, and counting 100,000 rows takes a millisecond.
CREATE TABLE tallies (
    name   TEXT PRIMARY KEY,
    amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tallies VALUES ('unseen', 0), ('unsettled', 0), ('due', 0);
CREATE TRIGGER calls_tally_unseen AFTER UPDATE OF unseen ON calls WHEN NEW.unseen <> OLD.unseen
BEGIN UPDATE tallies SET amount = amount + NEW.unseen - OLD.unseen WHERE name = 'unseen'; END;
CREATE TRIGGER calls_tally_unsettled AFTER UPDATE OF unsettled ON calls WHEN NEW.unsettled <> OLD.unsettled
BEGIN UPDATE tallies SET amount = amount + NEW.unsettled - OLD.unsettled WHERE name = 'unsettled'; END;
CREATE TRIGGER cases_tally_opened AFTER INSERT ON cases
BEGIN UPDATE tallies SET amount = amount + 1 WHERE name = 'due'; END;
CREATE TRIGGER cases_tally_closed AFTER UPDATE OF state ON cases WHEN NEW.state <> 'open' AND OLD.state = 'open'
BEGIN UPDATE tallies SET amount = amount - 1 WHERE name = 'due'; END;
"""

UPKEEP = """
CREATE TABLE faults (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,
    line      TEXT,
    detail    TEXT NOT NULL,
    ended_seq INTEGER
) STRICT;
CREATE INDEX faults_open ON faults (id) WHERE ended_seq IS NULL;

CREATE TABLE checks (
    id      INTEGER PRIMARY KEY,
    line    TEXT,
    trigger TEXT NOT NULL,
    results TEXT NOT NULL  -- JSON list of [what, passed or null, detail]
) STRICT;
CREATE INDEX checks_of_line ON checks (line, id);

CREATE TABLE presence (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    present INTEGER NOT NULL,
    source  TEXT NOT NULL,
    seq     INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    name        TEXT PRIMARY KEY,
    secret      INTEGER NOT NULL REFERENCES parties,
    must_change INTEGER NOT NULL,
    seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE document_versions (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest  TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (name, version)
) STRICT;
"""

# By which means each fact of a call was sensed, what became of an outbound one, why one is unknown. NULL in older calls.
SOURCES = """
ALTER TABLE calls ADD COLUMN started_by TEXT;
ALTER TABLE calls ADD COLUMN answered_by TEXT;
ALTER TABLE calls ADD COLUMN answer_error INTEGER;
ALTER TABLE calls ADD COLUMN ended_by TEXT;
ALTER TABLE calls ADD COLUMN caller_id_by TEXT;
ALTER TABLE calls ADD COLUMN digits_by TEXT;
ALTER TABLE calls ADD COLUMN far_end TEXT;
ALTER TABLE calls ADD COLUMN far_answered_mono INTEGER;
ALTER TABLE calls ADD COLUMN far_answered_wall INTEGER;
ALTER TABLE calls ADD COLUMN far_answered_by TEXT;
ALTER TABLE calls ADD COLUMN far_answer_error INTEGER;
ALTER TABLE calls ADD COLUMN doubt TEXT;
"""

# A call that caller ID announced starts with its first burst: as its last entry says, which was not assigned before.
STARTS = """
UPDATE calls SET started_mono = told.mono, started_wall = told.wall
FROM (
    SELECT MAX(seq), body ->> '$.key' AS key, body ->> '$.started_mono' AS mono, body ->> '$.started_wall' AS wall
    FROM journal WHERE kind = 'CallRecorded' AND json_valid(body) GROUP BY body ->> '$.key'
) AS told
WHERE told.key = calls.key AND told.mono <> calls.started_mono AND told.wall IS NOT NULL;
UPDATE cases SET since_wall = calls.started_wall FROM calls WHERE calls.id = cases.first_call;
"""

# What is owed to whom, by which rules and until when; who was at the desk; what was told to whom; months that are closed.
# Walls are ns of UTC. `worked`: ns of working time from the start of the case's clock.
CASEWORK = """
ALTER TABLE calls ADD COLUMN hours_basis TEXT;
ALTER TABLE calls ADD COLUMN rules_version INTEGER;
ALTER TABLE calls ADD COLUMN by_machine INTEGER;

ALTER TABLE cases ADD COLUMN low INTEGER NOT NULL DEFAULT 0;  -- 1: abandoned calls only
ALTER TABLE cases ADD COLUMN clock_wall INTEGER;              -- when its clock of working minutes starts
ALTER TABLE cases ADD COLUMN due_wall INTEGER;                -- until when a first call-back is timely
ALTER TABLE cases ADD COLUMN rules_version INTEGER;
ALTER TABLE cases ADD COLUMN postponed_wall INTEGER;
ALTER TABLE cases ADD COLUMN closed_worked INTEGER;
ALTER TABLE cases ADD COLUMN reason TEXT;                     -- why it was ended without reaching anybody
ALTER TABLE cases ADD COLUMN note INTEGER REFERENCES parties;
CREATE INDEX cases_by_clock ON cases (clock_wall);
CREATE INDEX cases_of_party ON cases (party);
CREATE TRIGGER cases_tally_reopened AFTER UPDATE OF state ON cases WHEN NEW.state = 'open' AND OLD.state <> 'open'
BEGIN UPDATE tallies SET amount = amount + 1 WHERE name = 'due'; END;

ALTER TABLE attempts ADD COLUMN call INTEGER REFERENCES calls;  -- the outbound call that proves it
ALTER TABLE attempts ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;  -- 1: heard by the line, a person has not said how it was
ALTER TABLE attempts ADD COLUMN worked INTEGER;
ALTER TABLE attempts ADD COLUMN half_day TEXT;
ALTER TABLE attempts ADD COLUMN dial_form TEXT;
ALTER TABLE attempts ADD COLUMN settled_seq INTEGER;
CREATE INDEX attempts_of_call ON attempts (call) WHERE call IS NOT NULL;
CREATE INDEX attempts_that_worked ON attempts (id) WHERE outcome = 'reached' AND dial_form IS NOT NULL;

CREATE TABLE notes (
    id     INTEGER PRIMARY KEY,
    number INTEGER NOT NULL REFERENCES parties,
    note   INTEGER REFERENCES parties,
    other  INTEGER REFERENCES parties,
    stands INTEGER NOT NULL  -- 0: another took its place
) STRICT;
CREATE INDEX notes_standing ON notes (number) WHERE stands = 1;

CREATE TABLE marks (
    id          INTEGER PRIMARY KEY,
    number      INTEGER NOT NULL REFERENCES parties,
    mark        TEXT NOT NULL,  -- blocked, test
    approved_by TEXT NOT NULL,
    stands      INTEGER NOT NULL
) STRICT;
CREATE INDEX marks_standing ON marks (number) WHERE stands = 1;

CREATE TABLE presences (
    id         INTEGER PRIMARY KEY,
    present    INTEGER NOT NULL,
    source     TEXT NOT NULL,
    since_wall INTEGER  -- NULL: since its entry
) STRICT;

CREATE TABLE messages (
    id       INTEGER PRIMARY KEY,
    channel  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    occasion TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    detail   TEXT NOT NULL
) STRICT;

CREATE TABLE months (
    month   TEXT PRIMARY KEY,
    id      INTEGER NOT NULL,
    figures TEXT NOT NULL,
    digest  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bills (
    id      INTEGER PRIMARY KEY,
    month   TEXT NOT NULL,
    line    TEXT NOT NULL,
    figures TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
    id           INTEGER PRIMARY KEY,  -- the entry Started
    silent_since INTEGER,
    stopped_seq  INTEGER
) STRICT;

INSERT INTO presences
SELECT seq, body ->> '$.present', body ->> '$.source', NULL FROM journal WHERE kind = 'Presence' AND json_valid(body);
INSERT INTO runs SELECT seq, NULL, NULL FROM journal WHERE kind = 'Started';
UPDATE runs SET stopped_seq = (
    SELECT MIN(seq) FROM journal WHERE kind = 'Stopped' AND seq > runs.id
    AND seq < COALESCE((SELECT MIN(later.id) FROM runs AS later WHERE later.id > runs.id), 9223372036854775807)
);

-- How a call counts, by metrics_def 1: calls.service_level.code_of says the same, and a test compares. 15 s, 3 s in ns.
-- waited: the answer delay, or how long it rang where nobody lifted or that moment was not sensed.
ALTER TABLE calls ADD COLUMN waited INTEGER GENERATED ALWAYS AS (COALESCE(answered_mono - started_mono, ringing)) VIRTUAL;
ALTER TABLE calls ADD COLUMN counted INTEGER GENERATED ALWAYS AS (CASE
    WHEN direction <> 'inbound' OR stage <> 'closed' THEN NULL
    WHEN disposition = 'test' THEN 72
    WHEN disposition = 'blocked' THEN 80
    WHEN disposition = 'non_voice' THEN 88
    WHEN in_hours IS NULL THEN 64
    WHEN in_hours = 0 THEN 56
    WHEN disposition IN ('answered', 'no_answer') AND by_machine = 1
        THEN 40 + 4 * COALESCE(COALESCE(answered_mono - started_mono, ringing) >= 15000000000, 0)
    WHEN disposition = 'answered' THEN 2 * COALESCE(talk < 3000000000, 0) + CASE
        WHEN answered_mono IS NULL THEN CASE WHEN ringing >= 15000000000 THEN 12 ELSE 16 END
        ELSE 8 * (answered_mono - started_mono > 15000000000)
            + COALESCE(ABS(answered_mono - started_mono - 15000000000) <= uncertainty, 0) END
    WHEN disposition = 'no_answer' THEN 32 + 4 * COALESCE(ringing >= 15000000000, 0)
    WHEN disposition = 'abandoned' THEN 24
    ELSE 48 + 4 * COALESCE(ringing >= 15000000000, 0) END) VIRTUAL;
CREATE INDEX calls_counted ON calls (counted, line, started_wall, waited, number) WHERE counted IS NOT NULL;

-- The first row of the same look-up key, where a number was written in several ways: one caller.
ALTER TABLE parties ADD COLUMN same_as INTEGER REFERENCES parties;
UPDATE parties SET same_as = first.id FROM (SELECT lookup, MIN(id) AS id FROM parties WHERE lookup IS NOT NULL GROUP BY lookup)
    AS first WHERE first.lookup = parties.lookup AND first.id < parties.id;
CREATE INDEX parties_same ON parties (id, same_as) WHERE same_as IS NOT NULL;
"""

MIGRATIONS: tuple[str, ...] = (JOURNAL, CALLS, UPKEEP, SOURCES, STARTS, CASEWORK, DESK)

DERIVED: tuple[tuple[str, str], ...] = (
    ("cases", "id"),
    ("attempts", "id"),
    ("calls", "id"),
    ("tallies", "name"),
    ("faults", "id"),
    ("checks", "id"),
    ("presence", "id"),
    ("accounts", "name"),
    ("document_versions", "id"),
    ("notes", "id"),
    ("marks", "id"),
    ("presences", "id"),
    ("messages", "id"),
    ("months", "month"),
    ("bills", "id"),
    ("runs", "id"),
    *DESK_DERIVED,
)
"""The tables that follow from the journal alone, each with its key."""
