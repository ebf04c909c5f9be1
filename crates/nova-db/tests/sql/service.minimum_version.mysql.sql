SELECT `binary`, MIN(`version`)
FROM `services`
WHERE `binary` IN (?, ?)
AND `deleted` = ?
AND `forced_down` = ?
GROUP BY `binary`;
-- [String(Some("nova-compute")), String(Some("nova-conductor")), Int(Some(0)), Bool(Some(false))]
