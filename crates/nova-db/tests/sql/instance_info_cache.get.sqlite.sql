SELECT "instance_info_caches"."instance_uuid", "instance_info_caches"."network_info", "instance_info_caches"."created_at", "instance_info_caches"."updated_at", "instance_info_caches"."deleted_at", "instance_info_caches"."deleted"
FROM "instance_info_caches"
WHERE "instance_info_caches"."instance_uuid" = ?
AND "instance_info_caches"."deleted" = ?;
-- [String(Some("u")), Int(Some(0))]
