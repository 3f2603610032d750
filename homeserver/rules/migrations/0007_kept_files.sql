-- What a file of rules said when the texts of its rules were last kept: one that says the same has nothing new to keep.
CREATE TABLE kept_file (
    file TEXT PRIMARY KEY,
    mark TEXT NOT NULL
) STRICT, WITHOUT ROWID;
