//! A schema as a set of lines, as the database itself describes it.

use std::collections::BTreeSet;

use nova_db::{Database, Dialect, Execute as _, Rendered, Row};

/// One line a table, column, index and constraint.
pub(crate) async fn describe(db: &Database) -> BTreeSet<String> {
    match db.dialect() {
        Dialect::Sqlite => sqlite(db).await,
        Dialect::MySql => mysql(db).await,
        Dialect::Postgres => postgres(db).await,
    }
}

async fn rows(db: &Database, sql: &str) -> Vec<Row> {
    db.fetch_all("test.describe", Rendered::by_hand(sql, Vec::new(), true))
        .await
        .unwrap()
}

/// All cells of a row, joined.
fn line(kind: &str, row: &Row) -> String {
    let cells: Vec<String> = (0..row.len())
        .map(|at| match row.value(at).unwrap() {
            nova_db::SqlValue::String(None) => "-".to_owned(),
            nova_db::SqlValue::String(Some(text)) => text,
            nova_db::SqlValue::BigInt(Some(number)) => number.to_string(),
            nova_db::SqlValue::Bool(Some(flag)) => flag.to_string(),
            nova_db::SqlValue::Bytes(Some(bytes)) => String::from_utf8(bytes).unwrap(),
            other => panic!("unexpected {other:?}"),
        })
        .collect();
    format!("{kind} {}", cells.join(" | "))
}

async fn lines(db: &Database, found: &mut BTreeSet<String>, kind: &str, sql: &str) {
    found.extend(rows(db, sql).await.iter().map(|row| line(kind, row)));
}

async fn sqlite(db: &Database) -> BTreeSet<String> {
    let tables = "FROM sqlite_master AS t";
    let mut found = BTreeSet::new();
    lines(
        db,
        &mut found,
        "column",
        &format!(
            "SELECT t.name, c.cid, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk
             {tables}, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        ),
    )
    .await;
    // Those that a constraint makes have numbers for names, in order of creation.
    lines(
        db,
        &mut found,
        "index",
        &format!(
            "SELECT t.name, CASE i.origin WHEN 'c' THEN i.name ELSE i.origin END, i.\"unique\", i.partial,
                    (SELECT group_concat(name) FROM pragma_index_info(i.name))
             {tables}, pragma_index_list(t.name) AS i WHERE t.type = 'table'"
        ),
    )
    .await;
    lines(
        db,
        &mut found,
        "foreign key",
        &format!(
            "SELECT t.name, f.\"from\", f.\"table\", f.\"to\", f.on_update, f.on_delete
             {tables}, pragma_foreign_key_list(t.name) AS f WHERE t.type = 'table'"
        ),
    )
    .await;
    // The names of constraints are only in the text.
    for row in rows(
        db,
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'",
    )
    .await
    {
        let (name, sql): (&str, &str) = (row.get(0).unwrap(), row.get(1).unwrap());
        for part in sql.split("CONSTRAINT ").skip(1) {
            let words: Vec<_> = part.split_whitespace().take(2).collect();
            found.insert(format!(
                "constraint {name} | {}",
                words.join(" ").replace('(', " (")
            ));
        }
    }
    found
}

async fn mysql(db: &Database) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (kind, sql) in [
        (
            "table",
            "SELECT table_name, engine, table_collation, table_comment
             FROM information_schema.tables WHERE table_schema = DATABASE()",
        ),
        (
            "column",
            "SELECT table_name, ordinal_position, column_name, column_type, is_nullable,
                    column_default, extra, collation_name
             FROM information_schema.columns WHERE table_schema = DATABASE()",
        ),
        (
            "index",
            "SELECT table_name, index_name, non_unique, seq_in_index, column_name, sub_part, index_type
             FROM information_schema.statistics WHERE table_schema = DATABASE()",
        ),
        (
            "foreign key",
            "SELECT k.table_name, k.constraint_name, k.ordinal_position, k.column_name,
                    k.referenced_table_name, k.referenced_column_name, r.update_rule, r.delete_rule
             FROM information_schema.key_column_usage AS k
             JOIN information_schema.referential_constraints AS r
               ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
              AND r.table_name = k.table_name
             WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL",
        ),
        (
            "constraint",
            "SELECT table_name, constraint_name, constraint_type
             FROM information_schema.table_constraints WHERE table_schema = DATABASE()",
        ),
    ] {
        lines(db, &mut found, kind, sql).await;
    }
    found
}

async fn postgres(db: &Database) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (kind, sql) in [
        (
            "column",
            "SELECT c.relname::text, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                    pg_get_expr(d.adbin, d.adrelid)
             FROM pg_class AS c
             JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
        ),
        (
            "index",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        ),
        (
            "constraint",
            "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        ),
        (
            "sequence",
            "SELECT sequencename::text, data_type::text, start_value, increment_by, max_value
             FROM pg_sequences WHERE schemaname = 'public'",
        ),
        (
            "owned sequence",
            "SELECT d.objid::regclass::text, d.refobjid::regclass::text, d.refobjsubid, d.deptype::text
             FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid AND c.relkind = 'S'
             WHERE d.refclassid = 'pg_class'::regclass",
        ),
        (
            "type",
            "SELECT t.typname::text, e.enumsortorder::int, e.enumlabel::text
             FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid",
        ),
    ] {
        lines(db, &mut found, kind, sql).await;
    }
    found
}
