-- The registries in the workbench: what lists are filtered and sorted by, labels as a controlled
-- vocabulary (R27), further responsible departments (R24).

DROP INDEX object_division;
CREATE INDEX object_division ON object (tenant, division, id);
CREATE INDEX object_name ON object (tenant, name, id);
CREATE INDEX object_industry ON object (tenant, industry, id);
CREATE INDEX object_owner ON object (tenant, department, id);
-- Values that few rows have; the others are found by walking.
CREATE INDEX object_kind ON object (tenant, kind, id) WHERE kind <> 'enterprise' AND kind <> 'individual';
CREATE INDEX object_state ON object (tenant, state, id) WHERE state <> 'active';
CREATE INDEX object_risk ON object (tenant, risk, id) WHERE risk <> '';

-- One row a label of an object; object.labels holds the same words as text.
CREATE TABLE object_label (
  tenant TEXT NOT NULL,
  label TEXT NOT NULL,
  object INTEGER NOT NULL,
  PRIMARY KEY (tenant, label, object)
);
CREATE INDEX object_label_object ON object_label (tenant, object, label);

-- Departments responsible for an object besides object.department.
CREATE TABLE object_department (
  tenant TEXT NOT NULL,
  department TEXT NOT NULL,
  object INTEGER NOT NULL,
  PRIMARY KEY (tenant, department, object)
);
CREATE INDEX object_department_object ON object_department (tenant, object, department);

CREATE TABLE label (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  word TEXT NOT NULL,
  theme TEXT NOT NULL,
  subject TEXT NOT NULL CHECK (subject IN ('objects', 'inspectors')),
  state TEXT NOT NULL CHECK (state IN ('active', 'closed')),
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX label_word ON label (tenant, subject, word);

-- The search index learns the pinyin initials: it is made anew in the background.
UPDATE counter SET value = 0 WHERE name = 'mark-job' OR name = 'mark-id';

-- Special libraries (专项库): one object may stand in several, once a licence.
CREATE TABLE library (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  department TEXT NOT NULL,
  basis TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'closed')),
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX library_name ON library (tenant, name);

-- licence '' for an object that stands in the library without one; valid_until 0: without end.
CREATE TABLE library_row (
  tenant TEXT NOT NULL,
  library INTEGER NOT NULL,
  object INTEGER NOT NULL,
  licence TEXT NOT NULL,
  what TEXT NOT NULL,
  valid_until INTEGER NOT NULL,
  contact TEXT NOT NULL,
  phone TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, library, object, licence)
);
CREATE INDEX library_row_object ON library_row (tenant, object);
