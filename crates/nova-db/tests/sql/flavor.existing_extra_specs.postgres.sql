SELECT "key", "value"
FROM "flavor_extra_specs"
WHERE "flavor_id" = $1
AND "key" IN ($2);
-- [BigInt(Some(1)), String(Some("hw:cpu_policy"))]
