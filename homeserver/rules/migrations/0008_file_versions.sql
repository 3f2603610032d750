-- What files of rules said: the text that a call wrote, and what stood there before it if nobody had kept that. `by` is a
-- login, empty where the file was changed by hand; `text` is compressed, NULL where the file was removed. Seconds since 1970.
CREATE TABLE file_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL,
    at REAL NOT NULL,
    by TEXT NOT NULL,
    text BLOB
) STRICT;

CREATE INDEX version_of_file ON file_version (file, id);
