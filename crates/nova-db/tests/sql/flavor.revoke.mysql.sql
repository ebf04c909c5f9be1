DELETE
FROM `flavor_projects`
WHERE `project_id` = ?
AND `flavor_id` = ?;
-- [String(Some("p")), BigInt(Some(2))]
