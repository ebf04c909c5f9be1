SELECT "id"
FROM "instances"
WHERE "instances"."deleted" = $1
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN ($2))
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN ($3))
AND ("instances"."deleted" = $4
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN ($5)))
AND (NOT ("instances"."deleted" = $6
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN ($7))))
AND (NOT ("instances"."deleted" = $8
AND "instances"."uuid" IN (SELECT "resource_id"
FROM "tags"
WHERE "tag" IN ($9, $10))))
AND ("instances"."hidden" = $11
OR "instances"."hidden" IS NULL);
-- [Int(Some(0)), String(Some("a")), String(Some("b")), Int(Some(0)), String(Some("c")), Int(Some(0)), String(Some("d")), Int(Some(0)), String(Some("e")), String(Some("f")), Bool(Some(false))]
