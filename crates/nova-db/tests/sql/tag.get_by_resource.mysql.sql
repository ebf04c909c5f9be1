SELECT `tags`.`resource_id`, `tags`.`tag`
FROM `tags`
WHERE `tags`.`resource_id` = ?
ORDER BY `tags`.`tag` ASC;
-- [String(Some("u"))]
