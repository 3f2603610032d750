-- Entities that programs told of, as they are now: `attributes` is a JSON object; times in seconds since 1970.
CREATE TABLE told (
    entity TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    attributes TEXT NOT NULL,
    changed REAL NOT NULL,
    updated REAL NOT NULL
) STRICT;
