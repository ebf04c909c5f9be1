SELECT "key", "value"
FROM "flavor_extra_specs"
WHERE "flavor_id" = ?
AND "key" IN (?);
-- [BigInt(Some(1)), String(Some("hw:cpu_policy"))]
