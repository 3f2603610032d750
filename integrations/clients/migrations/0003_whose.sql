-- Whose program told of it last: what goes when he is erased.
ALTER TABLE told ADD COLUMN login TEXT NOT NULL DEFAULT '';
