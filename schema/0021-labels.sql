-- Security grades (安全标记, GB/T 22239-2019 8.1.4.2 g): 0 public (公开), 1 internal (内部), 2 sensitive (敏感).
-- An account sees what is not above its clearance (可阅等级). What was published, and annual plans, which must
-- be, are public; everything else that is there is internal. A file is graded as its owner is, or higher.
ALTER TABLE account ADD COLUMN clearance INTEGER NOT NULL DEFAULT 1 CHECK (clearance BETWEEN 0 AND 2);
ALTER TABLE document ADD COLUMN grade INTEGER NOT NULL DEFAULT 1 CHECK (grade BETWEEN 0 AND 2);
UPDATE document SET grade = 0 WHERE kind IN ('plan', 'joint') OR (openness = 'open' AND EXISTS (SELECT 1
  FROM document_version v WHERE v.tenant = document.tenant AND v.document = document.id
  AND v.state IN ('published', 'replaced', 'withdrawn')));
ALTER TABLE attachment ADD COLUMN grade INTEGER NOT NULL DEFAULT 0 CHECK (grade BETWEEN 0 AND 2);
ALTER TABLE meeting ADD COLUMN grade INTEGER NOT NULL DEFAULT 1 CHECK (grade BETWEEN 0 AND 2);
ALTER TABLE issuance ADD COLUMN grade INTEGER NOT NULL DEFAULT 1 CHECK (grade BETWEEN 0 AND 2);
ALTER TABLE course ADD COLUMN grade INTEGER NOT NULL DEFAULT 1 CHECK (grade BETWEEN 0 AND 2);
ALTER TABLE commission ADD COLUMN grade INTEGER NOT NULL DEFAULT 1 CHECK (grade BETWEEN 0 AND 2);
-- A job's result may hold whatever the one who ordered it sees.
ALTER TABLE job ADD COLUMN clearance INTEGER NOT NULL DEFAULT 1 CHECK (clearance BETWEEN 0 AND 2);
