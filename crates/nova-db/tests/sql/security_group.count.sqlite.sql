SELECT COUNT("id")
FROM "security_groups"
WHERE "deleted" = ?
AND "project_id" = ?
AND "user_id" = ?;
-- [Int(Some(0)), String(Some("p")), String(Some("u"))]
