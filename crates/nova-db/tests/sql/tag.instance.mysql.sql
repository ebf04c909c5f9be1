SELECT `id`
FROM `instances`
WHERE `deleted` = ?
AND `uuid` = ?
AND `project_id` = ?;
-- [Int(Some(0)), String(Some("u")), String(Some("p"))]
