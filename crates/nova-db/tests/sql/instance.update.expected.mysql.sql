UPDATE `instances`
SET `task_state` = ?
WHERE `uuid` = ?
AND (`task_state` IN (?)
OR `task_state` IS NULL)
AND `vm_state` IN (?);
-- [String(Some("rebooting")), String(Some("u")), String(Some("powering-off")), String(Some("active"))]
