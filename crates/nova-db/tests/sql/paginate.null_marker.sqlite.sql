SELECT "id"
FROM "instances"
WHERE "instances"."id" > ?
ORDER BY "instances"."host" ASC, "instances"."id" ASC;
-- [Int(Some(7))]
