-- The least role of who may do such a deed, and so of who may take it back.
ALTER TABLE journal ADD COLUMN role TEXT NOT NULL DEFAULT 'adult';
UPDATE journal SET role = 'owner' WHERE deed IN (SELECT deed FROM journal WHERE kind = 'imported');
