-- Who lives here. Times in seconds since 1970; `trackers` is a JSON list of entity ids; `mqtt`: has a login of his own
-- at the broker; `source`: where somebody was brought from, so that he is not brought twice.
CREATE TABLE user (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    active INTEGER NOT NULL,
    expires REAL,
    epoch INTEGER NOT NULL,
    trackers TEXT NOT NULL,
    picture TEXT,
    icon TEXT,
    mqtt INTEGER NOT NULL DEFAULT 0,
    source TEXT UNIQUE,
    created REAL NOT NULL
) STRICT;

-- What they may: `who` is a user's id, or role:child. `weekdays` are the days on which a window begins, such as 0,1,2
-- (Monday is 0); `begins` and `ends` are HH:MM in the home's local time; `until`: seconds since 1970.
CREATE TABLE policy (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    who TEXT NOT NULL,
    scope TEXT NOT NULL,
    what TEXT NOT NULL,
    verb TEXT NOT NULL,
    allow INTEGER NOT NULL,
    weekdays TEXT NOT NULL,
    begins TEXT,
    ends TEXT,
    until REAL,
    created REAL NOT NULL
) STRICT;
CREATE INDEX policy_who ON policy (who);

-- The last epoch given to anybody: one who comes back under a name that was used before has none of its proofs.
CREATE TABLE epoch (
    last INTEGER NOT NULL
) STRICT;
INSERT INTO epoch VALUES (0);
