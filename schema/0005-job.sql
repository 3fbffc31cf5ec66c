-- Work that outlives a page: imports, exports (office/job.h). args and outcome are the kind's own,
-- JSON. account 0: ordered by nobody in particular. file is a name in DIR/jobs, '' when there is no
-- result or it was removed; until says when it will be. tries counts beginnings.
CREATE TABLE job (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  account INTEGER NOT NULL,
  actor TEXT NOT NULL,
  department TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'broken', 'cancelled')),
  args TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  words TEXT NOT NULL,
  file TEXT NOT NULL,
  download TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  tries INTEGER NOT NULL CHECK (tries >= 0),
  at INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX job_state ON job (tenant, state, id);
CREATE INDEX job_until ON job (tenant, until);

-- A file that somebody uploaded to import it. Nothing of it is in a registry before it is confirmed.
-- columns: the fields its columns are read as where a person chose (JSON), '' as recognised. headings:
-- SHA-256 of its headings, under which the choice is remembered. report: the check's answer, JSON.
CREATE TABLE upload (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  resource TEXT NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  account INTEGER NOT NULL,
  actor TEXT NOT NULL,
  department TEXT NOT NULL,
  target TEXT NOT NULL,
  division TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('checking', 'checked', 'refused', 'confirmed', 'removed')),
  columns TEXT NOT NULL,
  headings TEXT NOT NULL,
  report TEXT NOT NULL,
  check_job INTEGER NOT NULL,
  import_job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX upload_until ON upload (tenant, until);

CREATE TABLE upload_mapping (
  tenant TEXT NOT NULL,
  department TEXT NOT NULL,
  resource TEXT NOT NULL,
  headings TEXT NOT NULL,
  columns TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, department, resource, headings)
);

-- What a department's registry of objects should hold, from a list of others (R30 全): a row a number.
CREATE TABLE reference_object (
  tenant TEXT NOT NULL,
  department TEXT NOT NULL,
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  division TEXT NOT NULL,
  job INTEGER NOT NULL,
  PRIMARY KEY (tenant, department, number)
);
