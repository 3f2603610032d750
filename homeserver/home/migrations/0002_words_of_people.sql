-- What people decided about entities, devices, areas, floors and labels: JSON over what their makers say.
CREATE TABLE word (
    kind TEXT NOT NULL CHECK (kind IN ('entity', 'device', 'area', 'floor', 'label')),
    id TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Every such decision. `deed`: the steps of one deed are undone together. `undid`: the deed that this one took back.
-- Times are seconds since 1970; `before` and `after` are words, NULL for none.
CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    deed INTEGER NOT NULL,
    at REAL NOT NULL,
    login TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    before TEXT,
    after TEXT,
    undid INTEGER
) STRICT;
CREATE INDEX journal_deed ON journal (deed);
