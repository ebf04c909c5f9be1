DELETE
FROM "tags"
WHERE "tags"."resource_id" = $1;
-- [String(Some("u"))]
