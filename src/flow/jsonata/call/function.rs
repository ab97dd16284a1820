//! Functions as values: kept in an object or an array, or given to what takes values only.

use super::*;

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
    /// As a value: of a function, everything that its result may hold beside its arguments.
    pub(in super::super) fn as_value<'e>(&self, bound: &Bound<'e>, cx: &Cx<'e>) -> Value {
        match bound {
            Bound::Value(value) => value.clone(),
            Bound::Func(func) => self.function_value(func, cx, 0),
        }
    }

    /// The arguments as values.
    pub(in super::super) fn values<'e>(&self, args: &[Bound<'e>], cx: &Cx<'e>) -> Vec<Value> {
        args.iter().map(|arg| self.as_value(arg, cx)).collect()
    }

    fn function_value<'e>(&self, func: &Rc<Func<'e>>, cx: &Cx<'e>, depth: usize) -> Value {
        let mut all = Unknown::of(Source::Undecided, "a function");
        match &**func {
            // What they give is made of their arguments alone.
            Func::Native(_) | Func::Regex { .. } => {}
            Func::Opaque(value) => all.add_origins(&value.collapsed().origins),
            _ if depth > MAX_CURRIED => all.add_origins(&self.everything().collapsed().origins),
            _ => {
                let argument = Value::Any(Unknown::of(Source::Undecided, "an argument"));
                let args = vec![Bound::Value(argument); self.arity(func).min(MAX_GUESSED)];
                let mut inner = cx.clone();
                inner.depth += 1;
                let result = match self.call(func, args, &mut inner) {
                    Bound::Value(value) => value,
                    Bound::Func(made) => self.function_value(&made, &inner, depth + 1),
                };
                all.add_origins(&result.collapsed().origins);
            }
        }
        Value::Any(all)
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
