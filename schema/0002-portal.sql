-- What readers of the portal write to the office (R114).
CREATE TABLE feedback (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  text TEXT NOT NULL,
  contact TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('new', 'read')),
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX result_published ON result (tenant, published_at, id);
CREATE INDEX object_job ON object (tenant, job, id);
