//! The text of queries, kept in `tests/sql/` so that a change of it is reviewed.
//!
//! `<family>.<query>.<dialect>.sql`, one file a dialect; `UPDATE_SQL=1` rewrites them.

use std::fs;
use std::path::PathBuf;

use crate::dialect::Dialect;
use crate::statement::Statement;

/// Compares the text of `statement`, named `query`, with its three files.
#[track_caller]
pub(crate) fn assert_sql(query: &str, statement: impl Statement + Clone) {
    for dialect in Dialect::ALL {
        let rendered = statement
            .clone()
            .render(dialect)
            .expect("a statement with all its parameters");
        let text = format!("{};\n-- {:?}\n", broken(rendered.sql()), rendered.values());
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/sql")
            .join(format!("{query}.{dialect}.sql"));
        if std::env::var_os("UPDATE_SQL").is_some() {
            fs::create_dir_all(path.parent().expect("a file in a folder"))
                .expect("tests/sql can be made");
            fs::write(&path, &text).expect("tests/sql can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            kept,
            text,
            "the text of {query} differs from {}; UPDATE_SQL=1 accepts it",
            path.display()
        );
    }
}

/// One clause a line, for people.
fn broken(sql: &str) -> String {
    const CLAUSES: [&str; 13] = [
        " FROM ",
        " LEFT JOIN ",
        " INNER JOIN ",
        " WHERE ",
        " AND ",
        " OR ",
        " GROUP BY ",
        " ORDER BY ",
        " LIMIT ",
        " VALUES ",
        " SET ",
        " RETURNING ",
        " UNION ",
    ];
    CLAUSES.iter().fold(sql.to_owned(), |text, clause| {
        text.replace(clause, &format!("\n{}", clause.trim_start()))
    })
}
