-- Pictures (SECURITY.md IN10): digest is the copy that is given out, without anything but its pixels;
-- original is the SHA-256 of what was handed in, sealed the blob that holds it encrypted. Both are empty for
-- other files, and for pictures that came in before this migration, whose digest is the original.
ALTER TABLE attachment ADD COLUMN original TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN sealed TEXT NOT NULL DEFAULT '';

-- When a virus scanner found nothing in a file (IN12); 0: none was asked.
ALTER TABLE attachment ADD COLUMN scanned_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE upload ADD COLUMN scanned_at INTEGER NOT NULL DEFAULT 0;
