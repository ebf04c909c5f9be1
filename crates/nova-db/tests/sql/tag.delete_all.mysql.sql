DELETE
FROM `tags`
WHERE `tags`.`resource_id` = ?;
-- [String(Some("u"))]
