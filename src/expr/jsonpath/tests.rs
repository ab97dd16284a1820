use proptest::prelude::*;

use super::*;

fn field(name: &str) -> Step {
    Step::Field(name.to_owned())
}

#[test]
fn roots() {
    for (text, root) in [
        ("$", Root::Input),
        ("$$", Root::Context),
        ("$order", Root::Variable("order".to_owned())),
    ] {
        let path = parse(text).unwrap();
        assert_eq!((path.root, path.steps.len()), (root, 0), "{text}");
    }
    assert_eq!(parse("$$.Execution.Input").unwrap().root, Root::Context);
}

#[test]
fn steps_of_both_notations() {
    let steps = |text: &str| parse(text).unwrap().steps;
    assert_eq!(steps("$.a.b-c"), [field("a"), field("b-c")]);
    assert_eq!(steps("$['a b'][\"c.d\"]"), [field("a b"), field("c.d")]);
    assert_eq!(steps(r"$['it\'s']"), [field("it's")]);
    assert_eq!(
        steps("$.a[0][-1]"),
        [field("a"), Step::Index(0), Step::Index(-1)]
    );
    assert_eq!(
        steps("$.a[*].*"),
        [field("a"), Step::Wildcard, Step::Wildcard]
    );
    assert_eq!(
        steps("$..a..*"),
        [Step::Descend("a".to_owned()), Step::DescendAll]
    );
    assert_eq!(
        steps("$[0,2]['a', 'b']"),
        [
            Step::Union(vec![Step::Index(0), Step::Index(2)]),
            Step::Union(vec![field("a"), field("b")])
        ]
    );
    for slice in ["$[1:]", "$[:2]", "$[-1:]", "$[0:10:2]"] {
        assert_eq!(steps(slice), [Step::Slice], "{slice}");
    }
    assert_eq!(
        steps("$.a.length()"),
        [field("a"), Step::Function("length".to_owned())]
    );
}

#[test]
fn filters_end_at_their_own_bracket() {
    let path = parse("$.a[?(@.b[0] == ')]' && @.c =~ /[)\\/]/i)].d").unwrap();
    assert_eq!(
        path.steps,
        [
            field("a"),
            Step::Filter("@.b[0] == ')]' && @.c =~ /[)\\/]/i".to_owned()),
            field("d")
        ]
    );
}

#[test]
fn reference_paths_name_one_node() {
    for text in [
        "$",
        "$.a",
        "$.a[0]",
        "$['a']['b c']",
        "$$.Task.Token",
        "$v.a",
    ] {
        assert!(parse(text).unwrap().is_reference(), "{text}");
    }
    for text in [
        "$.a[*]",
        "$..a",
        "$.a[0,1]",
        "$.a[1:]",
        "$.a[?(@.b)]",
        "$.a.length()",
    ] {
        assert!(!parse(text).unwrap().is_reference(), "{text}");
    }
}

#[test]
fn what_is_no_path() {
    for text in [
        "",
        "a",
        ".a",
        "$.",
        "$..",
        "$.a.",
        "$[",
        "$[]",
        "$[a]",
        "$['a",
        "$['a'",
        "$.a b",
        "$.a[",
        "$[1:2:3:4]",
        "$[?()]",
        "$[?(@.a]",
        "$.a)",
        "$[--1]",
        "$[99999999999999999999]",
        "States.UUID()",
    ] {
        assert!(parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn an_error_tells_its_place() {
    let error = parse("$.orders[x]").unwrap_err();
    assert_eq!(error.at, "$.orders[".len());
    assert!(error.message.contains("found `x`"), "{}", error.message);
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "[$@.\\[\\]()?'\"*:,0-9a-c \\\\/{}~é-]{0,40}") {
        if let Ok(path) = parse(&text) {
            prop_assert_eq!(parse(&path.text), Ok(path));
        }
    }

    #[test]
    fn any_name_goes_through_brackets(name in "\\PC{0,12}") {
        let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
        prop_assert_eq!(parse(&format!("$['{quoted}']")).unwrap().steps, [field(&name)]);
    }
}
