-- A published result is corrected by a newer version of it, which says what it replaces and why. The
-- older one stays as it was published, in the state 'replaced'.
CREATE TABLE correction (
  tenant TEXT NOT NULL,
  result INTEGER NOT NULL,
  replaces INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, result)
);
CREATE INDEX correction_replaces ON correction (tenant, replaces);

-- What followed a published finding (R112, R113): only added to, the newest says how it stands. The
-- rows are public with their entry in the log.
CREATE TABLE followup (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  result INTEGER NOT NULL,
  measure TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  happened_on INTEGER NOT NULL,
  document TEXT NOT NULL,
  note TEXT NOT NULL,
  entered_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  at INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  CHECK (approved_by <> '' AND approved_by <> entered_by),
  PRIMARY KEY (tenant, id)
);
CREATE INDEX followup_result ON followup (tenant, result, id);
CREATE INDEX followup_at ON followup (tenant, at, id);

-- What a reader may filter by stands beside the published row: where the object was and the item's
-- code, as they were when it was published.
ALTER TABLE published ADD COLUMN division TEXT NOT NULL DEFAULT '';
ALTER TABLE published ADD COLUMN item_code TEXT NOT NULL DEFAULT '';
UPDATE published SET division = (SELECT o.division FROM result r
  JOIN visit v ON v.tenant = r.tenant AND v.id = r.visit
  JOIN object o ON o.tenant = v.tenant AND o.pool_id = v.pool_id
  WHERE r.tenant = published.tenant AND r.id = published.result);
UPDATE published SET item_code = (SELECT i.code FROM result r
  JOIN item i ON i.tenant = r.tenant AND i.id = r.item
  WHERE r.tenant = published.tenant AND r.id = published.result);
