SELECT "services"."id", "services"."uuid", "services"."host", "services"."binary", "services"."topic", "services"."report_count", "services"."disabled", "services"."disabled_reason", "services"."last_seen_up", "services"."forced_down", "services"."version", "services"."created_at", "services"."updated_at", "services"."deleted_at", "services"."deleted"
FROM "services"
WHERE "services"."deleted" = ?
AND "services"."disabled" = ?
AND "services"."topic" = ?
ORDER BY "services"."id" ASC;
-- [Int(Some(0)), Bool(Some(false)), String(Some("compute"))]
