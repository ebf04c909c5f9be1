UPDATE "services"
SET "host" = $1, "updated_at" = $2
WHERE "id" = $3;
-- [String(None), ChronoDateTime(Some(2026-01-02T12:00:00)), Int(Some(3))]
