CREATE TABLE subscription (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    endpoint TEXT NOT NULL UNIQUE,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    device TEXT NOT NULL,
    kind TEXT NOT NULL,
    proof TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    created REAL NOT NULL,
    used REAL NOT NULL
) STRICT;
CREATE INDEX subscription_login ON subscription (login);

CREATE TABLE notification (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    content TEXT NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    action TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    changed REAL NOT NULL
) STRICT;
CREATE INDEX notification_login ON notification (login, created);
CREATE INDEX notification_created ON notification (created);

CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    notification TEXT NOT NULL,
    subscription TEXT NOT NULL,
    device TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    changed REAL NOT NULL,
    UNIQUE (notification, subscription)
) STRICT;
