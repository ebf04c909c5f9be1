SELECT COUNT("id")
FROM "key_pairs"
WHERE "key_pairs"."user_id" = ?;
-- [String(Some("u"))]
