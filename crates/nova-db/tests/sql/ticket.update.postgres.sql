UPDATE "tickets"
SET "stage" = $1, "updated_at" = $2
WHERE "id" = $3
AND "tickets"."holder" = $4
AND "tickets"."holder" IS NOT NULL
AND ("tickets"."updated_at" >= $5
AND "tickets"."updated_at" < $6)
AND ("tickets"."stage" = $7
OR "tickets"."stage" IS NULL);
-- [String(Some("held")), ChronoDateTime(Some(2026-01-02T12:00:00)), BigInt(Some(1)), String(Some("me")), ChronoDateTime(Some(2026-01-02T11:00:00)), ChronoDateTime(Some(2026-01-02T11:00:01)), String(Some("free"))]
