//! One query in the three forms that [`ReadDeleted`] gives it, each built once.

use crate::read_deleted::ReadDeleted;
use crate::statement::Prepared;

/// A query for each value of [`ReadDeleted`]; made by [`views!`].
#[derive(Debug)]
pub(crate) struct Views {
    pub(crate) no: Prepared,
    pub(crate) yes: Prepared,
    pub(crate) only: Prepared,
}

impl Views {
    /// The query for whoever reads so.
    pub(crate) const fn of(&'static self, read_deleted: ReadDeleted) -> &'static Prepared {
        match read_deleted {
            ReadDeleted::No => &self.no,
            ReadDeleted::Yes => &self.yes,
            ReadDeleted::Only => &self.only,
        }
    }
}

/// Builds [`Views`] of an expression that gives a `SelectStatement` over a table, to
/// which the condition on `deleted` is added:
///
/// ```ignore
/// static BY_ID: Views = views!(SERVICES, |select| select.and_where(col("id").eq(param())));
/// let row = db.fetch_optional("service.get_by_id", BY_ID.of(read_deleted).bind([id.into()]));
/// ```
macro_rules! views {
    ($table:expr, |$select:ident| $body:expr) => {
        $crate::views::Views {
            no: $crate::views::views!(@one $table, $select, $body, No),
            yes: $crate::views::views!(@one $table, $select, $body, Yes),
            only: $crate::views::views!(@one $table, $select, $body, Only),
        }
    };
    (@one $table:expr, $select:ident, $body:expr, $view:ident) => {
        $crate::Prepared::select(|| {
            let mut statement = $table.select();
            let $select = &mut statement;
            let _ = $body;
            $crate::ReadDeleted::$view.apply(&mut statement, $table.name());
            statement
        })
    };
}
pub(crate) use views;
