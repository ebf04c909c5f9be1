UPDATE "instances"
SET "task_state" = ?
WHERE "uuid" = ?
AND ? = ?;
-- [String(Some("rebooting")), String(Some("u")), Int(Some(1)), Int(Some(2))]
