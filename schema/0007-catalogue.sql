-- The catalogue as it is worked on (R2-R12, R16, R17). The table item is made anew with two more
-- states: coming, a version that is published and takes force on valid_from; withdrawn, one that was
-- taken back before it did. valid_until is the first day without force of an item that ends, 0 = none.
CREATE TABLE item_anew (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  version INTEGER NOT NULL,
  number TEXT NOT NULL,
  compiler TEXT NOT NULL,
  category TEXT NOT NULL,
  name TEXT NOT NULL,
  class TEXT NOT NULL CHECK (class IN ('key', 'general')),
  objects TEXT NOT NULL,
  methods TEXT NOT NULL,
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  basis TEXT NOT NULL,
  ratio TEXT NOT NULL,
  frequency TEXT NOT NULL,
  cap_num INTEGER NOT NULL,
  cap_den INTEGER NOT NULL CHECK (cap_den > 0),
  department TEXT NOT NULL,
  partners TEXT NOT NULL,
  labels TEXT NOT NULL,
  form TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'replaced', 'closed', 'coming', 'withdrawn')),
  valid_from INTEGER NOT NULL,
  valid_until INTEGER NOT NULL DEFAULT 0,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
INSERT INTO item_anew (tenant, id, code, version, number, compiler, category, name, class, objects,
  methods, subject, content, basis, ratio, frequency, cap_num, cap_den, department, partners, labels,
  form, state, valid_from, valid_until, job, at)
  SELECT tenant, id, code, version, number, compiler, category, name, class, objects, methods,
  subject, content, basis, ratio, frequency, cap_num, cap_den, department, partners, labels, '',
  state, valid_from, 0, job, at FROM item;
DROP TABLE item;
ALTER TABLE item_anew RENAME TO item;
CREATE UNIQUE INDEX item_code ON item (tenant, code, version);
CREATE INDEX item_compiler ON item (tenant, compiler, category);
CREATE INDEX item_state ON item (tenant, state, valid_from);

-- What becomes a version of an item: kind says whether it is a new item, a change of one or its end.
-- content is the item's fields as JSON. item is the version that it was published as.
CREATE TABLE item_draft (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('new', 'change', 'close')),
  code TEXT NOT NULL,
  base INTEGER NOT NULL,
  department TEXT NOT NULL,
  content TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'approved', 'published', 'dropped')),
  superior INTEGER NOT NULL,
  item INTEGER NOT NULL,
  effective_on INTEGER NOT NULL,
  author TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX item_draft_state ON item_draft (tenant, state, department);
CREATE INDEX item_draft_code ON item_draft (tenant, code, state);

-- The steps of a draft: rows are only added.
CREATE TABLE item_step (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  draft INTEGER NOT NULL,
  step TEXT NOT NULL,
  words TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX item_step_draft ON item_step (tenant, draft, id);

-- A superior's list, row by row as the file had it (R10). department: whose duty it seems to be, ''
-- while nobody says; reason, decided_by and decided_at tell how it was answered; draft what it became.
CREATE TABLE item_superior (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  list TEXT NOT NULL,
  number TEXT NOT NULL,
  compiler TEXT NOT NULL,
  category TEXT NOT NULL,
  name TEXT NOT NULL,
  class TEXT NOT NULL,
  objects TEXT NOT NULL,
  methods TEXT NOT NULL,
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  basis TEXT NOT NULL,
  ratio TEXT NOT NULL,
  frequency TEXT NOT NULL,
  cap_num INTEGER NOT NULL,
  cap_den INTEGER NOT NULL CHECK (cap_den > 0),
  department TEXT NOT NULL,
  partners TEXT NOT NULL,
  labels TEXT NOT NULL,
  form TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'declined')),
  reason TEXT NOT NULL DEFAULT '',
  decided_by TEXT NOT NULL DEFAULT '',
  decided_at INTEGER NOT NULL DEFAULT 0,
  draft INTEGER NOT NULL DEFAULT 0,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX item_superior_state ON item_superior (tenant, state, department);
CREATE INDEX item_superior_list ON item_superior (tenant, list);

-- Checks outside the draw (R17): only with a ground, and counted against those that were drawn.
CREATE TABLE outside_check (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  department TEXT NOT NULL,
  object TEXT NOT NULL,
  checked_on INTEGER NOT NULL,
  source TEXT NOT NULL,
  ground TEXT NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX outside_check_on ON outside_check (tenant, checked_on, department);

-- A year of the working-day calendar as the State Council announced it: one sign a day from 1
-- January, 1 works, 0 rests. The newest version holds.
CREATE TABLE workday_year (
  tenant TEXT NOT NULL,
  year INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  days TEXT NOT NULL,
  basis TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, year, version)
);

-- Words that a place adds to a dictionary that may grow, and takes out of use again. The newest
-- version of a word holds.
CREATE TABLE dictionary_word (
  tenant TEXT NOT NULL,
  dictionary TEXT NOT NULL,
  word TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  synonyms TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'closed')),
  basis TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, dictionary, word, version)
);

-- When the person last proved himself by his password, beyond signing in (SECURITY.md ID11).
ALTER TABLE session ADD COLUMN proven_at INTEGER NOT NULL DEFAULT 0;
