UPDATE "instances"
SET "task_state" = $1
WHERE "uuid" = $2
AND $3 = $4;
-- [String(Some("rebooting")), String(Some("u")), Int(Some(1)), Int(Some(2))]
