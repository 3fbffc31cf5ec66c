-- The object registry in the workbench: what its lists follow, labels as a controlled vocabulary (R27),
-- further responsible departments (R24), special libraries (R26).

-- One row a transaction that wrote objects (job, as in their rows) or their further departments: what
-- the lists of the workbench follow (office/roster.h).
CREATE TABLE object_batch (
  tenant TEXT NOT NULL,
  job INTEGER NOT NULL,
  shares INTEGER NOT NULL CHECK (shares IN (0, 1)),
  PRIMARY KEY (tenant, job)
);

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

-- The search index goes over the registry once more and writes the label rows of what is there.
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
