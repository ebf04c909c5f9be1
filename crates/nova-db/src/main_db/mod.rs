//! The store traits whose rows are in a cell's database.
