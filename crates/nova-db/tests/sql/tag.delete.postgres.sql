DELETE
FROM "tags"
WHERE "tags"."resource_id" = $1
AND "tags"."tag" IN ($2);
-- [String(Some("u")), String(Some("web"))]
