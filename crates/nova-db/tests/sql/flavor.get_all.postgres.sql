SELECT "flavors"."id", "flavors"."name", "flavors"."memory_mb", "flavors"."vcpus", "flavors"."root_gb", "flavors"."ephemeral_gb", "flavors"."flavorid", "flavors"."swap", "flavors"."rxtx_factor", "flavors"."vcpu_weight", "flavors"."disabled", "flavors"."is_public", "flavors"."description", "flavors"."created_at", "flavors"."updated_at"
FROM "flavors"
WHERE ("flavors"."is_public" = $1
OR EXISTS(SELECT "flavor_projects"."id"
FROM "flavor_projects"
WHERE "flavor_projects"."flavor_id" = "flavors"."id"
AND "flavor_projects"."project_id" = $2))
AND "flavors"."memory_mb" >= $3
AND "flavors"."root_gb" >= $4
AND "flavors"."disabled" = $5
AND ("flavors"."is_public" = $6
OR EXISTS(SELECT "flavor_projects"."id"
FROM "flavor_projects"
WHERE "flavor_projects"."flavor_id" = "flavors"."id"
AND "flavor_projects"."project_id" = $7));
-- [Bool(Some(true)), String(Some("p")), BigInt(Some(512)), BigInt(Some(1)), Bool(Some(false)), Bool(Some(true)), String(Some("p"))]
