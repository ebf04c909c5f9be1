SELECT "binary", MIN("version")
FROM "services"
WHERE "binary" IN ($1, $2)
AND "deleted" = $3
AND "forced_down" = $4
GROUP BY "binary";
-- [String(Some("nova-compute")), String(Some("nova-conductor")), Int(Some(0)), Bool(Some(false))]
