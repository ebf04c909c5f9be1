SELECT "id"
FROM "instances"
WHERE "instances"."updated_at" >= $1
AND ("instances"."deleted" = "instances"."id"
OR "instances"."vm_state" = $2)
AND "instances"."cleaned" = $3
AND ("instances"."hidden" = $4
OR "instances"."hidden" IS NULL)
AND ("instances"."uuid" IN (SELECT "instance_uuid"
FROM "instance_metadata"
WHERE "deleted" = $5
AND "key" = $6)
AND "instances"."uuid" IN (SELECT "instance_uuid"
FROM "instance_metadata"
WHERE "deleted" = $7
AND "value" = $8))
AND ("instances"."display_name" REGEXP $9);
-- [ChronoDateTime(Some(2026-01-01T00:00:00)), String(Some("soft-delete")), BigInt(Some(1)), Bool(Some(false)), Int(Some(0)), String(Some("k")), Int(Some(0)), String(Some("v")), String(Some("^a"))]
