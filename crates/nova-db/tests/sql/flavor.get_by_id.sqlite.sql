SELECT "flavors"."id", "flavors"."name", "flavors"."memory_mb", "flavors"."vcpus", "flavors"."root_gb", "flavors"."ephemeral_gb", "flavors"."flavorid", "flavors"."swap", "flavors"."rxtx_factor", "flavors"."vcpu_weight", "flavors"."disabled", "flavors"."is_public", "flavors"."description", "flavors"."created_at", "flavors"."updated_at", "flavor_extra_specs"."key", "flavor_extra_specs"."value"
FROM "flavors"
LEFT JOIN "flavor_extra_specs" ON "flavor_extra_specs"."flavor_id" = "flavors"."id"
WHERE "flavors"."id" = ?
ORDER BY "flavor_extra_specs"."id" ASC;
-- [Int(Some(1))]
