-- Phones and other machines of persons that tell of themselves. `id` is that of the proof by which the bridge knows one;
-- `facts` and `place` are JSON objects; times in seconds since 1970.
CREATE TABLE phone (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    device TEXT NOT NULL UNIQUE,        -- the id of its device, which stays when it is registered anew
    tracker TEXT NOT NULL UNIQUE,       -- the entity that tells where it is
    facts TEXT NOT NULL,                -- what it said of itself
    place TEXT NOT NULL,                -- where it said to be; empty until it did
    changed REAL NOT NULL,
    updated REAL NOT NULL
) STRICT;
CREATE INDEX phone_login ON phone (login);

CREATE TABLE phone_sensor (
    phone TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- sensor or binary_sensor
    unique_id TEXT NOT NULL,            -- the app's own name for it
    entity TEXT NOT NULL UNIQUE,
    facts TEXT NOT NULL,
    state TEXT NOT NULL,
    attributes TEXT NOT NULL,
    changed REAL NOT NULL,
    updated REAL NOT NULL,
    PRIMARY KEY (phone, kind, unique_id)
) STRICT;
