SELECT "tags"."resource_id", "tags"."tag"
FROM "tags"
WHERE "tags"."resource_id" = $1
ORDER BY "tags"."tag" ASC;
-- [String(Some("u"))]
