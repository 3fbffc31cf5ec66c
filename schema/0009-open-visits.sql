-- Visits that are under way, for the list of results that are owed.
CREATE INDEX visit_state ON visit (tenant, state);
