//! Which rows a query sees: Nova keeps deleted ones for a while.

use std::str::FromStr;

use sea_query::{Expr, ExprTrait, SelectStatement};

/// The request context's `read_deleted` (nova `context.py`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReadDeleted {
    /// Rows that are not deleted.
    #[default]
    No,
    /// All rows.
    Yes,
    /// Deleted rows.
    Only,
}

impl ReadDeleted {
    /// The condition on `table`'s column `deleted`, which holds 0 or the row's `id`
    /// (nova `db/main/api.py`, `model_query`).
    pub fn condition(self, table: &'static str) -> Option<Expr> {
        let deleted = Expr::col((table, "deleted"));
        match self {
            Self::No => Some(deleted.eq(0)),
            Self::Yes => None,
            Self::Only => Some(deleted.ne(0)),
        }
    }

    /// Adds [`condition`](Self::condition) to `select`.
    pub fn apply(self, select: &mut SelectStatement, table: &'static str) {
        if let Some(condition) = self.condition(table) {
            select.and_where(condition);
        }
    }
}

impl FromStr for ReadDeleted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "no" => Ok(Self::No),
            "yes" => Ok(Self::Yes),
            "only" => Ok(Self::Only),
            other => Err(format!(
                "read_deleted is one of no, yes, only, not {other:?}"
            )),
        }
    }
}
