-- Up to when moments were looked for: what came later and is past passed while the home was off. Seconds since 1970.
CREATE TABLE looked (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    until REAL NOT NULL
) STRICT;
