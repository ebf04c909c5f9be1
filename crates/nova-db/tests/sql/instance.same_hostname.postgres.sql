SELECT "id"
FROM "instances"
WHERE LOWER("hostname") = $1
AND "deleted" = $2
AND "project_id" = $3
LIMIT $4;
-- [String(Some("h")), Int(Some(0)), String(Some("p")), BigUnsigned(Some(1))]
