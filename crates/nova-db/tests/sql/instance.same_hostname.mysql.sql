SELECT `id`
FROM `instances`
WHERE LOWER(`hostname`) = ?
AND `deleted` = ?
AND `project_id` = ?
LIMIT ?;
-- [String(Some("h")), Int(Some(0)), String(Some("p")), BigUnsigned(Some(1))]
