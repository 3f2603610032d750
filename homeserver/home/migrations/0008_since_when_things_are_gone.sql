-- Since when an entity is announced no more, in seconds since 1970: what nobody ever said a word about is not kept for ever.
CREATE TABLE gone (
    entity_id TEXT PRIMARY KEY,
    since REAL NOT NULL
) STRICT, WITHOUT ROWID;
