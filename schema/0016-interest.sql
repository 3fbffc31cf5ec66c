-- What the person typed when he declared an interest (R91): of an object beyond the reader's reach
-- his own words are shown, and nothing else. Rows that are there show no object to such a reader.
ALTER TABLE conflict ADD COLUMN typed TEXT NOT NULL DEFAULT '';
