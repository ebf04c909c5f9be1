//! A compute and the people around it.
