UPDATE "instances"
SET "task_state" = $1
WHERE "uuid" = $2
AND ("task_state" IN ($3)
OR "task_state" IS NULL)
AND "vm_state" IN ($4);
-- [String(Some("rebooting")), String(Some("u")), String(Some("powering-off")), String(Some("active"))]
