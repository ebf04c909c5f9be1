UPDATE `tickets`
SET `stage` = ?, `updated_at` = ?
WHERE `id` = ?
AND (? = ?
OR CAST(`tickets`.`holder` AS BINARY) = ?)
AND (NOT ? = ?)
AND `tickets`.`holder` IS NOT NULL
AND (? = ?
OR (`tickets`.`updated_at` >= ?
AND `tickets`.`updated_at` < ?))
AND (? = ?
OR CAST(`tickets`.`stage` AS BINARY) = ?
OR `tickets`.`stage` IS NULL);
-- [String(Some("held")), ChronoDateTime(Some(2026-01-02T12:00:00)), BigInt(Some(1)), Int(Some(1)), Int(Some(0)), String(Some("me")), Int(Some(1)), Int(Some(0)), Int(Some(1)), Int(Some(0)), ChronoDateTime(Some(2026-01-02T11:00:00)), ChronoDateTime(Some(2026-01-02T11:00:01)), Int(Some(1)), Int(Some(0)), String(Some("free"))]
