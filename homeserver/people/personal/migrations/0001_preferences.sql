-- What somebody prefers: a JSON value for each key.
CREATE TABLE preference (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
