SELECT "instance_uuid", "flavor", "keypairs"
FROM "instance_extra"
WHERE "instance_uuid" IN (?)
ORDER BY "id" ASC;
-- [String(Some("u"))]
