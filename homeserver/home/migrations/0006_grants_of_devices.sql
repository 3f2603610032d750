-- What each device's login may use, as it was last read, in JSON: a start at which the logins cannot be read goes by it.
CREATE TABLE device_grant (
    login TEXT PRIMARY KEY,
    hears TEXT NOT NULL,
    says TEXT NOT NULL
) STRICT, WITHOUT ROWID;
