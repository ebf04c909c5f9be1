SELECT `flavor_projects`.`project_id`
FROM `flavors`
LEFT JOIN `flavor_projects` ON `flavor_projects`.`flavor_id` = `flavors`.`id`
WHERE `flavors`.`flavorid` = ?
ORDER BY `flavor_projects`.`id` ASC;
-- [String(Some("2"))]
