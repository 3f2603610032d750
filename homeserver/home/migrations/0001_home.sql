-- What devices announced, word for word: entities survive a broker that lost its retained messages.
-- `retained`: the broker was seen to keep it, so its absence from a later snapshot means that it was taken away.
CREATE TABLE discovery (
    topic TEXT PRIMARY KEY,
    payload BLOB NOT NULL,
    retained INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE area (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    area_id TEXT REFERENCES area (id),
    details TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a device calls itself: `id:<identifier>` or `<kind>:<address>`, such as mac:02:5b:26:a8:dc:12.
CREATE TABLE device_key (
    key TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- `unique_id` is the maker's, or the announcement's key where there is none. `present`: announced at this time.
-- `forgotten` holds the announcement that was told to be forgotten, until the device says another.
CREATE TABLE entity (
    id TEXT PRIMARY KEY,
    domain TEXT NOT NULL,
    unique_id TEXT NOT NULL,
    key TEXT NOT NULL,
    device_id TEXT REFERENCES device (id) ON DELETE SET NULL,
    present INTEGER NOT NULL DEFAULT 1,
    forgotten TEXT,
    UNIQUE (domain, unique_id)
) STRICT, WITHOUT ROWID;

-- Commands by login and id. Those that ended are kept for an hour: each id is carried out once.
-- Times are seconds since 1970. `open`: still to be done; `sent`: a press or step that left, which never leaves again.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    entity_id TEXT NOT NULL,
    service TEXT NOT NULL,
    data TEXT NOT NULL,
    cause TEXT NOT NULL,
    once INTEGER NOT NULL,
    accepted REAL NOT NULL,
    deadline REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'sent', 'done'))
) STRICT, WITHOUT ROWID;
