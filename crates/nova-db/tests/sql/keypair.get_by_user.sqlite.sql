SELECT "key_pairs"."id", "key_pairs"."name", "key_pairs"."user_id", "key_pairs"."fingerprint", "key_pairs"."public_key", "key_pairs"."type", "key_pairs"."created_at", "key_pairs"."updated_at"
FROM "key_pairs"
WHERE "key_pairs"."user_id" = ?
AND "key_pairs"."name" > ?
ORDER BY "key_pairs"."name" ASC
LIMIT ?;
-- [String(Some("u")), String(Some("laptop")), BigUnsigned(Some(2))]
