SELECT "aggregate_hosts"."host", "aggregate_metadata"."value"
FROM "aggregate_hosts"
INNER JOIN "aggregate_metadata" ON "aggregate_metadata"."aggregate_id" = "aggregate_hosts"."aggregate_id"
WHERE "aggregate_metadata"."key" = ?
ORDER BY "aggregate_hosts"."id" ASC;
-- [String(Some("availability_zone"))]
