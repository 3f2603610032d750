-- Words may be about zones too, and about what came in from another system, which is remembered as it was there.
CREATE TABLE word_of_more (
    kind TEXT NOT NULL CHECK (kind IN ('entity', 'device', 'area', 'floor', 'label', 'zone', 'imported')),
    id TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO word_of_more SELECT kind, id, words FROM word;
DROP TABLE word;
ALTER TABLE word_of_more RENAME TO word;
