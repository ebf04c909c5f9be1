SELECT "security_groups"."id", "security_groups"."name", "security_groups"."description", "security_groups"."user_id", "security_groups"."project_id", "security_groups"."created_at", "security_groups"."updated_at", "security_groups"."deleted_at", "security_groups"."deleted"
FROM "security_groups"
INNER JOIN "security_group_instance_association" ON "security_group_instance_association"."security_group_id" = "security_groups"."id"
AND "security_group_instance_association"."deleted" = ?
INNER JOIN "instances" ON "instances"."uuid" = "security_group_instance_association"."instance_uuid"
WHERE "security_groups"."deleted" = ?
AND "instances"."deleted" = ?
AND "instances"."uuid" = ?
ORDER BY "security_groups"."id" ASC;
-- [Int(Some(0)), Int(Some(0)), Int(Some(0)), String(Some("u"))]
