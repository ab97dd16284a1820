//! The expressions of Amazon States Language, parsed into trees and never evaluated.

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

/// Nesting of one expression beyond this is refused with a `SyntaxError` instead of growing the stack.
pub const MAX_DEPTH: usize = 64;
