-- What an entity was when it was announced last, so that a device that takes its place can be compared with it.
ALTER TABLE entity ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE entity ADD COLUMN device_class TEXT;
