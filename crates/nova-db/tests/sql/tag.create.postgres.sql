INSERT INTO "tags" ("resource_id", "tag")
VALUES ($1, $2), ($3, $4);
-- [String(Some("u")), String(Some("web")), String(Some("u")), String(Some("db"))]
