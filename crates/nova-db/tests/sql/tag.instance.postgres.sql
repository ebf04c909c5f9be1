SELECT "id"
FROM "instances"
WHERE "deleted" = $1
AND "uuid" = $2
AND "project_id" = $3;
-- [Int(Some(0)), String(Some("u")), String(Some("p"))]
