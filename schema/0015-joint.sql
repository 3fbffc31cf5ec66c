-- Joint items (R12): which departments of ours a list names as lead and partners. item is the id of a
-- version in item or of a row in item_superior; words is what the list says, department the code of
-- whom that means, '' while nobody of that name is in the registry. place counts from 0.
CREATE TABLE item_unit (
  tenant TEXT NOT NULL,
  item INTEGER NOT NULL,
  place INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('lead', 'partner')),
  words TEXT NOT NULL,
  department TEXT NOT NULL,
  PRIMARY KEY (tenant, item, place)
);
CREATE INDEX item_unit_department ON item_unit (tenant, department);

-- By what other names lists call a department: short names and former ones, 、 between.
ALTER TABLE department ADD COLUMN aliases TEXT NOT NULL DEFAULT '';
