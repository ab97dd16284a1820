//! The expressions of Amazon States Language, parsed into trees and never evaluated.
//!
//! Each language has `parse`, which gives a tree or a [`SyntaxError`] with its place, and tells what a tree reads:
//! a [`jsonpath::Path`] is itself what is read, [`intrinsic::Call::reads`] and [`jsonata::Expr::reads`] list it with places.
//! Trees are no higher than [`MAX_HEIGHT`], so that walking and dropping them takes a bounded stack.

pub(crate) mod cursor;
pub mod intrinsic;
pub mod jsonata;
pub mod jsonpath;

/// Half-open range of bytes in the expression's own text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Why an expression could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte offset of the problem in the expression.
    pub at: usize,
    /// What is wrong, in lower case, for the person who wrote it.
    pub message: String,
}

/// Brackets nested deeper than this in one expression are refused with a `SyntaxError` instead of growing the stack.
pub const MAX_DEPTH: usize = 64;

/// No expression's tree is higher than this: chains such as `a & b & …` nest to the left without any bracket, and
/// walking or dropping a tree takes a stack frame a level.
pub const MAX_HEIGHT: usize = 200;
