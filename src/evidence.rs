//! Words, places and patches that several rules give their findings; no rule of its own.

mod guard;
mod input;
pub mod starting;
mod statement;

pub use statement::{StatementGroup, canonical};
