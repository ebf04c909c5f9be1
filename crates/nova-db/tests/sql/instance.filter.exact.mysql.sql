SELECT `id`
FROM `instances`
WHERE `instances`.`deleted` = ?
AND (`instances`.`vm_state` <> ?
OR `instances`.`vm_state` IS NULL)
AND (`instances`.`hidden` = ?
OR `instances`.`hidden` IS NULL)
AND `instances`.`instance_type_id` = ?
AND `instances`.`host` IN (?)
AND `instances`.`task_state` IS NULL
AND `instances`.`locked` = ?;
-- [Int(Some(0)), String(Some("soft-delete")), Bool(Some(false)), BigInt(Some(5)), String(Some("a")), Bool(Some(true))]
