SELECT "instance_actions"."id", "instance_actions"."action", "instance_actions"."instance_uuid", "instance_actions"."request_id", "instance_actions"."user_id", "instance_actions"."project_id", "instance_actions"."start_time", "instance_actions"."finish_time", "instance_actions"."message", "instance_actions"."created_at", "instance_actions"."updated_at", "instance_actions"."deleted_at", "instance_actions"."deleted"
FROM "instance_actions"
WHERE "instance_actions"."instance_uuid" = ?
AND "instance_actions"."request_id" = ?
AND "instance_actions"."deleted" = ?
ORDER BY "instance_actions"."created_at" DESC, "instance_actions"."id" DESC
LIMIT ?;
-- [String(Some("u")), String(Some("r")), Int(Some(0)), BigUnsigned(Some(1))]
