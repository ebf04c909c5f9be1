SELECT `id`
FROM `instances`
WHERE `instances`.`updated_at` >= ?
AND (`instances`.`deleted` = `instances`.`id`
OR `instances`.`vm_state` = ?)
AND `instances`.`cleaned` = ?
AND (`instances`.`hidden` = ?
OR `instances`.`hidden` IS NULL)
AND (`instances`.`uuid` IN (SELECT `instance_uuid`
FROM `instance_metadata`
WHERE `deleted` = ?
AND `key` = ?)
AND `instances`.`uuid` IN (SELECT `instance_uuid`
FROM `instance_metadata`
WHERE `deleted` = ?
AND `value` = ?))
AND (`instances`.`display_name` REGEXP ?);
-- [ChronoDateTime(Some(2026-01-01T00:00:00)), String(Some("soft-delete")), BigInt(Some(1)), Bool(Some(false)), Int(Some(0)), String(Some("k")), Int(Some(0)), String(Some("v")), String(Some("^a"))]
