DELETE
FROM "key_pairs"
WHERE "key_pairs"."user_id" = $1
AND "key_pairs"."name" = $2;
-- [String(Some("u")), String(Some("laptop"))]
