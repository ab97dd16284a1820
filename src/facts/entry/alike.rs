//! Which tasks hand on the same of their workflow's input, whatever the states are called through which it came.

use crate::digest::Digest;
use crate::value::{Piece, Unknown, Value};

/// What decides where paths of a child's input stand in its parent's, as a digest: the shape of the value and the sources and
/// paths of what is not known of it, not the way it took.
pub(super) fn digest<'v>(values: impl IntoIterator<Item = Option<&'v Value>>) -> String {
    let mut digest = Digest::default();
    for value in values {
        match value {
            Some(value) => write(value, &mut digest),
            None => digest.part("none"),
        }
    }
    digest.hex()
}

fn write(value: &Value, digest: &mut Digest) {
    match value {
        Value::Absent => digest.part("absent"),
        Value::Null => digest.part("null"),
        Value::Bool(known) => digest.part(&known.to_string()),
        Value::Number(text) => all("number", [text], digest, |text, digest| digest.part(text)),
        Value::Text(pieces) => all("text", pieces, digest, |piece, digest| match piece {
            Piece::Literal(text) => all("literal", [text], digest, |t, digest| digest.part(t)),
            Piece::Hole(unknown) => of_unknown(unknown, digest),
        }),
        Value::Array(values) => all("array", values, digest, write),
        Value::OneOf(values) => all("one", values, digest, write),
        Value::Each(value) => all("each", [&**value], digest, write),
        Value::Object { fields, rest } => {
            digest.part(&format!("object {}", fields.len()));
            for (name, value) in fields.iter() {
                digest.part(name);
                write(value, digest);
            }
            all("rest", rest.as_deref(), digest, write);
            all("names", fields.names(), digest, write);
        }
        Value::Any(unknown) => of_unknown(unknown, digest),
    }
}

/// A kind, how many there are, and each of them.
fn all<T>(
    kind: &str,
    parts: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    digest: &mut Digest,
    each: impl Fn(T, &mut Digest),
) {
    let parts = parts.into_iter();
    digest.part(&format!("{kind} {}", parts.len()));
    parts.for_each(|part| each(part, digest));
}

fn of_unknown(unknown: &Unknown, digest: &mut Digest) {
    let kept = (
        &unknown.allowed,
        unknown.identity.as_ref().map(|id| &id.path),
        unknown.tells.is_some(),
        unknown.missing,
    );
    digest.part(&format!("unknown {kept:?}"));
    all("origins", &unknown.origins, digest, |origin, digest| {
        digest.part(&format!("{:?}", origin.source));
        digest.part(&origin.path);
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::loc::Pointer;
    use crate::value::{Origin, Source, TraceStep};

    fn taken(path: &str, state: &str) -> Value {
        let origin = Origin {
            source: Source::Caller,
            path: path.to_owned(),
            trace: vec![Arc::new(TraceStep {
                state: state.to_owned(),
                pointer: Pointer::default(),
                value: String::new(),
            })],
        };
        Value::Any(Unknown {
            origins: vec![Arc::new(origin)],
            ..Unknown::default()
        })
    }

    #[test]
    fn the_way_makes_no_difference_and_all_that_decides_does() {
        let of = |value: &Value| digest([Some(value), None]);
        let field = |name: &str, value| Value::object([(name.to_owned(), value)]);
        assert_eq!(of(&taken("$.a", "one")), of(&taken("$.a", "two")));
        let different = [
            taken("$.a", "one"),
            taken("$.b", "one"),
            field("a", taken("$.a", "one")),
            field("b", taken("$.a", "one")),
            Value::Array(vec![taken("$.a", "one")]),
            Value::OneOf(vec![taken("$.a", "one")]),
            Value::text("$.a"),
            Value::Absent,
        ];
        for (at, one) in different.iter().enumerate() {
            for other in different.iter().skip(at + 1) {
                assert_ne!(of(one), of(other), "{one:?} {other:?}");
            }
        }
        let one = taken("$.a", "one");
        assert_ne!(digest([Some(&one), None]), digest([None, Some(&one)]));
    }
}
