-- What is under way when nothing runs: runs that wait, and triggers that wait for `for`. `print` tells which text of
-- the rule a row belongs to. Times in seconds since 1970.
CREATE TABLE run (
    key TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    print TEXT NOT NULL,
    number INTEGER NOT NULL,
    begun REAL NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE pending (
    key TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    print TEXT NOT NULL,
    trigger INTEGER NOT NULL,
    entity_id TEXT NOT NULL,
    due REAL NOT NULL,
    seconds REAL NOT NULL,
    body TEXT NOT NULL
) STRICT;
