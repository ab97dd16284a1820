//! The 18 `States.*` intrinsic functions of JSONPath mode (Amazon States Language, "Intrinsic Functions").

use super::jsonpath::Path;

mod parse;

pub use parse::parse;

/// Calls nest at most this deep (developer guide, "Intrinsic functions").
pub const MAX_NESTING: usize = 10;

/// Each function's name with the least and the most arguments it takes.
const FUNCTIONS: [(&str, usize, usize); 18] = [
    ("States.Array", 0, usize::MAX),
    ("States.ArrayContains", 2, 2),
    ("States.ArrayGetItem", 2, 2),
    ("States.ArrayLength", 1, 1),
    ("States.ArrayPartition", 2, 2),
    ("States.ArrayRange", 3, 3),
    ("States.ArrayUnique", 1, 1),
    ("States.Base64Decode", 1, 1),
    ("States.Base64Encode", 1, 1),
    ("States.Format", 1, usize::MAX),
    ("States.Hash", 2, 2),
    ("States.JsonMerge", 3, 3),
    ("States.JsonToString", 1, 1),
    ("States.MathAdd", 2, 2),
    ("States.MathRandom", 2, 3),
    ("States.StringSplit", 2, 2),
    ("States.StringToJson", 1, 1),
    ("States.UUID", 0, 0),
];

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

impl Call {
    /// Why the language has no such call, where it has none.
    fn misuse(&self) -> Option<String> {
        let Some((name, least, most)) = FUNCTIONS.iter().find(|(n, _, _)| *n == self.name) else {
            return Some(format!("there is no intrinsic function `{}`", self.name));
        };
        let given = self.args.len();
        if given < *least {
            return Some(format!(
                "`{name}` takes at least {least} arguments, not {given}"
            ));
        }
        (given > *most).then(|| format!("`{name}` takes at most {most} arguments, not {given}"))
    }
}
