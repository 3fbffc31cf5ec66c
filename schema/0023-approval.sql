-- Exports of people with full numbers beyond the setting's limit are asked for and decided by a second person
-- (SECURITY.md PI3). department: where the asker's reach begins, '' for all. filter: what was asked for, as JSON;
-- until: when the request, and from its approval on the leave to export, is over.
CREATE TABLE approval (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  department TEXT NOT NULL,
  actor TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  filter TEXT NOT NULL,
  columns INTEGER NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('xlsx', 'csv')),
  most INTEGER NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'declined', 'done')),
  decided_at INTEGER NOT NULL,
  decided_by TEXT NOT NULL,
  decider TEXT NOT NULL,
  words TEXT NOT NULL,
  done_at INTEGER NOT NULL,
  done_rows INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX approval_state ON approval (tenant, state, id);
-- Contacts that look as if they were sealed, from before any of these columns was: left as they are they could never
-- be opened.
UPDATE department SET phone = '_' || phone WHERE substr(phone, 1, 7) = 'sealed:';
UPDATE library_row SET phone = '_' || phone WHERE substr(phone, 1, 7) = 'sealed:';
UPDATE feedback SET contact = '_' || contact WHERE substr(contact, 1, 7) = 'sealed:';
