"""The step of the schema that brings people, desks, talks and cards into the ledger: one SQL script, under the rules of `migrations`.

Pure.
"""

from __future__ import annotations

DESK = """
CREATE TABLE people (
    name         TEXT PRIMARY KEY,
    person       TEXT NOT NULL,               -- how the person is called
    role         TEXT NOT NULL,               -- roles.Role
    active       INTEGER NOT NULL,
    secret       INTEGER REFERENCES parties,  -- of the password, NULL: none was set yet
    must_change  INTEGER NOT NULL,
    password_seq INTEGER,
    pin          INTEGER REFERENCES parties,
    seq          INTEGER NOT NULL             -- of the entry that changed it last
) STRICT, WITHOUT ROWID;
INSERT INTO people SELECT name, name, 'admin', 1, secret, must_change, seq, NULL, seq FROM accounts;
DROP TABLE accounts;
ALTER TABLE people RENAME TO accounts;

CREATE TABLE secrets (            -- passwords that an account had lately, the present one too: none of them is to be used again
    id      INTEGER PRIMARY KEY,  -- the entry PasswordSet
    account TEXT NOT NULL,
    secret  INTEGER NOT NULL REFERENCES parties
) STRICT;
INSERT INTO secrets SELECT seq, name, secret FROM accounts WHERE secret IS NOT NULL;

CREATE TABLE sign_ins (
    id      INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    what    TEXT NOT NULL,  -- in, out, failed, locked, more
    how     TEXT NOT NULL,  -- password, pin, code
    desk    TEXT
) STRICT;
CREATE INDEX sign_ins_of_account ON sign_ins (account, id);

CREATE TABLE desks (
    id        INTEGER PRIMARY KEY,
    desk      TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    secret    INTEGER NOT NULL REFERENCES parties,
    ended_seq INTEGER
) STRICT;

CREATE TABLE recoveries (
    id         INTEGER PRIMARY KEY,
    secret     INTEGER NOT NULL REFERENCES parties,
    boot       TEXT NOT NULL,
    until_mono INTEGER NOT NULL,
    used_seq   INTEGER
) STRICT;

CREATE TABLE handovers (
    id     INTEGER PRIMARY KEY,
    giver  TEXT NOT NULL,
    taker  TEXT NOT NULL,
    cases  TEXT NOT NULL,  -- ids, as JSON
    remark INTEGER REFERENCES parties
) STRICT;

CREATE TABLE papers (
    id      INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    paper   TEXT NOT NULL,
    form    TEXT NOT NULL,  -- xlsx, csv, pdf, print
    since   TEXT NOT NULL,
    until   TEXT NOT NULL,
    amount  INTEGER NOT NULL,
    whole   INTEGER NOT NULL,  -- 1: with numbers in full
    reason  TEXT NOT NULL
) STRICT;

CREATE TABLE talks (
    id      INTEGER PRIMARY KEY,
    call    INTEGER NOT NULL REFERENCES calls,
    outcome TEXT NOT NULL,  -- calls.talk.TalkOutcome
    topic   TEXT,
    person  INTEGER REFERENCES parties,
    matter  INTEGER REFERENCES parties,
    answers INTEGER REFERENCES parties,
    stands  INTEGER NOT NULL  -- 0: another took its place
) STRICT;
CREATE INDEX talks_of_call ON talks (call) WHERE stands = 1;
CREATE INDEX calls_of_number ON calls (number, started_wall) WHERE number IS NOT NULL;  -- how often a caller rang before
CREATE INDEX calls_of_line ON calls (line, started_wall);
CREATE INDEX calls_not_inbound ON calls (direction, started_wall) WHERE direction <> 'inbound';
CREATE INDEX calls_of_digits ON calls (digits, started_wall) WHERE digits IS NOT NULL;
-- A number is searched for by how it ends: whole, without its area code, or by its last four digits.
CREATE INDEX parties_by_end ON parties (substr(lookup, -4)) WHERE lookup IS NOT NULL;
-- What came of a call, beside it: calls of some outcome are found by time.
ALTER TABLE calls ADD COLUMN talk_outcome TEXT;
CREATE TRIGGER talks_beside_calls AFTER INSERT ON talks
BEGIN UPDATE calls SET talk_outcome = NEW.outcome WHERE id = NEW.call; END;
CREATE INDEX calls_by_talk ON calls (talk_outcome, started_wall) WHERE talk_outcome IS NOT NULL;
CREATE INDEX journal_documents ON journal (seq) WHERE kind = 'SiteDocumentChanged';  -- what recounts a closed month

CREATE TABLE helps (
    id        INTEGER PRIMARY KEY,
    line      TEXT,
    call      INTEGER REFERENCES calls,
    ended_seq INTEGER
) STRICT;
CREATE INDEX helps_open ON helps (id) WHERE ended_seq IS NULL;

CREATE TABLE cards (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    digest      TEXT NOT NULL,
    content     TEXT NOT NULL,
    initials    TEXT NOT NULL,
    saved_seq   INTEGER NOT NULL,
    retired_seq INTEGER
) STRICT;
CREATE INDEX cards_of_kind ON cards (kind) WHERE retired_seq IS NULL;

CREATE TABLE card_versions (
    id      INTEGER PRIMARY KEY,
    card    INTEGER NOT NULL REFERENCES cards,
    version INTEGER NOT NULL,
    digest  TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE INDEX card_versions_of_card ON card_versions (card, version);

-- Of the cards that are shown: what the search looks for, as calls.card_words cuts it; rowid: the card.
CREATE VIRTUAL TABLE card_words USING fts5(title, body, initials, content = '', contentless_delete = 1, tokenize = 'ascii');

CREATE TABLE notices (
    id      INTEGER PRIMARY KEY,
    card    INTEGER NOT NULL REFERENCES cards,
    version INTEGER NOT NULL,
    call    INTEGER REFERENCES calls,
    ticked  TEXT NOT NULL,  -- places, as JSON
    printed INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_of_call ON notices (call) WHERE call IS NOT NULL;

CREATE TABLE remembered (         -- calls of direction `remembered`: told by a person from the telephone's own memory
    id     INTEGER PRIMARY KEY,   -- the call
    remark INTEGER REFERENCES parties
) STRICT;
"""

DESK_DERIVED: tuple[tuple[str, str], ...] = (
    ("secrets", "id"),
    ("sign_ins", "id"),
    ("desks", "id"),
    ("recoveries", "id"),
    ("handovers", "id"),
    ("papers", "id"),
    ("talks", "id"),
    ("helps", "id"),
    ("cards", "id"),
    ("card_versions", "id"),
    (
        "card_words",
        "rowid",
    ),  # which cards are in it; what of them, an index without contents does not give back
    ("notices", "id"),
    ("remembered", "id"),
)
"""Its derived tables, each with its key."""
