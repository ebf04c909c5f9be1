DELETE
FROM "key_pairs"
WHERE "key_pairs"."user_id" = ?
AND "key_pairs"."name" = ?;
-- [String(Some("u")), String(Some("laptop"))]
