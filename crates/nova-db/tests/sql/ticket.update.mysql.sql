UPDATE `tickets`
SET `stage` = ?, `updated_at` = ?
WHERE `id` = ?
AND CAST(`tickets`.`holder` AS BINARY) = ?
AND `tickets`.`holder` IS NOT NULL
AND (`tickets`.`updated_at` >= ?
AND `tickets`.`updated_at` < ?)
AND (CAST(`tickets`.`stage` AS BINARY) = ?
OR `tickets`.`stage` IS NULL);
-- [String(Some("held")), ChronoDateTime(Some(2026-01-02T12:00:00)), BigInt(Some(1)), String(Some("me")), ChronoDateTime(Some(2026-01-02T11:00:00)), ChronoDateTime(Some(2026-01-02T11:00:01)), String(Some("free"))]
