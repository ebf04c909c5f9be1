UPDATE `services`
SET `deleted` = `id`, `deleted_at` = ?
WHERE `host` = ?;
-- [ChronoDateTime(Some(2026-01-02T12:00:00)), String(Some("b"))]
