-- The ground of sunlot: registries, tasks, draws, results, log, audit.
-- One text for SQLite and PostgreSQL (SQL.md): ids are made by the program, times are UTC
-- microseconds, dates are days since 1970-01-01 (0 = none), texts are never NULL ('' = none),
-- every table that grows with the registry begins its key with the tenant (division code).

CREATE TABLE counter (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  year INTEGER NOT NULL,
  value INTEGER NOT NULL CHECK (value >= 0),
  PRIMARY KEY (tenant, name, year)
);

CREATE TABLE setting (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  value TEXT NOT NULL,
  basis TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, name, version)
);

CREATE TABLE idempotency (
  tenant TEXT NOT NULL,
  request TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, request)
);

CREATE TABLE audit (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- The order and the bytes of the transparency log are fixed here; the tiles follow.
CREATE TABLE log_entry (
  idx INTEGER NOT NULL PRIMARY KEY CHECK (idx >= 0),
  at INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  body BLOB NOT NULL
);

CREATE TABLE import_job (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  resource TEXT NOT NULL,
  file TEXT NOT NULL,
  digest TEXT NOT NULL,
  department TEXT NOT NULL,
  seen INTEGER NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  same INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  warned INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- What was changed in a registry, and by whom (R29, R39): the values before and after, as JSON.
CREATE TABLE registry_change (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  resource TEXT NOT NULL,
  target INTEGER NOT NULL,
  job INTEGER NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX registry_change_target ON registry_change (tenant, resource, target, id);

CREATE TABLE department (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  parent TEXT NOT NULL,
  level TEXT NOT NULL,
  division TEXT NOT NULL,
  leader TEXT NOT NULL,
  section TEXT NOT NULL,
  person TEXT NOT NULL,
  liaison TEXT NOT NULL,
  phone TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'closed')),
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX department_code ON department (tenant, code);
CREATE UNIQUE INDEX department_name ON department (tenant, name);

-- CHECKs with OR, since SQLite builds a temporary table for IN at each of a million rows.
CREATE TABLE object (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  pool_id TEXT NOT NULL,
  number_kind TEXT NOT NULL CHECK (number_kind = 'uscc' OR number_kind = 'regno15'
    OR number_kind = 'old' OR number_kind = 'other' OR number_kind = 'none'),
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  type TEXT NOT NULL,
  state TEXT NOT NULL,
  division TEXT NOT NULL,
  address TEXT NOT NULL,
  industry TEXT NOT NULL,
  business TEXT NOT NULL,
  established INTEGER NOT NULL,
  risk TEXT NOT NULL CHECK (risk = '' OR risk = 'A' OR risk = 'B' OR risk = 'C' OR risk = 'D'),
  risk_on INTEGER NOT NULL,
  observed_until INTEGER NOT NULL,
  department TEXT NOT NULL,
  labels TEXT NOT NULL,
  likeness TEXT NOT NULL,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX object_pool_id ON object (tenant, pool_id);
CREATE UNIQUE INDEX object_likeness ON object (tenant, likeness) WHERE likeness <> '';
CREATE INDEX object_division ON object (tenant, division);

CREATE TABLE inspector (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  department TEXT NOT NULL,
  position TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category IN ('officer', 'staff', 'assistant', 'expert')),
  certificate TEXT NOT NULL,
  issuer TEXT NOT NULL,
  valid_until INTEGER NOT NULL,
  certificate2 TEXT NOT NULL,
  valid_until2 INTEGER NOT NULL,
  specialities TEXT NOT NULL,
  areas TEXT NOT NULL,
  phone TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'left')),
  reason TEXT NOT NULL,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX inspector_code ON inspector (tenant, code);
CREATE INDEX inspector_department ON inspector (tenant, department, name);

-- Interests an inspector has declared beforehand (R91): former employer, relatives' businesses.
CREATE TABLE conflict (
  tenant TEXT NOT NULL,
  inspector INTEGER NOT NULL,
  pool_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, inspector, pool_id)
);

CREATE TABLE item (
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
  state TEXT NOT NULL CHECK (state IN ('active', 'replaced', 'closed')),
  valid_from INTEGER NOT NULL,
  job INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX item_code ON item (tenant, code, version);
CREATE INDEX item_compiler ON item (tenant, compiler, category);

CREATE TABLE task (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  plan_number TEXT NOT NULL,
  plan_name TEXT NOT NULL,
  document TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('directed', 'undirected')),
  source TEXT NOT NULL,
  ground TEXT NOT NULL,
  basis TEXT NOT NULL,
  department TEXT NOT NULL,
  visit_from INTEGER NOT NULL,
  visit_until INTEGER NOT NULL CHECK (visit_until >= visit_from),
  strata TEXT NOT NULL CHECK (strata IN ('none', 'risk', 'division', 'industry', 'kind')),
  scope_division TEXT NOT NULL,
  scope_industry TEXT NOT NULL,
  scope_kind TEXT NOT NULL,
  scope_label TEXT NOT NULL,
  scope_risk TEXT NOT NULL,
  repeat_reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'drawing', 'visiting', 'closed', 'aborted')),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX task_number ON task (tenant, number);

CREATE TABLE task_item (
  tenant TEXT NOT NULL,
  task INTEGER NOT NULL,
  item INTEGER NOT NULL,
  department TEXT NOT NULL,
  PRIMARY KEY (tenant, task, item)
);

-- One department's part of a joint task (R76): how many inspectors, with which speciality.
CREATE TABLE task_part (
  tenant TEXT NOT NULL,
  task INTEGER NOT NULL,
  department TEXT NOT NULL,
  seats INTEGER NOT NULL CHECK (seats >= 1),
  tag TEXT NOT NULL,
  tag_seats INTEGER NOT NULL CHECK (tag_seats >= 0),
  cap INTEGER NOT NULL CHECK (cap >= 0),
  PRIMARY KEY (tenant, task, department)
);

CREATE TABLE task_quota (
  tenant TEXT NOT NULL,
  task INTEGER NOT NULL,
  stratum TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('fixed', 'ceil', 'systematic')),
  num INTEGER NOT NULL CHECK (num >= 0),
  den INTEGER NOT NULL CHECK (den > 0),
  PRIMARY KEY (tenant, task, stratum)
);

CREATE TABLE draw (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  number TEXT NOT NULL,
  task INTEGER NOT NULL,
  organiser TEXT NOT NULL,
  sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
  blinded INTEGER NOT NULL CHECK (blinded IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('committed', 'random1', 'drawn', 'staffed', 'random2',
    'assigned', 'refilling', 'random3', 'disclosed', 'aborted')),
  round INTEGER NOT NULL CHECK (round >= 1),
  opened INTEGER NOT NULL,
  disclose_by INTEGER NOT NULL,
  pool_size INTEGER NOT NULL,
  drawn INTEGER NOT NULL,
  demo INTEGER NOT NULL CHECK (demo IN (0, 1)),
  keys BLOB NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX draw_number ON draw (tenant, number);
CREATE UNIQUE INDEX draw_task ON draw (tenant, task);

-- The log entries of a draw, in their order. round is the round the entry speaks of.
CREATE TABLE draw_entry (
  tenant TEXT NOT NULL,
  draw INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  round INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (tenant, draw, seq)
);
CREATE UNIQUE INDEX draw_entry_idx ON draw_entry (tenant, idx);

-- The files of a draw: name in the bundle, content by digest, its blind (sealed with the data key).
CREATE TABLE draw_file (
  tenant TEXT NOT NULL,
  draw INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL,
  blind BLOB NOT NULL,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, draw, name)
);

-- What a blinded stratum stands for, and why a zero-quota stratum may not be drawn.
CREATE TABLE draw_stratum (
  tenant TEXT NOT NULL,
  draw INTEGER NOT NULL,
  name TEXT NOT NULL,
  meaning TEXT NOT NULL,
  excluded INTEGER NOT NULL CHECK (excluded IN (0, 1)),
  count INTEGER NOT NULL,
  mode TEXT NOT NULL,
  num INTEGER NOT NULL,
  den INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  cutoff TEXT NOT NULL,
  PRIMARY KEY (tenant, draw, name)
);

CREATE TABLE recusal (
  tenant TEXT NOT NULL,
  draw INTEGER NOT NULL,
  inspector TEXT NOT NULL,
  pool_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, draw, inspector, pool_id)
);

-- One object in one task (R108); a seat for each inspector of each department.
CREATE TABLE visit (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  task INTEGER NOT NULL,
  draw INTEGER NOT NULL,
  pool_id TEXT NOT NULL,
  stratum TEXT NOT NULL,
  rank INTEGER NOT NULL,
  ticket TEXT NOT NULL,
  year INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('drawn', 'assigned', 'entered', 'published', 'skipped',
    'aborted')),
  skip_reason TEXT NOT NULL,
  follows TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX visit_draw ON visit (tenant, draw, pool_id);
CREATE INDEX visit_object ON visit (tenant, pool_id, year);
CREATE INDEX visit_year ON visit (tenant, year, pool_id);

CREATE TABLE seat (
  tenant TEXT NOT NULL,
  draw INTEGER NOT NULL,
  seat TEXT NOT NULL,
  pool_id TEXT NOT NULL,
  department TEXT NOT NULL,
  inspector TEXT NOT NULL,
  year INTEGER NOT NULL,
  round INTEGER NOT NULL,
  PRIMARY KEY (tenant, draw, seat)
);
CREATE INDEX seat_inspector ON seat (tenant, inspector, year);
CREATE INDEX seat_object ON seat (tenant, draw, pool_id);

-- Who sat in a seat before it fell vacant (R94): nothing decided is overwritten.
CREATE TABLE seat_change (
  tenant TEXT NOT NULL,
  draw INTEGER NOT NULL,
  seat TEXT NOT NULL,
  round INTEGER NOT NULL,
  leaving TEXT NOT NULL,
  coming TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, draw, seat, round)
);

CREATE TABLE result (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  visit INTEGER NOT NULL,
  item INTEGER NOT NULL,
  department TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  code TEXT NOT NULL,
  note TEXT NOT NULL,
  method TEXT NOT NULL,
  result_on INTEGER NOT NULL,
  due_on INTEGER NOT NULL,
  estimated INTEGER NOT NULL CHECK (estimated IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('entered', 'returned', 'approved', 'published', 'exempt',
    'replaced')),
  entered_by TEXT NOT NULL,
  typed_by TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  approved_by TEXT NOT NULL,
  approved_at INTEGER NOT NULL,
  exempt_ground TEXT NOT NULL,
  exempt_by TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  publication INTEGER NOT NULL,
  CHECK (approved_by = '' OR (approved_by <> entered_by AND approved_by <> typed_by)),
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX result_item ON result (tenant, visit, item, version);
CREATE INDEX result_due ON result (tenant, state, due_on);

CREATE TABLE publication (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  count INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- A published result in the national columns, as it was published: what the registry says later does
-- not change it (R108, R111), and the publication's root in the log can always be recomputed.
CREATE TABLE published (
  tenant TEXT NOT NULL,
  result INTEGER NOT NULL,
  publication INTEGER NOT NULL,
  plan_number TEXT NOT NULL,
  plan_name TEXT NOT NULL,
  task_number TEXT NOT NULL,
  task_name TEXT NOT NULL,
  type TEXT NOT NULL,
  authority TEXT NOT NULL,
  result_on INTEGER NOT NULL,
  object_number TEXT NOT NULL,
  object_name TEXT NOT NULL,
  item TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (tenant, result)
);
CREATE INDEX published_publication ON published (tenant, publication, result);
