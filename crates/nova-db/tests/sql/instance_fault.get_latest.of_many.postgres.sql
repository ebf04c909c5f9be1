SELECT "instance_faults"."id", "instance_faults"."instance_uuid", "instance_faults"."code", "instance_faults"."message", "instance_faults"."details", "instance_faults"."host", "instance_faults"."created_at", "instance_faults"."updated_at", "instance_faults"."deleted_at", "instance_faults"."deleted"
FROM "instance_faults"
INNER JOIN (SELECT MAX("id") AS "newest"
FROM "instance_faults"
WHERE "instance_uuid" IN ($1, $2)
AND "deleted" = $3
GROUP BY "instance_uuid") AS "latest" ON "instance_faults"."id" = "latest"."newest";
-- [String(Some("u")), String(Some("v")), Int(Some(0))]
