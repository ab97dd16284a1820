//! The 18 `States.*` intrinsic functions of JSONPath mode (Amazon States Language, "Intrinsic Functions").

use super::jsonpath::Path;

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function's full name, such as `States.Format`.
    pub name: String,
    /// Its arguments in order.
    pub args: Vec<Arg>,
    /// As written.
    pub text: String,
}

/// One argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// A quoted string, its escapes resolved.
    Text(String),
    /// A number as written.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A path.
    Path(Path),
    /// A nested call.
    Call(Call),
}
