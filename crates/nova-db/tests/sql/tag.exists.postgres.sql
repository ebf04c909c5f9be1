SELECT "tags"."resource_id", "tags"."tag"
FROM "tags"
WHERE "tags"."resource_id" = $1
AND "tags"."tag" = $2;
-- [String(Some("u")), String(Some("web"))]
