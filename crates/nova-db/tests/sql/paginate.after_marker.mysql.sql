SELECT `id`
FROM `instances`
WHERE `instances`.`host` < ?
OR (`instances`.`host` = ?
AND (`instances`.`node` > ?
OR `instances`.`node` IS NULL))
OR (`instances`.`host` = ?
AND `instances`.`node` = ?
AND `instances`.`id` < ?)
ORDER BY `instances`.`host` DESC, `instances`.`node` IS NOT NULL DESC, `instances`.`node` ASC, `instances`.`id` DESC
LIMIT ?;
-- [String(Some("b")), String(Some("b")), String(Some("n")), String(Some("b")), String(Some("n")), Int(Some(7)), BigUnsigned(Some(10))]
