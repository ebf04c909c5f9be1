SELECT "tags"."resource_id", "tags"."tag"
FROM "tags"
WHERE "tags"."resource_id" = ?
AND "tags"."tag" = ?;
-- [String(Some("u")), String(Some("web"))]
