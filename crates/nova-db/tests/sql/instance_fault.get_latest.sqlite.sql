SELECT "instance_faults"."id", "instance_faults"."instance_uuid", "instance_faults"."code", "instance_faults"."message", "instance_faults"."details", "instance_faults"."host", "instance_faults"."created_at", "instance_faults"."updated_at", "instance_faults"."deleted_at", "instance_faults"."deleted"
FROM "instance_faults"
WHERE "instance_faults"."deleted" = ?
AND "instance_faults"."instance_uuid" = ?
ORDER BY "instance_faults"."id" DESC
LIMIT ?;
-- [Int(Some(0)), String(Some("u")), BigUnsigned(Some(1))]
