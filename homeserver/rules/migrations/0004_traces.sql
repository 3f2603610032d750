-- What a run did, or why none began. `sort` is what makes it like others: trigger, outcome, and the way that it took.
-- Times in seconds since 1970.
CREATE TABLE trace (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    at REAL NOT NULL,
    outcome TEXT NOT NULL,
    sort INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX trace_of_rule ON trace (rule, at);
