-- How people prove who they are. Times are seconds since 1970, UTC; a login is person.anna.
-- Nothing here signs anybody in by itself: passwords are stretched, everything else is stored as its SHA-256. A second
-- factor's secret alone stands as it is, since codes are reckoned from it.

CREATE TABLE password (
    login TEXT PRIMARY KEY,
    hash TEXT NOT NULL,                 -- argon2id, or bcrypt until the next sign-in, in the usual $-notation
    changed REAL NOT NULL
) STRICT;

CREATE TABLE second_factor (
    login TEXT PRIMARY KEY,
    secret TEXT NOT NULL,               -- base32, RFC 6238
    confirmed INTEGER NOT NULL,         -- 0 until the first code was right: until then nobody is asked for one
    step INTEGER NOT NULL               -- the last step of 30 s whose code was used; none counts twice
) STRICT;

CREATE TABLE recovery_code (
    login TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (login, hash)
) STRICT;

CREATE TABLE proof (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- session, refresh, api_key
    epoch INTEGER NOT NULL,             -- of the person when it was made; a higher one ends it
    mark TEXT NOT NULL,                 -- of the data folder's key, where that one opened it; a new key ends it
    name TEXT NOT NULL,                 -- the client, in words
    client TEXT NOT NULL,               -- a program's client_id
    address TEXT NOT NULL,              -- that it was last used from
    agent TEXT NOT NULL,
    created REAL NOT NULL,
    used REAL NOT NULL,
    expires REAL                        -- null: no end
) STRICT;

CREATE TABLE invitation (
    hash TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    made_by TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    expires REAL NOT NULL
) STRICT;

CREATE TABLE familiar (                 -- networks from which somebody signed in
    login TEXT NOT NULL,
    network TEXT NOT NULL,
    used REAL NOT NULL,
    PRIMARY KEY (login, network)
) STRICT;
