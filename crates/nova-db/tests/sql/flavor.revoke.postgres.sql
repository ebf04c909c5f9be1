DELETE
FROM "flavor_projects"
WHERE "project_id" = $1
AND "flavor_id" = $2;
-- [String(Some("p")), BigInt(Some(2))]
