INSERT INTO "services" ("host", "report_count", "deleted", "created_at")
VALUES ($1, $2, $3, $4);
-- [String(Some("b")), Int(Some(1)), Int(Some(0)), ChronoDateTime(Some(2026-01-02T12:00:00))]
