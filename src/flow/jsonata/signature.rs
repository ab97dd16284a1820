//! Signatures of functions (docs.jsonata.org, "Function signature syntax"): which argument stands for which parameter, and
//! where the context value stands in for one that is left out. What a value is may be known in part only, so that there can
//! be several readings of one call.

use crate::value::{Source, Value};

/// Kinds of value, one bit each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    const TEXT: Self = Self(1);
    const NUMBER: Self = Self(2);
    const BOOL: Self = Self(4);
    const NULL: Self = Self(8);
    const OBJECT: Self = Self(16);
    const ARRAY: Self = Self(32);
    /// A function.
    pub const FUNCTION: Self = Self(64);
    const MISSING: Self = Self(128);
    const DATA: Self = Self(191);
    const ALL: Self = Self(255);

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it may be a function.
    pub const fn may_be_function(self) -> bool {
        self.may_be(Self::FUNCTION)
    }

    const fn may_be(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// What a value may be.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Absent => Self::MISSING,
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOL,
            Value::Number(_) => Self::NUMBER,
            Value::Text(_) => Self::TEXT,
            Value::Array(_) => Self::ARRAY,
            // A sequence of one is its only value, and one of none is nothing.
            Value::Each(one) => Self::ARRAY.or(Self::MISSING).or(Self::of(one)),
            Value::Object { .. } => Self::OBJECT,
            Value::OneOf(values) => values.iter().fold(Self(0), |all, v| all.or(Self::of(v))),
            Value::Any(unknown) => {
                let undecided = |s: &Source| matches!(s, Source::Undecided);
                if unknown.origins.iter().any(|o| undecided(&o.source)) {
                    Self::ALL
                } else {
                    Self::DATA
                }
            }
        }
    }
}

/// One parameter.
#[derive(Clone, Copy)]
struct Param {
    kinds: Kinds,
    /// The context value stands in where it is left out.
    context: bool,
    optional: bool,
    /// It takes one argument or more.
    repeated: bool,
}

/// The parameters of a function, as its signature says.
pub struct Signature(Vec<Param>);

/// What a parameter is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// The argument at this place.
    Arg(usize),
    /// The context value.
    Context,
    /// Nothing.
    Nothing,
}

/// More readings than this are not told apart.
const MAX_READINGS: usize = 8;

impl Signature {
    /// Reads `<s-n?:s>`; `None` where it is not understood.
    pub fn read(text: &str) -> Option<Self> {
        let mut params: Vec<Param> = Vec::new();
        let mut chars = text
            .strip_prefix('<')?
            .strip_suffix('>')?
            .chars()
            .peekable();
        while let Some(c) = chars.next() {
            let kinds = match c {
                ':' => break,
                '-' => {
                    params.last_mut()?.context = true;
                    continue;
                }
                '?' => {
                    params.last_mut()?.optional = true;
                    continue;
                }
                '+' => {
                    params.last_mut()?.repeated = true;
                    continue;
                }
                '(' => {
                    let mut any = Kinds::MISSING;
                    loop {
                        match chars.next()? {
                            ')' => break any,
                            '<' => skip(&mut chars)?,
                            c => any = any.or(kinds_of(c)?),
                        }
                    }
                }
                '<' => {
                    skip(&mut chars)?;
                    continue;
                }
                c => kinds_of(c)?,
            };
            params.push(Param {
                kinds,
                context: false,
                optional: false,
                repeated: false,
            });
        }
        Some(Self(params))
    }

    /// The signature of one of JSONata's own functions (jsonata 2.0.6, `jsonata.js`), and of those that Step Functions adds.
    pub fn of_native(name: &str) -> Option<Self> {
        let (_, text) = NATIVE.iter().find(|(known, _)| *known == name)?;
        Self::read(text)
    }

    /// How many parameters there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The ways to read a call with such arguments, the first one that is sure last. None: the call fails.
    pub fn readings(&self, args: &[Kinds], context: Kinds) -> Vec<Vec<Given>> {
        let mut search = Search {
            params: &self.0,
            args,
            context,
            found: Vec::new(),
            is_settled: false,
        };
        search.go(0, 0, &mut Vec::new(), true);
        search.found
    }
}

/// Passes over what stands in angle brackets, of which the first is read.
fn skip(chars: &mut impl Iterator<Item = char>) -> Option<()> {
    let mut open = 1usize;
    while open > 0 {
        match chars.next()? {
            '<' => open += 1,
            '>' => open -= 1,
            _ => {}
        }
    }
    Some(())
}

/// What a parameter of this letter takes.
const fn kinds_of(letter: char) -> Option<Kinds> {
    Some(match letter {
        's' => Kinds::TEXT.or(Kinds::MISSING),
        'n' => Kinds::NUMBER.or(Kinds::MISSING),
        'b' => Kinds::BOOL.or(Kinds::MISSING),
        'l' => Kinds::NULL.or(Kinds::MISSING),
        'o' => Kinds::OBJECT.or(Kinds::MISSING),
        'f' => Kinds::FUNCTION,
        // A single value is taken for an array of one.
        'a' | 'x' => Kinds::ALL,
        'j' | 'u' => Kinds::DATA,
        _ => return None,
    })
}

struct Search<'a> {
    params: &'a [Param],
    args: &'a [Kinds],
    context: Kinds,
    found: Vec<Vec<Given>>,
    is_settled: bool,
}

impl Search<'_> {
    /// As the regular expression of the reference implementation does it: each parameter takes an argument if it can.
    fn go(&mut self, param: usize, arg: usize, so_far: &mut Vec<Given>, is_sure: bool) {
        if self.is_settled || self.found.len() >= MAX_READINGS {
            return;
        }
        let Some(one) = self.params.get(param) else {
            if arg == self.args.len() {
                self.found.push(so_far.clone());
                self.is_settled = is_sure;
            }
            return;
        };
        if let Some(kinds) = self.args.get(arg)
            && kinds.may_be(one.kinds)
        {
            so_far.push(Given::Arg(arg));
            let sure = is_sure && kinds.is_within(one.kinds);
            if one.repeated {
                self.go(param, arg + 1, so_far, sure);
            }
            self.go(param + 1, arg + 1, so_far, sure);
            so_far.pop();
        }
        let is_repeated = one.repeated && arg > 0 && so_far.len() > param;
        if is_repeated {
            return;
        }
        if one.context && self.context.may_be(one.kinds) {
            so_far.push(Given::Context);
            self.go(param + 1, arg, so_far, is_sure);
            so_far.pop();
        } else if one.optional {
            so_far.push(Given::Nothing);
            self.go(param + 1, arg, so_far, is_sure);
            so_far.pop();
        }
    }
}

const NATIVE: &[(&str, &str)] = &[
    ("abs", "<n-:n>"),
    ("append", "<xx:a>"),
    ("assert", "<bs?:x>"),
    ("average", "<a<n>:n>"),
    ("base64decode", "<s-:s>"),
    ("base64encode", "<s-:s>"),
    ("boolean", "<x-:b>"),
    ("ceil", "<n-:n>"),
    ("clone", "<(oa)-:o>"),
    ("contains", "<s-(sf):b>"),
    ("count", "<a:n>"),
    ("decodeUrl", "<s-:s>"),
    ("decodeUrlComponent", "<s-:s>"),
    ("distinct", "<x:x>"),
    ("each", "<o-f:a>"),
    ("encodeUrl", "<s-:s>"),
    ("encodeUrlComponent", "<s-:s>"),
    ("error", "<s?:x>"),
    ("exists", "<x:b>"),
    ("filter", "<af>"),
    ("floor", "<n-:n>"),
    ("formatBase", "<n-n?:s>"),
    ("formatInteger", "<n-s:s>"),
    ("formatNumber", "<n-so?:s>"),
    ("fromMillis", "<n-s?s?:s>"),
    ("join", "<a<s>s?:s>"),
    ("keys", "<x-:a<s>>"),
    ("length", "<s-:n>"),
    ("lookup", "<x-s:x>"),
    ("lowercase", "<s-:s>"),
    ("map", "<af>"),
    ("match", "<s-f<s:o>n?:a<o>>"),
    ("max", "<a<n>:n>"),
    ("merge", "<a<o>:o>"),
    ("millis", "<:n>"),
    ("min", "<a<n>:n>"),
    ("not", "<x-:b>"),
    ("now", "<s?s?:s>"),
    ("number", "<(nsb)-:n>"),
    ("pad", "<s-ns?:s>"),
    // How Step Functions declares it is not known: a text, perhaps the context's.
    ("parse", "<s-:x>"),
    ("parseInteger", "<s-s:n>"),
    ("power", "<n-n:n>"),
    ("reduce", "<afj?:j>"),
    ("replace", "<s-(sf)(sf)n?:s>"),
    ("reverse", "<a:a>"),
    ("round", "<n-n?:n>"),
    ("shuffle", "<a:a>"),
    ("sift", "<o-f?:o>"),
    ("single", "<af?>"),
    ("sort", "<af?:a>"),
    ("split", "<s-(sf)n?:a<s>>"),
    ("spread", "<x-:a<o>>"),
    ("sqrt", "<n-:n>"),
    ("string", "<x-b?:s>"),
    ("substring", "<s-nn?:s>"),
    ("substringAfter", "<s-s:s>"),
    ("substringBefore", "<s-s:s>"),
    ("sum", "<a<n>:n>"),
    ("toMillis", "<s-s?:n>"),
    ("trim", "<s-:s>"),
    ("type", "<x:s>"),
    ("uppercase", "<s-:s>"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(name: &str, args: &[Kinds], context: Kinds) -> Vec<Vec<Given>> {
        Signature::of_native(name)
            .map(|s| s.readings(args, context))
            .unwrap_or_default()
    }

    #[test]
    fn every_signature_is_understood() {
        for (name, _) in NATIVE {
            assert!(Signature::of_native(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_context_stands_in_by_kind() {
        use Given::{Arg, Context, Nothing};
        let (text, number) = (Kinds::TEXT, Kinds::NUMBER);
        for (name, args, wanted) in [
            (
                "replace",
                vec![text, text],
                vec![vec![Context, Arg(0), Arg(1), Nothing]],
            ),
            (
                "substring",
                vec![number, number],
                vec![vec![Context, Arg(0), Arg(1)]],
            ),
            (
                "substring",
                vec![text, number],
                vec![vec![Arg(0), Arg(1), Nothing]],
            ),
            (
                "split",
                vec![text, number],
                vec![vec![Context, Arg(0), Arg(1)]],
            ),
            (
                "split",
                vec![text, text],
                vec![vec![Arg(0), Arg(1), Nothing]],
            ),
            ("string", vec![], vec![vec![Context, Nothing]]),
            (
                "fromMillis",
                vec![text],
                vec![vec![Context, Arg(0), Nothing]],
            ),
            ("uppercase", vec![number], vec![]),
            ("each", vec![Kinds::FUNCTION], vec![]),
        ] {
            assert_eq!(readings(name, &args, text.or(number)), wanted, "{name}");
        }
    }

    #[test]
    fn what_is_not_known_is_read_in_every_way() {
        let all = readings("substring", &[Kinds::DATA, Kinds::NUMBER], Kinds::TEXT);
        assert_eq!(all.len(), 2, "{all:?}");
    }
}
