-- All that the portal tells of a published result stands in its own row, so that a page reads one
-- table along one index: whose it is, whose department checked, which draw, where in the log, what it replaces or that it is
-- replaced. Only the last may change, when a correction is published.
ALTER TABLE published ADD COLUMN visit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE published ADD COLUMN item_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE published ADD COLUMN pool_id TEXT NOT NULL DEFAULT '';
ALTER TABLE published ADD COLUMN draw TEXT NOT NULL DEFAULT '';
ALTER TABLE published ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE published ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE published ADD COLUMN idx INTEGER NOT NULL DEFAULT 0;
ALTER TABLE published ADD COLUMN published_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE published ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE published ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0;
ALTER TABLE published ADD COLUMN reason TEXT NOT NULL DEFAULT '';
UPDATE published SET visit = (SELECT r.visit FROM result r
  WHERE r.tenant = published.tenant AND r.id = published.result);
UPDATE published SET item_id = (SELECT r.item FROM result r
  WHERE r.tenant = published.tenant AND r.id = published.result);
UPDATE published SET department = (SELECT r.department FROM result r
  WHERE r.tenant = published.tenant AND r.id = published.result);
UPDATE published SET published_at = (SELECT r.published_at FROM result r
  WHERE r.tenant = published.tenant AND r.id = published.result);
UPDATE published SET pool_id = (SELECT v.pool_id FROM visit v
  WHERE v.tenant = published.tenant AND v.id = published.visit);
UPDATE published SET draw = (SELECT w.number FROM visit v
  JOIN draw w ON w.tenant = v.tenant AND w.id = v.draw
  WHERE v.tenant = published.tenant AND v.id = published.visit);
UPDATE published SET idx = (SELECT b.idx FROM publication b
  WHERE b.tenant = published.tenant AND b.id = published.publication);
UPDATE published SET replaced = (SELECT COUNT(*) FROM result r
  WHERE r.tenant = published.tenant AND r.id = published.result AND r.state = 'replaced');
UPDATE published SET replaces = (SELECT COALESCE(MAX(c.replaces), 0) FROM correction c
  WHERE c.tenant = published.tenant AND c.result = published.result);
UPDATE published SET reason = (SELECT COALESCE(MAX(c.reason), '') FROM correction c
  WHERE c.tenant = published.tenant AND c.result = published.result);
CREATE INDEX published_object ON published (tenant, pool_id, result);
