-- Inspectors and experts as they are kept by hand, their interests, commissions of third parties, and
-- the document library.

-- Where an expert comes from and until when he is engaged (R40, R41).
ALTER TABLE inspector ADD COLUMN institution TEXT NOT NULL DEFAULT '';
ALTER TABLE inspector ADD COLUMN term_until INTEGER NOT NULL DEFAULT 0;

-- What an interest is (R91), and when it ended: an ended one no longer recuses, its row stays.
ALTER TABLE conflict ADD COLUMN kind TEXT NOT NULL DEFAULT 'other';
ALTER TABLE conflict ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conflict ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
ALTER TABLE conflict ADD COLUMN end_reason TEXT NOT NULL DEFAULT '';

-- A third party at work for a department (R42, R43): who commissions, pays. fee is in yuan, as text.
CREATE TABLE commission (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('test', 'audit', 'inquiry', 'appraisal', 'assessment',
    'expert')),
  body TEXT NOT NULL,
  qualification TEXT NOT NULL,
  matter TEXT NOT NULL,
  department TEXT NOT NULL,
  payer TEXT NOT NULL,
  contract TEXT NOT NULL,
  fee TEXT NOT NULL,
  task TEXT NOT NULL,
  expert TEXT NOT NULL,
  begins_on INTEGER NOT NULL,
  ends_on INTEGER NOT NULL,
  conclusion TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'done', 'cancelled')),
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX commission_code ON commission (tenant, code);

-- A file that was handed in: the bytes are a blob by digest, the name is what the person called it.
CREATE TABLE attachment (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  resource TEXT NOT NULL CHECK (resource IN ('documents', 'commissions')),
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
CREATE INDEX attachment_owner ON attachment (tenant, resource, owner, id);

-- Guides, rules, schemes (R13-R15, R41). A document is its versions: a published one never changes.
CREATE TABLE document (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('guide', 'rule', 'scheme', 'expert', 'entry', 'other')),
  department TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX document_code ON document (tenant, code);

CREATE TABLE document_version (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  document INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  title TEXT NOT NULL,
  number TEXT NOT NULL,
  item TEXT NOT NULL,
  effective_on INTEGER NOT NULL,
  text1 TEXT NOT NULL,
  text2 TEXT NOT NULL,
  text3 TEXT NOT NULL,
  text4 TEXT NOT NULL,
  text5 TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'published', 'replaced',
    'withdrawn')),
  note TEXT NOT NULL,
  revision INTEGER NOT NULL CHECK (revision > 0),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  submitted_by TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  published_by TEXT NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX document_version_number ON document_version (tenant, document, version);
CREATE INDEX document_version_state ON document_version (tenant, state, published_at);
