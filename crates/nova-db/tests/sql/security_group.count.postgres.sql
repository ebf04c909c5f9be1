SELECT COUNT("id")
FROM "security_groups"
WHERE "deleted" = $1
AND "project_id" = $2
AND "user_id" = $3;
-- [Int(Some(0)), String(Some("p")), String(Some("u"))]
