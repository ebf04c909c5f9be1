SELECT "id"
FROM "instances"
WHERE "instances"."deleted" = $1
AND ("instances"."vm_state" <> $2
OR "instances"."vm_state" IS NULL)
AND ("instances"."hidden" = $3
OR "instances"."hidden" IS NULL)
AND "instances"."instance_type_id" = $4
AND "instances"."host" IN ($5)
AND "instances"."task_state" IS NULL
AND "instances"."locked" = $6;
-- [Int(Some(0)), String(Some("soft-delete")), Bool(Some(false)), BigInt(Some(5)), String(Some("a")), Bool(Some(true))]
