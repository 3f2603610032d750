-- What the entities of the rules were like, as JSON; `seen`: when a file last named the entity, in seconds since 1970.
CREATE TABLE owned (
    entity_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    seen REAL NOT NULL
) STRICT;

-- The commands for them that were carried out, by login and id, for an hour.
CREATE TABLE owned_command (
    id TEXT PRIMARY KEY,
    accepted REAL NOT NULL
) STRICT;
