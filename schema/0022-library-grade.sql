-- Special libraries have a security grade like registers (0021-labels.sql); those that are there are internal.
ALTER TABLE library ADD COLUMN grade INTEGER NOT NULL DEFAULT 1 CHECK (grade BETWEEN 0 AND 2);
-- What an object's history tells of a library ends where the library does: 0 tells of none. -1 is one that bears
-- another name by now and is not known any more: for those alone who see everything.
ALTER TABLE registry_change ADD COLUMN library INTEGER NOT NULL DEFAULT 0;
UPDATE registry_change SET library = COALESCE((SELECT MAX(l.id) FROM library l WHERE l.tenant = registry_change.tenant
  AND (REPLACE(registry_change.before, '{"library":"' || l.name || '"', '') <> registry_change.before
  OR REPLACE(registry_change.after, '{"library":"' || l.name || '"', '') <> registry_change.after)), -1)
  WHERE resource = 'objects' AND (SUBSTR(before, 1, 12) = '{"library":"' OR SUBSTR(after, 1, 12) = '{"library":"');
