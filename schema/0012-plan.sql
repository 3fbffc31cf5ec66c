-- Annual plans (年度抽查工作计划, R62-R70) in the document library: the department's own and the joint
-- ones. A plan is of a year and has the number (plan) that tasks and published results name; a
-- version says why it adjusts the one before, and who approved it, by office and not by person.
CREATE TABLE document_planned (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('plan', 'joint', 'guide', 'rule', 'scheme', 'form', 'expert',
    'entry', 'other')),
  department TEXT NOT NULL,
  year INTEGER NOT NULL,
  plan TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  CHECK ((year = 0 AND plan = '') OR (year > 0 AND kind IN ('plan', 'joint'))),
  PRIMARY KEY (tenant, id)
);
INSERT INTO document_planned (tenant, id, code, kind, department, year, plan, at, actor)
  SELECT tenant, id, code, kind, department, 0, '', at, actor FROM document;
DROP TABLE document;
ALTER TABLE document_planned RENAME TO document;
CREATE UNIQUE INDEX document_code ON document (tenant, code);
CREATE UNIQUE INDEX document_plan ON document (tenant, plan) WHERE plan <> '';

ALTER TABLE document_version ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE document_version ADD COLUMN approver TEXT NOT NULL DEFAULT '';
