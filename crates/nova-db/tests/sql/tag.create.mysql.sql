INSERT INTO `tags` (`resource_id`, `tag`)
VALUES (?, ?), (?, ?);
-- [String(Some("u")), String(Some("web")), String(Some("u")), String(Some("db"))]
