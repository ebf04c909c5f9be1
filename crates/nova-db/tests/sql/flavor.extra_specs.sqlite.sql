SELECT "flavor_id", "key", "value"
FROM "flavor_extra_specs"
WHERE "flavor_id" IN (?, ?)
ORDER BY "id" ASC;
-- [BigInt(Some(1)), BigInt(Some(2))]
