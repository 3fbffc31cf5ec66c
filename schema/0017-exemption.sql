-- Which kind of ground keeps a result from publication (R110), chosen from a fixed list by whoever
-- approves the exemption; exempt_ground is his explanation. Rows that are there have none: their kind
-- is read from their words, as it was.
ALTER TABLE result ADD COLUMN exempt_kind TEXT NOT NULL DEFAULT ''
  CHECK (exempt_kind IN ('', 'state', 'trade', 'privacy', 'other'));
