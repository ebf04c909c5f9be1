UPDATE "tickets"
SET "stage" = $1, "updated_at" = $2
WHERE "id" = $3
AND ($4 = $5
OR "tickets"."holder" = $6)
AND (NOT $7 = $8)
AND "tickets"."holder" IS NOT NULL
AND ($9 = $10
OR ("tickets"."updated_at" >= $11
AND "tickets"."updated_at" < $12))
AND ($13 = $14
OR "tickets"."stage" = $15
OR "tickets"."stage" IS NULL);
-- [String(Some("held")), ChronoDateTime(Some(2026-01-02T12:00:00)), BigInt(Some(1)), Int(Some(1)), Int(Some(0)), String(Some("me")), Int(Some(1)), Int(Some(0)), Int(Some(1)), Int(Some(0)), ChronoDateTime(Some(2026-01-02T11:00:00)), ChronoDateTime(Some(2026-01-02T11:00:01)), Int(Some(1)), Int(Some(0)), String(Some("free"))]
