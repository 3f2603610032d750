-- Who holds an entity of the rules, by priority, until when (seconds since 1970; 0: only wishes that wait), and their
-- wishes, as JSON.
CREATE TABLE hold (
    entity TEXT NOT NULL,
    priority INTEGER NOT NULL,
    by TEXT NOT NULL,
    until REAL NOT NULL,
    wishes TEXT NOT NULL,
    PRIMARY KEY (entity, priority)
) STRICT, WITHOUT ROWID;
