-- Three small registers that the monthly reports are made of (R143-R145): meetings, documents issued,
-- training courses. A row is withdrawn with a reason, never deleted; people and hours are whole numbers
-- as text, like the fee of a commission.
CREATE TABLE meeting (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  held_on INTEGER NOT NULL,
  department TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'withdrawn')),
  kind TEXT NOT NULL CHECK (kind IN ('joint', 'office', 'deploy', 'other')),
  attendees TEXT NOT NULL,
  place TEXT NOT NULL,
  minutes TEXT NOT NULL,
  note TEXT NOT NULL,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX meeting_code ON meeting (tenant, code);

CREATE TABLE issuance (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  issued_on INTEGER NOT NULL,
  department TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'withdrawn')),
  number TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('province', 'city', 'county', 'town')),
  note TEXT NOT NULL,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX issuance_code ON issuance (tenant, code);

CREATE TABLE course (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  held_on INTEGER NOT NULL,
  department TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'withdrawn')),
  kind TEXT NOT NULL CHECK (kind IN ('business', 'system', 'standard', 'other')),
  people TEXT NOT NULL,
  hours TEXT NOT NULL,
  teacher TEXT NOT NULL,
  content TEXT NOT NULL,
  task TEXT NOT NULL,
  note TEXT NOT NULL,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX course_code ON course (tenant, code);

-- A result that rests on somebody else's conclusion (R44): another department's, an effective court
-- document, an expert appraisal. One row a result at most; body and number are public with the result.
CREATE TABLE adoption (
  tenant TEXT NOT NULL,
  result INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('department', 'court', 'appraisal')),
  number TEXT NOT NULL,
  body TEXT NOT NULL,
  made_on INTEGER NOT NULL,
  PRIMARY KEY (tenant, result)
);
