-- A part of a published result that is kept back by law (R110): which part of which result (owner: a
-- result, or what followed one), why, and who decided it. The conclusion is public all the same.
CREATE TABLE redaction (
  tenant TEXT NOT NULL,
  visit INTEGER NOT NULL,
  item INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  part TEXT NOT NULL CHECK (part IN ('adoption', 'reason', 'document', 'note')),
  department TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('state', 'trade', 'privacy', 'other')),
  ground TEXT NOT NULL CHECK (ground <> ''),
  actor TEXT NOT NULL CHECK (actor <> ''),
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, visit, item, owner, part)
);
-- The kind of ground by which a part is kept back stands beside the part, so that a page still reads one
-- table; empty: it is told.
ALTER TABLE published ADD COLUMN reason_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE published ADD COLUMN adopted_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE followup ADD COLUMN document_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE followup ADD COLUMN note_kind TEXT NOT NULL DEFAULT '';

-- Who may have a document (R115): everybody (主动公开), whoever applies (依申请公开), nobody (不予公开).
-- Annual plans are for everybody. The reason stays inside.
ALTER TABLE document ADD COLUMN openness TEXT NOT NULL DEFAULT 'open'
  CHECK (openness IN ('open', 'request', 'closed'));
ALTER TABLE document ADD COLUMN openness_reason TEXT NOT NULL DEFAULT '';
