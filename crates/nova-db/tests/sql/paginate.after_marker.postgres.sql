SELECT "id"
FROM "instances"
WHERE "instances"."host" < $1
OR ("instances"."host" = $2
AND ("instances"."node" > $3
OR "instances"."node" IS NULL))
OR ("instances"."host" = $4
AND "instances"."node" = $5
AND "instances"."id" < $6)
ORDER BY "instances"."host" DESC, "instances"."node" IS NOT NULL DESC, "instances"."node" ASC, "instances"."id" DESC
LIMIT $7;
-- [String(Some("b")), String(Some("b")), String(Some("n")), String(Some("b")), String(Some("n")), Int(Some(7)), BigUnsigned(Some(10))]
