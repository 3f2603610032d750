-- When a device was known first, and when it spoke last, in seconds since 1970: silence is counted over restarts.
CREATE TABLE heard (
    device_id TEXT PRIMARY KEY,
    known REAL NOT NULL,
    at REAL
) STRICT, WITHOUT ROWID;
