//! Functions as values: kept in an object or an array, or given to what takes values only.

use super::*;

/// The path of what stands for an argument that is not given yet.
const ARGUMENT: &str = "an argument";
/// Functions that make functions, followed so deep.
const MAX_CURRIED: usize = 4;
/// No function is tried with more arguments.
const MAX_GUESSED: usize = 8;

impl<'e> Bound<'e> {
    /// The function that it is, or may be.
    pub fn into_function(self) -> Rc<Func<'e>> {
        match self {
            Self::Func(func) => func,
            Self::Value(value) => Rc::new(Func::Opaque(value)),
        }
    }

    /// What it may be, for signatures.
    pub fn kinds(&self) -> Kinds {
        match self {
            Self::Func(_) => Kinds::FUNCTION,
            Self::Value(value) => Kinds::of(value),
        }
    }
}

impl Machine<'_> {
    /// As a value that is kept: of a function, everything that its result may hold beside its arguments. What calls it from
    /// there is not followed.
    pub(in super::super) fn as_value<'e>(&self, bound: &Bound<'e>, cx: &Cx<'e>) -> Value {
        match bound {
            Bound::Value(value) => value.clone(),
            Bound::Func(func) => Value::Any(match &**func {
                Func::Native(_) | Func::Regex { .. } => known(Unknown::default()),
                _ => {
                    let mut all = Unknown::of(Source::Undecided, "a function");
                    all.add_origins(&self.holds(func, cx, 0).origins);
                    all
                }
            }),
        }
    }

    /// Arguments as values. What is given a function gives its result.
    pub(in super::super) fn values<'e>(&self, args: &[Bound<'e>], cx: &Cx<'e>) -> Vec<Value> {
        let value = |arg: &Bound<'e>| match arg {
            Bound::Value(value) => value.clone(),
            Bound::Func(func) => Value::Any(known(self.holds(func, cx, 0))),
        };
        args.iter().map(value).collect()
    }

    /// What a function's result may hold beside its arguments.
    fn holds<'e>(&self, func: &Rc<Func<'e>>, cx: &Cx<'e>, depth: usize) -> Unknown {
        match &**func {
            // What they give is made of their arguments alone.
            Func::Native(_) | Func::Regex { .. } => Unknown::default(),
            Func::Opaque(value) => value.collapsed(),
            _ if depth > MAX_CURRIED => self.everything().collapsed(),
            _ => {
                let argument = Value::Any(Unknown::of(Source::Undecided, ARGUMENT));
                let args = vec![Bound::Value(argument); self.arity(func).min(MAX_GUESSED)];
                let mut inner = cx.clone();
                inner.depth += 1;
                let mut all = match self.call(func, args, &mut inner) {
                    Bound::Value(value) => value.collapsed(),
                    Bound::Func(made) => self.holds(&made, &inner, depth + 1),
                };
                all.origins
                    .retain(|o| o.source != Source::Undecided || o.path != ARGUMENT);
                all
            }
        }
    }

    /// How many arguments a function that takes functions gives it.
    pub(in super::super) fn arity(&self, func: &Func<'_>) -> usize {
        match func {
            Func::Native(name) if name == "string" => 1,
            Func::Native(name) => Signature::of_native(name).map_or(1, |s| s.len().max(1)),
            Func::Lambda { params, .. } => params.len(),
            Func::Partial(_, given) => given.iter().filter(|g| g.is_none()).count(),
            Func::Compose(..) | Func::Transform(_) | Func::Regex { .. } => 1,
            Func::Either(all) => all.iter().map(|f| self.arity(f)).max().unwrap_or(1),
            Func::Opaque(_) => usize::from(u8::MAX),
        }
    }
}

/// These sources; where there are none, those of a text that the definition holds.
fn known(sources: Unknown) -> Unknown {
    if sources.origins.is_empty() {
        return Unknown::of(Source::Generated, "a function");
    }
    Unknown {
        origins: sources.origins,
        ..Unknown::default()
    }
}
