SELECT "flavors"."id", "flavors"."name", "flavors"."memory_mb", "flavors"."vcpus", "flavors"."root_gb", "flavors"."ephemeral_gb", "flavors"."flavorid", "flavors"."swap", "flavors"."rxtx_factor", "flavors"."vcpu_weight", "flavors"."disabled", "flavors"."is_public", "flavors"."description", "flavors"."created_at", "flavors"."updated_at"
FROM "flavors"
WHERE ("flavors"."is_public" = ?
OR EXISTS(SELECT "flavor_projects"."id"
FROM "flavor_projects"
WHERE "flavor_projects"."flavor_id" = "flavors"."id"
AND "flavor_projects"."project_id" = ?))
AND "flavors"."memory_mb" >= ?
AND "flavors"."root_gb" >= ?
AND "flavors"."disabled" = ?
AND ("flavors"."is_public" = ?
OR EXISTS(SELECT "flavor_projects"."id"
FROM "flavor_projects"
WHERE "flavor_projects"."flavor_id" = "flavors"."id"
AND "flavor_projects"."project_id" = ?));
-- [Bool(Some(true)), String(Some("p")), BigInt(Some(512)), BigInt(Some(1)), Bool(Some(false)), Bool(Some(true)), String(Some("p"))]
