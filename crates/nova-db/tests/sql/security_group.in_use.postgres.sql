SELECT "security_group_instance_association"."id"
FROM "security_group_instance_association"
INNER JOIN "instances" ON "instances"."uuid" = "security_group_instance_association"."instance_uuid"
WHERE "instances"."deleted" = $1
AND "security_group_instance_association"."security_group_id" = $2
AND "security_group_instance_association"."deleted" = $3
LIMIT $4;
-- [Int(Some(0)), Int(Some(1)), Int(Some(0)), BigUnsigned(Some(1))]
