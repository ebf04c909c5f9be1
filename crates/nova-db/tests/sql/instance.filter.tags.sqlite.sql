SELECT "id"
FROM "instances"
WHERE "instances"."deleted" = ?
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN (?))
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN (?))
AND ("instances"."deleted" = ?
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN (?)))
AND (NOT ("instances"."deleted" = ?
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN (?))))
AND (NOT ("instances"."deleted" = ?
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN (?, ?))))
AND ("instances"."hidden" = ?
OR "instances"."hidden" IS NULL);
-- [Int(Some(0)), String(Some("a")), String(Some("b")), Int(Some(0)), String(Some("c")), Int(Some(0)), String(Some("d")), Int(Some(0)), String(Some("e")), String(Some("f")), Bool(Some(false))]
