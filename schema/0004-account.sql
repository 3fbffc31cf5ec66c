-- Accounts, their roles and sessions, sign-in attempts, and the audit's daily digests (SECURITY.md
-- 1.1-1.3). name is the sign-in name, folded (NFKC, case). hash is an argon2id text; nobody can read
-- a password or a session's token out of here: of tokens and codes only the SHA-256 is kept.
CREATE TABLE account (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  person TEXT NOT NULL,
  department TEXT NOT NULL,
  inspector TEXT NOT NULL,
  phone TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
  hash TEXT NOT NULL,
  hashed_at INTEGER NOT NULL,
  must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
  used_at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX account_name ON account (tenant, name);

-- Passwords that were used before: the newest are refused.
CREATE TABLE account_password (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  account INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX account_password_account ON account_password (tenant, account, id);

-- Who granted a role and who took it back: rows stay, ended_at = 0 while the role is held.
CREATE TABLE account_role (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  account INTEGER NOT NULL,
  role TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  ended_at INTEGER NOT NULL,
  ended_by TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX account_role_held ON account_role (tenant, account, role) WHERE ended_at = 0;

-- What a person chose for himself: columns of a list, page size, large type.
CREATE TABLE account_preference (
  tenant TEXT NOT NULL,
  account INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant, account, name)
);

CREATE TABLE session (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  token TEXT NOT NULL,
  account INTEGER NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  ended_by TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX session_token ON session (tenant, token);
CREATE INDEX session_account ON session (tenant, account, ended_at);

-- Attempts to sign in. subject is the SHA-256 of the folded name, so that a password typed into the
-- wrong field is not kept. open: nobody knows yet how it ended.
CREATE TABLE sign_in (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  subject TEXT NOT NULL,
  address TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('open', 'done', 'failed', 'locked')),
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX sign_in_subject ON sign_in (tenant, subject, at);
CREATE INDEX sign_in_address ON sign_in (tenant, address, at);

-- One-time codes that let the first three persons in.
CREATE TABLE setup_code (
  tenant TEXT NOT NULL,
  digest TEXT NOT NULL,
  until INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, digest)
);

ALTER TABLE audit ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN request TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN outcome TEXT NOT NULL DEFAULT 'done';
ALTER TABLE audit ADD COLUMN old_value TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN new_value TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_at ON audit (tenant, at, id);

-- A day's audit in the log: the rows first .. first+count-1, their Merkle root, the entry.
CREATE TABLE audit_digest (
  tenant TEXT NOT NULL,
  day INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  root TEXT NOT NULL,
  idx INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, day)
);
