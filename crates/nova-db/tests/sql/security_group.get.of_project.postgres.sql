SELECT "security_groups"."id", "security_groups"."name", "security_groups"."description", "security_groups"."user_id", "security_groups"."project_id", "security_groups"."created_at", "security_groups"."updated_at", "security_groups"."deleted_at", "security_groups"."deleted"
FROM "security_groups"
WHERE "security_groups"."id" = $1
AND "security_groups"."project_id" = $2;
-- [Int(Some(1)), String(Some("p"))]
