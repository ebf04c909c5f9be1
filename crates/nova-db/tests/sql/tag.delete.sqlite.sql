DELETE
FROM "tags"
WHERE "tags"."resource_id" = ?
AND "tags"."tag" IN (?);
-- [String(Some("u")), String(Some("web"))]
