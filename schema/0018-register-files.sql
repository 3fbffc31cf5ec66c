-- Rows of the registers carry files too (R143-R145): minutes, the document issued, who came. SQLite
-- cannot change a CHECK, so the table is made anew.
CREATE TABLE attachment_anew (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  resource TEXT NOT NULL CHECK (resource IN ('documents', 'commissions', 'meetings', 'issuances', 'courses')),
  owner INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pdf', 'xlsx', 'png', 'jpeg')),
  size INTEGER NOT NULL CHECK (size > 0),
  digest TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  removed_at INTEGER NOT NULL,
  removed_by TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
INSERT INTO attachment_anew (tenant, id, resource, owner, name, kind, size, digest, at, actor, removed_at,
  removed_by) SELECT tenant, id, resource, owner, name, kind, size, digest, at, actor, removed_at, removed_by
  FROM attachment;
DROP TABLE attachment;
ALTER TABLE attachment_anew RENAME TO attachment;
CREATE INDEX attachment_owner ON attachment (tenant, resource, owner, id);
