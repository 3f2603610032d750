-- Every text of every rule that was ever read. `text` is that of the rule alone, compressed; the same text of one rule
-- that comes back is a new row: it is a new version. Times in seconds since 1970.
CREATE TABLE version (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    at REAL NOT NULL,
    file TEXT NOT NULL,
    text BLOB NOT NULL
) STRICT;

CREATE INDEX version_of_rule ON version (rule, id);
