use std::sync::Arc;

use super::*;

fn caller(path: &str) -> Unknown {
    Unknown::of(Source::Caller, path).identified(0)
}

fn path_of(value: &Value) -> String {
    value.collapsed().origins[0].path.clone()
}

#[test]
fn a_field_written_beside_an_unknown_leaves_the_others_what_they_were() {
    let doc = Value::Any(caller("$")).with_field("r", Value::text("done"));
    assert_eq!(doc.field("r").as_text(), Some("done"));
    let bucket = doc.field("bucket");
    assert_eq!(path_of(&bucket), "$.bucket");
    assert!(bucket.same(&Value::Any(caller("$")).field("bucket")));
}

#[test]
fn a_join_keeps_finite_sets_and_what_one_side_leaves_open() {
    let ab = Value::text("a").join(&Value::text("b"));
    assert_eq!(ab.finite(), Some(vec!["a".into(), "b".into()]));
    let open = ab.join(&Value::Any(caller("$.x")));
    assert_eq!(open.finite(), None);
    assert!(open.is_tainted());
    assert!(matches!(&open, Value::Any(u) if u.identity.is_none()));
}

#[test]
fn objects_join_field_by_field() {
    let a = Value::object([("t".to_owned(), Value::text("a"))]);
    let b = Value::object([("t".to_owned(), Value::Any(caller("$.t")))]);
    let both = a.join(&b);
    assert!(both.field("t").is_tainted());
    assert!(!both.field("u").is_tainted());
}

#[test]
fn more_than_the_limit_widens_to_an_unknown_that_keeps_every_origin() {
    let mut all = Value::concat(&[Value::text("x"), Value::Any(caller("$.x"))]);
    for i in 0..100 {
        all = all.join(&Value::text(format!("n{i}")));
    }
    assert!(matches!(all, Value::Any(_)));
    assert!(all.is_tainted());
}

#[test]
fn a_string_with_a_guarded_hole_is_a_finite_set() {
    let hole = Unknown {
        allowed: Some(vec![Glob::literal("a"), Glob::literal("b")]),
        ..caller("$.x")
    };
    let text = Value::concat(&[Value::text("fn-"), Value::Any(hole)]);
    assert_eq!(text.finite(), Some(vec!["fn-a".into(), "fn-b".into()]));
}

#[test]
fn widening_a_growing_string_ends() {
    let mut place = Value::text("");
    for _ in 0..3 {
        let next = place.widened(&Value::concat(&[place.clone(), Value::text("x")]));
        place = next;
    }
    let again = place.widened(&Value::concat(&[place.clone(), Value::text("x")]));
    assert!(again.same(&place) || matches!(again, Value::Any(_)));
}

#[test]
fn origins_are_merged_by_source_and_path_and_traces_do_not_count() {
    let step = TraceStep {
        state: "S".into(),
        pointer: Pointer::root(),
        value: "$.x".into(),
    };
    let a = caller("$.x");
    let b = a.through(&Arc::new(step));
    assert!(a.same(&b));
    let mut both = a;
    both.add_origins(&b.origins);
    assert_eq!(both.origins.len(), 1);
    assert!(Arc::ptr_eq(&both.origins[0], &both.origins[0]));
}
