-- What readers of the portal write becomes work of the office (R114): what it is about, whose it is,
-- how far it is, what was done about it. Rows that are there wait as new.
CREATE TABLE feedback_anew (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  subject TEXT NOT NULL,
  department TEXT NOT NULL,
  text TEXT NOT NULL,
  contact TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('new', 'working', 'done')),
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  handled_at INTEGER NOT NULL,
  handled_by TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
INSERT INTO feedback_anew (tenant, id, subject, department, text, contact, state, note, at,
  handled_at, handled_by)
  SELECT tenant, id, '', '', text, contact, 'new', '', at, 0, '' FROM feedback;
DROP TABLE feedback;
ALTER TABLE feedback_anew RENAME TO feedback;
CREATE INDEX feedback_state ON feedback (tenant, state, id);
