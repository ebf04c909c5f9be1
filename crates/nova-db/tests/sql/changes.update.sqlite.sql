UPDATE "services"
SET "host" = ?, "updated_at" = ?
WHERE "id" = ?;
-- [String(None), ChronoDateTime(Some(2026-01-02T12:00:00)), Int(Some(3))]
