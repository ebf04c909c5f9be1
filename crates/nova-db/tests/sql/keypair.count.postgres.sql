SELECT COUNT("id")
FROM "key_pairs"
WHERE "key_pairs"."user_id" = $1;
-- [String(Some("u"))]
