-- Check forms (检查表) in the document library: a document of kind form, whose versions hold the form
-- as a file. An item names the document; its text column form keeps the form's name as it was then.
CREATE TABLE document_anew (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('guide', 'rule', 'scheme', 'form', 'expert', 'entry', 'other')),
  department TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
INSERT INTO document_anew (tenant, id, code, kind, department, at, actor)
  SELECT tenant, id, code, kind, department, at, actor FROM document;
DROP TABLE document;
ALTER TABLE document_anew RENAME TO document;
CREATE UNIQUE INDEX document_code ON document (tenant, code);

-- The form's document by its code, '' where there is only a name.
ALTER TABLE item ADD COLUMN form_code TEXT NOT NULL DEFAULT '';
ALTER TABLE item_superior ADD COLUMN form_code TEXT NOT NULL DEFAULT '';
CREATE INDEX item_form ON item (tenant, form_code, state);
