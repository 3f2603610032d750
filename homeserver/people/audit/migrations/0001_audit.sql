-- What was done, one row each, in the order in which it was heard; never changed, and pruned from the oldest on only.
-- `at`: microseconds since 1970; `tide`: the latest `at` until here, since clocks may be set back. Persons stand under
-- pseudonyms, see `name`. `source`: the address it came from; `entity`: entity ids, with blanks between; `details` and
-- `cause` are JSON; `sayer`, `run`, `seq`: who said it, and as which of his. `hash` is keyed, over the hash before and
-- all of the row but `tide`.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    tide INTEGER NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    outcome TEXT NOT NULL,
    source TEXT NOT NULL,
    entity TEXT NOT NULL,
    details TEXT NOT NULL,
    cause TEXT NOT NULL,
    sayer TEXT NOT NULL,
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_who ON audit (who);
CREATE INDEX audit_kind ON audit (kind);
CREATE INDEX audit_what ON audit (what);
CREATE INDEX audit_tide ON audit (tide);
CREATE INDEX audit_lag ON audit (tide - at) WHERE tide > at;

-- The words of each row, for searching.
CREATE VIRTUAL TABLE audit_text USING fts5 (
    kind, who, what, outcome, source, entity, details, content = 'audit', content_rowid = 'id'
);
CREATE TRIGGER audit_said AFTER INSERT ON audit BEGIN
    INSERT INTO audit_text (rowid, kind, who, what, outcome, source, entity, details)
    VALUES (new.id, new.kind, new.who, new.what, new.outcome, new.source, new.entity, new.details);
END;
CREATE TRIGGER audit_pruned AFTER DELETE ON audit BEGIN
    INSERT INTO audit_text (audit_text, rowid, kind, who, what, outcome, source, entity, details)
    VALUES ('delete', old.id, old.kind, old.who, old.what, old.outcome, old.source, old.entity, old.details);
END;

-- Whose pseudonym is whose: erasing somebody takes his rows from here. `current`: not of a former one of the same id.
CREATE TABLE name (
    token TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    current INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX name_person ON name (person);
-- The keyed marks of ids that were erased, so that what is heard of them late is kept under no name.
CREATE TABLE erased (
    mark TEXT PRIMARY KEY
) STRICT;

-- The last number that each sayer gave in his present run.
CREATE TABLE heard (
    sayer TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

-- The last row that was pruned, signed; no row while none was.
CREATE TABLE checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
