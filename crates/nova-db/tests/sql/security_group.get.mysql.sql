SELECT `security_groups`.`id`, `security_groups`.`name`, `security_groups`.`description`, `security_groups`.`user_id`, `security_groups`.`project_id`, `security_groups`.`created_at`, `security_groups`.`updated_at`, `security_groups`.`deleted_at`, `security_groups`.`deleted`
FROM `security_groups`
WHERE `security_groups`.`id` = ?
AND `security_groups`.`deleted` = ?;
-- [Int(Some(1)), Int(Some(0))]
