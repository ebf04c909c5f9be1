SELECT DISTINCT "services"."id", "services"."uuid", "services"."host", "services"."binary", "services"."topic", "services"."report_count", "services"."disabled", "services"."disabled_reason", "services"."last_seen_up", "services"."forced_down", "services"."version", "services"."created_at", "services"."updated_at", "services"."deleted_at", "services"."deleted"
FROM "services"
INNER JOIN "compute_nodes" ON "compute_nodes"."host" = "services"."host"
WHERE "services"."deleted" = $1
AND "services"."binary" = $2
AND "services"."disabled" = $3
AND "compute_nodes"."hypervisor_type" = $4
ORDER BY "services"."id" ASC;
-- [Int(Some(0)), String(Some("nova-compute")), Bool(Some(false)), String(Some("QEMU"))]
