SELECT `services`.`id`, `services`.`uuid`, `services`.`host`, `services`.`binary`, `services`.`topic`, `services`.`report_count`, `services`.`disabled`, `services`.`disabled_reason`, `services`.`last_seen_up`, `services`.`forced_down`, `services`.`version`, `services`.`created_at`, `services`.`updated_at`, `services`.`deleted_at`, `services`.`deleted`
FROM `services`
WHERE `services`.`binary` = ?
AND `services`.`disabled` = ?
AND `services`.`deleted` = ?
ORDER BY `services`.`id` ASC;
-- [String(Some("nova-compute")), Bool(Some(false)), Int(Some(0))]
