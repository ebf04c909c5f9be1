SELECT "id"
FROM "instances"
WHERE "instances"."id" > $1
ORDER BY "instances"."host" ASC, "instances"."id" ASC;
-- [Int(Some(7))]
