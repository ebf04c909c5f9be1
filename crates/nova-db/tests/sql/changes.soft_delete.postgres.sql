UPDATE "services"
SET "deleted" = "id", "deleted_at" = $1
WHERE "host" = $2;
-- [ChronoDateTime(Some(2026-01-02T12:00:00)), String(Some("b"))]
